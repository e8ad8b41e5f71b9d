"""Where a column of a trace is."""

from __future__ import annotations

from dataclasses import dataclass

from canmcast_gui.models.columns import Column

PADDING = 4
EXPANDER = 16


@dataclass(frozen=True)
class ColumnArea:
    """The horizontal area of a column; ``indent`` is the width of the expander in the leftmost one."""

    column: Column
    x: float
    width: float
    indent: float = 0.0

    @property
    def left(self) -> float:
        """Where its text begins."""
        return self.x + PADDING + self.indent

    @property
    def room(self) -> float:
        """The width for its text."""
        return self.width - 2 * PADDING - self.indent
