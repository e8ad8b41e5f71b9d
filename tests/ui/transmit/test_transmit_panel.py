"""The transmit panel: editing, storing, sending and counting of rows."""

import os
import signal

import PySide6
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QComboBox, QDockWidget, QLineEdit, QMainWindow, QToolButton

from canmcast_gui.app.transmit.row import TransmitRow
from canmcast_gui.app.transmit.transmit_control import RATE_LIMIT
from canmcast_gui.app.transmit.transmit_link import NO_BUS, SWITCHED_OFF
from canmcast_gui.database import load_database
from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.frames.units import NS_PER_MS
from canmcast_gui.models.transmit.row_columns import COLUMNS
from canmcast_gui.resources_path import resource
from canmcast_gui.transmit import Transmitter
from canmcast_gui.transport.settings import SENDER_FACTORY, BusSettings
from canmcast_gui.ui.icons import icon
from canmcast_gui.ui.transmit.rows.message_dialog import MessageDialog
from canmcast_gui.ui.transmit.rows.panel import TransmitPanel
from tests.ui.live import WAIT_MS, go_live

# What the offscreen platform says about the pop-ups of combo boxes.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

KEYS = [column.key for column in COLUMNS]


@pytest.fixture
def session(stage):
    """The session of the stage."""
    return stage.session


@pytest.fixture
def messages(session):
    """The levels and texts of the session's messages."""
    posted = []
    session.messages.posted.connect(lambda level, text, _topic: posted.append((level, text)))
    return posted


@pytest.fixture
def settings(stage):
    """The settings of the stage."""
    return stage.settings


@pytest.fixture
def panel(qtbot, session, settings):
    session.transmit.use_settings(settings)
    panel = TransmitPanel(session, settings)
    qtbot.addWidget(panel)
    panel.resize(900, 300)
    panel.show()
    qtbot.waitExposed(panel)
    return panel


def text(panel, row, key):
    """The text of a cell."""
    return panel.model.index(row, KEYS.index(key)).data()


def open_editor(panel, row, key):
    """Open a cell's editor."""
    index = panel.model.index(row, KEYS.index(key))
    panel.table.setCurrentIndex(index)
    panel.table.edit(index)
    return (
        panel.table.indexWidget(index) or panel.table.findChild(QLineEdit) or panel.table.findChild(QComboBox)
    )


def status(panel):
    """The text of the status line."""
    return panel.status_line.text() if panel.status_line.isVisible() else ""


def test_a_row_is_added_and_its_id_edited(qtbot, panel):
    assert panel.hint.isVisible()
    panel.actions_.add.trigger()
    editor = panel.table.findChild(QLineEdit)
    editor.selectAll()
    qtbot.keyClicks(editor, "7df")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: text(panel, 0, "id") == "7DF")
    assert not panel.hint.isVisible()


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Tab])
def test_an_editor_with_a_wrong_value_stays_open_and_shows_the_problem(qtbot, panel, key):
    panel.model.insert(0, [TransmitRow()])
    editor = open_editor(panel, 0, "id")
    editor.selectAll()
    qtbot.keyClicks(editor, "8000")
    qtbot.keyClick(editor, key)
    assert editor.isVisible()
    assert "make its type Extended" in status(panel)
    assert editor.toolTip() == status(panel)
    editor.selectAll()
    qtbot.keyClicks(editor, "80")
    assert status(panel) == ""
    qtbot.keyClick(editor, key)
    qtbot.waitUntil(lambda: text(panel, 0, "id") == "080")


def test_leaving_an_editor_with_a_wrong_value_keeps_the_old_one_and_shows_the_problem(qtbot, panel):
    panel.model.insert(0, [TransmitRow(data=b"\x11\x22")])
    editor = open_editor(panel, 0, "data")
    editor.selectAll()
    qtbot.keyClicks(editor, "112")
    panel.table.setFocus()
    assert text(panel, 0, "data") == "11 22"
    assert "odd number" in status(panel)


