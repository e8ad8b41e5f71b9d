"""Samples of one signal over time, in limited memory, and curves of any span that keep every peak."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames.arrays import Floats, Times

# 0.5 MiB: small compared to the limit, and thinned within a fraction of a millisecond when it is full.
BLOCK_SAMPLES = 1 << 15

# Of each 64 samples of a full block the lowest and the highest are stored too, for spans of many blocks.
COARSE_SAMPLES = 64

# 16 M samples (256 MiB) of all signals of a plot are kept: ten hours of one signal that is sent every 2 ms,
# or half an hour of twenty.
FULL_BLOCKS = 512

# Of 128 M older samples the lowest and highest of each 64 are kept, in 64 MiB; older ones are deleted.
COARSE_BLOCKS = 4096

# Each signal keeps at least this number of blocks, even if many signals share the memory.
MIN_BLOCKS = 4

# More than a store holds: a curve of this number of points is not thinned further.
MAX_POINTS = (FULL_BLOCKS + COARSE_BLOCKS) * BLOCK_SAMPLES

_NO_TIMES: Times = np.zeros(0, dtype=np.int64)
_NO_VALUES: Floats = np.zeros(0)


@dataclass(frozen=True, slots=True)
class Curve:
    """Points of a span and one before and after it, in the order of time: times int64 (n,), values (n,).

    ``thinned`` if the points are the lowest and highest of several samples each.
    """

    times: Times
    values: Floats
    thinned: bool = False


class _Block:
    """Samples in the order of time, and coarse points of each complete group; an old block has only those."""

    __slots__ = ("coarse_times", "coarse_values", "count", "first", "last", "times", "values")

    def __init__(self) -> None:
        self.times: Times = np.empty(BLOCK_SAMPLES, dtype=np.int64)
        self.values: Floats = np.empty(BLOCK_SAMPLES)
        self.count = 0
        self.coarse_times = _NO_TIMES
        self.coarse_values = _NO_VALUES
        self.first = self.last = 0

    @property
    def is_full(self) -> bool:
        return self.count == BLOCK_SAMPLES

    @property
    def is_coarse(self) -> bool:
        """Whether only the coarse points are left."""
        return not len(self.times)

    def append(self, times: Times, values: Floats) -> int:
        """Append as many samples as there is space for; returns their number."""
        appended = min(len(times), BLOCK_SAMPLES - self.count)
        end = self.count + appended
        self.times[self.count : end] = times[:appended]
        self.values[self.count : end] = values[:appended]
        self._sort(self.count, end)
        self.count = end
        self.first, self.last = int(self.times[0]), int(self.times[end - 1])
        self._thin_new()
        return appended

    def _thin_new(self) -> None:
        """Add the coarse points of the groups that are complete now, so that no curve computes them again."""
        done = len(self.coarse_times) * COARSE_SAMPLES // 2
        stop = self.count // COARSE_SAMPLES * COARSE_SAMPLES
        if done < stop:
            times, values = thin(self.times[done:stop], self.values[done:stop], COARSE_SAMPLES)
            self.coarse_times = np.concatenate([self.coarse_times, times])
            self.coarse_values = np.concatenate([self.coarse_values, values])

    def _sort(self, start: int, end: int) -> None:
        """Sort the samples if the clock was set back: searches need the order of time."""
        if (np.diff(self.times[max(start - 1, 0) : end]) < 0).any():
            order = np.argsort(self.times[:end], kind="stable")
            self.times[:end] = self.times[:end][order]
            self.values[:end] = self.values[:end][order]
            self.coarse_times, self.coarse_values = _NO_TIMES, _NO_VALUES

    def drop_samples(self) -> None:
        """Keep only the coarse points."""
        self.times, self.values = _NO_TIMES, _NO_VALUES

    def span(self, start_ns: int, stop_ns: int) -> tuple[int, int]:
        """The range of indices of the samples in a span, with one more sample before and after."""
        times, scale = (
            (self.coarse_times, COARSE_SAMPLES // 2) if self.is_coarse else (self.times[: self.count], 1)
        )
        low = max(int(np.searchsorted(times, start_ns)) - 1, 0)
        high = int(np.searchsorted(times, stop_ns, side="right")) + 1
        return low * scale, min(high * scale, self.count)

    def points(self, low: int, high: int, group: int) -> tuple[Times, Floats]:
        """The lowest and highest sample of each ``group`` (a power of two) in a range of indices."""
        if (group < COARSE_SAMPLES and not self.is_coarse) or not len(self.coarse_times):
            low -= low % group
            high = min(high + -high % group, self.count)
            return thin(self.times[low:high], self.values[low:high], group)
        # There are two coarse points for COARSE_SAMPLES samples.
        step = max(group // COARSE_SAMPLES, 1) * 2
        first, stop = low * 2 // COARSE_SAMPLES, -(-high * 2 // COARSE_SAMPLES)
        first -= first % step
        stop = min(stop + -stop % step, len(self.coarse_times))
        times, values = thin(self.coarse_times[first:stop], self.coarse_values[first:stop], step)
        newest = len(self.coarse_times) * COARSE_SAMPLES // 2
        if self.is_coarse or high <= newest:
            return times, values
        rest = thin(self.times[newest : self.count], self.values[newest : self.count], group)
        return np.concatenate([times, rest[0]]), np.concatenate([values, rest[1]])


class SampleBudget:
    """The memory that the stores of one plot share; ``stores`` is their number."""

    def __init__(self) -> None:
        self.stores = 1

    @property
    def full_blocks(self) -> int:
        """The number of blocks with all samples that a store may have."""
        return max(FULL_BLOCKS // max(self.stores, 1), MIN_BLOCKS)

    @property
    def coarse_blocks(self) -> int:
        """The number of older blocks, with only coarse points, that a store may have in addition."""
        return max(COARSE_BLOCKS // max(self.stores, 1), MIN_BLOCKS)


class SampleStore:
    """The samples of one signal, oldest first.

    As much as ``budget`` allows is kept: all of the newest samples, and the extremes of older ones.
    """

    def __init__(self, budget: SampleBudget | None = None) -> None:
        self._budget = budget or SampleBudget()
        self._blocks: list[_Block] = []
        self._coarse = 0  # number of blocks, the oldest ones, that have only coarse points

    def append(self, times: Times, values: Floats) -> None:
        """Append samples: times int64 (n,), values (n,). NaN and infinity are left out."""
        finite = np.isfinite(values)
        if not finite.all():
            times, values = times[finite], values[finite]
        done = 0
        while done < len(times):
            if not self._blocks or self._blocks[-1].is_full:
                self._blocks.append(_Block())
            done += self._blocks[-1].append(times[done:], values[done:])
        self._apply_budget()

    def _apply_budget(self) -> None:
        while self._coarse < len(self._blocks) - self._budget.full_blocks:
            self._blocks[self._coarse].drop_samples()
            self._coarse += 1
        extra = self._coarse - self._budget.coarse_blocks
        if extra > 0:
            del self._blocks[:extra]
            self._coarse -= extra

    @property
    def first_ns(self) -> int | None:
        """The time of the oldest sample that is kept."""
        return self._blocks[0].first if self._blocks else None

    @property
    def last_ns(self) -> int | None:
        """The time of the newest sample."""
        return self._blocks[-1].last if self._blocks else None

    def curve(self, start_ns: int, stop_ns: int, points: int) -> Curve:
        """The curve between two times, with up to about ``points`` points that include all peaks.

        Groups of samples begin at the same samples for every span: a scrolling curve does not flicker.
        """
        parts = [(block, *block.span(start_ns, stop_ns)) for block in self._around(start_ns, stop_ns)]
        parts = [(block, low, high) for block, low, high in parts if low < high]
        if not parts:
            return Curve(_NO_TIMES, _NO_VALUES)
        samples = sum(high - low for _, low, high in parts)
        group = _group(samples, points)
        found = [block.points(low, high, group) for block, low, high in parts]
        thinned = group > 1 or any(block.is_coarse for block, _, _ in parts)
        times, values = zip(*found, strict=True)
        return Curve(np.concatenate(times), np.concatenate(values), thinned)

    def value_at(self, time_ns: int) -> float | None:
        """The value of the newest sample at or before ``time_ns``; None before the first."""
        for block in reversed(self._blocks):
            if block.first <= time_ns:
                coarse = block.is_coarse
                times = block.coarse_times if coarse else block.times[: block.count]
                values = block.coarse_values if coarse else block.values
                return float(values[max(int(np.searchsorted(times, time_ns, side="right")) - 1, 0)])
        return None

    def inside(self, start_ns: int, stop_ns: int) -> Curve:
        """All samples between two times, both included, or the coarse points of old ones."""
        curve = self.curve(start_ns, stop_ns, MAX_POINTS)
        within = (curve.times >= start_ns) & (curve.times <= stop_ns)
        return Curve(curve.times[within], curve.values[within], curve.thinned)

    def next_time(self, time_ns: int, direction: int) -> int | None:
        """The time of the first sample after (1) or before (-1) a time."""
        times = self.curve(time_ns, time_ns, MAX_POINTS).times
        times = times[times > time_ns] if direction > 0 else times[times < time_ns]
        if not len(times):
            return None
        return int(times[0] if direction > 0 else times[-1])

    def _around(self, start_ns: int, stop_ns: int) -> Iterator[_Block]:
        """The blocks of a span, and the nearest one before and after it, for lines that leave the view."""
        for number, block in enumerate(self._blocks):
            before = number + 1 < len(self._blocks) and self._blocks[number + 1].first < start_ns
            after = number and self._blocks[number - 1].last > stop_ns
            if not before and not after:
                yield block


def _group(samples: int, points: int) -> int:
    """The smallest power of two that thins the samples to at most ``points`` points, two of each group."""
    if samples <= points:
        return 1
    return max(1 << (2 * samples // max(points, 1) - 1).bit_length(), 4)


def thin(times: Times, values: Floats, group: int) -> tuple[Times, Floats]:
    """The lowest and the highest sample of each ``group`` samples, in the order of time."""
    if group <= 2 or len(times) <= 2:
        return times, values
    end = len(times) // group * group  # of the complete groups
    kept = _extremes(values[:end].reshape(-1, group)) if end else np.zeros(0, dtype=np.int64)
    if end < len(times):
        kept = np.concatenate([kept, _extremes(values[end:][None, :]) + end])
    return times[kept], values[kept]


def _extremes(matrix: Floats) -> npt.NDArray[np.int64]:
    """Flat indices of the lowest and highest value of each row, in the order of the row."""
    rows = np.arange(len(matrix)) * matrix.shape[1]
    low, high = matrix.argmin(axis=1) + rows, matrix.argmax(axis=1) + rows
    return np.stack([np.minimum(low, high), np.maximum(low, high)], axis=1).ravel()
