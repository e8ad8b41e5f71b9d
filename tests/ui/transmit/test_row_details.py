"""The details of transmit rows: the form of the frame, generators as forms, and generated signals."""

import os
import signal
from contextlib import closing

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt

from canmcast_gui.app.session import SessionState
from canmcast_gui.app.transmit.row import TransmitRow
from canmcast_gui.channels.measurement import Measurement
from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.frames.units import NS_PER_MS
from canmcast_gui.models.transmit.row_columns import COLUMNS, USUAL_COLUMNS
from canmcast_gui.transmit import FramesMissed
from canmcast_gui.transport.sender import FrameSender
from canmcast_gui.transport.settings import BusSettings
from canmcast_gui.ui.transmit.details.generator_dialog import GeneratorDialog
from canmcast_gui.ui.transmit.details.panel import FRAME, GENERATORS, SIGNALS
from canmcast_gui.ui.transmit.rows.panel import TransmitPanel
from tests.support.frames import COUNTER_DBC
from tests.ui.live import GROUP, WAIT_MS, go_live

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def panel(qtbot, stage):
    stage.add_database(COUNTER_DBC)
    stage.session.transmit.use_settings(stage.settings)
    panel = TransmitPanel(stage.session, stage.settings)
    qtbot.addWidget(panel)
    panel.resize(1100, 400)
    panel.show()
    qtbot.waitExposed(panel)
    panel.model.insert(
        0, [TransmitRow(name="Engine", arbitration_id=0x100), TransmitRow(arbitration_id=0x200)]
    )
    panel.table.select([0])
    return panel


def enter(qtbot, line, text):
    """Type a text into a line, and leave it with Enter."""
    line.selectAll()
    qtbot.keyClicks(line, text) if text else line.clear()
    line.setModified(True)
    qtbot.keyClick(line, Qt.Key.Key_Return)


def field(panel, name):
    """The widgets of a signal."""
    return next(one for one in panel.details.signals.fields if one.line.signal.name == name)


@pytest.mark.parametrize("width", [447, 560, 900])
def test_the_usual_columns_need_no_scrolling(panel, width):
    panel.model.insert(
        0, [TransmitRow(name="A long name of a row", arbitration_id=0x1F334455, flags=Flag.EXTENDED)]
    )
    panel.resize(width, 250)
    QCoreApplication.processEvents()
    shown = [column for number, column in enumerate(COLUMNS) if not panel.table.isColumnHidden(number)]
    assert shown == list(USUAL_COLUMNS)
    assert panel.table.horizontalScrollBar().maximum() == 0
    orientation = Qt.Orientation.Horizontal if width == 900 else Qt.Orientation.Vertical
    assert panel.splitter.orientation() == orientation


def test_the_details_can_be_hidden_and_stay_so(panel, stage):
    assert panel.details.isVisible()
    panel.actions_.details.trigger()
    assert not panel.details.isVisible()
    panel.table.select([1])
    assert not panel.details.isVisible()
    panel.actions_.details.trigger()
    assert panel.details.currentIndex() == FRAME  # no database has the id
    assert not panel.details.isTabEnabled(SIGNALS)


def test_the_frame_is_edited_in_a_form(qtbot, panel):
    form = panel.details.frame
    panel.details.setCurrentIndex(FRAME)
    enter(qtbot, form.lines["count"], "12")
    assert panel.model.rows[0].count == 12
    assert form.remaining.text() == "12"
    enter(qtbot, form.lines["count"], "many")
    assert "number of frames" in form.problems["count"].problem.text()
    assert panel.model.rows[0].count == 12
    form.type.kind.setCurrentIndex(1)
    form.type.kind.activated.emit(1)
    assert panel.model.rows[0].is_remote
    form.type.kind.setCurrentIndex(0)
    form.type.kind.activated.emit(0)
    form.type.options[int(Flag.FD)].click()
    form.type.options[int(Flag.BRS)].click()
    assert panel.model.rows[0].flags == Flag.FD | Flag.BRS
    form.length.setCurrentIndex(form.length.findData("12"))
    form.length.activated.emit(0)
    assert len(panel.model.rows[0].data) == 12
    form.type.options[int(Flag.FD)].click()
    assert (panel.model.rows[0].flags, len(panel.model.rows[0].data)) == (0, 8)


