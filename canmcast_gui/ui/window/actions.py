"""The actions of the main window: texts, icons, keys and tool tips."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction

from canmcast_gui.ui.actions import EVERYWHERE, keys_text, new_action

WORKSPACE = "Bus, views, colors, databases, plots, transmit rows, layout"


class WindowActions:
    """The actions belong to ``parent``, which connects them. Their keys work in the whole program."""

    def __init__(self, parent: QObject) -> None:
        self._owner = parent
        self._make_file_actions()
        self._make_measurement_actions()
        self._make_trace_actions()
        self._make_window_and_help_actions()

    def _make_file_actions(self) -> None:
        make = self._make
        self.open = make(
            "&Open log file…",
            "One log file, or several on one time line",
            icon="open",
            keys="Ctrl+O",
        )
        self.save = make("&Save all frames…", "Write the recording to a log file", icon="save", keys="Ctrl+S")
        self.save_minute = make("Save last &minute…", "Write the newest 60 seconds to a log file")
        self.save_shown = make("Save s&hown frames…", "Write the frames that match the filter to a log file")
        self.export_signals = make(
            "E&xport signals…", "Decoded signals of the recording as a table: CSV, Parquet, MF4"
        )
        self.recover = make("Reco&ver recordings…", "Frames that were not saved because the program crashed")
        self.load_database = make(
            "Load &database…",
            "Names of messages and signals: DBC, KCD, SYM, ARXML",
            icon="database",
            keys="Ctrl+D",
        )
        self.database_browser = make("Database bro&wser", "Messages, signals, nodes, bits, issues")
        self.new_workspace = make("N&ew workspace", "Start without databases, plots and transmit rows")
        self.open_workspace = make("O&pen workspace…", WORKSPACE, keys="Ctrl+Shift+O")
        self.save_workspace = make("Save wor&kspace", WORKSPACE, keys="Ctrl+Shift+S")
        self.save_workspace_as = make("Save workspace &as…", WORKSPACE)
        self.new = make("&New trace", "Start with an empty trace", keys="Ctrl+N")
        self.preferences = make("Prefere&nces…", "Theme, font, numbers, files, confirmations", keys="Ctrl+,")
        self.quit = make("&Quit", keys="Ctrl+Q")

    def _make_measurement_actions(self) -> None:
        make = self._make
        self.start = make("&Start", "Connect to the last bus", icon="start", keys="F5")
        self.stop = make(
            "S&top", "Disconnect from the bus; received frames are kept", icon="stop", keys="Shift+F5"
        )
        self.connect = make(
            "&Connect to a bus…", "Choose group, port and network interface", icon="bus", keys="Ctrl+B"
        )
        self.diagnose = make(
            "Dia&gnose the bus…", "Find out why no frames arrive", icon="diagnose", keys="Ctrl+Shift+B"
        )
        self.demo = make("Start the &demonstration", "A simulated car, on this computer only", icon="demo")
        self.pause = make(
            "&Pause the views",
            "Frames are still received and recorded",
            icon="pause",
            keys="Space",
            checkable=True,
            short="Pause",
        )
        self.clear = make(
            "C&lear", "Delete all frames of the trace", icon="clear", keys="Ctrl+Shift+L", short="Clear"
        )
        self.record = make(
            "&Record to a file…",
            "Write received frames to a log file",
            icon="record",
            keys="Ctrl+R",
            checkable=True,
            short="Record",
        )
        self.limits = make("Trace &buffer size…", "The oldest frames are deleted when a limit is reached")
        self.record_options = make(
            "Record with &options…",
            "Split files, start at a trigger, include the time before it",
            keys="Ctrl+Shift+R",
        )
        self.record_repeat = make(
            "Record with &last options",
            "Record at once: to a new file in the same folder, split and triggered as the last time",
            keys="Ctrl+Alt+R",
        )

    def _make_trace_actions(self) -> None:
        make = self._make
        self.by_id = make(
            "By &ID", "One row for each ID", icon="byid", keys="Ctrl+1", checkable=True, short="By ID"
        )
        self.chronological = make(
            "&Chronological", "All frames in order", icon="chronological", keys="Ctrl+2", checkable=True
        )
        self.hexadecimal = make(
            "&Hexadecimal numbers",
            "Show IDs and data in hexadecimal (off: decimal)",
            keys="Ctrl+H",
            checkable=True,
            short="Hex",
        )
        self.follow = make(
            "&Auto-scroll", "Follow the newest frame", icon="follow", keys="Ctrl+End", checkable=True
        )
        self.filter = make("&Filter", "Show only frames that match", icon="filter", keys="Ctrl+L")
        self.filter_view = make(
            "Filter in a new vie&w",
            "Open a chronological view with the filter of the current view",
            icon="chronological",
        )
        self.find = make("Fin&d…", "Search for a frame", icon="find", keys="Ctrl+F")
        self.go_to_time = make("&Go to time…", "Show the frames of a time", icon="clock", keys="Ctrl+G")
        self.overview = make(
            "O&verview", "The frame rate over the whole time above the trace", checkable=True
        )
        self.bits = make(
            "Bits of the fra&me", "The bits of the current frame, colored by signal, with the values",
            icon="database", keys="Shift+F12",
        )  # fmt: skip
        self.copy = make("Cop&y rows", "The selected rows as text", icon="copy", keys="Ctrl+C")
        self.copy_csv = make("Copy rows as CS&V", "The selected rows for a spreadsheet")
        self.copy_candump = make(
            "Copy rows as candump &lines", "The selected rows in the format of candump -L"
        )
        self.mark = make(
            "&Mark row",
            "Mark the current row; again: edit the note of the mark. Marks are saved with the recording",
            keys="Ctrl+M",
        )
        self.unmark = make("&Remove mark", keys="Ctrl+Shift+M")
        self.mark_matching = make(
            "Mark all &frames that match the filter", "The marks have the text of the filter as their note"
        )
        self.unmark_all = make("Remove &all marks…", "Remove the marks of all rows")
        self.next_mark = make("&Next mark", keys="Alt+PgDown")
        self.previous_mark = make("&Previous mark", keys="Alt+PgUp")
        self.reference = make("Set time &zero here", "The current row becomes time 0", keys="Ctrl+T")
        self.no_reference = make("Reset time z&ero", keys="Ctrl+Shift+T")
        self.colors = make("C&olor rules…", "Color the rows that match a filter")

    def _make_window_and_help_actions(self) -> None:
        make = self._make
        self.new_chronological = make(
            "New &chronological view",
            "All frames in order, with their own filter and columns",
            icon="chronological",
            keys="Ctrl+Shift+2",
        )
        self.new_by_id = make(
            "New by-&ID view",
            "One row for each ID, with its own filter and columns",
            icon="byid",
            keys="Ctrl+Shift+1",
        )
        self.next_panel = make("Ne&xt panel", "Go to the next open panel, also in hidden tabs", keys="F6")
        self.previous_panel = make(
            "&Previous panel", "Go to the previous open panel, also in hidden tabs", keys="Shift+F6"
        )
        self.help = make(
            "&Handbook",
            "Tasks, keys and filters; opens at the page of the focused panel",
            icon="help",
            keys="F1",
        )
        self.shortcuts = make("&Keyboard shortcuts", "All keys, by panel and menu", keys="Ctrl+F1")
        self.tour = make("&First steps", "Five hints, each beside the part of the window that it is about")
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
