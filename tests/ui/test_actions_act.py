"""Every entry of the menus that can be chosen does something that can be seen."""

import pytest
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QApplication, QDialog, QMenu

from canmcast_gui.app.transmit.row import TransmitRow
from canmcast_gui.ui.trace.table.header_menu import fill_menu
from tests.support.frames import traffic
from tests.ui.tab_order import activate

pytestmark = [pytest.mark.window, pytest.mark.qt_log_ignore("This plugin does not support")]

# The end of the program, and what needs a bus of this computer.
LEFT_OUT = ("Quit", "Start", "Start the demonstration")

SOON_MS = 300


def observed(window, stage):
    """Windows, checked actions, clipboard, focus and number of messages."""
    shown = [one for one in QApplication.topLevelWidgets() if one.isVisible()]
    windows = sorted((type(one).__name__, one.windowTitle()) for one in shown)
    ticks = [action.isChecked() for action in window.findChildren(QAction)]
    clipboard = QGuiApplication.clipboard().text()
    return windows, ticks, clipboard, QApplication.focusWidget(), len(stage.messages)


def does_something(qtbot, window, stage, action):
    """Choose an entry; whether something observable changes soon, or the picture of the window."""
    before, picture = observed(window, stage), window.grab().toImage()
    action.trigger()
    changed = lambda: observed(window, stage) != before or window.grab().toImage() != picture  # noqa: E731
    try:
        qtbot.waitUntil(changed, timeout=SOON_MS)
    except qtbot.TimeoutError:
        return False
    return True


def entries(menu, path=()):
    """All entries of a menu and those below it, by their places, as they are when it is opened."""
    menu.aboutToShow.emit()
    found = {}
    for action in menu.actions():
        name = action.text().replace("&", "").rstrip("…")
        if action.menu() is not None and action.isEnabled():
            found |= entries(action.menu(), (*path, name))
        elif action.menu() is None and not action.isSeparator():
            found[(*path, name)] = action
    return found


def close_all(window):
    """Close the dialogs and menus that an entry has opened."""
    for one in QApplication.topLevelWidgets():
        if one.isVisible() and isinstance(one, QDialog | QMenu):
            one.close()
    QApplication.processEvents()


def idle_entries(qtbot, window, stage, make_menu, prepare):
    """Choose each entry of a menu that is enabled; returns those that did nothing that could be seen."""
    idle = []
    prepare()
    for place in entries(make_menu()):
        prepare()
        menu = make_menu()
        action = entries(menu).get(place)
        if action is None or not action.isEnabled() or place[-1] in LEFT_OUT:
            continue
        if action.isChecked() and action.actionGroup() is not None:
            continue  # it is chosen already
        QGuiApplication.clipboard().setText("123#01")
        if not does_something(qtbot, window, stage, action):
            idle.append(" > ".join((menu.title(), *place)))
        close_all(window)
    return idle


@pytest.fixture
def full(qtbot, stage, window):
    """A window with a recording, databases, plots and rows."""
    stage.add_database()
    stage.receive(traffic(200))
    window.docks.plots.plot_signal("Engine.Speed")
    window.docks.transmit.model.insert(0, [TransmitRow(), TransmitRow()])
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    return window


@pytest.mark.parametrize("state", ["empty", pytest.param("full", marks=pytest.mark.long), "row chosen"])
def test_each_enabled_entry_of_the_menu_bar_does_something(qtbot, stage, full, state):
    def prepare():
        if state == "empty":
            if len(stage.session.document.recording):
                stage.session.clear()
        elif not len(stage.session.document.recording):
            stage.receive(traffic(200))
        activate(full)
        full.docks.hosts.table.setFocus()
        view = full.views.current
        view.refresh()
        view.table.setCurrentIndex(view.model.index(2 if state == "row chosen" else -1, 0))

    idle = []
    for entry in full.menuBar().actions():
        idle += idle_entries(qtbot, full, stage, entry.menu, prepare)
    assert idle == []


def menu_of(widget):
    """The context menu of a widget that shows its actions there."""
    menu = QMenu(widget)
    menu.addActions(widget.actions())
    return menu


def columns_of(view):
    """The menu of a view's titles."""
    menu = QMenu(view)
    fill_menu(menu, view.table.header)
    return menu


CONTEXT_MENUS = {
    "row": lambda window: window.subjects.view_menu(window.views.current),
    "titles": lambda window: columns_of(window.views.current),
    "marks": lambda window: window.subjects.menu("marks"),
    "statistics": lambda window: window.subjects.menu("statistics"),
    "signals": lambda window: window.subjects.menu("signals"),
    "gauges": lambda window: window.subjects.menu("gauges"),
    "transmit": lambda window: menu_of(window.docks.transmit.table),
}


def choose_line(table, line):
    """Make a line of a table or tree the current one, or none (-1)."""
    model = table.model()
    index = model.index(line, 0)
    if index.isValid():
        table.setCurrentIndex(index)
    else:
        table.clearSelection()
        table.setCurrentIndex(index)


@pytest.mark.parametrize("line", [-1, 0])
def test_each_enabled_entry_of_the_context_menus_does_something(qtbot, stage, full, line):
    docks = full.docks

    def prepare():
        if not len(stage.session.databases.loaded):
            stage.add_database()
        if not len(stage.session.document.recording):
            stage.receive(traffic(200))
        full.panel.set_mode("chronological")
        full.panel.context.mark(5, "here")
        if docks.transmit.model.rowCount() < 3:
            docks.transmit.model.insert(0, [TransmitRow(), TransmitRow(), TransmitRow()])
        docks.gauges.set_signals(["Engine.Speed", "Engine.Gear"])
        qtbot.waitUntil(docks.gauges.reset_action.isEnabled)
        for name in ("gauges", "transmit", "marks"):
            docks.docks[name].show()
            docks.docks[name].raise_()
        docks.statistics.refresh()
        activate(full)
        for table in (docks.marks.table, docks.statistics.table, docks.gauges.table, docks.transmit.table):
            choose_line(table, line)
        choose_line(docks.signals.tree, -1)
        if line >= 0:
            docks.signals.tree.setCurrentIndex(
                docks.signals.model.index(0, 0, docks.signals.model.index(0, 0))
            )
        view = full.views.current
        view.refresh()
        choose_line(view.table, line)

    idle = []
    for name, make in CONTEXT_MENUS.items():
        idle += [
            f"{name}: {one}"
            for one in idle_entries(qtbot, full, stage, lambda make=make: make(full), prepare)
        ]
    assert idle == []


def test_each_disabled_entry_of_the_menu_bar_says_why(stage, full):
    stage.session.clear()
    stage.session.databases.remove(stage.folder / "engine.dbc")
    full.docks.transmit.model.remove(range(2))
    silent = []
    for entry in full.menuBar().actions():
        menu = entry.menu()
        assert menu.toolTipsVisible()
        for place, action in entries(menu).items():
            if not action.isEnabled() and not action.toolTip().endswith("."):
                silent.append(" > ".join((menu.title(), *place)))
    assert silent == [
        "&File > Open recent > No recent files",
        "&File > Recent workspaces > No workspace was saved yet",
    ]