def test_escape_cancels_a_wrong_value(qtbot, panel):
    panel.model.insert(0, [TransmitRow()])
    editor = open_editor(panel, 0, "period")
    editor.selectAll()
    qtbot.keyClicks(editor, "fast")
    assert "number of milliseconds" in status(panel)
    qtbot.keyClick(editor, Qt.Key.Key_Escape)
    assert text(panel, 0, "period") == "100"
    assert status(panel) == ""


def test_type_and_length_are_chosen_from_the_valid_ones(qtbot, panel):
    panel.model.insert(0, [TransmitRow()])
    box = open_editor(panel, 0, "type")
    assert box.count() == 14
    box.setCurrentIndex(box.findData(int(Flag.EXTENDED | Flag.FD | Flag.BRS)))
    box.activated.emit(box.currentIndex())
    assert text(panel, 0, "type") == "X FD BRS"
    qtbot.waitUntil(lambda: panel.table.findChild(QComboBox) is None)
    box = open_editor(panel, 0, "length")
    lengths = [box.itemText(number) for number in range(box.count())]
    assert lengths == ["0", "1", "2", "3", "4", "5", "6", "7", "8", "12", "16", "20", "24", "32", "48", "64"]
    box.setCurrentIndex(box.findText("12"))
    box.activated.emit(box.currentIndex())
    assert text(panel, 0, "data") == " ".join(["00"] * 12)


def test_rows_are_stored_and_loaded_disarmed(qtbot, panel, session, settings):
    panel.model.insert(0, [TransmitRow(name="one"), TransmitRow(name="two")])
    panel.model.move([0], 2)
    panel.model.rows.set_armed(0, True)
    session.transmit.use_settings(settings)
    assert [row.name for row in session.transmit.rows] == ["two", "one"]
    assert session.transmit.rows.armed_rows == []


def test_rows_are_duplicated_moved_and_removed(panel):
    panel.model.insert(0, [TransmitRow(name="one"), TransmitRow(name="two")])
    panel.table.selectRow(0)
    panel.actions_.duplicate.trigger()
    assert [row.name for row in panel.model.rows] == ["one", "one", "two"]
    assert panel.selected() == [1]
    panel.actions_.down.trigger()
    assert [row.name for row in panel.model.rows] == ["one", "two", "one"]
    assert panel.selected() == [2]
    assert not panel.actions_.down.isEnabled()
    panel.actions_.remove.trigger()
    assert [row.name for row in panel.model.rows] == ["one", "two"]
    assert panel.selected() == [1]


def test_frames_are_pasted_and_wrong_text_is_refused(panel):
    QGuiApplication.clipboard().setText("123#DEADBEEF\n1F334455##1AABB")
    panel.actions_.paste.trigger()
    assert [text(panel, row, "type") for row in range(2)] == ["S", "X FD BRS"]
    assert panel.selected() == [0, 1]
    QGuiApplication.clipboard().setText("nothing like it")
    panel.actions_.paste.trigger()
    assert "Line 1 is not a frame" in status(panel)
    assert panel.model.rowCount() == 2


def test_without_a_bus_sending_is_disabled_with_a_reason_and_a_bus_is_offered(qtbot, panel):
    panel.model.insert(0, [TransmitRow()])
    panel.table.selectRow(0)
    assert not panel.actions_.send.isEnabled()
    assert NO_BUS in panel.actions_.send.toolTip()
    assert panel.sending_bar.isVisible()
    assert panel.sending_bar.text.text() == "Not connected."
    with qtbot.waitSignal(panel.sending_bar.connect_requested):
        panel.sending_bar.button.click()


def test_a_message_of_a_database_becomes_a_row(qtbot, panel, session, stage):
    assert not panel.actions_.database.isEnabled()
    stage.add_database()
    assert panel.actions_.database.isEnabled()
    panel.actions_.database.trigger()
    dialog = panel.findChild(MessageDialog)
    dialog.search.setText("engi")
    with qtbot.waitSignal(dialog.destroyed, timeout=WAIT_MS):
        qtbot.keyClick(dialog.search, Qt.Key.Key_Return)
    assert panel.model.rows[0] == TransmitRow(name="Engine", arbitration_id=0x100, data=bytes(8))


