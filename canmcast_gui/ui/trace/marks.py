"""The panel Marks: lists the marks of the recording, to go to, edit and remove them."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QMenu, QTableView, QVBoxLayout, QWidget

from canmcast_gui.models.trace.marks import NOTE, MarksModel
from canmcast_gui.ui import icons
from canmcast_gui.ui.item_views import prepare_table
from canmcast_gui.ui.labels import EmptyHint
from canmcast_gui.ui.trace.context import ViewContext
from canmcast_gui.ui.updates import VisibleTicks


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
        self.table.horizontalHeader().setStretchLastSection(True)
        digit = self.fontMetrics().horizontalAdvance("0")
        for column, characters in ((0, 13), (1, 8)):
            self.table.setColumnWidth(column, characters * digit)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.table)
        self.setFocusProxy(self.table)
        self.hint = EmptyHint(self.table, "No marks. Select a row of the trace and press Ctrl+M.")
        self.table.mark_activated.connect(self._jump)
        self.table.remove_requested.connect(self._remove)
        self.table.customContextMenuRequested.connect(self._show_menu)
        self.model.text_edited.connect(context.mark)
        context.marks_changed.connect(self.refresh)
        self._ticks = VisibleTicks(context.session.clock, self, self.refresh, every=10)
        self.refresh()

    def refresh(self) -> None:
        """Show the current marks; marks of evicted frames are removed."""
        self.model.show_marks(self._context.session.document.recording)
        self.hint.setVisible(not self.model.rowCount())

    def menu(self) -> QMenu:
        """The context menu of the current mark."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        index = self.table.currentIndex()
        for icon, text, slot in (
            ("next", "&Show in the trace", lambda: self._jump(index.row())),
            ("edit", "&Edit the note", lambda: self.table.edit(index.siblingAtColumn(NOTE))),
            ("remove", "&Remove", lambda: self._remove(index.row())),
        ):
            menu.addAction(icons.icon(icon), text, slot).setEnabled(index.isValid())
        return menu

    def _jump(self, line: int) -> None:
        mark = self.model.mark(line)
        if mark is not None:
            self.jump_requested.emit(mark.row)

    def _remove(self, line: int) -> None:
        mark = self.model.mark(line)
        if mark is not None:
            self._context.remove_mark(mark.row)

    def _show_menu(self, position: QPoint) -> None:
        self.menu().popup(self.table.viewport().mapToGlobal(position))


class _MarksTable(QTableView):
    """Enter or a double click activates a mark, F2 edits its note, Del removes it."""

    mark_activated = Signal(int)
    remove_requested = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.doubleClicked.connect(self._on_double_click)

    def _on_double_click(self, index: QModelIndex) -> None:
        self.mark_activated.emit(index.row())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        if self.state() == QAbstractItemView.State.EditingState or not index.isValid():
            super().keyPressEvent(event)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.mark_activated.emit(index.row())
        elif event.key() == Qt.Key.Key_Delete:
            self.remove_requested.emit(index.row())
        elif event.key() == Qt.Key.Key_F2:
            self.edit(index.siblingAtColumn(NOTE))
        else:
            super().keyPressEvent(event)
