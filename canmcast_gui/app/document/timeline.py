"""How the frames of a recording are spread over its time, and what kinds of frames it has."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from threading import Lock

import numpy as np

from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.frames.arrays import Floats, Numbers, Times
from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.frames.wire_bits import wire_bits

# At least half of them are used once a recording is longer than BINS ms: one for each pixel of a wide window.
BINS = 2048

# The width of a bin is a power of two of nanoseconds; the first one is 1 ms.
FIRST_SHIFT = 20

# Bins on each side of a time whose rate is asked for.
NEAR = 4


@dataclass(frozen=True)
class Spread:
    """Frames over time: ``counts`` (n,) of bins of ``width_ns`` from ``origin_ns`` on.

    ``first_ns`` and ``last_ns`` are the times of the oldest and the newest frame.
    """

    origin_ns: int = 0
    width_ns: int = 1 << FIRST_SHIFT
    first_ns: int = 0
    last_ns: int = 0
    counts: Numbers = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    @property
    def span_ns(self) -> int:
        """The time from the oldest to the newest frame."""
        return self.last_ns - self.first_ns

    def rate_at(self, time_ns: int) -> float:
        """Frames per second around a time: the mean of a few bins, since each holds few frames."""
        index = (time_ns - self.origin_ns) // self.width_ns
        if not 0 <= index < len(self.counts):
            return 0.0
        start, stop = max(index - NEAR, 0), min(index + NEAR + 1, len(self.counts))
        return float(self.counts[start:stop].sum()) * NS_PER_SECOND / self._covered_ns(start, stop)

    def rates(self, columns: int) -> Floats:
        """The highest rate in frames/s within each of ``columns`` equal parts of the span, float64."""
        if not len(self.counts) or self.span_ns <= 0:
            return np.zeros(columns)
        rates = self.counts * (NS_PER_SECOND / self.width_ns)
        for index in {0, len(rates) - 1}:  # bins that the recording covers in part
            rates[index] *= self.width_ns / self._covered_ns(index, index + 1)
        edges = self.first_ns + np.arange(columns + 1, dtype=np.float64) * (self.span_ns / columns)
        starts = ((edges - self.origin_ns) // self.width_ns).astype(np.int64).clip(0, len(rates) - 1)
        highest: Floats = np.maximum.reduceat(rates, starts[:-1])
        return highest

    def _covered_ns(self, first: int, stop: int) -> int:
        """The part of bins between the oldest and the newest frame; at least a tenth of one."""
        start, end = self.origin_ns + first * self.width_ns, self.origin_ns + stop * self.width_ns
        covered = min(end, self.last_ns) - max(start, self.first_ns)
        return max(covered, self.width_ns // 10)


class Timeline:
    """Counts frames in bins of time, which get wider as the recording gets longer. Threads may share it."""

    def __init__(self) -> None:
        self._counts = np.zeros(BINS, dtype=np.int64)
        self._shift = FIRST_SHIFT
        self._origin = self._first = self._last = 0
        self._is_empty = True
        self._lock = Lock()

    def add(self, times: Times) -> None:
        """Count frames of these times, in any order."""
        if not len(times):
            return
        with self._lock:
            self._fit(int(times.min()), int(times.max()))
            self._counts += np.bincount((times - self._origin) >> self._shift, minlength=BINS)

    def drop_before(self, time_ns: int) -> None:
        """Forget what is older than the oldest frame that is left."""
        with self._lock:
            bins = min((time_ns - self._origin) >> self._shift, BINS)
            if self._is_empty or time_ns <= self._first:
                return
            self._first = min(time_ns, self._last)
            if bins > 0:
                self._counts = np.append(self._counts[bins:], np.zeros(bins, dtype=np.int64))
                self._origin += bins << self._shift

    def spread(self) -> Spread:
        """The frames counted so far."""
        with self._lock:
            if self._is_empty:
                return Spread()
            used = min(((self._last - self._origin) >> self._shift) + 1, BINS)
            counts = self._counts[:used].copy()
            return Spread(self._origin, 1 << self._shift, self._first, self._last, counts)

    def _fit(self, low: int, high: int) -> None:
        """Make bins for the times from ``low`` to ``high``."""
        if self._is_empty:
            self._is_empty = False
            self._origin = self._first = low
            self._last = high
        self._first, self._last = min(self._first, low), max(self._last, high)
        while True:
            before = max(0, -((self._first - self._origin) >> self._shift))
            if ((self._last - self._origin) >> self._shift) + before < BINS:
                break
            self._counts[: BINS // 2] = self._counts.reshape(-1, 2).sum(axis=1)
            self._counts[BINS // 2 :] = 0
            self._shift += 1
        if before:
            self._counts = np.append(np.zeros(before, dtype=np.int64), self._counts[:-before])
            self._origin -= before << self._shift


@dataclass(frozen=True)
class Kinds:
    """Frames of a channel, those of some kinds, and their bits at the arbitration and at the data rate."""

    frames: int = 0
    errors: int = 0
    remote: int = 0
    fd: int = 0
    extended: int = 0
    sent: int = 0
    slow_bits: int = 0
    fast_bits: int = 0

    def load(self, seconds: float, bitrate: float, data_bitrate: float) -> float:
        """The mean share of the time that these frames take on a bus of these bit rates."""
        return (self.slow_bits / bitrate + self.fast_bits / data_bitrate) / seconds if seconds > 0 else 0.0

    @classmethod
    def total(cls, parts: Iterable[Kinds]) -> Kinds:
        """All parts together."""
        columns = zip(*(tuple(vars(part).values()) for part in parts), strict=True)
        return cls(*map(sum, columns))


class Contents:
    """Counts the frames of each channel. One thread adds, any thread may read ``channels``."""

    def __init__(self) -> None:
        self.channels: dict[int, Kinds] = {}

    def add(self, batch: FrameBatch, share: int = 1) -> None:
        """Count frames. Their bits, which take 0.3 µs a frame, are those of each ``share``-th one.

        These are the first ones of each channel: any regular choice could always meet the same message.
        """
        channels = dict(self.channels)
        for channel in np.flatnonzero(np.bincount(batch.channel)).tolist():
            chosen = batch.channel == channel
            found = _kinds(batch if chosen.all() else batch[chosen], share)
            channels[channel] = Kinds.total([channels.get(channel, Kinds()), found])
        self.channels = channels


def _kinds(batch: FrameBatch, share: int) -> Kinds:
    """The kinds of frames of one channel; their bits from those of the first ones."""
    frames = len(batch)
    combinations = np.bincount(batch.flags)
    flags = np.arange(len(combinations))

    def count(flag: Flag) -> int:
        return int(combinations[flags & int(flag) != 0].sum())

    measured = batch[: max(1, frames // share)]
    slow, fast = (int(bits.sum()) * frames // len(measured) for bits in wire_bits(measured))
    return Kinds(
        frames,
        errors=count(Flag.ERROR),
        remote=count(Flag.REMOTE),
        fd=count(Flag.FD),
        extended=count(Flag.EXTENDED),
        sent=count(Flag.TX),
        slow_bits=slow,
        fast_bits=fast,
    )
