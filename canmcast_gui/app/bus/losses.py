"""When frames were lost on the way to the recording, and where in it they are missing."""

from __future__ import annotations

from typing import NamedTuple

from canmcast_gui.transport.statistics import BusStatistics

REASONS = {
    "dropped_kernel": "the receive buffer was full",
    "dropped_ring": "the window was too busy to take them",
}


RESTARTED = "the process that receives was started anew"


class Loss(NamedTuple):
    """``count`` frames are missing, 0 where nobody knows how many; ``reason`` says why."""

    count: int
    reason: str


class LossWatch:
    """Turns the rising counters of one bus into losses at the place where each was noticed.

    What had been handed over by then still waits between the processes, so a loss lies behind that. As many
    losses are kept as there are looks at the counters while frames wait, which is seconds of them at most.
    """

    def __init__(self) -> None:
        self._known = BusStatistics()
        self._taken = 0
        self._coming: list[tuple[int, Loss]] = []

    def look(self, statistics: BusStatistics) -> None:
        """Compare the counters with those of the last look."""
        handed_over = statistics.received - statistics.dropped_ring
        for counter, reason in REASONS.items():
            count = getattr(statistics, counter) - getattr(self._known, counter)
            if count > 0:
                self._coming.append((handed_over, Loss(count, reason)))
        if statistics.interruptions > self._known.interruptions:
            self._coming.append((handed_over, Loss(0, statistics.interruption)))
        self._known = statistics

    def restarted(self) -> None:
        """Whoever counts was away for a while, and what came meanwhile is gone."""
        handed_over = self._known.received - self._known.dropped_ring
        self._coming.append((handed_over, Loss(0, RESTARTED)))

    def take(self, frames: int) -> list[Loss]:
        """The losses that lie before the next frames, of which so many are taken now."""
        reached = [loss for place, loss in self._coming if place <= self._taken]
        self._coming = [(place, loss) for place, loss in self._coming if place > self._taken]
        self._taken += frames
        return reached
