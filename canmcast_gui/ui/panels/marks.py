"""The panel Marks: lists the marks of the recording, to go to, edit and remove them."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QVBoxLayout, QWidget

from canmcast_gui.models.trace.marks import NOTE, ROW, TIME, MarksModel
from canmcast_gui.ui.actions import allow, new_action
from canmcast_gui.ui.item_views import WideNumbers, prepare_table
from canmcast_gui.ui.labels import EmptyHint
from canmcast_gui.ui.trace.context import ViewContext
from canmcast_gui.ui.updates import VisibleTicks

NO_MARKS = (
    "No marks. Select a row of the trace and press Ctrl+M,\nor mark all frames that match the filter with "
    "Trace › Marks."
)


class MarksPanel(QWidget):
    """``jump_requested`` carries the row of the recording that the trace must show."""

    jump_requested = Signal(int)

    def __init__(self, context: ViewContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.model = MarksModel(self)
        self.table = _MarksTable()
        self.table.setModel(self.model)
        prepare_table(self.table, 4)
        header = self.table.horizontalHeader()
        header.moveSection(NOTE, 1)
        header.setSectionResizeMode(NOTE, QHeaderView.ResizeMode.Stretch)
        digit = self.fontMetrics().horizontalAdvance("0")
        for column, characters in ((TIME, 9), (ROW, 5)):
            self.table.setColumnWidth(column, characters * digit)
        WideNumbers(self.table, (TIME, ROW))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.table)
        self.setFocusProxy(self.table)
        self.hint = EmptyHint(self.table, NO_MARKS)
        self.table.mark_activated.connect(self._jump)
        self._make_actions()
        self.model.text_edited.connect(context.mark)
        context.marks_changed.connect(self.refresh)
        self._ticks = VisibleTicks(context.session.clock, self, self.refresh, every=10)
        self.refresh()

    def refresh(self) -> None:
        """Show the current marks; marks of evicted frames are removed."""
        self.model.show_marks(self._context.session.document.recording)
        self.hint.setVisible(not self.model.rowCount())

    def _make_actions(self) -> None:
        table, here = self.table, Qt.ShortcutContext.WidgetShortcut
        self.show_action = new_action(
            self, "&Show in the trace", lambda: self._jump(table.currentIndex().row()), icon="next",
            tip="Go to the row of the mark (Enter)",
        )  # fmt: skip
        self.edit_action = new_action(
            self, "&Edit the note", lambda: table.edit(table.currentIndex().siblingAtColumn(NOTE)),
            icon="edit", keys="F2", context=here, tip="Change the text of the mark",
        )  # fmt: skip
        self.remove_action = new_action(
            self, "&Remove", self._remove, icon="remove", keys="Del", context=here,
            tip="Remove the selected marks",
        )  # fmt: skip
        table.addActions([self.show_action, self.edit_action, self.remove_action])
        table.selectionModel().selectionChanged.connect(self._update_actions)
        self.model.modelReset.connect(self._update_actions)
        self._update_actions()

    def _update_actions(self) -> None:
        has_current, selection = self.table.currentIndex().isValid(), self.table.selectionModel()
        for action in (self.show_action, self.edit_action):
            allow(action, has_current, "Select a mark first.")
        allow(self.remove_action, selection.hasSelection(), "Select a mark first.")

    def current_row(self) -> int | None:
        """The row of the recording at which the current mark is."""
        mark = self.model.mark(self.table.currentIndex().row())
        return None if mark is None else mark.row

    def _jump(self, line: int) -> None:
        mark = self.model.mark(line)
        if mark is not None:
            self.jump_requested.emit(mark.row)

    def _remove(self) -> None:
        lines = {index.row() for index in self.table.selectedIndexes()}
        marks = (self.model.mark(line) for line in lines)
        self._context.remove_marks([mark.row for mark in marks if mark is not None])


class _MarksTable(QTableView):
    """Enter or a double click activates a mark."""

    mark_activated = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.doubleClicked.connect(self._on_double_click)

    def _on_double_click(self, index: QModelIndex) -> None:
        self.mark_activated.emit(index.row())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        if self.state() == QAbstractItemView.State.EditingState or not index.isValid():
            super().keyPressEvent(event)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.mark_activated.emit(index.row())
        else:
            super().keyPressEvent(event)
