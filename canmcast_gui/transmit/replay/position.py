"""Where a replay is at this moment, between two news of it."""

from __future__ import annotations

from canmcast_gui.transmit.events import ReplayStatus


class ReplayPlace:
    """The time in the recording, which goes on by itself while it plays; times are int nanoseconds.

    ``status`` is the last one; a replay of which nothing was heard yet stands at no time.
    """

    def __init__(self, status: ReplayStatus, speed: float | None) -> None:
        self.status = status
        self.speed = speed
        self._heard_ns = 0

    def hear(self, status: ReplayStatus, now_ns: int) -> None:
        """A newer status has come."""
        self.status, self._heard_ns = status, now_ns

    def at(self, now_ns: int) -> int | None:
        """The time in the recording; None before the first frame is known."""
        position_ns = self.status.position_ns
        if position_ns is None or self.status.state != "playing" or self.speed is None:
            return position_ns
        return position_ns + round(max(0, now_ns - self._heard_ns) * self.speed)
