"""The replay panel: files and the trace on a real bus, with a stock peer that counts."""

import numpy as np
import pytest

from canmcast_gui.frames import FrameBatch
from canmcast_gui.logfile import open_writer
from canmcast_gui.models.transmit_switch import SWITCHED_OFF, TransmitSwitch
from canmcast_gui.ui.transmit_replay_panel import NO_BUS, ReplayPanel
from tests.ui.panels import WAIT_MS, go_live

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def switch():
    return TransmitSwitch()


@pytest.fixture
def panel(qtbot, stage, switch):
    panel = ReplayPanel(stage.session, stage.settings, switch)
    qtbot.addWidget(panel)
    panel.resize(700, 300)
    panel.show()
    qtbot.waitExposed(panel)
    yield panel
    panel.control.close()


@pytest.fixture
def log(tmp_path):
    """1,000 frames of a second and a half."""
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
    batch = session.recording.rows()
    return [int.from_bytes(batch.payload(row), "big") for row in range(len(batch))]


def test_without_a_bus_it_says_what_to_do(panel):
    assert panel.sentence.text() == NO_BUS
    assert not panel.play_action.isEnabled()


def test_a_file_is_replayed_and_comes_back_as_own_frames(qtbot, panel, stage, network, log):
    go_live(qtbot, stage.session, network.free_port())
    opened(qtbot, panel, log)
    assert "1,000 frames, 1.5 s" in panel.source.text()
    panel.play()
    assert panel.play_action.text() == "Pause"
    qtbot.waitUntil(lambda: panel.control.status.state == "ended", timeout=WAIT_MS)
    qtbot.waitUntil(lambda: len(stage.session.recording) == 1000, timeout=WAIT_MS)
    assert numbers_in(stage.session) == list(range(1000))
    assert "1,000 sent" in panel.time.text()


def test_pause_step_seek_and_stop(qtbot, panel, stage, network, log):
    go_live(qtbot, stage.session, network.free_port())
    opened(qtbot, panel, log)
    panel.step()
    panel.step()
    qtbot.waitUntil(lambda: len(stage.session.recording) == 2, timeout=WAIT_MS)
    panel.place.setValue(900)
    panel.place.sliderReleased.emit()
    panel.play()
    qtbot.waitUntil(lambda: panel.control.status.state == "ended", timeout=WAIT_MS)
    qtbot.waitUntil(lambda: numbers_in(stage.session)[-1] == 999, timeout=WAIT_MS)
    numbers = numbers_in(stage.session)
    assert numbers[:2] == [0, 1]
    assert numbers[2:] == list(range(numbers[2], 1000))
    assert 890 <= numbers[2] <= 910
    panel.stop_action.trigger()
    assert panel.control.status.state == "stopped"
    assert panel.filter.isEnabled()


def test_a_range_as_fast_as_possible_with_other_ids(qtbot, panel, stage, network, log):
    go_live(qtbot, stage.session, network.free_port())
    opened(qtbot, panel, log, log)
    panel.speed.setCurrentIndex(panel.speed.count() - 1)
    panel.stop.setValue(0.3)
    panel.filter.setText("id == 0x101")
    panel.ids.setText("101=7AB")
    panel.play()
    qtbot.waitUntil(lambda: panel.control.status.state == "ended", timeout=WAIT_MS)
    qtbot.waitUntil(lambda: len(stage.session.recording) == 100, timeout=WAIT_MS)
    assert set(stage.session.recording.rows().arbitration_id.tolist()) == {0x7AB}


def test_what_is_wrong_is_said(qtbot, panel, stage, network, log, switch, tmp_path):
    go_live(qtbot, stage.session, network.free_port())
    panel.choose_trace()
    assert "empty" in panel.sentence.text()
    opened(qtbot, panel, log)
    panel.ids.setText("1")
    panel.play()
    assert "old=new" in panel.sentence.text()
    panel.ids.setText("")
    panel.filter.setText("id ==")
    panel.play()
    assert "character 6" in panel.sentence.text()
    panel.filter.setText("")
    switch.set(False)
    panel.play()
    assert panel.sentence.text() == SWITCHED_OFF
    (tmp_path / "x.asc").write_text("no log")
    panel.open_files([str(tmp_path / "x.asc")])
    qtbot.waitUntil(lambda: "x.asc" in panel.sentence.text(), timeout=WAIT_MS)
    assert panel.control.source.recording is None


def test_leaving_the_bus_and_switching_off_end_it(qtbot, panel, stage, network, log, switch):
    go_live(qtbot, stage.session, network.free_port())
    opened(qtbot, panel, log)
    panel.loop.setChecked(True)
    panel.play()
    switch.set(False)
    assert panel.control.status.state == "stopped"
    switch.set(True)
    panel.play()
    stage.session.disconnect_bus()
    assert panel.control.status.state == "stopped"
    assert panel.sentence.text() == NO_BUS


def test_the_trace_is_replayed_as_it_was(qtbot, panel, stage, network):
    go_live(qtbot, stage.session, network.free_port())
    stage.session.send(FrameBatch.from_columns(0, [1, 2, 3], [[1]] * 3))
    qtbot.waitUntil(lambda: len(stage.session.recording) == 3, timeout=WAIT_MS)
    panel.choose_trace()
    panel.play()
    qtbot.waitUntil(lambda: panel.control.status.state == "ended", timeout=WAIT_MS)
    qtbot.waitUntil(lambda: len(stage.session.recording) == 6, timeout=WAIT_MS)
    assert stage.session.recording.rows().arbitration_id.tolist() == [1, 2, 3] * 2
    stage.session.clear()
    assert panel.control.source.recording is None


def test_stop_all_ends_it_and_it_can_begin_anew(qtbot, panel, stage, network, log):
    go_live(qtbot, stage.session, network.free_port())
    opened(qtbot, panel, log)
    panel.loop.setChecked(True)
    panel.play()
    qtbot.waitUntil(lambda: len(stage.session.recording) > 20, timeout=WAIT_MS)
    stage.session.stop_all()
    qtbot.waitUntil(lambda: panel.control.status.state == "stopped", timeout=WAIT_MS)
    count = len(stage.session.recording)
    panel.play()
    qtbot.waitUntil(lambda: len(stage.session.recording) > count + 20, timeout=WAIT_MS)
