"""When each periodic frame is due: absolute deadlines, so that no delay adds up. No clock of its own."""

from __future__ import annotations

import heapq
from collections.abc import Mapping

SECOND_PHASE = 0.004


class Timetable:
    """Names with periods in seconds; each is due again and again from ``start`` on.

    Half of them are due a little after the others, so that not all frames of a moment come at once; more
    phases than two would only wake the process up more often.
    """

    def __init__(self, periods: Mapping[str, float], start: float) -> None:
        self._periods = dict(periods)
        self._heap = [(start + SECOND_PHASE * (n % 2), name) for n, name in enumerate(self._periods)]
        heapq.heapify(self._heap)

    @property
    def next_time(self) -> float:
        """When the next one is due."""
        return self._heap[0][0]

    def take_due(self, now: float) -> list[str]:
        """What is due by ``now``, in order. After a long pause each comes once: what was missed is gone."""
        due = []
        while self._heap[0][0] <= now:
            time, name = self._heap[0]
            period = self._periods[name]
            missed = int((now - time) / period)
            heapq.heapreplace(self._heap, (time + (missed + 1) * period, name))
            due.append(name)
        return due
