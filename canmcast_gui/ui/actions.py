"""All actions of the main window, as data: name, text, icon, keys, and what a tool tip adds."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from canmcast_gui.ui import icons

# Keys of the window work in floating panels, too, which are windows of their own; not while a dialog is open.
EVERYWHERE = Qt.ShortcutContext.ApplicationShortcut


@dataclass(frozen=True)
class ActionData:
    """One action. ``short`` is the text on the tool bar."""

    name: str
    text: str
    icon: str = ""
    keys: str = ""
    tip: str = ""
    checkable: bool = False
    short: str = ""


WORKSPACE = "Bus, views, colours, databases, plots, transmit rows, layout"
ACTIONS = (
    ActionData(
        "open", "&Open recording…", "open", "Ctrl+O", "A log file of any kind, or several on one time line"
    ),
    ActionData("save", "&Save trace…", "save", "Ctrl+S", "All frames, to a log file"),
    ActionData("save_minute", "Save the last &minute…", "", "", "The newest 60 seconds, to a log file"),
    ActionData("save_shown", "Save s&hown rows…", "", "", "The frames that pass the filter, to a log file"),
    ActionData(
        "load_database", "Load &database…", "database", "Ctrl+D", "Names and signals: DBC, KCD, SYM, ARXML"
    ),
    ActionData("database_browser", "Database bro&wser", "", "", "Messages, signals, nodes, bits, remarks"),
    ActionData(
        "new_workspace", "N&ew workspace", "", "", "Nothing set up: no databases, plots or transmit rows"
    ),
    ActionData("open_workspace", "Open &workspace…", "", "Ctrl+Shift+O", WORKSPACE),
    ActionData("save_workspace", "Save wor&kspace", "", "Ctrl+Shift+S", WORKSPACE),
    ActionData("save_workspace_as", "Save workspace &as…", "", "", WORKSPACE),
    ActionData("new", "&New trace", "", "Ctrl+N", "Begin an empty trace"),
    ActionData("quit", "&Quit", "", "Ctrl+Q"),
    ActionData("start", "&Start", "start", "F5", "Go on the bus that was used last"),
    ActionData("stop", "S&top", "stop", "Shift+F5", "Leave the bus; what was received stays"),
    ActionData("connect", "&Connect to a bus…", "bus", "Ctrl+B", "Choose group, port and network interface"),
    ActionData("demo", "Start the &demonstration", "demo", "", "A simulated car, on this computer only"),
    ActionData("pause", "&Pause the views", "pause", "Space", "Reception goes on", True, "Pause"),
    ActionData("clear", "C&lear", "clear", "Ctrl+Shift+L", "Begin an empty trace", short="Clear"),
    ActionData(
        "record", "&Record to a file…", "record", "Ctrl+R", "What is received from now on", True, "Record"
    ),
    ActionData("limits", "How much is &kept…", "", "", "The oldest frames go when a limit is reached"),
    ActionData(
        "record_options",
        "Record with &options…",
        "",
        "Ctrl+Shift+R",
        "Several files, a trigger, the time before",
    ),
    ActionData("by_id", "By &ID", "byid", "Ctrl+1", "One line for each id", True, "By ID"),
    ActionData("chronological", "&Chronological", "chronological", "Ctrl+2", "All frames in order", True),
    ActionData(
        "new_chronological",
        "New &chronological view",
        "chronological",
        "Ctrl+Shift+2",
        "All frames in order, with a filter and columns of its own",
    ),
    ActionData(
        "new_by_id",
        "New by-&ID view",
        "byid",
        "Ctrl+Shift+1",
        "One line for each id, with a filter and columns of its own",
    ),
    ActionData(
        "hexadecimal", "&Hexadecimal numbers", "", "Ctrl+H", "Else decimal: ids and data", True, "Hex"
    ),
    ActionData("follow", "&Auto-scroll", "follow", "Ctrl+End", "Stay at the newest frame", True),
    ActionData("filter", "&Filter", "filter", "Ctrl+L", "Type a filter"),
    ActionData("find", "F&ind…", "find", "Ctrl+F", "Look for a frame"),
    ActionData("copy", "&Copy rows", "copy", "Ctrl+C", "The selected rows, as text"),
    ActionData("copy_csv", "Copy rows as CS&V", "", "", "The selected rows, for a spreadsheet"),
    ActionData("copy_candump", "Copy rows as candump &lines", "", "", "The selected rows, as candump -L"),
    ActionData("mark", "&Mark the row…", "", "Ctrl+M", "A note at the current row, kept with the recording"),
    ActionData("unmark", "&Remove the mark", "", "Ctrl+Shift+M"),
    ActionData("next_mark", "&Next mark", "", "Alt+PgDown"),
    ActionData("previous_mark", "&Previous mark", "", "Alt+PgUp"),
    ActionData("reference", "Count time from &here", "", "Ctrl+T", "The current row becomes time 0"),
    ActionData("no_reference", "Count time from the &start", "", "Ctrl+Shift+T"),
    ActionData("colors", "C&olours…", "", "", "Rules of filter and colour"),
    ActionData("next_panel", "Ne&xt panel", "", "F6", "Go to the next open panel, behind tabs too"),
    ActionData("previous_panel", "&Previous panel", "", "Shift+F6", "Go to the open panel before"),
    ActionData("help", "&Handbook", "help", "F1", "All tasks, keys and filters, at what has the focus"),
    ActionData("about", "&About canmcast"),
)


class Actions:
    """The actions by name, as attributes; each belongs to ``parent`` and works while it has the focus."""

    def __init__(self, parent: QWidget) -> None:
        for data in ACTIONS:
            setattr(self, data.name, _make(data, parent))

    def __getattr__(self, name: str) -> QAction:
        raise AttributeError(f"there is no action {name!r}")


def _make(data: ActionData, parent: QWidget) -> QAction:
    action = QAction(data.text, parent)
    action.setObjectName(data.name)
    action.setCheckable(data.checkable)
    if data.icon:
        action.setIcon(icons.icon(data.icon))
    if data.short:
        action.setIconText(data.short)
    if data.keys:
        action.setShortcut(QKeySequence(data.keys))
        action.setShortcutContext(EVERYWHERE)
    plain = data.text.replace("&", "").rstrip("…")
    keys = (
        f"  ({QKeySequence(data.keys).toString(QKeySequence.SequenceFormat.NativeText)})" if data.keys else ""
    )
    action.setToolTip(f"{plain}{keys}" + (f"\n{data.tip}" if data.tip else ""))
    return action
