"""The view of the transmit table: widths of columns, selection, editing and dragging of rows."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QItemSelectionModel, Qt
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QAbstractItemView, QTableView, QWidget

from canmcast_gui.app.program.settings import AppSettings
from canmcast_gui.models.transmit.row_columns import COLUMNS, DATA
from canmcast_gui.models.transmit.row_model import ENTRIES_MIME, Index, TransmitModel
from canmcast_gui.ui.item_views import TabEditing, VisibleChecks, WideNumbers, prepare_table, select_rows
from canmcast_gui.ui.transmit.rows.delegate import TransmitDelegate

EditTrigger = QAbstractItemView.EditTrigger

# Widths that were stored for another set of columns are not used.
HEADER = f"transmit_header_{len(COLUMNS)}"


class TransmitTableView(TabEditing, QTableView):
    """Stores the widths of its columns in the settings."""

    def __init__(self, model: TransmitModel, settings: AppSettings, parent: QWidget) -> None:
        super().__init__(parent)
        self._model = model
        self._settings = settings
        self.cells = TransmitDelegate(model, self)
        self.setModel(model)
        self.setItemDelegate(self.cells)
        prepare_table(self, row_padding=10)
        VisibleChecks(self)
        self.setEditTriggers(
            EditTrigger.DoubleClicked | EditTrigger.EditKeyPressed | EditTrigger.AnyKeyPressed
        )
        self.setMouseTracking(True)
        self.setAcceptDrops(True)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setDragDropOverwriteMode(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self._size_columns()

    def _size_columns(self) -> None:
        metrics, header = self.fontMetrics(), self.horizontalHeader()
        header.setMinimumSectionSize(metrics.averageCharWidth() * 4)
        for number, column in enumerate(COLUMNS):
            header.resizeSection(number, metrics.horizontalAdvance("0") * column.width + 10)
        WideNumbers(self, (number for number, column in enumerate(COLUMNS) if column.align == "right"))
        header.restoreState(self._settings.layout(HEADER))
        header.sectionResized.connect(lambda *_: self._settings.set_layout(HEADER, header.saveState()))

    # -- selected rows -----------------------------------------------------------------------------------

    def selected(self) -> list[int]:
        """The selected rows, from top to bottom."""
        return sorted(index.row() for index in self.selectionModel().selectedRows())

    def select(self, rows: list[int]) -> None:
        """Select rows, and scroll to the first of them."""
        if not rows:
            return
        select_rows(self, rows, COLUMNS.index(DATA))
        self.setFocus()

    def edit_cell(self, row: int, key: str) -> None:
        """Edit a cell; Tab moves to the next one from there."""
        index = self._model.index(row, [column.key for column in COLUMNS].index(key))
        self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)
        self.scrollTo(index)
        self.edit(index)

    def edit(  # type: ignore[override]  # one method for both overloads
        self,
        index: Index,
        trigger: EditTrigger = EditTrigger.AllEditTriggers,
        event: QEvent | None = None,
    ) -> bool | None:
        """Edit a cell; its list opens if the user clicked it, not if Tab moved to it."""
        self.cells.opens_lists = event is not None
        return super().edit(index, trigger, event)  # type: ignore[arg-type]  # Qt accepts a null event

    # -- dragging ----------------------------------------------------------------------------------------

    def dropEvent(self, event: QDropEvent) -> None:
        """Let the model move rows of this table: the base class would remove them afterwards."""
        if not event.mimeData().hasFormat(ENTRIES_MIME):
            super().dropEvent(event)
            return
        moved = self._model.own_rows(event.mimeData())
        at = self._drop_row(event.position().toPoint().y())
        if moved:
            self.select(self._model.move(moved, at))
        else:
            self._model.dropMimeData(event.mimeData(), Qt.DropAction.CopyAction, at, 0, self.rootIndex())
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self.setState(QAbstractItemView.State.NoState)
        self.viewport().update()

    def _drop_row(self, y: int) -> int:
        """The row before which a drop inserts: the nearer edge counts."""
        row = self.rowAt(y)
        if row < 0:
            return self._model.rowCount()
        middle = self.rowViewportPosition(row) + self.rowHeight(row) / 2
        return row + (y > middle)
