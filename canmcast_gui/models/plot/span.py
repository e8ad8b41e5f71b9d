"""The span of time that a plot shows: the newest seconds, the whole recording, or another one."""

from __future__ import annotations

from enum import Enum

MIN_SECONDS = 1e-4  # a shorter span has at most one frame
MAX_SECONDS = 30 * 86400.0


class SpanMode(Enum):
    """FOLLOW shows the newest seconds, ALL the whole recording, FREE a span that does not move."""

    FOLLOW = "follow"
    ALL = "all"
    FREE = "free"


class PlotSpan:
    """The visible ``span`` in seconds since the recording's start, of length ``window`` while following."""

    def __init__(self, window: float = 10.0) -> None:
        self.mode = SpanMode.FOLLOW
        self.window = window
        self.span = (0.0, window)

    @property
    def seconds(self) -> float:
        """The length of the span, or the one that it will have with the first frames."""
        return self.window if self.mode is SpanMode.FOLLOW else self.span[1] - self.span[0]

    def follow(self) -> None:
        """Show the newest seconds from now on."""
        self.mode = SpanMode.FOLLOW

    def show_all(self) -> None:
        """Show the whole recording from now on."""
        self.mode = SpanMode.ALL

    def set_window(self, seconds: float) -> None:
        """Show a number of seconds: around the middle of a free span, else the newest ones."""
        self.window = seconds
        if self.mode is SpanMode.FREE:
            middle = sum(self.span) / 2
            self.span = (middle - seconds / 2, middle + seconds / 2)
        else:
            self.mode = SpanMode.FOLLOW

    def zoom(self, factor: float, second: float) -> None:
        """Multiply the length of the span. ``second`` stays in place, or the newest frame while following."""
        start, stop = self.span
        length = min(max((stop - start) * factor, MIN_SECONDS), MAX_SECONDS)
        factor = length / (stop - start)
        if self.mode is SpanMode.FOLLOW:
            self.window = length
            self.span = (stop - length, stop)
            return
        self.mode = SpanMode.FREE
        self.span = (second - (second - start) * factor, second + (stop - second) * factor)

    def move(self, seconds: float) -> None:
        """Move to later or (negative) earlier times, and stop following."""
        self.mode = SpanMode.FREE
        self.span = (self.span[0] + seconds, self.span[1] + seconds)

    def show(self, start: float, stop: float) -> None:
        """Show the time from one second to another, and stop following."""
        self.mode = SpanMode.FREE
        self.span = (start, max(stop, start + MIN_SECONDS))

    def copy(self, other: PlotSpan) -> None:
        """Show the span of another plot."""
        self.mode, self.window, self.span = other.mode, other.window, other.span

    def bring_into_view(self, second: float) -> None:
        """Center the span at a time that it does not include."""
        start, stop = self.span
        if not start <= second <= stop:
            self.move(second - (start + stop) / 2)

    def update(self, first: float | None, last: float | None) -> None:
        """Update the span for frames from ``first`` to ``last`` seconds; None if there are no frames."""
        if first is None or last is None:
            return
        if self.mode is SpanMode.FOLLOW:
            self.span = (last - self.window, last)
        elif self.mode is SpanMode.ALL:
            self.span = (first, last) if last - first > MIN_SECONDS else (last - self.window, last)
