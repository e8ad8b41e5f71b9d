"""The main window: its pages, keys, docks, layout and end."""

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QCloseEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QMessageBox, QToolButton

from canmcast_gui.app.session import SessionState
from canmcast_gui.recording import Recording, leftovers
from canmcast_gui.ui.dialogs.channels import ChannelsDialog
from canmcast_gui.ui.window.main_window import MainWindow
from tests.support.frames import START_NS, traffic
from tests.support.stage import process_deletions

pytestmark = pytest.mark.window


def test_an_empty_window_offers_a_beginning(window):
    assert window.panel.is_empty
    assert window.windowTitle() == "canmcast"
    assert window.actions_.start.isEnabled()
    assert not window.actions_.stop.isEnabled()


def test_frames_take_the_place_of_the_start_page(stage, window):
    stage.receive(traffic(10))
    assert not window.panel.is_empty
    assert window.panel.by_id.isVisible()
    window.actions_.chronological.trigger()
    assert window.panel.chronological.isVisible()
    assert window.actions_.chronological.isChecked()
    assert not window.actions_.by_id.isChecked()
    window.actions_.clear.trigger()
    assert window.panel.is_empty


def test_space_pauses_in_the_trace_and_is_typed_in_the_filter(qtbot, stage, window):
    stage.receive(traffic(10))
    with qtbot.waitActive(window):
        window.activateWindow()
    window.panel.by_id.table.setFocus()
    QTest.keyClick(window.panel.by_id.table, Qt.Key.Key_Space)
    assert stage.session.clock.paused
    window.actions_.filter.trigger()
    QTest.keyClicks(window.panel.filter_box, "not error")
    assert stage.session.clock.paused
    assert window.panel.filter_box.text() == "not error"
    window.actions_.pause.trigger()
    assert not stage.session.clock.paused


def test_a_file_is_shown_in_order_of_time_and_live_traffic_as_before(qtbot, stage, window, tmp_path):
    stage.receive(traffic(100))
    path = tmp_path / "trace.asc"
    with qtbot.waitSignal(stage.session.document.save(path).ended):
        pass
    window.files.open(str(path))
    qtbot.waitUntil(lambda: stage.session.state is SessionState.FILE)
    assert window.panel.chronological.isVisible()
    assert window.windowTitle() == "trace.asc – canmcast"
    qtbot.waitUntil(lambda: window.panel.chronological.model.rowCount() == 100)
    assert not window.panel.chronological.auto_scroll.following
    assert stage.settings.recent_files.value == (str(path),)
    stage.session.clear()
    stage.receive(traffic(10))
    assert window.panel.by_id.isVisible()


@pytest.mark.parametrize(
    ("action", "kind"), [("connect", ChannelsDialog), ("open", QFileDialog), ("about", QMessageBox)]
)
def test_dialogs_are_freed_when_they_close(window, action, kind):
    getattr(window.actions_, action).trigger()
    dialogs = window.findChildren(kind)
    assert len(dialogs) == 1
    dialogs[0].reject()
    process_deletions()
    assert window.findChildren(QDialog) == []


def test_unsaved_frames_are_asked_about_before_they_go(stage, window):
    stage.receive(traffic(10))
    event = QCloseEvent()
    window.files.keep_unsaved(lambda: pytest.fail("no answer was given"))
    box = window.findChild(QMessageBox)
    assert "10 received frames" in box.text()
    box.button(QMessageBox.StandardButton.Cancel).click()
    process_deletions()
    done = []
    window.files.keep_unsaved(lambda: done.append(True))
    window.findChild(QMessageBox).button(QMessageBox.StandardButton.Discard).click()
    assert done == [True]
    window.closeEvent(event)  # the program's own end does not wait for an answer
    assert event.isAccepted()


def test_a_recording_that_a_crash_left_is_recovered(stage, window):
    lost = Recording.create()
    lost.append(traffic(50))
    lost.close()
    window.start_page.refresh()
    window.start_page.recover_requested.emit(leftovers()[0])
    assert len(stage.session.document.recording) == 50
    assert not window.panel.is_empty