@pytest.mark.network
def test_sent_and_armed_rows_are_counted_and_their_frames_come_back(qtbot, panel, session, network):
    go_live(qtbot, session, network.free_port())
    panel.model.insert(0, [TransmitRow(arbitration_id=0x123, data=b"\x01", period_ns=2_000_000)])
    panel.table.selectRow(0)
    assert panel.actions_.send.isEnabled()
    cell = panel.table.visualRect(panel.model.index(0, KEYS.index("send")))
    qtbot.mouseClick(panel.table.viewport(), Qt.MouseButton.LeftButton, pos=cell.center())
    assert text(panel, 0, "sent") == "1"
    panel.actions_.arm.trigger()
    assert panel.actions_.arm.text() == "Stop cyclic"
    qtbot.waitUntil(lambda: int(text(panel, 0, "sent")) > 20, timeout=WAIT_MS)
    panel.model.setData(panel.model.index(0, KEYS.index("data")), "02 03")
    wanted = b"\x02\x03"
    qtbot.waitUntil(lambda: session.document.recording.rows().payload(-1) == wanted, timeout=WAIT_MS)
    panel.actions_.stop.trigger()
    assert len(panel.model.rows.armed_rows) == 0
    frames = session.document.recording.rows()
    assert 20 < int(text(panel, 0, "sent")) <= session.transmit.link.client.sent
    assert frames.has(Flag.TX).all()
    assert {frames.payload(row) for row in range(len(frames))} == {b"\x01", wanted}


@pytest.mark.network
def test_closing_the_bus_disarms(qtbot, panel, session, network):
    go_live(qtbot, session, network.free_port())
    panel.model.insert(0, [TransmitRow()])
    panel.model.rows.set_armed(0, True)
    session.bus.close()
    assert len(panel.model.rows.armed_rows) == 0


@pytest.mark.network
def test_after_the_transmit_process_was_killed_nothing_is_armed(qtbot, panel, session, network, messages):
    go_live(qtbot, session, network.free_port())
    panel.model.insert(0, [TransmitRow()])
    panel.model.rows.set_armed(0, True)
    killed = session.transmit.link.client.pid
    os.kill(killed, signal.SIGKILL)
    qtbot.waitUntil(lambda: len(panel.model.rows.armed_rows) == 0, timeout=WAIT_MS)
    assert messages
    qtbot.waitUntil(lambda: session.transmit.link.client.pid not in (None, killed), timeout=WAIT_MS)


def test_edits_are_undone_and_redone(qtbot, panel):
    panel.model.insert(0, [TransmitRow(name="one"), TransmitRow(name="two")])
    panel.table.selectRow(0)
    panel.remove()
    assert [row.name for row in panel.model.rows] == ["two"]
    panel.actions_.undo.trigger()
    assert [row.name for row in panel.model.rows] == ["one", "two"]
    panel.actions_.undo.trigger()
    assert list(panel.model.rows) == []
    panel.actions_.redo.trigger()
    panel.actions_.redo.trigger()
    assert [row.name for row in panel.model.rows] == ["two"]


def test_the_main_switch_stops_and_refuses(qtbot, panel, session, network):
    panel.model.insert(0, [TransmitRow(name="one", period_ns=10 * NS_PER_MS)])
    go_live(qtbot, session, network.free_port())
    assert "stay on this computer" in panel.footer.reach.text()
    panel.table.selectRow(0)
    panel.toggle_armed()
    qtbot.waitUntil(lambda: "100 frames/s" in panel.footer.load.text(), timeout=WAIT_MS)
    session.transmit.switch.set(False)
    assert panel.sending_bar.isVisible()
    assert not panel.model.rows.is_armed(0)
    assert session.transmit.link.client.jobs.armed == frozenset()
    panel.model.rows.set_armed(0, True)
    assert not panel.model.rows.is_armed(0)
    assert status(panel) == SWITCHED_OFF
    panel.sending_bar.button.click()
    assert not panel.sending_bar.isVisible()
    panel.toggle_armed()
    assert panel.model.rows.is_armed(0)


