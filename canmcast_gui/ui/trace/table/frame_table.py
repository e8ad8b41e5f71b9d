"""The table of a trace view: draws its lines in blocks, expands rows, and remembers its columns."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QPoint,
    QPointF,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import (
    QContextMenuEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QApplication, QHeaderView, QMenu, QTableView, QWidget

from canmcast_gui.app.program.settings import AppSettings
from canmcast_gui.models.columns import Column
from canmcast_gui.models.trace.color_rules import CompiledRules
from canmcast_gui.models.trace.lines import LineModel
from canmcast_gui.ui import theme
from canmcast_gui.ui.item_views import leave_by_tab, select_rows
from canmcast_gui.ui.theme import tint
from canmcast_gui.ui.trace.table.header import TraceHeader
from canmcast_gui.ui.trace.table.header_menu import menu_of
from canmcast_gui.ui.trace.table.paint import LinePainter

# Keys that toggle the current row, and whether it must be expanded for that; None: in both states.
_TOGGLING = {
    Qt.Key.Key_Right: False,
    Qt.Key.Key_Plus: False,
    Qt.Key.Key_Left: True,
    Qt.Key.Key_Minus: True,
    Qt.Key.Key_Return: None,
    Qt.Key.Key_Enter: None,
}


_MOVING = {
    *(Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_Up, Qt.Key.Key_Down),
    *(Qt.Key.Key_PageUp, Qt.Key.Key_PageDown),
}


_PLAIN = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)


class FrameTable(QTableView):
    """A table of frames.

    ``row_chosen`` is emitted when the user selects or expands a row, ``end_chosen`` when he goes to the last
    one with the key End, ``drag_started`` when selected rows are dragged.
    ``menu_requested`` carries a position on the screen and a column (-1: none) for a context menu.
    """

    row_chosen = Signal()
    end_chosen = Signal()
    menu_requested = Signal(QPoint, int)
    drag_started = Signal()
    selection_changed = Signal()

    def __init__(
        self,
        model: LineModel,
        settings: AppSettings,
        key: str,
        hidden: Collection[Column] = (),
        parent: QWidget | None = None,
    ) -> None:
        """``key`` identifies the columns in the settings; ``hidden`` columns are not shown at first."""
        super().__init__(parent)
        self._lines = model
        self._painter: LinePainter | None = None
        self._pressed_at: QPointF | None = None
        self._pressed_line = -1
        self.setModel(model)
        self._set_behavior()
        self._set_up_lines()
        self.header = TraceHeader(model.columns, hidden, settings, key, self)
        self.setHorizontalHeader(self.header)
        self.header.customContextMenuRequested.connect(self._show_header_menu)
        # A header tests each row for selection, to highlight columns, which takes seconds in a long trace.
        self.header.setSelectionModel(QItemSelectionModel(model, self.header))
        self.header.restore(self.line_painter().digit)

    def _set_behavior(self) -> None:
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        leave_by_tab(self)
        self.setFrameShape(QTableView.Shape.NoFrame)

    def _set_up_lines(self) -> None:
        header = self.verticalHeader()
        header.hide()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        height = self.fontMetrics().height() + 4
        header.setMinimumSectionSize(height)
        header.setDefaultSectionSize(height)

    # -- painting ----------------------------------------------------------------------------------------

    def line_painter(self) -> LinePainter:
        """The painter for the current fonts and palette."""
        if self._painter is None:
            height = self.verticalHeader().defaultSectionSize()
            self._painter = LinePainter(self.font(), theme.fixed_font(), self.palette(), height)
            self._painter.tints = [tint(rule.color, self.palette()) for rule in self._lines.rules.rules]
        return self._painter

    def set_rules(self, rules: CompiledRules) -> None:
        """Color frames by these rules."""
        self._lines.set_rules(rules)
        self._painter = None
        self.viewport().update()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._painter = None
            self._set_up_lines()
            self.viewport().update()
        super().changeEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.header.fit()
        super().resizeEvent(event)

    def visible_lines(self) -> tuple[int, int]:
        """The first and the last visible line; (0, -1) if there is none."""
        first = self.rowAt(0)
        if first < 0:
            return 0, -1
        last = self.rowAt(self.viewport().height() - 1)
        return first, last if last >= 0 else self._lines.line_count() - 1

    def paintEvent(self, event: QPaintEvent) -> None:
        first, last = self.visible_lines()
        if last < first:
            return
        block = self._lines.block(first, last)
        lines = self.line_painter()
        active = self.isActiveWindow() and self.hasFocus()
        lines.set_selection(
            self.palette(), QPalette.ColorGroup.Active if active else QPalette.ColorGroup.Inactive
        )
        painter = QPainter(self.viewport())
        painter.translate(0, self.rowViewportPosition(first))
        width = self.viewport().width()
        lines.draw(painter, block, self.header.areas(event.rect()), width, self._selected(first, last))
        painter.end()
        if lines.cut:
            QTimer.singleShot(0, self, self._widen)

    def _widen(self) -> None:
        """Widen columns with truncated numbers, because such a number is misread."""
        lines = self.line_painter()
        for column, characters in lines.cut.items():
            self.header.widen(column, characters)
        lines.cut.clear()

    def _selected(self, first: int, last: int) -> set[int]:
        lines: set[int] = set()
        for top, bottom in self._selected_ranges():
            low, high = max(top, first), min(bottom, last)
            lines.update(range(low - first, high - first + 1))
        return lines

    def _selected_ranges(self) -> list[tuple[int, int]]:
        selection = self.selectionModel().selection()
        return [(selection.at(i).top(), selection.at(i).bottom()) for i in range(selection.count())]

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        super().selectionChanged(selected, deselected)
        self.viewport().update()
        self.selection_changed.emit()

    # -- expanding rows ----------------------------------------------------------------------------------

    def toggle(self, line: int) -> None:
        """Expand or collapse the row on that line."""
        if self._lines.is_expanded(line):
            self._lines.collapse(line)
        elif self._lines.expand(line):
            self.row_chosen.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        line = self.rowAt(round(event.position().y()))
        if (
            event.button() == Qt.MouseButton.LeftButton
            and line >= 0
            and self.header.is_on_expander(event.position().x())
        ):
            self.toggle(line)
            return
        self._pressed_at = None
        plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
        if event.button() == Qt.MouseButton.LeftButton and plain and self._is_selected(line):
            self._pressed_line = line
            self._pressed_at = event.position()  # a drag takes all selected rows, a click selects this one
        else:
            super().mousePressEvent(event)
        if line >= 0:
            self.row_chosen.emit()  # afterwards: Qt may have scrolled to the row

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed_at is None:
            super().mouseMoveEvent(event)
            return
        distance = (event.position() - self._pressed_at).manhattanLength()
        if event.buttons() & Qt.MouseButton.LeftButton and distance >= QApplication.startDragDistance():
            self._pressed_at = None
            self.drag_started.emit()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._pressed_at is not None:
            self._pressed_at = None
            self.selectRow(self._pressed_line)
        super().mouseReleaseEvent(event)

    def _is_selected(self, line: int) -> bool:
        return line >= 0 and self.selectionModel().isSelected(self.model().index(line, 0))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        line = self.rowAt(round(event.position().y()))
        if event.button() == Qt.MouseButton.LeftButton and line >= 0:
            self.toggle(line)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        line, key = self.currentIndex().row(), Qt.Key(event.key())
        if line >= 0 and key in _TOGGLING and _TOGGLING[key] in (None, self._lines.is_expanded(line)):
            self.toggle(line)
        elif key in (Qt.Key.Key_Space, Qt.Key.Key_Escape):
            event.ignore()  # Space is the key of Pause; Esc must not clear the selection
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End) and event.modifiers() in _PLAIN:
            self._go_to_end(key == Qt.Key.Key_End)
        else:
            super().keyPressEvent(event)
            if key in _MOVING and self.currentIndex().isValid():
                self.scrollTo(self.currentIndex())  # Qt does not scroll if the current line stays the same
                self.row_chosen.emit()

    def _go_to_end(self, last: bool) -> None:
        """Select the first or the last row. Qt would go to the first or last column, which shows nothing."""
        line = self._lines.line_count() - 1 if last else 0
        if line >= 0:
            select_rows(self, [line])
            self.scrollTo(self.currentIndex())
            (self.end_chosen if last else self.row_chosen).emit()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        position, line = event.globalPos(), self.currentIndex().row()
        column = self.columnAt(event.pos().x())
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            column = self.currentIndex().column()
            inside = QPoint(self.columnViewportPosition(column), self.rowViewportPosition(line))
            position = self.viewport().mapToGlobal(inside + QPoint(8, self.rowHeight(line)))
        self.menu_requested.emit(position, column)

    def _show_header_menu(self, position: QPoint) -> None:
        menu_of(self.header).popup(self.header.mapToGlobal(position))

    def add_expand_action(self, menu: QMenu) -> None:
        """Add the action that expands or collapses the current row."""
        line = self.currentIndex().row()
        is_expanded = line >= 0 and self._lines.is_expanded(line)
        action = menu.addAction("Hide signals" if is_expanded else "Show signals", lambda: self.toggle(line))
        action.setEnabled(line >= 0)

    def selected_lines(self) -> list[tuple[int, int]]:
        """The selected ranges of lines (first, last), ascending; adjacent ranges are joined."""
        joined: list[tuple[int, int]] = []
        for first, last in sorted(self._selected_ranges()):
            if joined and first <= joined[-1][1] + 1:
                joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
            else:
                joined.append((first, last))
        return joined

    def select_line(self, line: int) -> None:
        """Make a line the current one and scroll it to the center."""
        select_rows(self, [line])
        self.scrollTo(self.model().index(line, 0), QAbstractItemView.ScrollHint.PositionAtCenter)
