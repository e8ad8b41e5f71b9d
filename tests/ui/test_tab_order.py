"""The Tab key walks through the whole of each window and is caught nowhere."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QDialog

from canmcast_gui.app.document.files import Opened
from canmcast_gui.app.transmit.row import TransmitRow
from canmcast_gui.ui.dialogs.problems import ProblemsDialog
from tests.support.frames import traffic
from tests.ui.tab_order import activate, check

pytestmark = [pytest.mark.window, pytest.mark.qt_log_ignore("This plugin does not support")]

# Together these show every panel.
FRONTS = (
    ("hosts", "transmit", "plot"),
    ("marks", "replay", "gauges"),
    ("sequences", "statistics"),
    ("fuzz",),
    ("gateway",),
)


def two_files(window):
    """Files to open on one time line."""
    folder = Path(window.docks.docks["plot"].window().windowFilePath())
    paths = [folder / "one.log", folder / "two.log"]
    for path in paths:
        path.write_text("(1.0) can0 123#01\n")
    window.files.drop(*map(str, paths))


def a_table(window):
    """A table without titles."""
    path = Path(window.windowFilePath()) / "table.csv"
    path.write_text("a;b;c\n1;2;3\n4;5;6\n")
    window.files.open(str(path))


def an_unread_file(window):
    """What could not be read of a file."""
    ProblemsDialog("2 entries", Opened(2, ("line 1: wrong", "line 2: wrong")), window).open()


def a_rule(window):
    """A rule of the gateway, whose panel is closed at first."""
    window.docks.docks["gateway"].bring_forward()
    window.docks.gateway.add_action.trigger()


DIALOGS = {
    "new": lambda window: window.actions_.new.trigger(),
    "new workspace": lambda window: window.actions_.new_workspace.trigger(),
    "open": lambda window: window.actions_.open.trigger(),
    "databases": lambda window: window.actions_.load_database.trigger(),
    "connect": lambda window: window.actions_.connect.trigger(),
    "limits": lambda window: window.actions_.limits.trigger(),
    "record": lambda window: window.actions_.record_options.trigger(),
    "colors": lambda window: window.actions_.colors.trigger(),
    "help": lambda window: window.actions_.help.trigger(),
    "about": lambda window: window.actions_.about.trigger(),
    "mark": lambda window: window.trace_commands.marks.ask_note(5),
    "named filter": lambda window: window.panel.filter_box.saved_filters.ask_name(),
    "message": lambda window: window.docks.transmit.actions_.database.trigger(),
    "export": lambda window: window.docks.plots.current.actions_.export.trigger(),
    "rule": a_rule,
    "several": two_files,
    "table": a_table,
    "unread": an_unread_file,
}


@pytest.fixture
def full_window(qtbot, stage, window, tmp_path):
    """A window with something in each panel."""
    window.setWindowFilePath(str(tmp_path))  # where the tests put their files
    stage.add_database()
    stage.receive(traffic(200))
    docks = window.docks
    docks.plots.plot_signal("Engine.Speed")
    docks.gauges.add_signals(["Engine.Speed"])
    docks.transmit.model.insert(0, [TransmitRow(), TransmitRow()])
    docks.sequences.editor.setPlainText("send Engine\nwait 5 ms\nsend Engine")
    window.panel.context.mark(5, "here")
    window.panel.find_bar.open()
    docks.plots.panels["plot"].actions_.cursor.trigger()
    docks.plots.panels["plot"].actions_.measure.trigger()
    window.views.open_new("chronological")
    window.resize(1600, 950)
    docks.hosts.refresh()
    docks.statistics.refresh()
    return window


def test_tab_walks_through_the_whole_window_for_all_panels_in_front(qtbot, full_window):
    activate(full_window)
    docks = full_window.docks.docks
    for fronts in (
        ("hosts", "transmit", "plot"),
        ("marks", "replay", "gauges"),
        ("sequences", "statistics"),
        ("fuzz",),
        ("gateway",),
    ):
        for front in fronts:
            docks[front].show()
            docks[front].raise_()
        qtbot.waitUntil(lambda fronts=fronts: all(not docks[one].visibleRegion().isEmpty() for one in fronts))
        check(full_window, str(fronts))


def test_tab_walks_through_each_dialog(qtbot, full_window):
    for which, ask in DIALOGS.items():
        ask(full_window)
        qtbot.waitUntil(lambda: bool(shown_dialogs()))
        (dialog,) = shown_dialogs()
        assert dialog.windowTitle(), which
        activate(dialog)
        check(dialog, which)
        dialog.close()


def shown_dialogs():
    """The dialogs that are open."""
    return [one for one in QApplication.topLevelWidgets() if isinstance(one, QDialog) and one.isVisible()]


def test_tab_walks_through_each_page_of_the_database_browser(qtbot, full_window):
    docks = full_window.docks
    docks.browser_dock.bring_forward()
    activate(docks.browser_dock)
    tabs = docks.browser.tabs
    for page in range(tabs.count()):
        tabs.setCurrentIndex(page)
        check(docks.browser_dock, tabs.tabText(page))
