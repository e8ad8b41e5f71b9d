"""The command that exports signals of the recording as a table."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from canmcast_gui.app.document.files import SignalExport
from canmcast_gui.app.session import Session
from canmcast_gui.database.model import signal_paths
from canmcast_gui.ui.dialogs.export import TABLES, ExportSignalsDialog
from canmcast_gui.ui.dialogs.files import TABLE_FOLDER
from canmcast_gui.ui.files.commands import FileCommands, proposed_name

NO_DATABASE = "No database describes signals: load one first (Ctrl+D)."
NO_FRAMES = "There are no frames to export signals of."


class ExportCommands(QObject):
    """Asks for signals and a file, and exports them."""

    def __init__(self, session: Session, files: FileCommands, window: QWidget) -> None:
        super().__init__(window)
        self._session = session
        self._files = files
        self._window = window

    def ask(self) -> None:
        """Ask which signals to export."""
        session = self._session
        names = dict.fromkeys(
            path.name
            for database in session.databases.loaded
            for message in database.messages
            for path in signal_paths(message)
        )
        if not names or not len(session.document.recording):
            session.messages.info(NO_FRAMES if names else NO_DATABASE)
            return
        dialog = ExportSignalsDialog(sorted(names), self._window)
        dialog.chosen.connect(self._ask_file)
        dialog.open()

    def _ask_file(self, wanted: SignalExport) -> None:
        session = self._session

        def export(path: str) -> None:
            session.document.export(path, session.databases.loaded, wanted)

        name = f"{Path(proposed_name(session.document)[0]).stem}-signals.csv"
        self._files.dialog("Export signals", TABLES, export, save_as=name, kind=TABLE_FOLDER)
