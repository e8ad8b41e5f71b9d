"""Views of the trace and plots as the user set them up: what settings and workspaces store of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

KINDS = ("chronological", "by_id")

# More views than anybody arranges; a damaged file must not open thousands.
MOST_VIEWS = 16


@dataclass(frozen=True)
class ViewSetup:
    """``name`` is "" for the views in the middle of the window, else that of a view beside it.

    ``columns`` are the shown ones from left to right, each with its width in pixels; none: as at the
    beginning.
    """

    kind: str
    name: str = ""
    filter: str = ""
    columns: tuple[tuple[str, int], ...] = ()

    @classmethod
    def from_dict(cls, values: Any) -> ViewSetup:
        """What ``to_dict`` made; raises ValueError with a sentence about what is wrong."""
        if not isinstance(values, dict):
            raise ValueError("a view must be a group of values")
        if values.get("kind") not in KINDS:
            raise ValueError(f"a view's kind must be {' or '.join(KINDS)}")
        texts = {key: values.get(key, "") for key in ("name", "filter")}
        if not all(isinstance(text, str) for text in texts.values()):
            raise ValueError("a view's name and filter must be texts")
        return cls(values["kind"], **texts, columns=_columns(values.get("columns", [])))

    def to_dict(self) -> dict[str, Any]:
        """Plain values for a file."""
        columns = [list(column) for column in self.columns]
        return {"kind": self.kind, "name": self.name, "filter": self.filter, "columns": columns}


def _columns(values: Any) -> tuple[tuple[str, int], ...]:
    pairs = values if isinstance(values, list) else [None]
    if any(not isinstance(pair, list) or [type(part) for part in pair] != [str, int] for pair in pairs):
        raise ValueError("a view's columns must be pairs of a name and a width")
    return tuple((key, max(width, 0)) for key, width in pairs)


def setups_of(values: list[Any]) -> tuple[ViewSetup, ...]:
    """All views of a list of plain values; raises ValueError where one is damaged or there are too many."""
    if len(values) > MOST_VIEWS:
        raise ValueError(f"there are {len(values)} views, and at most {MOST_VIEWS} can be open")
    return tuple(ViewSetup.from_dict(one) for one in values)


class LineKind(StrEnum):
    """LINES join the samples, STEPS stay at each until the next, POINTS show them only."""

    LINES = "lines"
    STEPS = "steps"
    POINTS = "points"


# More than anybody arranges; a damaged file must not open thousands.
MOST_PLOTS = 16
MOST_SIGNALS = 64


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
        """What ``to_dict`` made; raises ValueError with a sentence about what is wrong."""
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


@dataclass(frozen=True)
class PlotSetup:
    """One plot: its signals "Message.Signal" with their styles, in one picture or in lanes, or (``xy``) over
    the first of them; how many seconds it shows while it follows. ``name`` is "" for the first plot, else
    that of a plot beside it.
    """

    signals: tuple[tuple[str, PlotStyle], ...] = ()
    name: str = ""
    overlaid: bool = False
    seconds: float = 10.0
    xy: bool = False

    @classmethod
    def from_dict(cls, values: Any) -> PlotSetup:
        """What ``to_dict`` made; raises ValueError with a sentence about what is wrong."""
        if not isinstance(values, dict) or not isinstance(values.get("signals", []), list):
            raise ValueError("a plot must be a group of values with a list of signals")
        name, seconds = values.get("name", ""), values.get("seconds", 10.0)
        if not isinstance(name, str):
            raise ValueError("a plot's name must be a text")
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 < seconds < 1e9:
            raise ValueError(f"a plot cannot show {seconds!r} seconds")
        signals = tuple(_styled(one) for one in values.get("signals", [])[:MOST_SIGNALS])
        return cls(signals, name, bool(values.get("overlaid")), float(seconds), bool(values.get("xy")))

    def to_dict(self) -> dict[str, Any]:
        """Plain values for a file."""
        signals = [{"signal": name, **style.to_dict()} for name, style in self.signals]
        values = {"name": self.name, "overlaid": self.overlaid, "xy": self.xy, "seconds": self.seconds}
        return {**values, "signals": signals}


def _styled(values: Any) -> tuple[str, PlotStyle]:
    """A signal and its style; before there were styles, files had only the name."""
    if isinstance(values, str):
        return values, PlotStyle()
    if not isinstance(values, dict) or not isinstance(values.get("signal"), str):
        raise ValueError("a plotted signal must be named")
    return values["signal"], PlotStyle.from_dict({key: one for key, one in values.items() if key != "signal"})


def plots_of(values: list[Any]) -> tuple[PlotSetup, ...]:
    """All plots of a list of plain values; raises ValueError where one is damaged or there are too many.

    A list of names, as older files have it, is one plot of these signals.
    """
    if values and all(isinstance(one, str) for one in values):
        return (PlotSetup.from_dict({"signals": values}),)
    if len(values) > MOST_PLOTS:
        raise ValueError(f"there are {len(values)} plots, and at most {MOST_PLOTS} can be open")
    return tuple(PlotSetup.from_dict(one) for one in values)


def _is_color(text: str) -> bool:
    return len(text) == 7 and text[0] == "#" and all(digit in "0123456789abcdefABCDEF" for digit in text[1:])
