"""The commands of the overview and the header line: Go to time, show or hide, list the problems of a file."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from canmcast_gui.app.document.files import Opened
from canmcast_gui.app.program.settings import AppSettings
from canmcast_gui.app.session import Session
from canmcast_gui.ui.actions import connect
from canmcast_gui.ui.dialogs.problems import ProblemsDialog
from canmcast_gui.ui.message_bar import MessageBar
from canmcast_gui.ui.overview.bar import SHOW_OVERVIEW, OverviewBar
from canmcast_gui.ui.overview.go_to import GoToTimeDialog


class OverviewCommands(QObject):
    """``jump`` shows a row of the recording in the chronological view."""

    def __init__(
        self,
        session: Session,
        settings: AppSettings,
        bar: OverviewBar,
        messages: MessageBar,
        jump: Callable[[int], None],
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._session = session
        self._shown = settings.field(SHOW_OVERVIEW)
        self._bar = bar
        self._messages = messages
        self._jump = jump
        self._window = window
        session.document.unread.connect(self._on_unread)
        bar.header.problems_requested.connect(self.show_problems)

    def use(self, go_to: QAction, overview: QAction) -> None:
        """Connect the actions of the menu."""
        connect(go_to.triggered, self.ask_time)
        connect(overview.triggered, lambda: self._shown.set(overview.isChecked()))
        self._shown.changed.connect(overview.setChecked)
        overview.setChecked(self._shown.value)

    def ask_time(self) -> None:
        """Ask for a time, and show the first row that is not older."""
        self._session.overview.update()
        times = self._bar.time_range()
        if times is None:
            self._session.messages.info("There are no frames to go to.")
            return
        dialog = GoToTimeDialog(times, self._bar.current_time(), self._window)
        dialog.chosen.connect(self._go_to)
        dialog.open()

    def _go_to(self, time_ns: int) -> None:
        row = self._bar.row_at(time_ns)
        if row is not None:
            self._jump(row)

    def show_problems(self) -> None:
        """List the problems of the opened file."""
        document = self._session.document
        if document.opened is not None and document.file_path is not None:
            self._show(document.opened.summary(document.file_path.name), document.opened)

    def _on_unread(self, text: str, opened: Opened) -> None:
        """Add a button to the message about a file with problems, which lists them."""
        self._messages.offer(text, "Show…", lambda: self._show(text, opened))
        self._messages.expire(text)  # the header line keeps the number of problems

    def _show(self, text: str, opened: Opened) -> None:
        recording = self._session.document.recording

        def jump(row: int) -> None:
            if self._session.document.recording is recording:
                self._jump(row)

        dialog = ProblemsDialog(text, opened, self._window)
        dialog.jump_requested.connect(jump)
        dialog.show()  # not modal, because the trace shows the frames
