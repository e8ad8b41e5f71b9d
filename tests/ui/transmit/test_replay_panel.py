"""The replay panel: files and the trace on a real bus, with a stock peer that counts."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from canmcast_gui.app.transmit.replay_control import NO_SIGNALS
from canmcast_gui.app.transmit.replay_setup import ReplaySetup
from canmcast_gui.app.transmit.transmit_link import SWITCHED_OFF
from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.logfile import FORMATS, LogPart, open_writer
from canmcast_gui.ui.transmit.replay.panel import ReplayPanel
from tests.ui.live import GROUP, WAIT_MS, go_live

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def switch(stage):
    """The main switch."""
    return stage.session.transmit.switch


@pytest.fixture
def panel(qtbot, stage):
    panel = ReplayPanel(stage.session, stage.settings)
    qtbot.addWidget(panel)
    panel.resize(700, 300)
    panel.show()
    qtbot.waitExposed(panel)
    return panel


@pytest.fixture
def log(tmp_path):
    """A log of 1,000 frames in 1.5 s."""
    path = tmp_path / "bus.asc"
    numbers = np.arange(1000)
    data = numbers.astype(">u8").view(np.uint8).reshape(1000, 8)
    with open_writer(path) as writer:
        times = 1_700_000_000 * 10**9 + numbers * 1_500_000
        writer.write(FrameBatch.from_columns(times, 0x100 + numbers % 4, data, channel=1))
    return path


def opened(qtbot, panel, *paths):
    panel.open_files([str(path) for path in paths])
    qtbot.waitUntil(lambda: not panel.control.source.loading, timeout=WAIT_MS)


def numbers_in(session) -> list[int]:
    batch = session.document.recording.rows()
    return [int.from_bytes(batch.payload(row), "big") for row in range(len(batch))]


def test_without_a_bus_the_panel_says_what_to_do(panel):
    assert panel.sending_bar.text.text() == "Not connected."
    assert not panel.sending_bar.isHidden()
    assert not panel.run_actions.start.isEnabled()


def test_all_readable_formats_can_be_chosen(panel):
    panel.ask_files()
    dialog = panel.findChild(QFileDialog)
    shown = dialog.nameFilters()[0]
    assert all(f"*{suffix}" in shown for one in FORMATS if one.can_read for suffix in one.suffixes)
    assert "*.gz *.zst" in shown
    dialog.reject()


def test_a_file_is_replayed_and_received_as_own_frames(qtbot, panel, stage, network, log):
    go_live(qtbot, stage.session, network.free_port())
    opened(qtbot, panel, log)
    assert "1,000 frames, 1.5 s" in panel.source.text()
    panel.play()
    assert panel.run_actions.start.text() == "Pause"
    qtbot.waitUntil(lambda: panel.control.status.state == "ended", timeout=WAIT_MS)
    qtbot.waitUntil(lambda: len(stage.session.document.recording) == 1000, timeout=WAIT_MS)
    assert numbers_in(stage.session) == list(range(1000))
    assert "1,000 sent" in panel.position.text.text()


def test_pause_step_seek_and_stop(qtbot, panel, stage, network, log):
    go_live(qtbot, stage.session, network.free_port())
    opened(qtbot, panel, log)
    panel.step()
    panel.step()
    qtbot.waitUntil(lambda: len(stage.session.document.recording) == 2, timeout=WAIT_MS)
    panel.position.slider.setValue(900_000)
    panel.position.slider.sliderReleased.emit()
    qtbot.waitUntil(lambda: panel.control.position_seconds == pytest.approx(1.35, abs=0.01), timeout=WAIT_MS)
    assert panel.position.slider.value() == pytest.approx(900_000, abs=2000)
    panel.play()
    qtbot.waitUntil(lambda: panel.control.status.state == "ended", timeout=WAIT_MS)
    qtbot.waitUntil(lambda: numbers_in(stage.session)[-1] == 999, timeout=WAIT_MS)
    numbers = numbers_in(stage.session)
    assert numbers[:2] == [0, 1]
    assert numbers[2:] == list(range(numbers[2], 1000))
    assert 890 <= numbers[2] <= 910
    panel.run_actions.stop.trigger()
    assert panel.control.status.state == "stopped"
    assert panel.fields.isEnabled()


def test_a_range_as_fast_as_possible_with_other_ids(qtbot, panel, stage, network, log):
    go_live(qtbot, stage.session, network.free_port())
    opened(qtbot, panel, log, log)
    panel.speed.set_speed(None)
    panel.fields.stop.setValue(0.3)
    panel.fields.filter.setText("id == 0x101")
    panel.fields.ids.setText("101=7AB")
    panel.fields.channels.setText("1=3, 2=4")
    panel.limit.setValue(2000)
    panel.play()
    qtbot.waitUntil(lambda: panel.control.status.state == "ended", timeout=WAIT_MS)
    qtbot.waitUntil(lambda: len(stage.session.document.recording) == 100, timeout=WAIT_MS)
    found = stage.session.document.recording.rows()
    assert set(found.arbitration_id.tolist()) == {0x7AB}
    assert set(found.channel.tolist()) == {3, 4}


def test_a_range_waits_until_the_files_were_read_that_far(qtbot, panel, stage, network, log):
    go_live(qtbot, stage.session, network.free_port())
    panel.speed.set_speed(None)
    panel.fields.start.setValue(1.2)
    panel.fields.stop.setValue(1000)
    panel.open_files([str(log)])
    panel.play()
    assert panel.control.waiting
    assert "starts when" in panel.position.text.text()
    assert not panel.run_actions.start.isEnabled()
    qtbot.waitUntil(lambda: panel.control.status.state == "ended", timeout=WAIT_MS)
    qtbot.waitUntil(lambda: len(stage.session.document.recording) == 200, timeout=WAIT_MS)
    assert numbers_in(stage.session) == list(range(800, 1000))
    panel.fields.start.setValue(1000)
    panel.run_actions.stop.trigger()
    panel.play()
    assert "holds no frame" in panel.status_line.text()


def test_a_replay_is_paused_resumed_and_changes_its_speed(qtbot, panel, stage, network, log):
    go_live(qtbot, stage.session, network.free_port())
    opened(qtbot, panel, log)
    panel.play()
    qtbot.waitUntil(lambda: panel.control.status.sent > 20, timeout=WAIT_MS)
    panel.play()
    qtbot.waitUntil(lambda: panel.control.status.state == "paused", timeout=WAIT_MS)
    place, sent = panel.control.position_seconds, panel.control.status.sent
    qtbot.waitUntil(lambda: len(stage.session.document.recording) == sent, timeout=WAIT_MS)
    panel.speed.set_speed(20.0)
    panel.speed.speed_changed.emit()
    assert panel.control.position_seconds == place
    panel.play()
    qtbot.waitUntil(lambda: panel.control.status.state == "ended", timeout=WAIT_MS)
    qtbot.waitUntil(lambda: len(stage.session.document.recording) == 1000, timeout=WAIT_MS)
    assert numbers_in(stage.session) == list(range(1000))


def numbered(tmp_path, name, first, count=20, gap_ns=5_000_000):
    """A log of frames with running numbers that all begins at the same time."""
    path, numbers = tmp_path / name, first + np.arange(count)
    data = numbers.astype(">u8").view(np.uint8).reshape(-1, 8)
    times = 1_700_000_000 * 10**9 + np.arange(count) * gap_ns
    with open_writer(path, "candump") as writer:
        writer.write(FrameBatch.from_columns(times, 0x100, data, channel=1))
    return path


def test_several_files_have_offsets(qtbot, panel, stage, network, tmp_path):
    go_live(qtbot, stage.session, network.free_port())
    begins = {"a.log": 0, "b.log": 100, "c.log": 200}
    first, *others = (str(numbered(tmp_path, name, number)) for name, number in begins.items())
    assert not panel.add_action.isEnabled()
    opened(qtbot, panel, first)
    panel.add_files(others)
    qtbot.waitUntil(lambda: not panel.control.source.loading, timeout=WAIT_MS)
    assert panel.files.isVisibleTo(panel)
    assert "a.log and 2 more: 60 frames, 0.1 s" in panel.source.text()
    panel.files.offsets[1].setValue(0.0025)
    panel.files.offsets[2].setValue(-2)
    qtbot.waitUntil(lambda: not panel.control.source.loading, timeout=WAIT_MS)
    assert panel.control.source.seconds == pytest.approx(2.0975)
    assert panel.remarks.text() == "Channel 1 of a.log is channel 2; channel 1 of b.log is channel 3"
    panel.fields.start.setValue(1.999)
    panel.speed.set_speed(4.0)
    panel.play()
    qtbot.waitUntil(lambda: panel.control.status.state == "ended", timeout=WAIT_MS)
    qtbot.waitUntil(lambda: len(stage.session.document.recording) == 40, timeout=WAIT_MS)
    wanted = [number for pair in zip(range(20), range(100, 120), strict=True) for number in pair]
    assert numbers_in(stage.session) == wanted
    panel.run_actions.stop.trigger()
    panel.files.up_buttons[2].click()
    panel.files.remove_buttons[0].click()
    panel.files.order.setCurrentIndex(2)
    panel.files.order.activated.emit(2)
    qtbot.waitUntil(lambda: not panel.control.source.loading, timeout=WAIT_MS)
    setup = panel.setup()
    assert ([part.path.name for part in setup.files], setup.order) == (["c.log", "b.log"], "in turn")
    panel.files.remove_buttons[0].click()
    assert not panel.files.isVisibleTo(panel)


def test_a_setup_is_restored_stopped_and_read_when_it_is_played(qtbot, panel, stage, network, tmp_path):
    files = tuple(LogPart(numbered(tmp_path, f"{name}.log", 0), 1000) for name in "ab")
    setup = ReplaySetup(files, "together", 2.5, 7.5, True, 0.01, 0.05, "fd", "1=2", "1=3", True, True)
    panel.apply_setup(setup)
    assert panel.setup() == setup
    assert panel.control.source.recording is None
    assert "loads on Play" in panel.source.text()
    panel.apply_setup(replace(setup, filter="", speed=None, loop=False, skip_live=False, channels="1=1"))
    go_live(qtbot, stage.session, network.free_port())
    assert len(stage.session.document.recording) == 0
    panel.play()
    qtbot.waitUntil(lambda: panel.control.status.state == "ended", timeout=WAIT_MS)
    qtbot.waitUntil(lambda: len(stage.session.document.recording) == 16, timeout=WAIT_MS)
    panel.apply_setup(ReplaySetup())
    assert panel.control.status.state == "stopped"
    assert panel.setup() == ReplaySetup()
    assert not panel.control.can_run


def test_a_speed_is_typed_and_other_text_refused(qtbot, panel):
    line = panel.speed.lineEdit()
    for text, speed in (("3", 3.0), ("x0,25", 0.25), ("fastest", None), ("× 1000", 1000.0)):
        line.selectAll()
        qtbot.keyClicks(line, text)
        qtbot.keyClick(line, Qt.Key.Key_Return)
        assert panel.speed.speed == speed
        assert panel.limit.isVisible() == (speed is None)
    line.selectAll()
    qtbot.keyClicks(line, "fast")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert "is not a speed" in panel.status_line.text()
    assert (panel.speed.speed, line.text()) == (1000.0, "× 1000")


def test_the_keys_of_the_slider_seek(qtbot, panel, stage, network, tmp_path):
    go_live(qtbot, stage.session, network.free_port())
    opened(qtbot, panel, numbered(tmp_path, "a.log", 0, 61, 10**9))
    panel.step()
    qtbot.waitUntil(lambda: len(stage.session.document.recording) == 1, timeout=WAIT_MS)
    for key, seconds in ((Qt.Key.Key_Right, 1), (Qt.Key.Key_PageUp, 11), (Qt.Key.Key_End, 60)):
        qtbot.keyClick(panel.position.slider, key)
        wanted = pytest.approx(seconds, abs=1.0)
        qtbot.waitUntil(lambda wanted=wanted: panel.control.position_seconds == wanted, timeout=WAIT_MS)
    assert panel.control.status.state == "paused"


def test_a_filter_can_use_names_of_databases_but_no_signals(qtbot, panel, stage, network, log):
    go_live(qtbot, stage.session, network.free_port())
    stage.add_database()
    opened(qtbot, panel, log)
    panel.speed.set_speed(None)
    panel.fields.filter.setText("Engine.Speed > 0")
    panel.play()
    assert NO_SIGNALS in panel.status_line.text()
    assert panel.fields.filter_field.note.text().endswith("(character 1)")
    panel.fields.filter.setText("name ~ Engine and time < 0.6")
    panel.play()
    qtbot.waitUntil(lambda: panel.control.status.state == "ended", timeout=WAIT_MS)
    qtbot.waitUntil(lambda: len(stage.session.document.recording) == 100, timeout=WAIT_MS)
    assert numbers_in(stage.session) == list(range(0, 400, 4))


def test_ids_of_a_live_node_and_error_frames(qtbot, panel, stage, network, stock_peer, tmp_path):
    port = network.free_port()
    go_live(qtbot, stage.session, port)
    path = tmp_path / "mixed.asc"
    with open_writer(path) as writer:
        numbers = np.arange(150)
        flags = np.where(numbers % 3 == 2, int(Flag.ERROR), 0)
        ids = np.choose(numbers % 3, [0x100, 0x300, 0])
        batch = FrameBatch.from_columns(numbers * 8_000_000, ids, [[0x7E] * 8] * 150, flags=flags, channel=1)
        writer.write(batch)
    opened(qtbot, panel, path)
    panel.fields.skip_live.setChecked(True)
    panel.fields.error_frames.setChecked(True)
    stock_peer("send", "--port", port, "--group", GROUP, "--ids", 1, "--rate", 50, "--seconds", 20)
    panel.play()
    qtbot.waitUntil(lambda: panel.control.status.state == "ended", timeout=WAIT_MS)

    def own(condition):
        batch = stage.session.document.recording.rows()
        return int((batch.has(Flag.TX) & condition(batch)).sum())

    qtbot.waitUntil(lambda: own(lambda batch: batch.has(Flag.ERROR)) == 50, timeout=WAIT_MS)
    assert own(lambda batch: batch.arbitration_id == 0x300) == 50
    assert own(lambda batch: batch.arbitration_id == 0x100) < 40


def test_problems_are_shown(qtbot, panel, stage, network, log, switch, tmp_path):
    go_live(qtbot, stage.session, network.free_port())
    panel.choose_trace()
    assert "empty" in panel.status_line.text()
    opened(qtbot, panel, log)
    panel.fields.ids.setText("1")
    panel.play()
    assert "old=new" in panel.status_line.text()
    panel.fields.ids.setText("")
    panel.fields.filter.setText("id ==")
    panel.play()
    assert "character 6" in panel.status_line.text()
    panel.fields.filter.setText("")
    switch.set(False)
    panel.play()
    assert panel.status_line.text() == SWITCHED_OFF
    panel.apply_setup(ReplaySetup(files=(LogPart(tmp_path / "gone.asc"),)))
    switch.set(True)
    panel.play()
    qtbot.waitUntil(lambda: "gone.asc" in panel.status_line.text(), timeout=WAIT_MS)
    assert panel.control.status.state == "stopped"
    assert panel.control.can_run
    (tmp_path / "x.asc").write_text("no log")
    panel.open_files([str(tmp_path / "x.asc")])
    qtbot.waitUntil(lambda: "x.asc" in panel.status_line.text(), timeout=WAIT_MS)
    assert panel.control.source.recording is None


def test_closing_the_bus_and_the_main_switch_end_the_replay(qtbot, panel, stage, network, log, switch):
    go_live(qtbot, stage.session, network.free_port())
    opened(qtbot, panel, log)
    panel.fields.loop.setChecked(True)
    panel.play()
    switch.set(False)
    assert panel.control.status.state == "stopped"
    switch.set(True)
    panel.play()
    stage.session.bus.close()
    assert panel.control.status.state == "stopped"
    assert panel.sending_bar.text.text() == "Not connected."
    assert not panel.sending_bar.isHidden()


def test_the_trace_is_replayed_as_it_was_when_chosen(qtbot, panel, stage, network):
    go_live(qtbot, stage.session, network.free_port())
    stage.session.transmit.jobs.send_frames(FrameBatch.from_columns(0, [1, 2, 3], [[1]] * 3))
    qtbot.waitUntil(lambda: len(stage.session.document.recording) == 3, timeout=WAIT_MS)
    panel.choose_trace()
    panel.play()
    qtbot.waitUntil(lambda: panel.control.status.state == "ended", timeout=WAIT_MS)
    qtbot.waitUntil(lambda: len(stage.session.document.recording) == 6, timeout=WAIT_MS)
    assert stage.session.document.recording.rows().arbitration_id.tolist() == [1, 2, 3] * 2
    assert panel.fields.isEnabled()
    panel.fields.filter.setText(f"source == {stage.session.transmit.link.client.addresses[0][0]} and id == 2")
    panel.play()
    qtbot.waitUntil(lambda: panel.control.status.state == "ended", timeout=WAIT_MS)
    qtbot.waitUntil(lambda: len(stage.session.document.recording) == 7, timeout=WAIT_MS)
    stage.session.clear()
    assert panel.control.source.recording is None


def test_stop_all_ends_the_replay_which_can_start_again(qtbot, panel, stage, network, log):
    go_live(qtbot, stage.session, network.free_port())
    opened(qtbot, panel, log)
    panel.fields.loop.setChecked(True)
    panel.play()
    qtbot.waitUntil(lambda: len(stage.session.document.recording) > 20, timeout=WAIT_MS)
    stage.session.transmit.jobs.stop_all()
    qtbot.waitUntil(lambda: panel.control.status.state == "stopped", timeout=WAIT_MS)
    count = len(stage.session.document.recording)
    panel.play()
    qtbot.waitUntil(lambda: len(stage.session.document.recording) > count + 20, timeout=WAIT_MS)
