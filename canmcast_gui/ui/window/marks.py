"""Marks by command: set and edit with a note, jump to the next, to the one before, to one of the list."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QInputDialog, QWidget

from canmcast_gui.ui.trace.context import ViewContext
from canmcast_gui.ui.trace.docks import ViewDocks


class MarkFlows(QObject):
    """Works in the view that is the current one."""

    def __init__(self, context: ViewContext, views: ViewDocks, window: QWidget) -> None:
        super().__init__(window)
        self._context = context
        self._views = views
        self._window = window
        views.mark_requested.connect(self.ask_note)

    def mark_current(self) -> None:
        """Ask for a note at the current row; without one say how to choose it."""
        row = self._views.current.current_row()
        if row is None:
            self._say("Choose the row first that shall be marked.")
        else:
            self.ask_note(row)

    def ask_note(self, row: int) -> None:
        """Ask for the note of a row, which is then marked."""
        dialog = QInputDialog(self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle("Mark")
        dialog.setLabelText(f"Note at row {row:,} (may be empty):")
        dialog.setTextValue(self._context.note_at(row) or "")
        dialog.textValueSelected.connect(lambda text: self._context.mark(row, text.strip()))
        dialog.open()

    def remove_current(self) -> None:
        """Take the mark of the current row away."""
        row = self._views.current.current_row()
        if row is None or self._context.note_at(row) is None:
            self._say("The current row has no mark.")
        else:
            self._context.unmark(row)

    def go(self, backwards: bool) -> None:
        """Jump to the next mark, or to the one before; from no row at all to the first or the last."""
        view, marks = self._views.chronological(), self._context.session.recording.marks
        here = view.current_row()
        if backwards:
            found = marks.before(1 << 62 if here is None else here)
        else:
            found = marks.after(-1 if here is None else here)
        if found is not None:
            view.show_row(found.row)
        elif not len(marks):
            self._say("There are no marks; Ctrl+M marks the current row.")
        else:
            self._say(f"There is no mark {'before' if backwards else 'after'} the current row.")

    def jump(self, row: int) -> None:
        """Show a row of the recording in the chronological view."""
        view = self._views.chronological()
        view.refresh()
        if not view.show_row(row):
            self._say("The row is not shown here: it is gone, or the filter hides it.")

    def set_reference(self) -> None:
        """Count times from the current row."""
        row = self._views.current.current_row()
        if row is None:
            self._say("Choose the row first that times shall count from.")
        else:
            self._context.set_reference(row)

    def _say(self, sentence: str) -> None:
        self._context.session.message.emit("info", sentence)