def test_marks_of_a_file_are_asked_about_before_they_go(qtbot, stage, window, tmp_path):
    stage.receive(traffic(10))
    with qtbot.waitSignal(stage.session.document.save(tmp_path / "a.asc").finished):
        pass
    window.files.keep_unsaved(lambda: None)
    assert window.findChild(QMessageBox) is None
    stage.session.document.recording.marks.add(3, "here")
    window.files.keep_unsaved(lambda: pytest.fail("no answer was given"))
    box = window.findChild(QMessageBox)
    assert box.text() == "1 mark has not been saved."
    box.button(QMessageBox.StandardButton.Cancel).click()


def test_a_recording_that_a_crash_left_is_saved(qtbot, stage, window, tmp_path):
    lost = Recording.create()
    lost.append(traffic(50))
    lost.close()
    window.start_page.refresh()
    window.start_page.save_requested.emit(leftovers()[0])
    dialog = window.findChild(QFileDialog)
    dialog.selectFile(str(tmp_path / "saved.asc"))
    dialog.accept()
    qtbot.waitUntil(lambda: not lost.folder.exists())
    assert (tmp_path / "saved.asc").is_file()
    assert window.panel.is_empty


@pytest.mark.qt_log_ignore("plugin does not support", extend=True)
def test_docks_close_and_come_back_and_the_layout_is_remembered(qtbot, stage, window):
    docks = window.docks.docks
    toggles = {action.text(): action for action in window.docks.panel_actions()}
    toggles["Transmit"].trigger()
    assert not docks["transmit"].isVisible()
    docks["signals"].setFloating(True)
    window.close()
    again = MainWindow(stage.session, stage.settings)
    again.show()
    assert again.docks.docks["transmit"].isHidden()
    assert again.docks.docks["signals"].isFloating()
    again.docks.arrange()
    hidden = [name for name, dock in again.docks.docks.items() if not dock.isVisible()]
    assert hidden == ["gateway"]  # which most measurements do not need
    assert not any(dock.isFloating() for dock in again.docks.docks.values())
    again.end()
    again.deleteLater()


@pytest.mark.parametrize("size", [(1280, 800), (1024, 700)])
def test_nothing_needs_more_room_than_a_small_screen_has(qtbot, stage, window, size):
    stage.receive(traffic(100))
    window.resize(*size)
    window.docks.arrange()
    QApplication.processEvents()
    assert (window.width(), window.height()) == size
    for mode in ("by_id", "chronological"):
        window.panel.set_mode(mode)
        QApplication.processEvents()
        table = window.panel.view.table
        header = table.header
        data = [column.key for column in window.panel.view.model.columns].index("data")
        right = header.sectionViewportPosition(data) + header.sectionSize(data)
        eight_bytes = table.line_painter().digit * 23
        assert right <= table.viewport().width() + 1
        assert header.sectionSize(data) >= eight_bytes
    bar = window.tool_bar
    for action in bar.actions():
        widget = bar.widgetForAction(action)
        assert widget.isVisible(), action.text()
        assert widget.mapTo(window, QPoint(widget.width(), 0)).x() <= window.width()