def test_a_trigger_is_chosen_in_the_form(qtbot, panel):
    form = panel.details.frame
    panel.details.setCurrentIndex(FRAME)
    assert not form.lines["condition"].isVisible()
    form.trigger.setCurrentIndex(1)
    form.trigger.activated.emit(1)
    assert form.lines["condition"].isVisible()
    enter(qtbot, form.lines["condition"], "id == and")
    assert "(character 7)" in form.condition.note.text()
    assert panel.model.rows[0].trigger == ""
    enter(qtbot, form.lines["condition"], "id == 0x300")
    enter(qtbot, form.lines["delay"], "20")
    assert panel.model.rows[0].trigger == "id == 0x300 after 20 ms"
    form.trigger.setCurrentIndex(0)
    form.trigger.activated.emit(0)
    assert panel.model.rows[0].trigger == ""


def test_values_of_several_rows_are_edited_together_and_undone_together(qtbot, panel):
    panel.table.selectAll()
    form = panel.details.frame
    assert form.lines["name"].placeholderText() == "(various)"
    assert not panel.details.isTabEnabled(GENERATORS)
    enter(qtbot, form.lines["group"], "start")
    assert [row.group for row in panel.model.rows] == ["start", "start"]
    form.type.format.setCurrentIndex(1)
    form.type.format.activated.emit(1)
    assert all(row.extended for row in panel.model.rows)
    panel.actions_.undo.trigger()
    panel.actions_.undo.trigger()
    assert [(row.group, row.extended) for row in panel.model.rows] == [("", False)] * 2


def test_a_counter_is_added_in_three_clicks_edited_and_removed(qtbot, panel):
    panel.details.setCurrentIndex(GENERATORS)
    generators = panel.details.generators
    generators.add_actions["counter"].trigger()
    dialog = generators.findChild(GeneratorDialog)
    assert dialog.payloads.text().splitlines()[2] == "00 00 00 00 00 00 02 00"
    dialog.ok.click()
    assert panel.model.rows[0].generators == "counter(AliveCounter, 0..15)"
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    generators.add_actions["checksum"].trigger()
    dialog = generators.findChild(GeneratorDialog)
    dialog.fields["last"].editor.setText("9")
    assert "bytes 0 to 9" in dialog.fields["last"].problem.text()
    assert not dialog.ok.isEnabled()
    dialog.fields["last"].editor.setText("6")
    dialog.accept()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert panel.model.rows[0].generators == "counter(AliveCounter, 0..15); checksum(Crc, xor, 0..6)"
    assert generators.payloads.text().splitlines()[1] == "00 00 00 00 00 00 01 01"
    generators.list.setCurrentRow(0)
    generators.edit_action.trigger()
    dialog = generators.findChild(GeneratorDialog)
    dialog.fields["last"].editor.setText("14")
    dialog.accept()
    assert "0..14" in panel.model.rows[0].generators
    generators.list.setCurrentRow(0)
    generators.remove_action.trigger()
    assert panel.model.rows[0].generators == "checksum(Crc, xor, 0..6)"
    panel.actions_.undo.trigger()
    assert generators.list.count() == 2


def test_the_text_of_generators_is_the_same_and_can_be_edited(qtbot, panel):
    panel.details.setCurrentIndex(GENERATORS)
    generators = panel.details.generators
    enter(qtbot, generators.line, "foo(byte 0)")
    assert generators.text.problem.text() == 'Unknown function "foo". Example: counter(byte 0, 0..15)'
    enter(qtbot, generators.line, "sine(Speed, 0..100, 1 s); counter(byte 6, 0..3)")
    assert generators.list.count() == 2
    assert generators.text.problem.text() == ""


def test_another_target_brings_its_range_unless_one_was_typed(panel):
    dialog = panel.details.generators.add("waveform")
    assert dialog.values()["high"] == "8000"
    dialog.fields["target"].editor.setCurrentText("Gear")
    assert dialog.values()["high"] == "8"
    dialog.fields["high"].editor.setText("4")
    dialog.fields["target"].editor.setCurrentText("Crc")
    assert dialog.values()["high"] == "4"
    dialog.kind.setCurrentIndex(1)
    dialog.kind.activated.emit(1)
    assert dialog.text() == "ramp(Crc, 0..4, 1000 ms)"
    dialog.reject()