def test_frames_left_and_measured_times_are_shown(qtbot, panel, session, network):
    panel.model.insert(0, [TransmitRow(name="one", period_ns=2 * NS_PER_MS, count=40)])
    go_live(qtbot, session, network.free_port())
    column = [one.key for one in COLUMNS].index
    assert panel.model.index(0, column("count")).data() == "40"
    panel.model.rows.set_armed(0, True)
    qtbot.waitUntil(lambda: not panel.model.rows.is_armed(0), timeout=WAIT_MS)
    assert panel.model.index(0, column("sent")).data() == "40"
    assert float(panel.model.index(0, column("measured")).data()) == pytest.approx(2, rel=0.3)


def test_a_message_is_edited_by_its_signals(qtbot, panel, stage):
    stage.add_database()
    message = stage.session.databases.loaded.message(0x100, False)
    panel.model.insert(0, [TransmitRow(arbitration_id=0x100), TransmitRow(arbitration_id=0x123)])
    panel.table.selectRow(0)
    assert panel.details.signals.isVisible()
    field = panel.details.signals.fields[0]
    assert field.line.signal.name == message.signals[0].name
    field.editor.setText("7")
    field.editor.editingFinished.emit()
    assert field.line.value == 7
    data = panel.model.rows[0].data
    assert any(data)
    panel.actions_.undo.trigger()
    assert field.line.value == 0
    field.editor.setText("1e30")
    field.editor.editingFinished.emit()
    assert "limited" in status(panel)
    field.slider.setValue(0)
    assert panel.model.rows[0].data == bytes(8)
    panel.model.setData(panel.model.index(0, KEYS.index("data")), "FF FF FF FF FF FF FF FF")
    assert field.line.value not in (0, None)
    panel.table.selectRow(1)
    assert not panel.details.signals.has_message
    assert not panel.details.isTabEnabled(0)


def test_signals_come_and_go_with_the_id(panel, stage):
    stage.add_database()
    panel.model.insert(0, [TransmitRow(arbitration_id=0x123)])
    panel.table.selectRow(0)
    assert not panel.details.signals.has_message
    assert not panel.details.isTabEnabled(0)
    panel.model.setData(panel.model.index(0, KEYS.index("id")), "100")
    assert panel.details.signals.isVisible()
    panel.actions_.undo.trigger()
    assert not panel.details.signals.has_message
    assert not panel.details.isTabEnabled(0)


def test_an_open_editor_is_unchanged_while_its_row_is_sent(qtbot, panel):
    panel.model.insert(0, [TransmitRow(trigger="id == 0x100 after 20 ms")])
    editor = open_editor(panel, 0, "trigger")
    assert editor.text() == "id == 0x100 after 20 ms"
    assert editor.width() >= editor.fontMetrics().horizontalAdvance(editor.text())
    editor.setCursorPosition(3)
    job = panel.model.rows.job_id(0)
    panel.model.rows.set_measured(job, 5, 1.0, 1.0)
    panel.model.rows.count_sent(job, 1)
    assert editor.cursorPosition() == 3
    editor.setText("id == 0x100 and data[0] & after 20 ms")
    assert "at character" in status(panel)


def test_generators_are_typed_checked_and_name_signals(qtbot, panel, stage):
    stage.add_database()
    signal = stage.session.databases.loaded.message(0x100, False).signals[0].name
    panel.model.insert(0, [TransmitRow(arbitration_id=0x100)])
    index = panel.model.index(0, KEYS.index("generators"))
    assert panel.model.setData(index, f"counter({signal}, 0..3)")
    assert not panel.model.setData(index, "counter(Nothing)")
    assert "not a signal" in status(panel)


def test_the_arrows_move_in_the_found_messages(qtbot, panel, session):
    session.databases.loaded.add(load_database(resource("demo.dbc")))
    session.databases.changed.emit()
    panel.add_from_database()
    dialog = panel.findChild(MessageDialog)
    qtbot.keyClicks(dialog.search, "Engine")
    shown = [item.text(0) for item in dialog.list.selectedItems()]
    assert len(shown) == 1
    qtbot.keyClick(dialog.search, Qt.Key.Key_Down)
    (second,) = [item.text(0) for item in dialog.list.selectedItems()]
    assert second != shown[0]
    qtbot.keyClicks(dialog.search, "zzz")
    assert dialog.list.selectedItems() == []
    dialog.search.setText("Engine")
    qtbot.keyClick(dialog.search, Qt.Key.Key_Return)
    assert [row.name for row in panel.model.rows] == shown