def test_a_dropped_database_is_loaded(qtbot, stage, window, tmp_path):
    stage.add_database()
    stage.session.databases.remove(tmp_path / "engine.dbc")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "engine.dbc"))])
    event = QDropEvent(
        QPointF(9, 9),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    with qtbot.waitSignal(stage.session.databases.changed):
        window.dropEvent(event)
    assert [message.name for one in stage.session.databases.loaded for message in one.messages] == ["Engine"]


def test_an_unreadable_file_is_said_without_a_dialog(qtbot, window, tmp_path):
    bad = tmp_path / "bad.asc"
    bad.write_bytes(b"\0\1\2")
    window.files.open(str(bad))
    qtbot.waitUntil(lambda: bool(window.panel.messages.texts))
    assert "bad.asc" in window.panel.messages.texts[0]
    assert window.findChildren(QDialog) == []


def test_the_theme_menu_changes_the_setting(stage, window):
    from canmcast_gui.ui.window.menus import THEMES, choice_menu

    menu = choice_menu(window, "Theme", stage.settings.theme, THEMES)
    menu.actions()[2].trigger()
    assert stage.settings.theme.value == "dark"
    stage.settings.theme.set("light")
    assert [action.isChecked() for action in menu.actions()] == [False, True, False]


def test_a_workspace_brings_back_what_was_set_up(qtbot, stage, window, tmp_path):
    from canmcast_gui.app.transmit.row import TransmitRow

    stage.add_database()
    stage.session.transmit.rows.reset([TransmitRow()])
    window.docks.plots.plot_signal("Engine.Speed")
    path = tmp_path / "work.canmcast"
    stage.session.workspace.save(path)
    stage.session.databases.remove(tmp_path / "engine.dbc")
    stage.session.transmit.rows.reset([])
    window.docks.plots.apply_setups([])
    with qtbot.waitSignal(stage.session.databases.changed):
        stage.session.workspace.open(path)
    assert [message.name for one in stage.session.databases.loaded for message in one.messages] == ["Engine"]
    assert list(window.docks.transmit.model.rows) == [TransmitRow()]
    qtbot.waitUntil(lambda: window.docks.plots.plotted() == ["Engine.Speed"])


def test_a_damaged_workspace_is_said_and_changes_nothing(stage, window, tmp_path):
    stage.add_database()
    bad = tmp_path / "bad.canmcast"
    bad.write_text("{")
    stage.session.workspace.open(bad)
    assert "bad.canmcast" in window.panel.messages.texts[0]
    assert len(list(stage.session.databases.loaded)) == 1


def test_the_last_minute_is_saved(qtbot, stage, window, tmp_path):
    batch = traffic(100)
    batch.records["timestamp_ns"] = START_NS + np.arange(100) * 1_000_000_000  # one a second
    stage.receive(batch)
    path = tmp_path / "minute.asc"
    window.actions_.save_minute.trigger()
    dialog = window.findChild(QFileDialog)
    dialog.selectFile(str(path))
    dialog.accept()
    qtbot.waitUntil(path.exists)
    assert path.read_text().count(" Rx ") == 61


def test_what_a_crash_left_is_offered_beside_a_bus_or_a_file(qtbot, stage, window, tmp_path):
    window.recovery.offer()
    assert window.panel.messages.texts == []
    lost = Recording.create()
    lost.append(traffic(50))
    lost.close()
    window.recovery.offer()
    (text,) = window.panel.messages.texts
    assert text.startswith("50 frames from ")
    (button,) = [one for one in window.panel.messages.findChildren(QToolButton) if one.text() == "Save…"]
    button.click()
    dialog = window.findChild(QFileDialog)
    dialog.selectFile(str(tmp_path / "saved.asc"))
    dialog.accept()
    qtbot.waitUntil(lambda: not lost.folder.exists())


def test_a_view_that_is_chosen_again_stays_chosen_and_gets_the_keys(qtbot, stage, window):
    stage.receive(traffic(10))
    with qtbot.waitActive(window):
        window.activateWindow()
    for action, view in (
        (window.actions_.chronological, window.panel.chronological),
        (window.actions_.by_id, window.panel.by_id),
    ):
        for _again in range(2):
            window.panel.filter_box.setFocus()
            action.trigger()
            assert action.isChecked()
            assert QApplication.focusWidget() is view.table


@pytest.mark.qt_log_ignore("plugin does not support", extend=True)
def test_the_database_browser_has_its_place_again_at_the_next_start(qtbot, stage, window):
    dock = window.docks.browser_dock
    window.docks.show_browser()
    qtbot.waitUntil(dock.isVisible)
    assert window.geometry().contains(dock.geometry().center())
    dock.setGeometry(120, 90, 700, 500)
    dock.close()
    window.close()
    again = MainWindow(stage.session, stage.settings)
    again.show()
    again.docks.show_browser()
    qtbot.waitUntil(again.docks.browser_dock.isVisible)
    assert again.docks.browser_dock.geometry().getRect() == (120, 90, 700, 500)
    again.end()
    again.deleteLater()