def test_a_signal_shows_units_raw_values_and_what_generates_it(qtbot, panel):
    speed, alive = field(panel, "Speed"), field(panel, "AliveCounter")
    assert speed.unit.text() == "rpm"
    assert speed.range.text() == "0 to 8000 rpm"
    enter(qtbot, speed.editor, "100")
    assert speed.raw.text() == "0x190"
    enter(qtbot, speed.raw, "0x10")
    assert speed.editor.text() == "4"
    enter(qtbot, speed.raw, "nonsense")
    assert "not a value" in panel.status_line.problem
    alive.add_actions[0].trigger()
    dialog = panel.details.generators.findChild(GeneratorDialog)
    dialog.fields["first"].editor.setText("3")
    dialog.accept()
    assert (alive.editor.text(), alive.range.text()) == ("3", "ƒ counter")
    assert not alive.editor.isEnabled()
    alive.remove_action.trigger()
    assert panel.model.rows[0].generators == ""
    assert alive.editor.isEnabled()


@pytest.mark.network
def test_a_generated_value_is_the_one_that_was_sent(qtbot, panel, stage, network):
    go_live(qtbot, stage.session, network.free_port())
    counter = "counter(AliveCounter, 1..15)"
    row = TransmitRow(arbitration_id=0x100, generators=counter, period_ns=20 * NS_PER_MS)
    panel.model.insert(0, [row])
    panel.table.select([0])
    shown = field(panel, "AliveCounter").editor
    assert shown.text() == "1"
    panel.model.rows.set_armed(0, True)
    qtbot.waitUntil(lambda: shown.text() not in ("0", "1"), timeout=WAIT_MS)
    panel.model.rows.set_armed(0, False)


def test_the_name_follows_the_id_unless_it_was_typed(panel):
    row, column = 1, [one.key for one in COLUMNS].index("id")
    panel.model.setData(panel.model.index(row, column), "100")
    assert panel.model.rows[row].name == "Engine"
    panel.model.setData(panel.model.index(row, column), "101")
    assert panel.model.rows[row].name == ""
    panel.model.setData(panel.model.index(row, 2), "mine")
    panel.model.setData(panel.model.index(row, column), "100")
    assert panel.model.rows[row].name == "mine"


def test_the_field_channel_is_shown_for_a_row_that_has_one(qtbot, panel):
    form = panel.details.frame
    panel.details.setCurrentIndex(FRAME)
    assert not form.channel.isVisible()
    panel.model.setData(panel.model.index(0, [column.key for column in COLUMNS].index("channel")), "3")
    assert panel.model.rows[0].channel == 3
    assert form.channel.isVisible()
    enter(qtbot, form.channel.line, "17")
    assert "channels have the numbers 1 to 16" in form.problems["channel"].problem.text()
    enter(qtbot, form.channel.line, "")
    assert panel.model.rows[0].channel == 0
    assert not form.channel.isVisible()


def test_frames_that_no_trigger_saw_are_a_warning_once(qtbot, panel, stage, network):
    port = network.free_port()
    settings = BusSettings(group=GROUP, port=port, hop_limit=0, receive_buffer=20_000)
    stage.session.bus.open(Measurement.of_bus(settings))
    qtbot.waitUntil(lambda: stage.session.state is SessionState.LIVE, timeout=WAIT_MS)
    client = stage.session.transmit.link.client
    events = []
    stage.session.transmit.link.events.connect(events.extend)
    panel.model.insert(2, [TransmitRow(arbitration_id=0x300, trigger="id == 0x7FF")])
    panel.model.rows.set_armed(2, True)
    assert client.flush(5.0)
    missed = lambda: [event for event in events if isinstance(event, FramesMissed)]  # noqa: E731
    with closing(FrameSender(BusSettings(group=GROUP, port=port, hop_limit=0))) as sender:
        for times in (1, 2):
            os.kill(client.pid, signal.SIGSTOP)
            sender.send_batch(FrameBatch.from_columns([0] * 2000, 0x100, [[1]] * 2000))
            os.kill(client.pid, signal.SIGCONT)
            qtbot.waitUntil(lambda times=times: len(missed()) >= times, timeout=WAIT_MS)
    warnings = [text for _level, text in stage.messages if "not compared with triggers" in text]
    assert warnings == [missed()[0].sentence]
    assert panel.model.rows.is_armed(2)
