"""What both models of a trace are: a table whose lines are made by the screenful."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt

from canmcast_gui.frames import Source
from canmcast_gui.models.color_rules import CompiledRules
from canmcast_gui.models.columns import Column
from canmcast_gui.models.trace.screen import Screen

_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


class LineModel(QAbstractTableModel):
    """A table of frames and signals. Subclasses say how many lines there are and make screens of them.

    Whoever draws asks for a ``screen``; it is kept until ``forget_screen``, because a repaint asks for the
    same one several times.
    """

    def __init__(self, columns: Sequence[Column], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self._screen: Screen | None = None
        self.rules = CompiledRules()
        self.source_names: Mapping[Source, str] = {}

    # -- what a subclass says ----------------------------------------------------------------------------

    def line_count(self) -> int:
        """How many lines there are."""
        raise NotImplementedError

    def make_screen(self, first: int, last: int) -> Screen:
        """What stands on lines ``first`` to ``last`` (inclusive), read in one go."""
        raise NotImplementedError

    def is_open(self, line: int) -> bool:
        """Whether the frame on that line shows its signals."""
        raise NotImplementedError

    def open_row(self, line: int) -> bool:
        """Show the signals of the frame on that line; False where it has none or is open."""
        raise NotImplementedError

    def close_row(self, line: int) -> bool:
        """Hide the signals of the frame on that line, or of the frame whose signal stands there."""
        raise NotImplementedError

    def titles(self) -> dict[str, str]:
        """Titles by column key, where they differ from the column's own."""
        return {}

    # -- screens -----------------------------------------------------------------------------------------

    def screen(self, first: int, last: int) -> Screen:
        """As ``make_screen``, up to the last line there is, and kept."""
        last = min(last, self.line_count() - 1)
        known = self._screen
        if known is None or known.first != first or len(known.frames) != last - first + 1:
            known = self._screen = self.make_screen(first, last)
            known.rules = self.rules.which(known.batch)
        return known

    def set_rules(self, rules: CompiledRules) -> None:
        """Colour the frames otherwise from now on."""
        self.rules = rules
        self.forget_screen()

    def set_source_names(self, names: Mapping[Source, str]) -> None:
        """Names to show in place of addresses."""
        self.source_names = names
        self.forget_screen()

    def screen_makers(self, ranges: Sequence[tuple[int, int]], block: int) -> list[Callable[[], Screen]]:
        """Functions that make the screens of some lines as they are now, in pieces of up to ``block`` lines.

        They may be called later and in another thread.
        """
        raise NotImplementedError

    def forget_screen(self) -> None:
        """What is on the screen may look different now."""
        self._screen = None

    def texts_changed(self) -> None:
        """All texts may be others now, on the same lines."""
        self._screen = None
        if self.line_count():
            last = self.index(self.line_count() - 1, len(self.columns) - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    # -- what Qt asks ------------------------------------------------------------------------------------

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else self.line_count()

    def columnCount(self, parent: QModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        column = self.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return self.titles().get(column.key, column.title)
        if role == Qt.ItemDataRole.ToolTipRole:
            return column.tip
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if column.right else _LEFT
        return None

    def data(self, index: QModelIndex, role: int = 0) -> Any:
        if not index.isValid():
            return None
        column = self.columns[index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if column.right else _LEFT
        if role == Qt.ItemDataRole.DisplayRole:
            return self._screen_of(index.row()).cell(index.row(), column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._screen_of(index.row()).tool_tip(index.row(), column)
        return None

    def _screen_of(self, line: int) -> Screen:
        """The kept screen where it has that line, else one of that line alone."""
        screen = self._screen
        if screen is None or not screen.first <= line < screen.first + len(screen.frames):
            screen = self.make_screen(line, line)
        return screen
