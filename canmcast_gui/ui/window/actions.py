"""The actions of the main window, one attribute for each: text, icon, keys, and what their tool tips say."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction

from canmcast_gui.ui.actions import EVERYWHERE, keys_text, new_action

WORKSPACE = "Bus, views, colours, databases, plots, transmit rows, layout"


class WindowActions:
    """The actions belong to ``parent``, which connects them. Their keys work in the whole program."""

    def __init__(self, parent: QObject) -> None:
        self._owner = parent
        make = self._make
        # menu File
        self.open = make(
            "&Open recording…",
            "A log file of any kind, or several on one time line",
            icon="open",
            keys="Ctrl+O",
        )
        self.save = make("&Save trace…", "All frames, to a log file", icon="save", keys="Ctrl+S")
        self.save_minute = make("Save the last &minute…", "The newest 60 seconds, to a log file")
        self.save_shown = make("Save s&hown rows…", "The frames that pass the filter, to a log file")
        self.load_database = make(
            "Load &database…", "Names and signals: DBC, KCD, SYM, ARXML", icon="database", keys="Ctrl+D"
        )
        self.database_browser = make("Database bro&wser", "Messages, signals, nodes, bits, problems")
        self.new_workspace = make("N&ew workspace", "Nothing set up: no databases, plots or transmit rows")
        self.open_workspace = make("Open &workspace…", WORKSPACE, keys="Ctrl+Shift+O")
        self.save_workspace = make("Save wor&kspace", WORKSPACE, keys="Ctrl+Shift+S")
        self.save_workspace_as = make("Save workspace &as…", WORKSPACE)
        self.new = make("&New trace", "Begin an empty trace", keys="Ctrl+N")
        self.quit = make("&Quit", keys="Ctrl+Q")

        # menu Measurement
        self.start = make("&Start", "Go on the bus that was used last", icon="start", keys="F5")
        self.stop = make("S&top", "Leave the bus; what was received stays", icon="stop", keys="Shift+F5")
        self.connect = make(
            "&Connect to a bus…", "Choose group, port and network interface", icon="bus", keys="Ctrl+B"
        )
        self.demo = make("Start the &demonstration", "A simulated car, on this computer only", icon="demo")
        self.pause = make(
            "&Pause the views", "Reception goes on", icon="pause", keys="Space", checkable=True, short="Pause"
        )
        self.clear = make("C&lear", "Begin an empty trace", icon="clear", keys="Ctrl+Shift+L", short="Clear")
        self.record = make(
            "&Record to a file…",
            "What is received from now on",
            icon="record",
            keys="Ctrl+R",
            checkable=True,
            short="Record",
        )
        self.limits = make("How much is &kept…", "The oldest frames go when a limit is reached")
        self.record_options = make(
            "Record with &options…", "Several files, a trigger, the time before", keys="Ctrl+Shift+R"
        )

        # menu Trace
        self.by_id = make(
            "By &ID", "One line for each id", icon="byid", keys="Ctrl+1", checkable=True, short="By ID"
        )
        self.chronological = make(
            "&Chronological", "All frames in order", icon="chronological", keys="Ctrl+2", checkable=True
        )
        self.hexadecimal = make(
            "&Hexadecimal numbers", "Else decimal: ids and data", keys="Ctrl+H", checkable=True, short="Hex"
        )
        self.follow = make(
            "&Auto-scroll", "Stay at the newest frame", icon="follow", keys="Ctrl+End", checkable=True
        )
        self.filter = make("&Filter", "Type a filter", icon="filter", keys="Ctrl+L")
        self.find = make("F&ind…", "Look for a frame", icon="find", keys="Ctrl+F")
        self.copy = make("&Copy rows", "The selected rows, as text", icon="copy", keys="Ctrl+C")
        self.copy_csv = make("Copy rows as CS&V", "The selected rows, for a spreadsheet")
        self.copy_candump = make("Copy rows as candump &lines", "The selected rows, as candump -L")
        self.mark = make(
            "&Mark the row…", "A note at the current row, kept with the recording", keys="Ctrl+M"
        )
        self.unmark = make("&Remove the mark", keys="Ctrl+Shift+M")
        self.next_mark = make("&Next mark", keys="Alt+PgDown")
        self.previous_mark = make("&Previous mark", keys="Alt+PgUp")
        self.reference = make("Count time from &here", "The current row becomes time 0", keys="Ctrl+T")
        self.no_reference = make("Count time from the &start", keys="Ctrl+Shift+T")
        self.colors = make("C&olours…", "Rules of filter and colour")

        # menu Window
        self.new_chronological = make(
            "New &chronological view",
            "All frames in order, with a filter and columns of its own",
            icon="chronological",
            keys="Ctrl+Shift+2",
        )
        self.new_by_id = make(
            "New by-&ID view",
            "One line for each id, with a filter and columns of its own",
            icon="byid",
            keys="Ctrl+Shift+1",
        )
        self.next_panel = make("Ne&xt panel", "Go to the next open panel, behind tabs too", keys="F6")
        self.previous_panel = make("&Previous panel", "Go to the open panel before", keys="Shift+F6")

        # menu Help
        self.help = make(
            "&Handbook", "All tasks, keys and filters, at what has the focus", icon="help", keys="F1"
        )
        self.about = make("&About canmcast")

    @staticmethod
    def title(action: QAction) -> str:
        """The text of an action without its mnemonic."""
        return action.text().replace("&", "").rstrip("…")

    def keys(self) -> list[tuple[str, str]]:
        """The keys of all actions that have some, with the titles of the actions."""
        found = [value for value in vars(self).values() if isinstance(value, QAction)]
        return [
            (action.shortcut().toString(), self.title(action))
            for action in found
            if not action.shortcut().isEmpty()
        ]

    def _make(
        self,
        text: str,
        tip: str = "",
        *,
        icon: str = "",
        keys: str = "",
        checkable: bool = False,
        short: str = "",
    ) -> QAction:
        """An action whose tool tip is its title with its keys, and ``tip`` on a line below."""
        action = new_action(self._owner, text, icon=icon, keys=keys, context=EVERYWHERE, checkable=checkable)
        if short:
            action.setIconText(short)
        title = f"{self.title(action)}  ({keys_text(action)})" if keys else self.title(action)
        action.setToolTip(f"{title}\n{tip}" if tip else title)
        return action
