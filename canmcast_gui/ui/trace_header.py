"""The header of a trace: columns are dragged to reorder and right-clicked to hide, and stay so."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import QByteArray, QPoint, Qt
from PySide6.QtWidgets import QHeaderView, QMenu, QWidget

from canmcast_gui.app.settings import AppSettings
from canmcast_gui.models.columns import Column
from canmcast_gui.ui.trace_paint import EXPANDER, PADDING

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
        shown = [section for section in range(self.count()) if not self.isSectionHidden(section)]
        widths = {section: self._width(self._columns[section].width, section) for section in shown}
        spare = self.parentWidget().width() - sum(widths.values()) - SCROLL_BAR
        for section in shown:
            more = self._width(self._columns[section].comfortable, section) - widths[section]
            taken = max(min(more, spare), 0)
            widths[section] += taken
            spare -= taken
        for section, width in widths.items():
            self.resizeSection(section, width)
        self._fitting = False

    def _width(self, characters: int, section: int) -> int:
        extra = 2 * PADDING + (EXPANDER if section == 0 else 0)
        return round(characters * self._digit_width + extra)

    def _on_change(self, section: int, *_change: object) -> None:
        stretched = self.visualIndex(section) == self.count() - 1
        if not self._fitting and not stretched:
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
        """One entry to tick for each column; the last one that is shown cannot be hidden."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
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
        menu.addAction("As at the beginning", self._forget)
        return menu

    def _forget(self) -> None:
        self._settings.set_layout(self._key, QByteArray())
        self.reset_columns()

    def _show_column(self, section: int, on: bool) -> None:
        self.setSectionHidden(section, not on)
        self._remember()

    def _show_menu(self, position: QPoint) -> None:
        self.menu().popup(self.mapToGlobal(position))
