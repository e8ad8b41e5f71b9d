"""Views of the trace, plots and color rules as the user set them up: what settings and workspaces store."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal, get_args

from msgspec import Meta

from canmcast_gui.app.program.settings import Setting
from canmcast_gui.frames.schema import REQUIRED, Codec

# The highest numbers that can be open: a damaged file must not open thousands.
MAX_VIEWS = 16
MAX_PLOTS = 16
MAX_SIGNALS = 64
# Each rule is evaluated for each block of visible lines.
MAX_RULES = 50

ViewKind = Literal["chronological", "by_id"]
KINDS: tuple[ViewKind, ...] = get_args(ViewKind)


@dataclass(frozen=True)
class ViewSetup:
    """``name`` is "" for the views in the center of the window, else that of a view beside it.

    ``columns`` are the visible ones from left to right, each with its width in pixels; none are the default
    columns.
    """

    kind: Annotated[ViewKind, REQUIRED] = "chronological"
    name: str = ""
    filter: str = ""
    columns: tuple[tuple[str, Annotated[int, Meta(ge=0)]], ...] = ()


class LineKind(StrEnum):
    """LINES connect the samples, STEPS keep each value until the next, POINTS show the samples only."""

    LINES = "lines"
    STEPS = "steps"
    POINTS = "points"


@dataclass(frozen=True)
class PlotStyle:
    """``kind`` None is chosen by the signal. ``raw`` shows the values on the bus instead of physical values.

    ``own_axis`` gives the signal a value axis that others of its unit do not share. ``color`` is "#rrggbb",
    None for one that is free.
    """

    omit_defaults: ClassVar[bool] = True

    kind: LineKind | None = None
    raw: bool = False
    own_axis: bool = False
    color: Annotated[str, Meta(pattern="^#[0-9a-fA-F]{6}$", description="a color such as #1f77b4")] | None = (
        None
    )


@dataclass(frozen=True)
class _StoredSignal(PlotStyle):
    """A signal in a file: its name and its style in one object."""

    signal: Annotated[str, REQUIRED] = ""

    @classmethod
    def upgraded(cls, values: Any) -> Any:
        """Older files contain only the name."""
        return {"signal": values} if isinstance(values, str) else values

    @classmethod
    def of(cls, styled: tuple[str, PlotStyle]) -> _StoredSignal:
        name, style = styled
        return cls(style.kind, style.raw, style.own_axis, style.color, name)

    def styled(self) -> tuple[str, PlotStyle]:
        return self.signal, PlotStyle(self.kind, self.raw, self.own_axis, self.color)


StyledSignal = Annotated[tuple[str, PlotStyle], Codec(_StoredSignal, _StoredSignal.styled, _StoredSignal.of)]


@dataclass(frozen=True)
class PlotSetup:
    """The signals "Message.Signal" of one plot with their styles, and how many seconds it shows.

    They are ``overlaid`` in one picture or in lanes; ``xy`` plots them over the signal ``x``, or over the
    first one. ``name`` is "" for the first plot, else that of a plot beside it.
    """

    signals: Annotated[tuple[StyledSignal, ...], Meta(max_length=MAX_SIGNALS)] = ()
    name: str = ""
    overlaid: bool = False
    seconds: Annotated[float, Meta(gt=0, lt=1e9)] = 10.0
    xy: bool = False
    x: str = ""


@dataclass(frozen=True)
class ColorRule:
    """``color`` is "#rrggbb"; each theme makes it paler, so that text on it is readable."""

    name: Annotated[str, REQUIRED] = ""
    filter: Annotated[str, REQUIRED] = ""
    color: Annotated[str, REQUIRED] = ""
    on: bool = True


DEFAULT_RULES = (
    ColorRule("Error frames", "error", "#d0202b"),
    ColorRule("Remote frames", "remote", "#178a4c"),
    ColorRule("Sent (Tx)", "dir == tx", "#2461c9"),
)


@dataclass(frozen=True)
class _StoredRules:
    rules: Annotated[tuple[ColorRule, ...], Meta(max_length=MAX_RULES)] = DEFAULT_RULES


COLOR_RULES: Setting[tuple[ColorRule, ...]] = Setting(
    "trace/colors",
    Annotated[tuple[ColorRule, ...], Codec(_StoredRules, lambda stored: stored.rules, _StoredRules)],
    DEFAULT_RULES,
)
VIEWS: Setting[tuple[ViewSetup, ...]] = Setting(
    "trace/views", Annotated[tuple[ViewSetup, ...], Meta(max_length=MAX_VIEWS)], ()
)
