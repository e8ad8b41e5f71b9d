"""Panels are brought to the front by the Window menu and by keys, and float as ordinary windows."""

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from canmcast_gui.ui.handbook.pages import page
from canmcast_gui.ui.panels.dock import PANELS
from tests.support.frames import traffic
from tests.ui.tab_order import activate

pytestmark = [pytest.mark.window, pytest.mark.qt_log_ignore("This plugin does not support")]

NAMES = [name for name, _title, _keys in PANELS]


@pytest.fixture
def full(qtbot, stage, window):
    """A window with frames, a database, plots that are loaded, and its first arrangement."""
    stage.add_database()
    stage.receive(traffic(50))
    window.docks.arrange()
    activate(window)
    window.panel.view.setFocus()
    return window


def focus_is_inside(dock):
    """Whether keys go to the panel."""
    focus = QApplication.focusWidget()
    return focus is not None and dock.widget().isAncestorOf(focus)


def press_key_of(dock):
    """Press the key of a panel where the focus is."""
    combination = dock.action.shortcut()[0]
    QTest.keyClick(QApplication.focusWidget(), combination.key(), combination.keyboardModifiers())


def choose(qtbot, window, text, title="&Window"):
    """Choose an entry of a menu with the mouse."""
    bar = window.menuBar()
    (entry,) = (one for one in bar.actions() if one.text() == title)
    QTest.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.actionGeometry(entry).center())
    menu = entry.menu()
    qtbot.waitUntil(menu.isVisible)
    (action,) = (one for one in menu.actions() if one.text() == text)
    QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center())
    qtbot.waitUntil(lambda: not menu.isVisible())


@pytest.mark.parametrize("state", ["in a hidden tab", "closed", "floating", "docked"])
def test_the_key_of_each_panel_shows_it_wherever_it_is(qtbot, full, state):
    for name in NAMES:
        dock = full.docks.dock(name)
        activate(full)
        full.panel.view.setFocus()
        if state == "closed":
            dock.close()
        elif state == "floating" or dock is full.docks.browser_dock:
            dock.setFloating(True)
        for other in full.tabifiedDockWidgets(dock) if state == "in a hidden tab" else ():
            other.raise_()
        activate(full)
        press_key_of(dock)
        qtbot.waitUntil(lambda dock=dock: dock.is_in_front and focus_is_inside(dock))
        press_key_of(dock)
        assert dock.is_in_front, name  # a key that shows a panel never closes it


def test_the_menu_raises_panels_in_hidden_tabs_and_closes_what_is_in_front(qtbot, full):
    for name in NAMES:
        dock = full.docks.dock(name)
        for other in full.tabifiedDockWidgets(dock):
            other.raise_()
        was_in_front = dock.is_in_front
        choose(qtbot, full, dock.action.text())
        if was_in_front:
            assert dock.isHidden(), name
            assert not dock.action.isChecked()
            choose(qtbot, full, dock.action.text())
        qtbot.waitUntil(lambda dock=dock: dock.is_in_front and focus_is_inside(dock))
        assert dock.action.isChecked()
        activate(full)


def test_each_panel_has_a_key_that_the_menu_and_the_help_show(full):
    keys = [full.docks.dock(name).action.shortcut().toString() for name in NAMES]
    assert all(keys) and len(set(keys)) == len(keys)
    for name, key in zip(NAMES, keys, strict=True):
        assert f"\n| {key} |" in page("keyboard").markdown, name
        assert full.docks.dock(name).action.isShortcutVisibleInContextMenu()


def test_plots_and_views_that_were_opened_are_in_the_menu_and_go_with_their_panel(qtbot, full):
    full.views.open_new("chronological")
    full.docks.plots.open_new()
    entries = {action.text(): action for action in full.docks.panel_actions()}
    assert {"Chronological 2", "Plot 2"} <= entries.keys()
    qtbot.waitUntil(lambda: full.docks.plots.docks["plot-2"].is_in_front)
    full.panel.view.setFocus()
    choose(qtbot, full, "Plot 2")
    qtbot.waitUntil(lambda: full.docks.plots.docks.get("plot-2") is None)
    assert "Plot 2" not in [action.text() for action in full.docks.panel_actions()]


