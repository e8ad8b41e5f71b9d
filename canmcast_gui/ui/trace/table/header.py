"""The header of a trace view: its columns can be moved, hidden and sorted, and are remembered."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence

from PySide6.QtCore import QByteArray, QRect, Qt
from PySide6.QtWidgets import QAbstractScrollArea, QHeaderView

from canmcast_gui.app.program.settings import AppSettings
from canmcast_gui.models.columns import AUTOMATIC, CHANNEL, HIDDEN_IN_ORDER, INFO, NAME, Column
from canmcast_gui.models.trace.telling import TellingColumns
from canmcast_gui.ui.trace.table.column_area import EXPANDER, PADDING, ColumnArea

# Width that a vertical scroll bar may take.
SCROLL_BAR = 18

# The columns of words get what others do not need before these get comfortable: a cut name is another name.
WIDENED_FIRST = (NAME, INFO)


class TraceHeader(QHeaderView):
    """A horizontal header that stores order, widths and hidden columns in the settings.

    AUTOMATIC columns are shown while they tell something about the frames, unless the user has shown or
    hidden them.
    """

    def __init__(
        self,
        columns: Sequence[Column],
        hidden: Collection[Column],
        settings: AppSettings,
        key: str,
        parent: QAbstractScrollArea,
    ) -> None:
        """``hidden`` columns are not shown at first; ``key`` identifies the header in the settings."""
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._view = parent
        self._columns = columns
        self._hidden = hidden
        self._settings = settings
        self._fitting = False
        self._needed: dict[Column, int] = {}  # characters of the widest number
        self._telling = TellingColumns()
        self._chosen: dict[str, bool] = {}  # columns that the user has shown or hidden, by key
        # The columns are part of the key: a version with other columns must not use these widths.
        self._key = f"{key}/{'-'.join(column.key for column in columns)}"
        self._chosen_key = f"{self._key}/chosen"
        self.setSectionsMovable(True)
        self.setFirstSectionMovable(True)
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setMinimumSectionSize(24)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)

    def restore(self, digit_width: float) -> None:
        """Restore the stored state; without one, columns are fitted until the user changes them."""
        self._digit_width = digit_width
        self._chosen = _chosen_of(self._settings.layout(self._chosen_key))
        state = self._settings.layout(self._key)
        self.is_new = state.isEmpty() or not self.restoreState(state)
        if self.is_new:
            self._place_columns()
        else:
            self._show_automatic()
        for signal in (self.sectionMoved, self.sortIndicatorChanged):
            signal.connect(self._on_change)
        self.sectionResized.connect(self._on_resized)

    def reset_columns(self) -> None:
        """Restore the default columns, order and widths."""
        self._chosen.clear()
        self._settings.set_layout(self._key, QByteArray())
        self._settings.set_layout(self._chosen_key, QByteArray())
        self._place_columns()

    def _place_columns(self) -> None:
        self._fitting = True
        self.setStretchLastSection(False)
        for section in range(len(self._columns)):
            self.moveSection(self.visualIndex(section), section)
            self.setSectionHidden(section, not self._is_wanted(section))
        self.is_new = True
        self.fit()

    def show_telling(self, telling: TellingColumns) -> None:
        """Show the automatic columns that tell something about the frames, and hide the others."""
        self._telling = telling
        if self.is_new:
            self.fit()
        else:
            self._show_automatic()

    def _show_automatic(self) -> None:
        self._fitting = True
        for section, column in enumerate(self._columns):
            wanted = self._is_wanted(section)
            if column in AUTOMATIC and wanted == self.isSectionHidden(section):
                self.setSectionHidden(section, not wanted)
                least = self._width(self._characters(section), section)
                if wanted and self.sectionSize(section) < least:
                    self.resizeSection(section, least)
        self._fitting = False

    def _is_wanted(self, section: int) -> bool:
        column = self._columns[section]
        tells = column not in AUTOMATIC or self._telling.tells(column)
        return self._chosen.get(column.key, tells and column not in self._hidden)

    def set_default_sort(self, section: int) -> None:
        """Sort by a column, if the user has not changed the header."""
        if self.is_new:
            self._fitting = True
            self.setSortIndicator(section, Qt.SortOrder.AscendingOrder)
            self._fitting = False

    def fit(self) -> None:
        """Fit the columns to the width of the view, if the user has not changed the header."""
        if not self.is_new:
            return
        self._fitting = True
        available = self._view.width() - SCROLL_BAR
        widths = self._narrow_widths(available)
        for section in range(self.count()):
            self.setSectionHidden(section, section not in widths)
        spare = available - sum(widths.values())
        for section in sorted(widths, key=lambda section: self._columns[section] not in WIDENED_FIRST):
            more = self._width(self._columns[section].comfortable, section) - widths[section]
            added = max(min(more, spare), 0)
            widths[section] += added
            spare -= added
        # Qt would stretch the last column later, which could not be distinguished from a change by the user.
        last = max(widths, key=self.visualIndex)
        widths[last] += max(self._view.viewport().width() - sum(widths.values()), 0)
        for section, width in widths.items():
            self.resizeSection(section, width)
        self._fitting = False

    def _narrow_widths(self, available: int) -> dict[int, int]:
        """The minimum widths of the columns that fit; others are left out, those that tell nothing first."""
        visible = [section for section in range(self.count()) if self._is_wanted(section)]
        widths = {section: self._width(self._characters(section), section) for section in visible}
        for column in sorted(HIDDEN_IN_ORDER, key=self._telling.tells):
            keeps = self._chosen.get(column.key) or (column is CHANNEL and self._telling.needs_channel)
            if sum(widths.values()) > available and column in self._columns and not keeps:
                widths.pop(self._columns.index(column), None)
        return widths

    def _characters(self, section: int) -> int:
        column = self._columns[section]
        return max(column.width, self._needed.get(column, 0))

    def widen(self, column: Column, characters: int) -> None:
        """Widen a column to a number of characters, until the end of the program."""
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

    def _on_resized(self, section: int, before: int, after: int) -> None:
        if before and after:  # a section that is hidden or shown has the size 0
            self._on_change(section)

    def _on_change(self, section: int, *_change: object) -> None:
        last = self.shown_columns()[-1:] == [self._columns[section]]
        stretched = last and self.stretchLastSection()
        # hidden sections get their size of 0 after fitting, when the header is laid out
        if not self._fitting and not stretched and not self.isSectionHidden(section):
            self._store()

    def shown_sections(self) -> list[int]:
        """The sections that are not hidden, from left to right."""
        order = (self.logicalIndex(visual) for visual in range(self.count()))
        return [section for section in order if not self.isSectionHidden(section)]

    def shown_columns(self) -> list[Column]:
        """The columns that are not hidden, from left to right."""
        return [self._columns[section] for section in self.shown_sections()]

    def areas(self, exposed: QRect) -> list[ColumnArea]:
        """Where the columns are that a rectangle of the view touches."""
        areas = []
        for number, section in enumerate(self.shown_sections()):
            x, width = self.sectionViewportPosition(section), self.sectionSize(section)
            if x < exposed.right() + 1 and x + width > exposed.left():
                areas.append(ColumnArea(self._columns[section], x, width, 0.0 if number else EXPANDER))
        return areas

    def is_on_expander(self, x: float) -> bool:
        """Whether the sign that expands rows is at this position: in the leftmost column."""
        leftmost = self.shown_sections()[:1]
        left = self.sectionViewportPosition(leftmost[0]) if leftmost else 0
        return bool(leftmost) and left <= x < left + EXPANDER + PADDING / 2

    def setup(self) -> tuple[tuple[str, int], ...]:
        """The visible columns from left to right with their widths; () if the user has not changed them.

        Columns that would be shown automatically, but that the user has hidden, follow with a width of 0.
        """
        if self.is_new and not self._chosen:
            return ()
        keys = [column.key for column in self._columns]
        shown = [(column.key, self.sectionSize(keys.index(column.key))) for column in self.shown_columns()]
        automatic = {column.key for column in AUTOMATIC}
        return tuple(shown + [(key, 0) for key, on in self._chosen.items() if not on and key in automatic])

    def apply_setup(self, setup: Sequence[tuple[str, int]]) -> None:
        """Show these columns in this order, without unknown ones; () restores the defaults.

        Automatic columns that are not listed are shown while they tell something.
        """
        keys = [column.key for column in self._columns]
        known = {keys.index(key): width for key, width in setup if key in keys and width}
        if not known:
            self.reset_columns()
            return
        automatic = {column.key for column in AUTOMATIC}
        self._chosen = {key: width > 0 for key, width in setup if key in automatic}
        self._fitting = True
        for visual, section in enumerate(
            [*known, *(other for other in range(len(keys)) if other not in known)]
        ):
            self.moveSection(self.visualIndex(section), visual)
            self.setSectionHidden(section, section not in known)
        for section, width in known.items():
            self.resizeSection(section, max(width, self.minimumSectionSize()))
        self._show_automatic()
        self._store()
        self._store_chosen()

    def _store_chosen(self) -> None:
        self._settings.set_layout(self._chosen_key, QByteArray(json.dumps(self._chosen).encode()))

    def _store(self) -> None:
        self.is_new = False
        self.setStretchLastSection(True)
        self._settings.set_layout(self._key, self.saveState())

    # -- what the user changes with the menu ------------------------------------------------------------

    @property
    def is_changed(self) -> bool:
        """Whether the user has changed the columns."""
        return not self.is_new or bool(self._chosen)

    def column(self, section: int) -> Column:
        """The column of a section."""
        return self._columns[section]

    def sort_by(self, section: int) -> None:
        """Sort by a column; a second time in descending order, like a click on its title."""
        is_current, orders = section == self.sortIndicatorSection(), Qt.SortOrder
        descending = is_current and self.sortIndicatorOrder() == orders.AscendingOrder
        self.setSortIndicator(section, orders.DescendingOrder if descending else orders.AscendingOrder)

    def show_column(self, section: int, on: bool) -> None:
        """Show or hide a column; from now on it stays as the user wants it."""
        self._chosen[self._columns[section].key] = on
        self._store_chosen()
        if self.is_new:
            self.fit()
            return
        self.setSectionHidden(section, not on)
        self._store()


def _chosen_of(state: QByteArray) -> dict[str, bool]:
    """The columns that the user has shown or hidden, as they were stored."""
    try:
        stored = json.loads(bytes(state.data()))
    except ValueError:
        return {}
    return {str(key): bool(on) for key, on in stored.items()} if isinstance(stored, dict) else {}
