"""How one signal of a plot is drawn; what a workspace keeps of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class LineKind(StrEnum):
    """LINES join the samples, STEPS stay at each until the next, POINTS show them only."""

    LINES = "lines"
    STEPS = "steps"
    POINTS = "points"


@dataclass(frozen=True)
class PlotStyle:
    """``kind`` None is what suits the signal. ``raw`` shows the numbers on the bus in place of physical
    values, ``own_axis`` a value axis apart from others of the unit, ``color`` as "#rrggbb"; None: a free one.
    """

    kind: LineKind | None = None
    raw: bool = False
    own_axis: bool = False
    color: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """What differs from the usual, as plain values."""
        usual = PlotStyle()
        names = ("kind", "raw", "own_axis", "color")
        values = {name: getattr(self, name) for name in names if getattr(self, name) != getattr(usual, name)}
        return {name: str(value) if name == "kind" else value for name, value in values.items()}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> PlotStyle:
        """From plain values. Raises ValueError, with a sentence, for what is none of them."""
        unknown = values.keys() - {"kind", "raw", "own_axis", "color"}
        if unknown:
            raise ValueError(f"a plotted signal has no {sorted(unknown)[0]!r}")
        kind, color = values.get("kind"), values.get("color")
        if kind is not None and kind not in list(LineKind):
            raise ValueError(f"{kind!r} is no kind of line; there are {', '.join(LineKind)}")
        if color is not None and not (isinstance(color, str) and _is_color(color)):
            raise ValueError(f"{color!r} is no colour like #1f77b4")
        return cls(
            LineKind(kind) if kind else None, bool(values.get("raw")), bool(values.get("own_axis")), color
        )


def _is_color(text: str) -> bool:
    return len(text) == 7 and text[0] == "#" and all(digit in "0123456789abcdefABCDEF" for digit in text[1:])
