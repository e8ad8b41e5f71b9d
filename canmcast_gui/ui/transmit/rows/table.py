"""The view of the transmit table: widths of columns, selection, editing and dragging of rows."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QDropEvent, QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QAbstractItemDelegate, QAbstractItemView, QMenu, QTableView, QWidget

from canmcast_gui.app.program.settings import AppSettings
from canmcast_gui.frames.filters.proposals import Words
from canmcast_gui.models.transmit.row_columns import (
    COLUMNS,
    DATA,
    IDENTIFIER,
    NAME,
    TYPED_COLUMNS,
    USUAL_COLUMNS,
)
from canmcast_gui.models.transmit.row_drag import ENTRIES_MIME
from canmcast_gui.models.transmit.row_model import Index, TransmitModel
from canmcast_gui.ui.item_views import VisibleChecks, WideNumbers, prepare_table, select_rows
from canmcast_gui.ui.transmit.rows.delegate import TransmitDelegate

EditTrigger = QAbstractItemView.EditTrigger
CursorAction = QAbstractItemView.CursorAction

# Widths that were stored for another set of columns are not used.
HEADER = f"transmit_columns_{len(COLUMNS)}"
# The characters that the columns with texts show at least, and those of eight bytes.
LEAST_NAME, LEAST_DATA, EIGHT_BYTES = 5, 7, 24
CELL_PADDING = 10


class TransmitTableView(QTableView):
    """Stores the widths of its columns in the settings. Name and Data share the room that the others leave.

    ``left_by_tab`` is emitted when Tab leaves the last cell that is edited.
    """

    left_by_tab = Signal()

    def __init__(
        self, model: TransmitModel, settings: AppSettings, words: Callable[[], Words], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._settings = settings
        self._is_sharing = False
        self.cells = TransmitDelegate(model, words, self)
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

    # -- columns -----------------------------------------------------------------------------------------

    def _size_columns(self) -> None:
        metrics, header = self.fontMetrics(), self.horizontalHeader()
        header.setMinimumSectionSize(metrics.averageCharWidth() * 4)
        for number, column in enumerate(COLUMNS):
            header.resizeSection(number, metrics.horizontalAdvance("0") * column.width + CELL_PADDING)
            header.setSectionHidden(number, column not in USUAL_COLUMNS)
        numbers = (number for number, column in enumerate(COLUMNS) if column.align == "right")
        WideNumbers(self, (*numbers, COLUMNS.index(IDENTIFIER)))
        header.restoreState(self._settings.layout(HEADER))
        self._wanted_name = header.sectionSize(COLUMNS.index(NAME))
        header.sectionResized.connect(self._on_resized)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(self._show_column_menu)

    def _on_resized(self, column: int, _old: int, size: int) -> None:
        if self._is_sharing:
            return
        if COLUMNS[column] is NAME:
            self._wanted_name = size
        if COLUMNS[column] is not DATA:
            self._share_room()
        self._store()

    def _store(self) -> None:
        self._settings.set_layout(HEADER, self.horizontalHeader().saveState())

    def _share_room(self) -> None:
        """Give Name what Data does not need, and Data the rest."""
        header, name, data = self.horizontalHeader(), COLUMNS.index(NAME), COLUMNS.index(DATA)
        numbers = QFontMetrics(self.cells.number_font).horizontalAdvance("0")
        others = sum(
            header.sectionSize(number) for number in range(len(COLUMNS)) if number not in (name, data)
        )
        room = self.viewport().width() - others
        needed = numbers * EIGHT_BYTES + CELL_PADDING
        least = self.fontMetrics().horizontalAdvance("0") * LEAST_NAME + CELL_PADDING
        width = max(least, min(self._wanted_name, room - needed))
        self._is_sharing = True
        header.resizeSection(name, width)
        header.resizeSection(data, max(numbers * LEAST_DATA + CELL_PADDING, room - width))
        self._is_sharing = False

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_room()

    def _show_column_menu(self, position: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for number, column in enumerate(COLUMNS):
            if column.title:
                action = menu.addAction(column.title)
                action.setCheckable(True)
                action.setChecked(not self.isColumnHidden(number))
                action.triggered.connect(lambda shown, number=number: self.show_column(number, shown))
        menu.popup(self.horizontalHeader().mapToGlobal(position))

    def show_column(self, number: int, shown: bool) -> None:
        """Show or hide a column."""
        self.setColumnHidden(number, not shown)
        self._share_room()
        self._store()

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

    # -- editing -----------------------------------------------------------------------------------------

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

    def commit_editor(self) -> bool:
        """Store what is being typed in a cell; False if that is not valid, and the editor stays open."""
        editor = self.indexWidget(self.currentIndex())
        if self.state() != QAbstractItemView.State.EditingState or editor is None:
            return True
        if not self.cells.accepts(editor):
            return False
        self.commitData(editor)
        self.closeEditor(editor, QAbstractItemDelegate.EndEditHint.NoHint)
        return True

    def moveCursor(self, action: CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:  # noqa: N802
        steps = {CursorAction.MoveNext: 1, CursorAction.MovePrevious: -1}
        return self._typed_cell(steps[action]) if action in steps else super().moveCursor(action, modifiers)

    def _typed_cell(self, step: int) -> QModelIndex:
        """The next (1) or previous (-1) cell in the order in which rows are typed: ID, Data, Period."""
        here = self.currentIndex()
        shown = [column for column in TYPED_COLUMNS if not self.isColumnHidden(COLUMNS.index(column))]
        extra = [column for column in COLUMNS if column.edit and column not in TYPED_COLUMNS]
        order = shown + [column for column in extra if not self.isColumnHidden(COLUMNS.index(column))]
        if here.row() < 0 or COLUMNS[here.column()] not in order:
            return QModelIndex()
        cells = [(row, one) for row in range(here.row() - 1, here.row() + 2) for one in order]
        # The name comes from the database, or is typed by who wants one.
        cells = [cell for cell in cells if cell[1] is not NAME or step < 0 or cell[0] == here.row()]
        at = cells.index((here.row(), COLUMNS[here.column()]))
        wanted = Qt.ItemFlag.ItemIsEditable | Qt.ItemFlag.ItemIsEnabled
        for row, column in cells[at + 1 :] if step > 0 else reversed(cells[:at]):
            index = self._model.index(row, COLUMNS.index(column))
            if index.flags() & wanted == wanted:
                return index
        return QModelIndex()

    def closeEditor(self, editor: QWidget, hint: QAbstractItemDelegate.EndEditHint) -> None:  # noqa: N802
        is_last = hint == QAbstractItemDelegate.EndEditHint.EditNextItem and not self._typed_cell(1).isValid()
        super().closeEditor(editor, hint)
        if is_last:
            self.left_by_tab.emit()

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
