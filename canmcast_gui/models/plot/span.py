"""Which span of time a plot shows: the newest seconds, everything, or where the user has gone."""

from __future__ import annotations

from enum import Enum

MIN_SECONDS = 1e-4  # below that there is at most one frame
MAX_SECONDS = 30 * 86400.0


class SpanMode(Enum):
    """FOLLOW shows the newest seconds, ALL everything there is, FREE stands still."""

    FOLLOW = "follow"
    ALL = "all"
    FREE = "free"


class PlotSpan:
    """The span in seconds since the recording's start, and how it came to be.

    ``window`` is how many seconds are shown while following.
    """

    def __init__(self, window: float = 10.0) -> None:
        self.mode = SpanMode.FOLLOW
        self.window = window
        self.span = (0.0, window)

    @property
    def seconds(self) -> float:
        """How much time is shown, or will be as soon as there are frames."""
        return self.window if self.mode is SpanMode.FOLLOW else self.span[1] - self.span[0]

    def follow(self) -> None:
        """Show the newest seconds from now on."""
        self.mode = SpanMode.FOLLOW

    def show_all(self) -> None:
        """Show everything from now on."""
        self.mode = SpanMode.ALL

    def set_window(self, seconds: float) -> None:
        """Show so many seconds; the newest ones where everything was shown."""
        self.window = seconds
        if self.mode is SpanMode.FREE:
            middle = sum(self.span) / 2
            self.span = (middle - seconds / 2, middle + seconds / 2)
        else:
            self.mode = SpanMode.FOLLOW

    def zoom(self, factor: float, second: float) -> None:
        """Show ``factor`` times as much time. ``second`` stays where it is, or the newest while following."""
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
        """Go to later or (negative) earlier times, and stay there."""
        self.mode = SpanMode.FREE
        self.span = (self.span[0] + seconds, self.span[1] + seconds)

    def show(self, start: float, stop: float) -> None:
        """Show the time from one second to another, and stay there."""
        self.mode = SpanMode.FREE
        self.span = (start, max(stop, start + MIN_SECONDS))

    def adopt(self, other: PlotSpan) -> None:
        """Show what another one shows."""
        self.mode, self.window, self.span = other.mode, other.window, other.span

    def bring_into_view(self, second: float) -> None:
        """Go where a time can be seen, if it cannot be."""
        start, stop = self.span
        if not start <= second <= stop:
            self.move(second - (start + stop) / 2)

    def update(self, first: float | None, last: float | None) -> None:
        """Take in that there are frames from ``first`` to ``last`` seconds; None where there are none."""
        if first is None or last is None:
            return
        if self.mode is SpanMode.FOLLOW:
            self.span = (last - self.window, last)
        elif self.mode is SpanMode.ALL:
            self.span = (first, last) if last - first > MIN_SECONDS else (last - self.window, last)
