"""Statistics of every arbitration id over the whole recording: periods, missed cycles and senders."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.frames.arrays import Floats, Numbers
from canmcast_gui.recording.groups import MOMENTS, Groups, deviation, merge_moments

# Edges of the histogram's bins in ns: 1 µs to 1,000 s, twenty per decade (each 12 % wider than the last).
# Periods outside are counted in the first or the last bin.
BINS_PER_DECADE = 20
BIN_EDGES_NS: Numbers = np.round(10 ** (3 + np.arange(9 * BINS_PER_DECADE + 1) / BINS_PER_DECADE)).astype(
    np.int64
)
BINS = len(BIN_EDGES_NS) - 1

# An id is periodic while the middle ten of its last sixteen periods differ by at most 30 % of their
# median: three of sixteen frames may be missing, and irregular traffic hardly ever passes.
RECENT = 16
MIDDLE = slice(3, RECENT - 3)
SPREAD_PERCENT = 30

# A sender that does not send for more periods than that was switched off: it has not missed cycles.
MAX_MISSED = 1000

# The newest missed cycles that are kept of each id, and the ids of which any are kept: 30 MB at most.
MAX_MISSES = 256
MAX_IDS_WITH_MISSES = 1024

_NO_PERIOD = np.int64((1 << 62) - 1)  # twice that still fits into 64 bits

_PERIODS = np.dtype(
    [
        *MOMENTS,
        ("shortest", np.int64),
        ("longest", np.int64),
        ("missed", np.int64),
        ("recent", np.int64, (RECENT,)),
        ("histogram", np.int32),  # its row of the histograms; row 0 is shared by ids with a single frame
    ]
)


@dataclass(frozen=True)
class MissedCycles:
    """``count`` frames of an id were missing before the one in row ``row``."""

    row: int
    count: int


class Cycles:
    """Periods of each entry of NewestById, which numbers the entries and passes their frames.

    Columns are float64 (n,) in ns, NaN for entries with only one frame.
    """

    def __init__(self) -> None:
        self._entries = np.zeros(0, dtype=_PERIODS)
        self._size = 0
        self._histograms = np.zeros((1, BINS), dtype=np.uint32)
        self._histograms_used = 1
        self._misses: dict[int, deque[MissedCycles]] = {}

    def __len__(self) -> int:
        return self._size

    # -- columns -----------------------------------------------------------------------------------------

    @property
    def shortest_ns(self) -> Floats:
        """The shortest period; negative where a frame is older than the previous one."""
        return self._known("shortest")

    @property
    def mean_ns(self) -> Floats:
        """The mean of all periods."""
        return self._known("mean")

    @property
    def longest_ns(self) -> Floats:
        """The longest period."""
        return self._known("longest")

    @property
    def jitter_ns(self) -> Floats:
        """The standard deviation of all periods."""
        return deviation(self._entries[: self._size])

    @property
    def missed(self) -> Numbers:
        """The number of missed cycles of periodic ids, int64 (n,)."""
        return self._column("missed")

    def histogram(self, entry: int) -> npt.NDArray[np.uint32]:
        """The number of periods of an entry in each bin of BIN_EDGES_NS, uint32 (BINS,); a copy."""
        counts: npt.NDArray[np.uint32] = self._histograms[self._column("histogram")[entry]].copy()
        return counts

    def missed_cycles(self, entry: int) -> list[MissedCycles]:
        """The newest 256 missed cycles of an entry, in order."""
        return list(self._misses.get(entry, ()))

    def _column(self, name: str) -> npt.NDArray[Any]:
        return self._entries[name][: self._size]

    def _known(self, name: str) -> Floats:
        return np.where(self._column("weight") > 0, self._column(name), np.nan)

    # -- updating ----------------------------------------------------------------------------------------

    def update(self, groups: Groups, periods: Numbers, seen: npt.NDArray[np.bool_], rows: Numbers) -> None:
        """Add periods and row numbers (n,), in the order of the groups.

        The first period of a group does not count where ``seen`` (g,) is false.
        """
        which = groups.numbers
        self._make_room(int(which.max()) + 1)
        counts = np.ones(len(periods), dtype=np.bool_)
        counts[groups.starts[~seen]] = False
        merge_moments(self._entries, groups, periods.astype(np.float64), counts.astype(np.float64))
        for name, reduce, none in (
            ("shortest", np.minimum, _NO_PERIOD),
            ("longest", np.maximum, -_NO_PERIOD),
        ):
            new = reduce.reduceat(np.where(counts, periods, none), groups.starts)
            self._entries[name][which] = reduce(self._entries[name][which], new)
        entries = np.repeat(which, groups.sizes)
        bins = np.clip(np.searchsorted(BIN_EDGES_NS, periods[counts], side="right") - 1, 0, BINS - 1)
        self._give_histograms(which[np.logical_or.reduceat(counts, groups.starts)])
        np.add.at(self._histograms, (self._entries["histogram"][entries[counts]], bins), np.uint32(1))
        self._find_missed_cycles(groups, np.where(counts, periods, _NO_PERIOD), entries, rows)

    def _make_room(self, size: int) -> None:
        if size <= self._size:
            return
        self._entries = _grown_to(size, self._entries)
        new = self._entries[self._size : size]  # pages beyond are not touched, and so take no memory
        new["shortest"], new["longest"], new["recent"] = _NO_PERIOD, -_NO_PERIOD, _NO_PERIOD
        self._size = size

    def _give_histograms(self, which: npt.NDArray[np.intp]) -> None:
        """Give entries a histogram at their first period: random ids that are sent once need none."""
        new = which[self._entries["histogram"][which] == 0]
        used = self._histograms_used + len(new)
        self._histograms = _grown_to(used, self._histograms)
        self._entries["histogram"][new] = np.arange(self._histograms_used, used)
        self._histograms_used = used

    def _find_missed_cycles(
        self, groups: Groups, periods: Numbers, entries: npt.NDArray[np.intp], rows: Numbers
    ) -> None:
        """Compare each period with those before it, all groups at once, each after its recent periods."""
        which, sizes = groups.numbers, groups.sizes
        number = np.arange(len(which)) + 1
        own = np.arange(len(periods)) + np.repeat(number, sizes) * RECENT
        line = np.empty(len(periods) + len(which) * RECENT, dtype=np.int64)
        line[own] = periods
        starts = (groups.starts + (number - 1) * RECENT)[:, None] + np.arange(RECENT)
        line[starts] = self._entries["recent"][which]
        indices, counts = _missed(line, own)
        for index, count in zip(indices.tolist(), counts.tolist(), strict=True):
            self._keep(int(entries[index]), MissedCycles(int(rows[index]), count))
        self._entries["recent"][which] = line[starts + sizes[:, None]]

    def _keep(self, entry: int, missed: MissedCycles) -> None:
        self._entries["missed"][entry] += missed.count
        if entry not in self._misses and len(self._misses) < MAX_IDS_WITH_MISSES:
            self._misses[entry] = deque(maxlen=MAX_MISSES)
        if entry in self._misses:
            self._misses[entry].append(missed)


def _missed(line: Numbers, own: npt.NDArray[np.intp]) -> tuple[npt.NDArray[np.intp], Numbers]:
    """The periods at the indices ``own`` before which cycles are missing, and how many each."""
    indices = _long_periods(line, own)
    ends, periods = own[indices], line[own[indices]]
    recent = np.sort(line[ends[:, None] - np.arange(1, RECENT + 1)], axis=1)
    usual = recent[:, RECENT // 2]
    spread = recent[:, MIDDLE.stop - 1] - recent[:, MIDDLE.start]
    periodic = (usual > 0) & (recent[:, -1] < _NO_PERIOD) & (spread <= usual * SPREAD_PERCENT // 100)
    usual = np.where(periodic, usual, 1)
    counts = (2 * periods + usual) // (2 * usual) - 1
    missed = periodic & (counts <= MAX_MISSED)
    return indices[missed], counts[missed]


def _long_periods(line: Numbers, own: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """The periods at the indices ``own`` that are longer than 1.5 × the median of those before.

    By counting, without sorting: such a period is that much longer than more than half of them.
    """
    most = (2 * line[RECENT:] - 1) // 3
    shorter = np.zeros(len(most), dtype=np.uint8)
    for back in range(1, RECENT + 1):
        shorter += line[RECENT - back : len(line) - back] <= most
    found = (shorter > RECENT // 2) & (line[RECENT:] < _NO_PERIOD)
    return np.flatnonzero(found[own - RECENT])


def _grown_to(size: int, entries: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """An array with room for ``size`` entries, at least doubled when it grows; new entries are zeros."""
    if size <= len(entries):
        return entries
    grown = np.zeros((max(size, 2 * len(entries)), *entries.shape[1:]), dtype=entries.dtype)
    grown[: len(entries)] = entries
    return grown


# This program, with any of its addresses: it has one on each interface.
OWN = 0xFFFF

_SENDER = np.dtype([("source", np.uint16), ("before", np.uint16), ("returns", np.int64)])

SourceNumbers = npt.NDArray[np.uint16]


class Senders:
    """Senders of each entry of NewestById, which numbers the entries and passes their frames.

    Sources are rows of a SourceTable, OWN for frames that this program sent.

    A restarted program has another source, and replaces the old one for good. An id has two senders only
    where a sender returns after another one.
    """

    def __init__(self) -> None:
        self._entries = np.zeros(0, dtype=_SENDER)
        self._size = 0

    def __len__(self) -> int:
        return self._size

    @property
    def source(self) -> SourceNumbers:
        """The source of the newest frame of each id, uint16 (n,); 0 where it is unknown, as in a file."""
        return self._column("source")

    @property
    def before(self) -> SourceNumbers:
        """The previous source of each id, uint16 (n,); 0 where there was no other one."""
        return self._column("before")

    @property
    def returns(self) -> npt.NDArray[np.int64]:
        """How often a sender returned after another one, int64 (n,): more than 0 where two send one id."""
        return self._column("returns")

    def _column(self, name: str) -> npt.NDArray[Any]:
        return self._entries[name][: self._size]

    def update(self, groups: Groups, batch: FrameBatch) -> None:
        """Add the senders of a batch's frames."""
        which = groups.numbers
        sources = np.where(batch.has(Flag.TX), np.uint16(OWN), batch.source)[groups.order]
        self._make_room(int(which.max()) + 1)
        earlier = np.empty_like(sources)
        earlier[1:] = sources[:-1]
        earlier[groups.starts] = self._entries["source"][which]
        changes = np.flatnonzero((sources != earlier) & (earlier != 0) & (sources != 0))
        if len(changes):
            self._count_returns(groups, sources, earlier, changes)
        self._entries["source"][which] = sources[groups.ends - 1]

    def _count_returns(
        self, groups: Groups, sources: SourceNumbers, earlier: SourceNumbers, changes: npt.NDArray[np.intp]
    ) -> None:
        """Compare each change of sender with the previous one of the same id."""
        entries = groups.numbers[np.searchsorted(groups.starts, changes, side="right") - 1]
        left = self._entries["before"][entries]
        same = entries[1:] == entries[:-1]
        left[1:][same] = earlier[changes[:-1]][same]
        np.add.at(self._entries["returns"], entries[left == sources[changes]], 1)
        self._entries["before"][entries] = earlier[
            changes
        ]  # of several changes of one id numpy keeps the last one

    def _make_room(self, size: int) -> None:
        self._entries = _grown_to(size, self._entries)
        self._size = max(self._size, size)
