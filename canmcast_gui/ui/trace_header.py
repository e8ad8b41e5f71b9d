"""The header of a trace: columns are dragged to reorder and right-clicked to hide, and stay so."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QHeaderView, QMenu, QWidget

from canmcast_gui.app.settings import AppSettings
from canmcast_gui.models.columns import Column
from canmcast_gui.ui.trace_paint import EXPANDER, PADDING


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
        """Take the remembered state, or the widths that the columns name."""
        self._digit_width = digit_width
        state = self._settings.layout(self._key)
        self.is_new = state.isEmpty() or not self.restoreState(state)
        if self.is_new:
            self.reset_columns()
        for signal in (self.sectionMoved, self.sectionResized, self.sortIndicatorChanged):
            signal.connect(self._remember)

    def reset_columns(self) -> None:
        """The usual columns, in their own order, as wide as they are meant to be."""
        for section, column in enumerate(self._columns):
            self.moveSection(self.visualIndex(section), section)
            self.setSectionHidden(section, column in self._hidden)
            extra = 2 * PADDING + (EXPANDER if section == 0 else 0)
            self.resizeSection(section, round(column.width * self._digit_width + extra))

    def shown_columns(self) -> list[Column]:
        """The columns that are not hidden, from left to right."""
        order = [self.logicalIndex(visual) for visual in range(self.count())]
        return [self._columns[section] for section in order if not self.isSectionHidden(section)]

    def _remember(self, *_change: object) -> None:
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
        menu.addAction("As at the beginning", self.reset_columns)
        return menu

    def _show_column(self, section: int, on: bool) -> None:
        self.setSectionHidden(section, not on)
        self._remember()

    def _show_menu(self, position: QPoint) -> None:
        self.menu().popup(self.mapToGlobal(position))
