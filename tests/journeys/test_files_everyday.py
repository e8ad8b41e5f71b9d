"""Everyday use of files: recorded with what came before, opened, moved through, saved."""

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QFileDialog, QMessageBox

from canmcast_gui.app.session import SessionState
from canmcast_gui.logfile import read_batches, save
from canmcast_gui.ui.dialogs.merge import MergeDialog
from canmcast_gui.ui.dialogs.record import RecordDialog
from canmcast_gui.ui.overview.go_to import GoToTimeDialog
from tests.support.frames import traffic

pytestmark = [pytest.mark.network, pytest.mark.window]

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def live(desk, network, stock_peer):
    """A window with 300 frames of a peer, which takes 0.3 s to send them; and a function that sends more."""
    port = network.free_port()
    desk.connect("239.74.163.2", port)

    def send(count):
        before = len(desk.session.document.recording)
        stock_peer("send", "--port", port, "--count", count, "--rate", 1000).result()
        desk.wait(lambda: len(desk.session.document.recording) == before + count, f"{count} frames")

    send(300)
    desk.window.actions_.chronological.trigger()
    activate(desk)
    return desk, send


def opened(desk, frames):
    desk.wait(lambda: desk.session.state is SessionState.FILE, "the opened file")
    desk.wait(lambda: desk.session.overview.is_complete, "the contents of the file")
    desk.wait(lambda: len(desk.trace_lines()) == frames, f"{frames} lines")
    header = desk.window.panel.overview.header
    assert header.isVisible()
    assert header.parts["frames"].text() == f"{frames} frames"


def activate(desk):
    """Wait until the window has the keys again, after a dialog was closed."""
    with desk.qtbot.waitActive(desk.window):
        desk.window.activateWindow()


def test_record_open_and_move_by_mouse(live, tmp_path):
    desk, send = live
    window = desk.window
    window.actions_.record_options.trigger()
    dialog = desk.child(RecordDialog)
    record = dialog.buttons.button(QDialogButtonBox.StandardButton.Ok)
    dialog.path.setText(str(tmp_path / "absent" / "live.blf"))
    dialog.pre.check.click()
    desk.qtbot.mouseClick(record, Qt.MouseButton.LeftButton)
    assert dialog.isVisible()
    assert "absent" in dialog.problem.text()
    dialog.path.setText(str(tmp_path / "live.blf"))
    desk.qtbot.mouseClick(record, Qt.MouseButton.LeftButton)
    send(200)
    window.statusBar().refresh()
    assert "live.blf" in window.statusBar().labels["record"].text()
    window.actions_.record.trigger()
    message = window.panel.messages.messages[-1]
    assert message.text.startswith("Recorded 500 frames to live.blf (")
    desk.qtbot.mouseClick(message.buttons["Open"], Qt.MouseButton.LeftButton)
    assert window.findChild(QMessageBox) is None  # the file has all frames
    opened(desk, 500)
    minimap, view = window.panel.overview.minimap, window.panel.chronological
    desk.wait(minimap.isVisible, "the overview")
    QTest.mouseClick(minimap, Qt.MouseButton.LeftButton, pos=QPoint(minimap.width() - 1, 9))
    assert view.current_row() == 499
    QTest.mouseClick(minimap, Qt.MouseButton.LeftButton, pos=QPoint(0, 9))
    assert view.current_row() == 0
    bar = window.statusBar()
    bar.refresh()
    assert bar.labels["position"].text() == "row 0 at 0.000000 s"
    assert bar.labels["rate"].isHidden()


def test_record_open_and_move_by_keyboard(live, tmp_path):
    desk, send = live
    window = desk.window
    view = window.panel.chronological

    def press(key, modifier=Qt.KeyboardModifier.NoModifier, widget=None):
        QTest.keyClick(widget or QApplication.focusWidget() or window, key, modifier)

    view.table.setFocus()
    press(Qt.Key.Key_R, CTRL | Qt.KeyboardModifier.ShiftModifier)
    dialog = desk.child(RecordDialog)
    desk.wait(lambda: dialog.path.hasFocus() or dialog.isActiveWindow(), "the dialog")
    dialog.path.setFocus()
    press(Qt.Key.Key_A, CTRL)
    QTest.keyClicks(dialog.path, str(tmp_path / "live.asc"))
    dialog.trigger.setFocus()
    QTest.keyClicks(dialog.trigger, "id == 0x105")
    dialog.pre.check.setFocus()
    press(Qt.Key.Key_Space)
    press(Qt.Key.Key_Return, widget=dialog)
    desk.wait(lambda: desk.session.record.recorder is not None, "recording")
    send(50)
    activate(desk)
    press(Qt.Key.Key_R, CTRL, widget=view.table)
    desk.wait(lambda: desk.session.record.recorder is None, "the end of recording")
    message = window.panel.messages.messages[-1]
    assert message.text.startswith("Recorded 350 frames to live.asc")
    message.buttons["Open"].setFocus()
    press(Qt.Key.Key_Space, widget=message.buttons["Open"])
    assert window.findChild(QMessageBox) is None  # the file has all frames
    opened(desk, 350)
    activate(desk)
    view.table.setFocus()
    press(Qt.Key.Key_G, CTRL, widget=view.table)
    dialog = desk.child(GoToTimeDialog)
    QTest.keyClicks(dialog.field, "0.1")
    press(Qt.Key.Key_Return, widget=dialog.field)
    activate(desk)
    found = view.current_row()
    recording = desk.session.document.recording
    times = (recording.rows(found - 1, found + 1).timestamp_ns - recording.start_ns).tolist()
    assert times[0] < 100_000_000 <= times[1]
    minimap = window.panel.overview.minimap
    minimap.setFocus()
    press(Qt.Key.Key_End, widget=minimap)
    assert view.current_row() == 349
    press(Qt.Key.Key_S, CTRL, widget=view.table)
    dialog = desk.child(QFileDialog)
    assert dialog.selectedFiles() == [str(tmp_path / "live.asc")]
    dialog.selectFile(str(tmp_path / "copy.asc"))
    dialog.accept()
    desk.wait((tmp_path / "copy.asc").exists, "the saved file")
    assert sum(map(len, read_batches(tmp_path / "copy.asc"))) == 350


