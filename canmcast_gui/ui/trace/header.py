"""The header of a trace: columns are dragged to reorder and right-clicked to hide, and stay so."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import QByteArray, QPoint, Qt
from PySide6.QtWidgets import QHeaderView, QMenu, QWidget

from canmcast_gui.app.program.settings import AppSettings
from canmcast_gui.models.columns import FIRST_TO_GO, Column
from canmcast_gui.ui.trace.paint import EXPANDER, PADDING

# Room that a vertical scroll bar may take.
SCROLL_BAR = 18


class TraceHeader(QHeaderView):
    """A horizontal header that remembers order, widths and hidden columns under a key."""

    def __init__(
        self,
        columns: Sequence[Column],
        hidden: Collection[Column],
        settings: AppSettings,
        key: str,
        parent: QWidget,
    ) -> None:
        """``hidden`` columns are not shown until the user wants them."""
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._columns = columns
        self._hidden = hidden
        self._settings = settings
        # a program with other columns must not read widths that were meant for these
        self._fitting = False
        self._needed: dict[Column, int] = {}  # characters that numbers took
        self._key = f"{key}/{'-'.join(column.key for column in columns)}"
        self.setSectionsMovable(True)
        self.setFirstSectionMovable(True)
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setStretchLastSection(True)
        self.setMinimumSectionSize(24)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._show_menu)

    def restore(self, digit_width: float) -> None:
        """Take the remembered state; without one the columns fit themselves until the user changes them."""
        self._digit_width = digit_width
        state = self._settings.layout(self._key)
        self.is_new = state.isEmpty() or not self.restoreState(state)
        if self.is_new:
            self.reset_columns()
        for signal in (self.sectionMoved, self.sectionResized, self.sortIndicatorChanged):
            signal.connect(self._on_change)

    def reset_columns(self) -> None:
        """The usual columns, in their own order, as wide as they are meant to be."""
        self._fitting = True
        for section, column in enumerate(self._columns):
            self.moveSection(self.visualIndex(section), section)
            self.setSectionHidden(section, column in self._hidden)
        self.is_new = True
        self.fit()

    def sort_at_first(self, section: int) -> None:
        """Mark a column as the one that is sorted by, in a header that nobody has changed."""
        if self.is_new:
            self._fitting = True
            self.setSortIndicator(section, Qt.SortOrder.AscendingOrder)
            self._fitting = False

    def fit(self) -> None:
        """Give the columns of a header that nobody has changed as much of the room as they like."""
        if not self.is_new:
            return
        self._fitting = True
        room = self.parentWidget().width() - SCROLL_BAR
        widths = self._fitting_widths(room)
        for section in range(self.count()):
            self.setSectionHidden(section, section not in widths)
        spare = room - sum(widths.values())
        for section in widths:
            more = self._width(self._columns[section].comfortable, section) - widths[section]
            taken = max(min(more, spare), 0)
            widths[section] += taken
            spare -= taken
        for section, width in widths.items():
            self.resizeSection(section, width)
        self._fitting = False

    def _fitting_widths(self, room: int) -> dict[int, int]:
        """The narrow widths of the columns that there is room for, some given up where there is not."""
        wanted = [section for section in range(self.count()) if self._columns[section] not in self._hidden]
        widths = {section: self._width(self._characters(section), section) for section in wanted}
        for column in FIRST_TO_GO:
            if sum(widths.values()) > room and column in self._columns:
                widths.pop(self._columns.index(column), None)
        return widths

    def _characters(self, section: int) -> int:
        column = self._columns[section]
        return max(column.width, self._needed.get(column, 0))

    def widen(self, column: Column, characters: int) -> None:
        """Make a column wide enough for so many characters, until the end of the program."""
        self._needed[column] = max(characters, self._needed.get(column, 0))
        section = self._columns.index(column)
        width = self._width(characters, section)
        if self.is_new:
            self.fit()
        elif self.sectionSize(section) < width:
            self._fitting = True
            self.resizeSection(section, width)
            self._fitting = False

    def _width(self, characters: int, section: int) -> int:
        extra = 2 * PADDING + (EXPANDER if section == 0 else 0)
        return round(characters * self._digit_width + extra)

    def _on_change(self, section: int, *_change: object) -> None:
        stretched = self.visualIndex(section) == self.count() - 1
        # a hidden one gets its size of 0 when the header is laid out, after fitting
        if not self._fitting and not stretched and not self.isSectionHidden(section):
            self._remember()

    def shown_columns(self) -> list[Column]:
        """The columns that are not hidden, from left to right."""
        order = [self.logicalIndex(visual) for visual in range(self.count())]
        return [self._columns[section] for section in order if not self.isSectionHidden(section)]

    def setup(self) -> tuple[tuple[str, int], ...]:
        """The shown columns from left to right, with their widths; none where nobody has changed them."""
        if self.is_new:
            return ()
        keys = [column.key for column in self._columns]
        return tuple((one.key, self.sectionSize(keys.index(one.key))) for one in self.shown_columns())

    def set_up(self, setup: Sequence[tuple[str, int]]) -> None:
        """Show these columns in this order, unknown ones left out; none: as at the beginning."""
        keys = [column.key for column in self._columns]
        known = {keys.index(key): width for key, width in setup if key in keys}
        if not known:
            self._forget()
            return
        self._fitting = True
        for visual, section in enumerate([*known, *(one for one in range(len(keys)) if one not in known)]):
            self.moveSection(self.visualIndex(section), visual)
            self.setSectionHidden(section, section not in known)
        for section, width in known.items():
            self.resizeSection(section, max(width, self.minimumSectionSize()))
        self._fitting = False
        self._remember()

    def _remember(self) -> None:
        self.is_new = False
        self._settings.set_layout(self._key, self.saveState())

    def menu(self) -> QMenu:
        """What can be done with the columns."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.fill_menu(menu)
        return menu

    def fill_menu(self, menu: QMenu) -> None:
        """One entry to tick for each column; the last one that is shown cannot be hidden."""
        shown = self.count() - self.hiddenSectionCount()
        for visual in range(self.count()):
            section = self.logicalIndex(visual)
            hidden = self.isSectionHidden(section)
            action = menu.addAction(self._columns[section].title)
            action.setCheckable(True)
            action.setChecked(not hidden)
            action.setEnabled(hidden or shown > 1)
            action.toggled.connect(lambda on, section=section: self._show_column(section, on))
        menu.addSeparator()
        self._add_moves(menu)
        if self.isSortIndicatorShown():
            self._add_sorting(menu)
        menu.addAction("As at the &beginning", self._forget).setEnabled(not self.is_new)

    def _add_moves(self, menu: QMenu) -> None:
        """Columns are moved without a mouse, too."""
        shown = [self.visualIndex(self._columns.index(column)) for column in self.shown_columns()]
        left, right = menu.addMenu("Move to the &left"), menu.addMenu("Move to the &right")
        for place, visual in enumerate(shown):
            title = self._columns[self.logicalIndex(visual)].title
            for submenu, other in ((left, place - 1), (right, place + 1)):
                action = submenu.addAction(title)
                action.setEnabled(0 <= other < len(shown))
                if action.isEnabled():
                    action.triggered.connect(
                        lambda _on=False, visual=visual, to=shown[other]: self.moveSection(visual, to)
                    )

    def _add_sorting(self, menu: QMenu) -> None:
        sort = menu.addMenu("&Sort by")
        for column in self.shown_columns():
            section = self._columns.index(column)
            action = sort.addAction(column.title)
            action.setCheckable(True)
            action.setChecked(section == self.sortIndicatorSection())
            action.triggered.connect(lambda _on=False, section=section: self._sort_by(section))
        sort.addAction("Order of appearance", lambda: self.setSortIndicator(-1, Qt.SortOrder.AscendingOrder))

    def _sort_by(self, section: int) -> None:
        """As a click on the title does: once more turns it round."""
        again = section == self.sortIndicatorSection()
        orders = Qt.SortOrder
        falling = again and self.sortIndicatorOrder() == orders.AscendingOrder
        self.setSortIndicator(section, orders.DescendingOrder if falling else orders.AscendingOrder)

    def _forget(self) -> None:
        self._settings.set_layout(self._key, QByteArray())
        self.reset_columns()

    def _show_column(self, section: int, on: bool) -> None:
        self.setSectionHidden(section, not on)
        self._remember()

    def _show_menu(self, position: QPoint) -> None:
        self.menu().popup(self.mapToGlobal(position))