def test_all_messages_of_a_node_in_two_clicks(qtbot, panel, session):
    session.databases.loaded.add(load_database(resource("demo.dbc")))
    session.databases.changed.emit()
    panel.add_from_database()
    dialog = panel.findChild(MessageDialog)
    dialog.node.setCurrentIndex(1)
    node = dialog.node.currentData()
    dialog.accept()
    wanted = [
        one.name for database in session.databases.loaded for one in database.messages if node in one.senders
    ]
    assert wanted
    assert sorted(row.name for row in panel.model.rows) == sorted(wanted)


@pytest.fixture
def window(qtbot, panel):
    """A main window with the panel in a dock, a filter field and an action of its own."""
    window = QMainWindow()
    qtbot.addWidget(window)
    window.field = QLineEdit(window)
    window.setCentralWidget(window.field)
    action = window.addAction("&Connect…")
    action.setShortcut("F5")
    dock = QDockWidget(window)
    dock.setWidget(panel)
    window.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, dock)
    panel.keys.set_window(window)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow, timeout=WAIT_MS)
    yield window
    panel.setParent(None)


def test_a_key_sends_its_rows_wherever_the_focus_is(qtbot, panel, window, session, network):
    panel.model.insert(0, [TransmitRow(arbitration_id=n) for n in (1, 2, 3)])
    column = KEYS.index("key")
    for number in (0, 2):
        assert panel.model.setData(panel.model.index(number, column), "f9")
    assert panel.model.rows[0].key == "F9"
    assert not panel.model.setData(panel.model.index(1, column), "nonsense")
    go_live(qtbot, session, network.free_port())
    panel.parentWidget().hide()
    window.setFocus()
    qtbot.waitUntil(lambda: not window.field.hasFocus(), timeout=WAIT_MS)
    qtbot.keyClick(window, Qt.Key.Key_F9)
    qtbot.waitUntil(lambda: len(session.document.recording) == 2, timeout=WAIT_MS)
    assert session.document.recording.rows().arbitration_id.tolist() == [1, 3]
    panel.model.setData(panel.model.index(0, column), "")
    assert panel.keys.keys == ["F9"]


def test_keys_wait_while_the_user_types_and_while_the_switch_is_off(qtbot, panel, window, session, network):
    panel.model.insert(0, [TransmitRow(key="F9"), TransmitRow(key="F")])
    go_live(qtbot, session, network.free_port())
    sent = []
    panel.keys.pressed.connect(sent.append)
    window.field.setFocus()
    qtbot.waitUntil(window.field.hasFocus, timeout=WAIT_MS)
    qtbot.keyClick(window.field, Qt.Key.Key_F9)
    qtbot.keyClicks(window.field, "f")
    assert (sent, window.field.text()) == ([], "f")
    window.field.setReadOnly(True)
    session.transmit.switch.set(False)
    qtbot.keyClick(window.field, Qt.Key.Key_F9)
    assert sent == ["F9"]
    assert status(panel) == SWITCHED_OFF
    assert session.transmit.link.client.flush(5.0)
    assert session.transmit.link.client.sent == 0


def test_keys_of_the_window_cannot_be_keys_of_rows(panel, window):
    panel.model.insert(0, [TransmitRow(), TransmitRow(key="F5")])
    assert panel.keys.keys == []
    assert not panel.model.setData(panel.model.index(0, KEYS.index("key")), "F5")
    assert status(panel) == "F5 is used by the window, for Connect: choose another key."


