"""The sequence panel on a real bus."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette

from canmcast_gui.app.transmit.row import TransmitRow
from canmcast_gui.app.transmit.sequences import Sequence
from canmcast_gui.app.transmit.transmit_control import SEQUENCES
from canmcast_gui.app.transmit.transmit_link import SWITCHED_OFF
from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.schema import dump, load_list
from canmcast_gui.transmit import Transmitter
from canmcast_gui.transport.settings import SENDER_FACTORY, BusSettings
from canmcast_gui.ui import theme
from canmcast_gui.ui.transmit.sequences.panel import SequencePanel
from tests.ui.live import WAIT_MS, go_live


@pytest.fixture
def panel(qtbot, stage):
    stage.session.transmit.use_settings(stage.settings)
    panel = SequencePanel(stage.session)
    qtbot.addWidget(panel)
    panel.resize(600, 300)
    panel.show()
    qtbot.waitExposed(panel)
    return panel


def ids(stage) -> list[int]:
    return stage.session.document.recording.rows().arbitration_id.tolist()


def test_a_sequence_waits_for_an_answer(qtbot, panel, stage, network):
    assert panel.sending_bar.text.text() == "Not connected."
    assert not panel.sending_bar.isHidden()
    port = network.free_port()
    go_live(qtbot, stage.session, port)
    stage.session.transmit.rows.reset([TransmitRow(name="Request", arbitration_id=0x7DF)])
    panel.editor.setPlainText("send Request\nexpect id == 0x7E8\nsend 7E0#01")
    panel.start()
    qtbot.waitUntil(lambda: panel.control.line == 1, timeout=WAIT_MS)
    assert panel.editor.extraSelections()
    assert panel.editor.isReadOnly()
    settings = BusSettings(group="239.74.163.2", port=port, hop_limit=0)
    with Transmitter(SENDER_FACTORY, settings.to_dict()) as other:
        other.send(FrameBatch.from_columns(0, [0x7E8], [[1]]))
        qtbot.waitUntil(lambda: not panel.control.running, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: ids(stage) == [0x7DF, 0x7E8, 0x7E0], timeout=WAIT_MS)
    assert panel.status_line.text() == "Done. 2 frames sent."


def test_a_timeout_is_reported_and_single_steps_work(qtbot, panel, stage, network):
    go_live(qtbot, stage.session, network.free_port())
    panel.editor.setPlainText("send 001#\nexpect id == 2 within 20 ms\nsend 003#")
    panel.start()
    qtbot.waitUntil(lambda: "no frame came within 20 ms" in panel.status_line.text().lower(), timeout=WAIT_MS)
    assert panel.status_line.problem
    log = [panel.log.item(number) for number in range(panel.log.count())]
    failed = [
        item for item in log if "no such frame" in item.text() or "no frame came" in item.text().lower()
    ]
    assert "Line 1, send 001#: 1 frame sent" in log[0].text()
    assert failed
    red = theme.colors(panel.palette()).error
    assert all(item.foreground().color() == red for item in failed)
    assert panel.log.wordWrap()
    palette = QPalette(Qt.GlobalColor.black)  # that of another theme
    panel.setPalette(palette)
    other = theme.colors(palette).error
    assert other != red
    assert [n for n in range(panel.log.count()) if panel.log.item(n).foreground().color() == other]
    panel.step()
    assert panel.run_actions.start.text() == "Resume"
    panel.step()
    qtbot.waitUntil(lambda: panel.control.line == 1, timeout=WAIT_MS)
    panel.step()
    panel.step()
    qtbot.waitUntil(lambda: not panel.control.running, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: ids(stage) == [1, 1, 3], timeout=WAIT_MS)


def test_problems_are_shown(qtbot, panel, stage, network):
    go_live(qtbot, stage.session, network.free_port())
    panel.editor.setPlainText("send Unknown")
    panel.start()
    assert "Line 1: there is no row named Unknown" in panel.status_line.text()
    stage.session.transmit.switch.set(False)
    panel.start()
    assert panel.status_line.text() == SWITCHED_OFF


def test_an_expected_frame_is_named_by_a_database(qtbot, panel, stage, network):
    port = network.free_port()
    stage.add_database()
    go_live(qtbot, stage.session, port)
    panel.editor.setPlainText("expect name == Engine within 10 s\nsend 003#")
    panel.start()
    assert panel.control.running
    assert stage.session.transmit.link.client.flush(5.0)
    settings = BusSettings(group="239.74.163.2", port=port, hop_limit=0).to_dict()
    with Transmitter(SENDER_FACTORY, settings) as other:
        other.send(FrameBatch.from_columns(0, [0x101, 0x100], [[0] * 8] * 2))
        qtbot.waitUntil(lambda: not panel.control.running, timeout=WAIT_MS)
    assert panel.control.status.outcome == "done"
    qtbot.waitUntil(lambda: ids(stage) == [0x101, 0x100, 3], timeout=WAIT_MS)
    panel.editor.setPlainText("send 003#\nexpect Engine.Nothing > 1")
    panel.start()
    assert "Line 2: unknown field" in panel.status_line.text()


def test_a_loop_ends_with_stop_and_with_the_switch(qtbot, panel, stage, network):
    go_live(qtbot, stage.session, network.free_port())
    panel.editor.setPlainText("loop\nsend 001#\nwait 1 ms\nend")
    panel.start()
    qtbot.waitUntil(lambda: len(stage.session.document.recording) > 5, timeout=WAIT_MS)
    panel.run_actions.stop.trigger()
    assert not panel.control.running
    panel.start()
    stage.session.transmit.switch.set(False)
    assert not panel.control.running
    assert stage.session.transmit.link.client.sequences.running == frozenset()


def test_sequences_are_named_and_stored(qtbot, panel, stage):
    panel.editor.setPlainText("wait 1 ms")
    panel.names.lineEdit().setText("Wake up")
    panel.names.lineEdit().editingFinished.emit()
    panel.add()
    panel.editor.setPlainText("wait 2 ms")
    panel.names.setCurrentIndex(0)
    assert panel.editor.toPlainText() == "wait 1 ms"
    assert [dump(one) for one in stage.session.transmit.sequences.sequences] == [
        {"name": "Wake up", "text": "wait 1 ms"}, {"name": "Sequence 2", "text": "wait 2 ms"},
    ]  # fmt: skip
    assert len(stage.settings.field(SEQUENCES).value) == 2
    stage.session.transmit.use_settings(stage.settings)
    assert panel.names.count() == 2
    assert panel.editor.toPlainText() == "wait 1 ms"
    panel.remove()
    assert panel.editor.toPlainText() == "wait 2 ms"
    panel.remove()
    assert [one.text for one in stage.session.transmit.sequences.sequences] == [""]


def test_stored_sequences_that_cannot_be_read_are_left_out():
    stored = [{"name": 1}, {"name": "x", "text": "y"}]
    assert load_list(Sequence, stored)[0] == [Sequence("x", "y")]
