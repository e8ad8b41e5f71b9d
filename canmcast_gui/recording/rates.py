"""Frames and bits per second over the last second."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.units import NS_PER_DAY, NS_PER_SECOND
from canmcast_gui.frames.wire_bits import wire_bits

BUCKET_NS = 50_000_000
BUCKETS = NS_PER_SECOND // BUCKET_NS

# Frames that seem to have waited for longer, or to come from the future, have times of another clock.
LONGEST_WAIT_NS = NS_PER_DAY


class RateMeter:
    """Counts frames and bits over the last second, in steps of 50 ms; the time is passed in.

    Times are ns of any clock that runs forward. Memory is that of 21 counters, however much arrives.
    """

    def __init__(self) -> None:
        # frames, bits at the arbitration rate, bits at the data rate; one row more than a second holds, for
        # the step that has only begun
        self._sums = np.zeros((BUCKETS + 1, 3), dtype=np.int64)
        self._step = 0

    def update(self, batch: FrameBatch, now_ns: int, utc_ns: int | None = None) -> None:
        """Count the frames of a batch as having arrived now.

        With the time of day ``utc_ns``, frames whose own times are earlier count as having arrived then: a
        program that was stopped for a while takes seconds of traffic at once.
        """
        self._advance(now_ns)
        if not len(batch):
            return
        slow, fast = wire_bits(batch)
        slots = np.full(len(batch), self._step % len(self._sums))
        counted = np.ones(len(batch))
        if utc_ns is not None:
            steps = (now_ns - _waits(batch.timestamp_ns, utc_ns)) // BUCKET_NS
            slots, counted = steps % len(self._sums), (steps >= self._step - BUCKETS).astype(np.float64)
        for column, weights in enumerate((counted, slow * counted, fast * counted)):
            sums = np.bincount(slots, weights, len(self._sums))
            self._sums[:, column] += sums.astype(np.int64)

    def frames_per_second(self, now_ns: int) -> float:
        """Frames over the last second."""
        return float(self._over_a_second(now_ns)[0])

    def bits_per_second(self, now_ns: int) -> float:
        """Bits over the last second, those at the arbitration and at the data rate together."""
        return float(self._over_a_second(now_ns)[1:].sum())

    def load(self, now_ns: int, bitrate: float, data_bitrate: float | None = None) -> float:
        """The part of the time that this traffic would take on one bus; more than 1 where it would not fit.

        ``bitrate`` in bit/s; ``data_bitrate`` is that of CAN FD's data phase (default: the same).
        """
        _, slow, fast = self._over_a_second(now_ns)
        return float(slow) / bitrate + float(fast) / (data_bitrate or bitrate)

    def clear(self) -> None:
        """Forget what was counted."""
        self._sums[:] = 0

    def _over_a_second(self, now_ns: int) -> npt.NDArray[np.float64]:
        """Sums over the last second; of the oldest step as much as still lies within it."""
        self._advance(now_ns)
        oldest = self._sums[(self._step + 1) % len(self._sums)]
        begun = (now_ns % BUCKET_NS) / BUCKET_NS
        total: npt.NDArray[np.float64] = self._sums.sum(axis=0) - oldest * begun
        return total

    def _advance(self, now_ns: int) -> None:
        """Empty the counters of the steps that have begun since the last time."""
        step = max(now_ns // BUCKET_NS, self._step)
        for new in range(max(self._step + 1, step - BUCKETS), step + 1):
            self._sums[new % len(self._sums)] = 0
        self._step = step


def _waits(times_ns: npt.NDArray[np.int64], utc_ns: int) -> npt.NDArray[np.int64]:
    """How long ago frames arrived; 0 where their times are not those of this computer's clock."""
    waits = np.int64(utc_ns) - times_ns
    return np.where((waits > 0) & (waits < LONGEST_WAIT_NS), waits, np.int64(0))