def test_rows_are_dragged_to_another_place(qtbot, panel):
    panel.model.insert(0, [TransmitRow(name=name) for name in "abcd"])
    panel.table.select([0, 1])
    mime = panel.model.mimeData(panel.table.selectedIndexes())
    low = panel.table.visualRect(panel.model.index(2, 3)).bottomLeft()
    actions = Qt.DropAction.MoveAction | Qt.DropAction.CopyAction
    # PySide6 6.12 deprecates integers, which are the only form that older releases accept.
    place = low.toPointF() if PySide6.__version_info__ >= (6, 12) else low
    for kind in (QDragEnterEvent, QDragMoveEvent):
        event = kind(place, actions, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(panel.table.viewport(), event)
        assert event.isAccepted()
    drop = QDropEvent(
        low.toPointF(), actions, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(panel.table.viewport(), drop)
    assert drop.dropAction() == Qt.DropAction.CopyAction
    assert [row.name for row in panel.model.rows] == ["c", "a", "b", "d"]
    assert panel.selected() == [1, 2]
    panel.actions_.undo.trigger()
    assert [row.name for row in panel.model.rows] == ["a", "b", "c", "d"]


def test_actions_without_room_in_the_bar_are_in_the_menu_of_a_button(qtbot, panel):
    panel.resize(250, 300)
    more = panel.findChild(QToolButton, "qt_toolbar_ext_button")
    qtbot.waitUntil(more.isVisible, timeout=WAIT_MS)
    assert more.icon().cacheKey() == icon("more").cacheKey()


def test_several_rows_are_moved_by_the_buttons(panel):
    panel.model.insert(0, [TransmitRow(name=name) for name in "abcd"])
    panel.table.select([2, 3])
    assert not panel.actions_.down.isEnabled()
    panel.actions_.up.trigger()
    assert [row.name for row in panel.model.rows] == ["a", "c", "d", "b"]
    panel.actions_.down.trigger()
    assert panel.selected() == [2, 3]


def test_a_triggered_row_answers_and_counts_down(qtbot, panel, session, network):
    port = network.free_port()
    go_live(qtbot, session, port)
    row = TransmitRow(arbitration_id=0x200, count=3, trigger="id == 0x100 and data[0] & 1 after 1 ms")
    panel.model.insert(0, [row])
    panel.model.rows.set_armed(0, True)
    assert panel.footer.load.text() == ""
    with Transmitter(
        SENDER_FACTORY, BusSettings(group="239.74.163.2", port=port, hop_limit=0).to_dict()
    ) as other:
        assert session.transmit.link.client.flush(5.0)
        for value in (1, 2, 3):
            other.send(FrameBatch.from_columns(0, [0x100], [[value]]))
        qtbot.waitUntil(lambda: text(panel, 0, "count") == "1", timeout=WAIT_MS)
        other.send(FrameBatch.from_columns(0, [0x100] * 4, [[5]] * 4))
        qtbot.waitUntil(lambda: not panel.model.rows.is_armed(0), timeout=WAIT_MS)
    assert text(panel, 0, "sent") == "3"
    qtbot.waitUntil(lambda: len(session.document.recording) == 10, timeout=WAIT_MS)


def test_the_load_of_many_rows_is_computed_once(qtbot, panel, session, network):
    go_live(qtbot, session, network.free_port())
    panel.model.insert(0, [TransmitRow(period_ns=50 * NS_PER_MS)] * 100)
    qtbot.waitUntil(lambda: not panel.load_update.isActive(), timeout=WAIT_MS)
    worked = []
    panel.load_update.timeout.connect(lambda: worked.append(1))
    panel.model.rows.set_armed(range(100), True)
    assert not worked
    qtbot.waitUntil(lambda: "2,000 frames/s" in panel.footer.load.text(), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: text(panel, 99, "sent") != "0", timeout=WAIT_MS)
    assert len(worked) == 1


def test_a_trigger_follows_the_databases(qtbot, panel, session, stage, network):
    port = network.free_port()
    go_live(qtbot, session, port)
    panel.model.insert(0, [TransmitRow(trigger='name == "Engine"', count=7)])
    panel.model.rows.set_armed(0, True)
    session.databases.changed.emit()
    stage.add_database()
    assert panel.model.rows.is_armed(0)
    settings = BusSettings(group="239.74.163.2", port=port, hop_limit=0).to_dict()
    with Transmitter(SENDER_FACTORY, settings) as other:
        assert session.transmit.link.client.flush(5.0)
        other.send(FrameBatch.from_columns(0, [0x100, 0x101], [[1]] * 2))
        qtbot.waitUntil(lambda: text(panel, 0, "count") == "6", timeout=WAIT_MS)
    assert text(panel, 0, "sent") == "1"


def test_the_limit_is_stored_and_used(qtbot, panel, session, settings, network):
    panel.footer.limit.setValue(500)
    assert settings.field(RATE_LIMIT).value == 500
    session.transmit.set_limit(0)
    settings.field(RATE_LIMIT).set(500)
    assert panel.footer.limit.value() == 500
    settings.field(RATE_LIMIT).set(0)
    assert panel.footer.limit.value() == 0


def test_stop_all_reports_how_many_frames_it_dropped(qtbot, panel, session, network):
    panel.footer.limit.setValue(5)
    go_live(qtbot, session, network.free_port())
    panel.model.insert(0, [TransmitRow()] * 200)
    panel.table.selectAll()
    panel.actions_.send.trigger()
    panel.actions_.stop.trigger()
    qtbot.waitUntil(lambda: "waited to leave" in status(panel), timeout=WAIT_MS)
    assert session.transmit.link.client.flush(5.0)
    sent = [int(text(panel, row, "sent")) for row in range(200)]
    assert sum(sent) == session.transmit.link.client.sent
    assert sent == sorted(sent, reverse=True)


def type_and_tab(qtbot, panel, text):
    """Type into the open editor of the table, and press Tab."""
    editor = QApplication.focusWidget()
    assert panel.table.viewport().isAncestorOf(editor)
    qtbot.keyClicks(editor, text)
    qtbot.keyClick(editor, Qt.Key.Key_Tab)
    qtbot.waitUntil(lambda: QApplication.focusWidget() is not editor)


def test_tab_moves_from_the_id_of_a_new_row_through_its_cells(qtbot, panel):
    panel.window().activateWindow()
    qtbot.waitUntil(panel.isActiveWindow)
    for expected in ("7DF", "7E0"):
        panel.actions_.add.trigger()
        row = panel.model.rowCount() - 1
        editor = QApplication.focusWidget()
        assert panel.table.viewport().rect().contains(editor.geometry())
        assert panel.table.selected() == [row]
        editor.selectAll()
        for value, key in ((expected, "data"), ("01 02", "period")):
            type_and_tab(qtbot, panel, value)
            assert (panel.table.currentIndex().row(), KEYS[panel.table.currentIndex().column()]) == (row, key)
        type_and_tab(qtbot, panel, "20")
        assert panel.details.isAncestorOf(QApplication.focusWidget())
        assert panel.table.horizontalScrollBar().value() == 0
        assert [text(panel, row, key) for key in ("id", "period", "data")] == [expected, "20", "01 02"]


def test_tab_in_an_editor_skips_cells_that_cannot_be_edited(qtbot, panel):
    panel.model.insert(0, [TransmitRow(flags=Flag.REMOTE), TransmitRow()])
    panel.window().activateWindow()
    qtbot.waitUntil(panel.isActiveWindow)
    open_editor(panel, 0, "name")
    cells = [(0, "id"), (0, "period"), (1, "id"), (1, "data")]
    for row, key in cells:
        type_and_tab(qtbot, panel, "1")
        assert (panel.table.currentIndex().row(), KEYS[panel.table.currentIndex().column()]) == (row, key)
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Backtab)
    qtbot.waitUntil(lambda: KEYS[panel.table.currentIndex().column()] == "id")
    panel.table.show_column(KEYS.index("comment"), True)
    open_editor(panel, 0, "period")
    type_and_tab(qtbot, panel, "1")
    assert KEYS[panel.table.currentIndex().column()] == "comment"


def test_only_the_duplicate_is_selected_while_ctrl_is_pressed(qtbot, panel):
    panel.model.insert(0, [TransmitRow(name="a")])
    panel.table.select([0])
    control = Qt.KeyboardModifier.ControlModifier
    with qtbot.waitActive(panel):
        panel.activateWindow()
    qtbot.keyPress(panel.table, Qt.Key.Key_Control)
    qtbot.keyPress(panel.table, Qt.Key.Key_J, control)
    assert panel.selected() == [1]
    qtbot.keyRelease(panel.table, Qt.Key.Key_J, control)
    qtbot.keyRelease(panel.table, Qt.Key.Key_Control)
