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

# Bins of time that have frames; a wide window has as many pixels.
BINS = 2048

# The width of a bin is a power of two of nanoseconds; the first one is 1 ms.
FIRST_SHIFT = 20

# Rates are means over at least this time, and over at most this part of a recording: periodic frames form
# groups every few milliseconds, which are not what the rate is about.
MEAN_NS, MEAN_PART = 100_000_000, 1 / 20

# A few frames far away from all others, for example with a wrong clock, are not in the main part. It has less
# than a tenth of the whole time then.
FAR_FRAMES, FAR_SHARE, FAR_TIMES = 10, 100, 10


@dataclass(frozen=True)
class Spread:
    """Frames over time: ``counts`` (n,) of bins of ``width_ns`` from ``origin_ns`` on.

    ``first_ns`` and ``last_ns`` are the times of the oldest and the newest frame, ``start_ns`` and ``end_ns``
    those of the main part, which the counts are about. ``before`` and ``after`` count the frames outside.
    """

    origin_ns: int = 0
    width_ns: int = 1 << FIRST_SHIFT
    first_ns: int = 0
    last_ns: int = 0
    counts: Numbers = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    start_ns: int = 0
    end_ns: int = 0
    before: int = 0
    after: int = 0

    @property
    def span_ns(self) -> int:
        """The time from the oldest to the newest frame."""
        return self.last_ns - self.first_ns

    @property
    def main_ns(self) -> int:
        """The duration of the main part."""
        return self.end_ns - self.start_ns

    def rate_at(self, time_ns: int) -> float:
        """The mean rate in frames/s around a time; 0 outside of the main part."""
        if not self.start_ns <= time_ns <= self.end_ns or self.main_ns <= 0:
            return 0.0
        return float(self._means(np.array([time_ns - self.origin_ns], dtype=np.float64), 0.0)[0])

    def rates(self, columns: int) -> Floats:
        """The mean rate in frames/s of each of ``columns`` equal parts of the main part, float64."""
        if not len(self.counts) or self.main_ns <= 0:
            return np.zeros(columns)
        width = self.main_ns / columns
        middles = (np.arange(columns, dtype=np.float64) + 0.5) * width + (self.start_ns - self.origin_ns)
        return self._means(middles, width)

    def _means(self, middles: Floats, width: float) -> Floats:
        """Mean rates around times in ns since the origin."""
        start, end = self.start_ns - self.origin_ns, self.end_ns - self.origin_ns
        half = max(width, self.width_ns, min(MEAN_NS, self.main_ns * MEAN_PART)) / 2
        lows, highs = (middles - half).clip(start, end), (middles + half).clip(start, end)
        edges = (np.arange(len(self.counts) + 1, dtype=np.float64) * self.width_ns).clip(start, end)
        sums = np.concatenate(([0], np.cumsum(self.counts)))
        found = np.interp(highs, edges, sums) - np.interp(lows, edges, sums)
        means: Floats = found * NS_PER_SECOND / np.maximum(highs - lows, 1.0)
        return means


class Timeline:
    """Counts frames in bins of time, which get wider as more of them have frames. Threads may share it."""

    def __init__(self) -> None:
        # the numbers of the bins that have frames, sorted, and their counts
        self._bins = np.zeros(0, dtype=np.int64)
        self._counts = np.zeros(0, dtype=np.int64)
        self._shift = FIRST_SHIFT
        self._first = self._last = 0
        self._lock = Lock()

    def add(self, times: Times) -> None:
        """Count frames of these times, in any order."""
        if not len(times):
            return
        low, high = int(times.min()), int(times.max())
        with self._lock:
            is_empty = not len(self._bins)
            self._first = low if is_empty else min(self._first, low)
            self._last = high if is_empty else max(self._last, high)
            bins, counts = _histogram(times >> self._shift)
            self._merge(np.append(self._bins, bins), np.append(self._counts, counts))

    def _merge(self, bins: Numbers, counts: Numbers) -> None:
        """Add up bins with the same number, and make all wider while there are too many."""
        while True:
            self._bins, places = np.unique(bins, return_inverse=True)
            self._counts = np.bincount(places, weights=counts).astype(np.int64)
            if len(self._bins) <= BINS:
                return
            self._shift += 1
            bins, counts = self._bins >> 1, self._counts

    def drop_before(self, time_ns: int) -> None:
        """Forget what is older than the oldest frame that is left."""
        with self._lock:
            if not len(self._bins) or time_ns <= self._first:
                return
            self._first = min(time_ns, self._last)
            start = int(np.searchsorted(self._bins, self._first >> self._shift))
            self._bins, self._counts = self._bins[start:], self._counts[start:]

    def spread(self) -> Spread:
        """The frames counted so far."""
        with self._lock:
            bins, counts, shift, first, last = self._bins, self._counts, self._shift, self._first, self._last
        if not len(bins):
            return Spread()
        low, stop = _main_part(bins, counts)
        before, after = int(counts[:low].sum()), int(counts[stop:].sum())
        bins, counts = bins[low:stop], counts[low:stop]
        start = int(bins[0]) << shift if before else first
        end = (int(bins[-1]) + 1) << shift if after else last
        # bins without frames are few times as many as those with frames, unless there are long pauses
        while int(bins[-1]) - int(bins[0]) >= BINS:
            bins, shift = bins >> 1, shift + 1
        dense = np.bincount(bins - bins[0], weights=counts).astype(np.int64)
        origin = int(bins[0]) << shift
        return Spread(origin, 1 << shift, first, last, dense, start, end, before, after)


def _histogram(numbers: Numbers) -> tuple[Numbers, Numbers]:
    """The different numbers, sorted, and how often each occurs."""
    low = int(numbers.min())
    if int(numbers.max()) - low > BINS + 4 * len(numbers):
        return np.unique(numbers, return_counts=True)
    counts = np.bincount(numbers - low)  # faster than sorting
    found = np.flatnonzero(counts)
    return found + low, counts[found]


def _main_part(bins: Numbers, counts: Numbers) -> tuple[int, int]:
    """The first bin of the main part, and the one after its last: a few frames far away are left out."""
    start, stop, total = 0, len(bins), int(counts.sum())
    while stop - start > 1 and total >= FAR_FRAMES:
        gaps = np.diff(bins[start:stop])
        widest = int(gaps.argmax())
        middle = start + widest + 1
        left, right = int(counts[start:middle].sum()), int(counts[middle:stop].sum())
        span = int(bins[stop - 1] - bins[start])
        if 2 * int(gaps[widest]) < span or min(left, right) > max(1, total // FAR_SHARE):
            break
        start, stop = (middle, stop) if left < right else (start, middle)
    is_far = int(bins[stop - 1] - bins[start] + 1) * FAR_TIMES < int(bins[-1] - bins[0])
    return (start, stop) if is_far else (0, len(bins))


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
