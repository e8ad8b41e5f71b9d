"""Frames that are missing, each report at the place where they belong."""

from __future__ import annotations

from dataclasses import dataclass

from canmcast_gui.transport.statistics import BusStatistics

REASONS = {
    "dropped_kernel": "the receive buffer was full",
    "dropped_ring": "the window was too busy to take them",
}
RESTARTED = "the capture process was restarted"


@dataclass(frozen=True)
class Loss:
    """``count`` frames are missing, or an unknown number where it is 0; ``reason`` says why."""

    count: int
    reason: str


class LossWatch:
    """Converts the counters of one bus to losses, each before the frame where it belongs.

    When a counter rises, frames from before the loss still wait in the ring. The loss is reported after
    these. The list of losses is short: while frames wait, counters are read for seconds at most.
    """

    def __init__(self) -> None:
        self._statistics = BusStatistics()
        self._taken = 0
        self._waiting: list[tuple[int, Loss]] = []

    def update(self, statistics: BusStatistics) -> None:
        """Compare the counters with those of the last call."""
        delivered = statistics.received - statistics.dropped_ring
        for counter, reason in REASONS.items():
            count = getattr(statistics, counter) - getattr(self._statistics, counter)
            if count > 0:
                self._waiting.append((delivered, Loss(count, reason)))
        if statistics.interruptions > self._statistics.interruptions:
            self._waiting.append((delivered, Loss(0, statistics.interruption)))
        self._statistics = statistics

    def restarted(self) -> None:
        """Note that frames are missing which arrived while the capture process was restarted."""
        delivered = self._statistics.received - self._statistics.dropped_ring
        self._waiting.append((delivered, Loss(0, RESTARTED)))

    def take(self, frames: int) -> list[Loss]:
        """The losses before the next frames, of which ``frames`` are taken now."""
        due = [loss for frame, loss in self._waiting if frame <= self._taken]
        self._waiting = [(frame, loss) for frame, loss in self._waiting if frame > self._taken]
        self._taken += frames
        return due
