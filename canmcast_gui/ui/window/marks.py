"""The commands of marks: set, edit, remove, go to the next one, mark all frames that match."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QInputDialog, QWidget

from canmcast_gui.ui.dialogs.question import Button, ask
from canmcast_gui.ui.trace.context import ViewContext
from canmcast_gui.ui.trace.docks import ViewDocks
from canmcast_gui.wording import counted


class MarkCommands(QObject):
    """Marks and time zero in the current view."""

    def __init__(self, context: ViewContext, views: ViewDocks, window: QWidget) -> None:
        super().__init__(window)
        self._context = context
        self._views = views
        self._window = window

    def mark_current(self) -> None:
        """Mark the current row; ask for the note if it has a mark; without a row show a message."""
        row = self._views.current.current_row()
        if row is None:
            self._report("Select a row to mark first.")
        elif self._context.mark_text(row) is None:
            self._context.mark(row, "")
        else:
            self.ask_note(row)

    def ask_note(self, row: int) -> None:
        """Ask for a note and mark a row with it."""
        dialog = QInputDialog(self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle("Mark")
        dialog.setLabelText(f"Note at row {row:,} (may be empty):")
        dialog.setTextValue(self._context.mark_text(row) or "")
        dialog.textValueSelected.connect(lambda text: self._context.mark(row, text.strip()))
        dialog.open()

    def remove_current(self) -> None:
        """Remove the mark of the current row."""
        row = self._views.current.current_row()
        if row is None or self._context.mark_text(row) is None:
            self._report("The current row has no mark.")
        else:
            self._context.remove_mark(row)

    def mark_matching(self) -> None:
        """Mark all frames that match the filter of the current view."""
        condition = self._views.current.filter
        if condition.passes_all:
            self._report("Type a filter first: all frames that match it are marked.")
        elif not len(self._context.session.document.recording):
            self._report("There are no frames to mark.")
        else:
            self._context.mark_matching(condition)

    def ask_remove_all(self) -> None:
        """Remove all marks after a question."""
        rows = [mark.row for mark in self._context.session.document.recording.marks]
        if not rows:
            self._report("There are no marks.")
            return
        ask(
            self._window,
            "Remove all marks",
            f"Remove {counted(len(rows), 'mark')} with the notes?",
            "",
            {Button.Yes: lambda: self._context.remove_marks(rows)},
            default=Button.Yes,
            labels={Button.Yes: "Remove"},
        )

    def go(self, backwards: bool) -> None:
        """Jump to the next or previous mark; without a current row to the first or last one."""
        view, marks = self._views.chronological_view(), self._context.session.document.recording.marks
        here = view.current_row()
        if backwards:
            found = marks.before(1 << 62 if here is None else here)
        else:
            found = marks.after(-1 if here is None else here)
        if found is not None:
            view.show_row(found.row)
        elif not len(marks):
            self._report("There are no marks. Ctrl+M marks the current row.")
        else:
            self._report(f"There is no mark {'before' if backwards else 'after'} the current row.")

    def jump(self, row: int) -> None:
        """Show a row of the recording in the chronological view."""
        view = self._views.chronological_view()
        view.refresh()
        if not view.show_row(row):
            self._report("The row is not shown: it was deleted, or the filter hides it.")

    def set_reference(self) -> None:
        """Make the current row time zero."""
        row = self._views.current.current_row()
        if row is None:
            self._report("Select a row as time zero first.")
        else:
            self._context.set_reference(row)

    def _report(self, sentence: str) -> None:
        self._context.session.messages.info(sentence)