def test_f6_walks_through_the_panels_and_back_to_the_trace(qtbot, full):
    seen = []
    docks = [dock for dock in full.docks.docks.values() if not dock.isHidden()]
    assert len(docks) == len(full.docks.docks) - 1, "all but the gateway are open"
    for _step in range(len(docks) + 1):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_F6)
        seen.append(QApplication.focusWidget())
    for dock in docks:
        assert any(dock.widget().isAncestorOf(focus) for focus in seen), dock.windowTitle()
    assert full.panel.view.table is seen[-1]
    QTest.keyClick(seen[-1], Qt.Key.Key_F6, Qt.KeyboardModifier.ShiftModifier)
    assert QApplication.focusWidget() is seen[-2]


def test_a_floating_panel_is_an_ordinary_window_with_its_place(qtbot, stage, full):
    for dock in (full.docks.browser_dock, full.docks.docks["plot"]):
        dock.setFloating(True)
        dock.bring_forward()
        qtbot.waitUntil(lambda dock=dock: dock.windowType() == Qt.WindowType.Window and dock.isVisible())
        flags = dock.windowFlags()
        assert not flags & Qt.WindowType.FramelessWindowHint
        assert flags & Qt.WindowType.WindowTitleHint
        assert flags & Qt.WindowType.WindowMaximizeButtonHint
        assert dock.windowTitle()
        assert dock.windowHandle().title() == dock.windowTitle()
        assert QGuiApplication.primaryScreen().availableGeometry().contains(dock.geometry())
        assert dock.pos() != QPoint()
    dock.setGeometry(200, 150, 500, 300)
    state = full.saveState()
    dock.setFloating(False)
    assert full.restoreState(state)
    qtbot.waitUntil(lambda: dock.windowType() == Qt.WindowType.Window and dock.isVisible())
    assert dock.geometry().getRect() == (200, 150, 500, 300)


def test_keys_of_the_window_work_in_a_floating_panel(qtbot, stage, full):
    dock = full.docks.docks["plot"]
    dock.setFloating(True)
    dock.bring_forward()
    activate(dock)
    before = stage.settings.decimal.value
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_H, Qt.KeyboardModifier.ControlModifier)
    assert stage.settings.decimal.value is not before


@pytest.mark.parametrize("state", ["closed", "in a hidden tab"])
def test_rows_that_are_added_by_the_menu_are_seen_and_typed_in(qtbot, full, state):
    dock = full.docks.docks["transmit"]
    if state == "closed":
        dock.close()
    else:
        full.docks.docks["replay"].raise_()
    qtbot.waitUntil(lambda: not dock.is_in_front)
    choose(qtbot, full, "Add row", "T&ransmit")
    qtbot.waitUntil(lambda: dock.is_in_front and isinstance(QApplication.focusWidget(), QLineEdit))
    editor = QApplication.focusWidget()
    editor.selectAll()
    QTest.keyClicks(editor, "7DF")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: full.docks.transmit.model.rows[0].arbitration_id == 0x7DF)


def test_the_window_of_a_floating_view_has_the_filter_in_its_title(qtbot, full):
    full.views.open_new("chronological")
    (pane,) = full.views.panes
    (dock,) = (one for one in full.docks.panels() if one.widget() is pane)
    dock.setFloating(True)
    dock.bring_forward()
    for text in ("data[0] & 1", "data[1] & 2"):
        pane.filter_box.set_filter_text(text)
        qtbot.waitUntil(lambda text=text: dock.windowHandle().title() == f"Chronological 2 – {text}")


def drag(dock, by):
    """Drag a dock by its title."""
    start = QPoint(40, 8)
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QTest.mousePress(dock, left, none, start)
    for part in (0.3, 0.6, 1.0):
        QTest.mouseMove(dock, dock.mapFromGlobal(dock.mapToGlobal(start) + by * part))
        QApplication.processEvents()
    return lambda: QTest.mouseRelease(dock, left, none, start)


def test_a_panel_that_is_dragged_out_becomes_a_window_when_the_button_is_released(qtbot, full):
    dock = full.docks.docks["signals"]
    release = drag(dock, QPoint(300, 150))
    assert dock.isFloating()
    assert dock.windowType() != Qt.WindowType.Window  # or the mouse would lose it
    release()
    qtbot.waitUntil(lambda: dock.windowType() == Qt.WindowType.Window and dock.isVisible())
    dock.setFloating(False)
    assert not dock.isWindow()
    assert dock.isVisible()


def test_a_floating_panel_is_inside_of_the_screen_wherever_the_window_is(qtbot, full):
    dock = full.docks.browser_dock
    room = full.screen().availableGeometry()
    dock.resize(room.width() * 2, 300)
    for corner in (room.topLeft(), room.bottomRight()):
        place = dock.floating_geometry(QRect(corner - QPoint(50, 50), full.size()))
        assert room.contains(place)