def test_a_split_recording_is_repeated_by_two_clicks_or_one_key(live, tmp_path):
    desk, send = live
    window = desk.window
    button = window.tool_bar.widgetForAction(window.actions_.record)
    menu = button.menu()
    chosen = []

    def choose(action):
        """Click the arrow of the button, then an entry of the menu that it opens."""

        def click():
            desk.qtbot.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center())
            chosen.append(action)

        QTimer.singleShot(0, lambda: desk.wait(menu.isVisible, "the menu") or click())
        arrow = QPoint(button.width() - 4, button.height() // 2)
        desk.qtbot.mouseClick(button, Qt.MouseButton.LeftButton, pos=arrow)
        desk.wait(lambda: chosen[-1:] == [action], "the entry of the menu")

    choose(window.actions_.record_options)
    dialog = desk.child(RecordDialog)
    dialog.path.setText(str(tmp_path / "first.blf"))
    desk.qtbot.mouseClick(dialog.limits["split_frames"].check, Qt.MouseButton.LeftButton)
    dialog.limits["split_frames"].number.setValue(40)
    desk.qtbot.mouseClick(
        dialog.buttons.button(QDialogButtonBox.StandardButton.Ok), Qt.MouseButton.LeftButton
    )

    def stop(files):
        send(100)
        desk.qtbot.mouseClick(button, Qt.MouseButton.LeftButton, pos=QPoint(8, button.height() // 2))
        assert desk.session.record.recorder is None
        assert len(list(tmp_path.glob("*.blf"))) == files

    stop(3)
    choose(window.actions_.record_repeat)
    stop(6)
    activate(desk)
    QTest.keyClick(window.panel.chronological.table, Qt.Key.Key_R, CTRL | Qt.KeyboardModifier.AltModifier)
    desk.wait(lambda: desk.session.record.recorder is not None, "recording")
    assert not window.actions_.record_repeat.isEnabled()
    stop(9)


def drop(desk, widget, paths):
    """Drag files over a widget and release them there; the parent gets what the widget refuses."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    place = widget.rect().center()
    while widget is not None:
        common = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
        enter = QDragEnterEvent(place, *common)
        enter.ignore()
        if widget.acceptDrops():
            QApplication.sendEvent(widget, enter)
        if enter.isAccepted():
            QApplication.sendEvent(widget, QDropEvent(QPointF(place), *common))
            return
        place, widget = widget.mapToParent(place), widget.parentWidget()
    raise AssertionError("no widget takes the files")


def test_dropped_files_are_opened_merged_and_compared(desk, tmp_path):
    window, session = desk.window, desk.session
    paths = [tmp_path / name for name in ("a.asc", "b.asc", "c.asc")]
    for path in paths:
        save(path, [traffic(20)])
    plot = window.docks.plots.current
    drop(desk, plot.bar, paths[:1])  # nothing to compare with: it is opened
    desk.wait(lambda: session.state is SessionState.FILE and session.document.opened, "the first file")
    drop(desk, window.panel.chronological.table.viewport(), paths)
    dialog = desk.child(MergeDialog)
    assert dialog.offsets[2].isVisible()
    QTest.keyClick(dialog, Qt.Key.Key_Return)  # Open is the default button
    desk.wait(lambda: len(session.document.recording) == 60, "three files on one time line")
    # on the plot: a menu, by mouse and by keyboard
    for second, by_mouse in ((paths[1], True), (paths[2], False)):
        drop(desk, plot.bar, [second])
        menu = QApplication.activePopupWidget()
        compare, opening = menu.actions()
        assert opening.text() == f"&Open {second.name}"
        if by_mouse:
            desk.qtbot.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(compare).center())
        else:
            QTest.keyClick(menu, Qt.Key.Key_C)
        assert session.reference.path == second
        desk.wait(lambda: not session.reference.is_reading, "the second file")
    assert len(session.document.recording) == 60
    # two files together
    QApplication.processEvents()
    drop(desk, window, paths[:2])
    dialog = desk.child(MergeDialog)
    desk.qtbot.mouseClick(dialog.compare, Qt.MouseButton.LeftButton)
    desk.wait(lambda: len(session.document.recording) == 20 and session.document.opened, "the first file")
    assert session.document.paths == (paths[0],)
    assert session.reference.path == paths[1]
    desk.wait(lambda: not session.reference.is_reading, "the second file")
