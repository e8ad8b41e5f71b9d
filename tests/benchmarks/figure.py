"""A measured figure with its peer and its target."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """A row of the table.

    ``value`` must be at least ``bar``, or at most ``bar`` with ``at_most``. ``ours`` and ``peer`` are the
    measured values as text ("410k frames/s", "52k frames/s").
    """

    name: str
    value: float
    bar: float
    ours: str
    peer: str = "–"
    at_most: bool = False
    unit: str = "×"

    @property
    def met(self) -> bool:
        """Whether the target is reached."""
        return self.value <= self.bar if self.at_most else self.value >= self.bar

    def cells(self) -> list[str]:
        """The row as text."""
        sign = "≤" if self.at_most else "≥"
        reached = "yes" if self.met else "NO"
        return [
            self.name,
            self.ours,
            self.peer,
            f"{self.value:.3g} {self.unit}".strip(),
            f"{sign} {self.bar:g} {self.unit}".strip(),
            reached,
        ]


HEADER = ["figure", "ours", "peer", "measured", "bar", "reached"]


def rate(frames: float, seconds: float) -> str:
    """Frames per second as text."""
    return f"{frames / seconds / 1000:,.0f}k frames/s"


def table(figures: list[Figure]) -> str:
    """All rows as a Markdown table."""
    rows = [HEADER, *(figure.cells() for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADER))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in rows
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)
