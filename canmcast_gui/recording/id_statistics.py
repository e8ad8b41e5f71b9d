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

# Edges of the histogram's bins in ns: 1 µs to 1,000 s, twenty to a decade (each 12 % wider than the last).
# What lies outside is counted in the first or the last bin.
BINS_PER_DECADE = 20
BIN_EDGES_NS: Numbers = np.round(10 ** (3 + np.arange(9 * BINS_PER_DECADE + 1) / BINS_PER_DECADE)).astype(
    np.int64
)
BINS = len(BIN_EDGES_NS) - 1

# An id is steady while the middle ten of its last sixteen periods lie within 30 % of their median: three of
# sixteen may be lost without hiding the others, and traffic without a rhythm hardly ever passes.
RECENT = 16
MIDDLE = slice(3, RECENT - 3)
SPREAD_PERCENT = 30

# A silence of more periods than that is a sender that was switched off, not one that missed cycles.
MOST_MISSED = 1000

# Places that are remembered of each id, the newest; and ids of which any are. Some 30 MB at the very most.
MOST_PLACES = 256
MOST_PLACED = 1024

_NONE = np.int64((1 << 62) - 1)  # no period: twice that is still a number

_PERIODS = np.dtype(
    [
        *MOMENTS,
        ("first", np.int64),
        ("shortest", np.int64),
        ("longest", np.int64),
        ("missed", np.int64),
        ("recent", np.int64, (RECENT,)),
        ("histogram", np.int32),  # a row of the histograms; row 0 is that of all ids with a single frame
    ]
)


@dataclass(frozen=True)
class Missed:
    """``count`` frames of an id should have come before the one in ``row``, and did not."""

    row: int
    count: int


class Cycles:
    """One entry for each id; they are numbered, and fed, by NewestById.

    Columns are float64 (n,) in ns, NaN for entries that had only one frame.
    """

    def __init__(self) -> None:
        self._entries = np.zeros(0, dtype=_PERIODS)
        self._size = 0
        self._histograms = np.zeros((1, BINS), dtype=np.uint32)
        self._histograms_used = 1
        self._places: dict[int, deque[Missed]] = {}

    def __len__(self) -> int:
        return self._size

    # -- columns -----------------------------------------------------------------------------------------

    @property
    def first_timestamp_ns(self) -> Numbers:
        """Times of the first frames, int64 (n,)."""
        return self._column("first")

    @property
    def shortest_ns(self) -> Floats:
        """The shortest period; below zero where a frame is older than the one before it."""
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
        """How many frames did not come that a steady period had promised, int64 (n,)."""
        return self._column("missed")

    def histogram(self, entry: int) -> npt.NDArray[np.uint32]:
        """How many periods of an entry fell between each two of BIN_EDGES_NS, uint32 (BINS,); a copy."""
        counts: npt.NDArray[np.uint32] = self._histograms[self._column("histogram")[entry]].copy()
        return counts

    def places(self, entry: int) -> list[Missed]:
        """Where cycles of an entry were missed, in order: the newest 256 places."""
        return list(self._places.get(entry, ()))

    def _column(self, name: str) -> npt.NDArray[Any]:
        return self._entries[name][: self._size]

    def _known(self, name: str) -> Floats:
        return np.where(self._column("weight") > 0, self._column(name), np.nan)

    # -- updating ----------------------------------------------------------------------------------------

    def update(
        self, groups: Groups, times: Numbers, periods: Numbers, seen: npt.NDArray[np.bool_], rows: Numbers
    ) -> None:
        """Take in times, periods and row numbers (n,), in the order of the groups.

        The first period of a group is none where ``seen`` (g,) is false.
        """
        which = groups.numbers
        self._make_room(int(which.max()) + 1)
        begins = groups.starts[~seen]
        self._entries["first"][which[~seen]] = times[begins]
        counts = np.ones(len(periods), dtype=np.bool_)
        counts[begins] = False
        merge_moments(self._entries, groups, periods.astype(np.float64), counts.astype(np.float64))
        for name, reduce, none in (("shortest", np.minimum, _NONE), ("longest", np.maximum, -_NONE)):
            new = reduce.reduceat(np.where(counts, periods, none), groups.starts)
            self._entries[name][which] = reduce(self._entries[name][which], new)
        entries = np.repeat(which, groups.sizes)
        bins = np.clip(np.searchsorted(BIN_EDGES_NS, periods[counts], side="right") - 1, 0, BINS - 1)
        self._give_histograms(which[np.logical_or.reduceat(counts, groups.starts)])
        np.add.at(self._histograms, (self._entries["histogram"][entries[counts]], bins), np.uint32(1))
        self._find_missed(groups, np.where(counts, periods, _NONE), entries, rows)

    def _make_room(self, size: int) -> None:
        if size <= self._size:
            return
        self._entries = _grown_to(size, self._entries)
        new = self._entries[self._size : size]  # the rest stays untouched, and so takes no memory
        new["shortest"], new["longest"], new["recent"] = _NONE, -_NONE, _NONE
        self._size = size

    def _give_histograms(self, which: npt.NDArray[np.intp]) -> None:
        """Entries get a histogram with their first period: invented ids, each sent once, need none."""
        new = which[self._entries["histogram"][which] == 0]
        used = self._histograms_used + len(new)
        self._histograms = _grown_to(used, self._histograms)
        self._entries["histogram"][new] = np.arange(self._histograms_used, used)
        self._histograms_used = used

    def _find_missed(
        self, groups: Groups, periods: Numbers, entries: npt.NDArray[np.intp], rows: Numbers
    ) -> None:
        """Compare each period with those before it: all at once, each group behind what is known of it."""
        which, sizes = groups.numbers, groups.sizes
        number = np.arange(len(which)) + 1
        own = np.arange(len(periods)) + np.repeat(number, sizes) * RECENT
        line = np.empty(len(periods) + len(which) * RECENT, dtype=np.int64)
        line[own] = periods
        starts = (groups.starts + (number - 1) * RECENT)[:, None] + np.arange(RECENT)
        line[starts] = self._entries["recent"][which]
        places, counts = _missed(line, own)
        for place, count in zip(places.tolist(), counts.tolist(), strict=True):
            self._remember(int(entries[place]), Missed(int(rows[place]), count))
        self._entries["recent"][which] = line[starts + sizes[:, None]]

    def _remember(self, entry: int, missed: Missed) -> None:
        self._entries["missed"][entry] += missed.count
        if entry not in self._places and len(self._places) < MOST_PLACED:
            self._places[entry] = deque(maxlen=MOST_PLACES)
        if entry in self._places:
            self._places[entry].append(missed)


def _missed(line: Numbers, own: npt.NDArray[np.intp]) -> tuple[npt.NDArray[np.intp], Numbers]:
    """Which of the periods at the places ``own`` lack cycles, and how many each."""
    places = _gaps(line, own)
    ends, gaps = own[places], line[own[places]]
    recent = np.sort(line[ends[:, None] - np.arange(1, RECENT + 1)], axis=1)
    usual = recent[:, RECENT // 2]
    spread = recent[:, MIDDLE.stop - 1] - recent[:, MIDDLE.start]
    steady = (usual > 0) & (recent[:, -1] < _NONE) & (spread <= usual * SPREAD_PERCENT // 100)
    usual = np.where(steady, usual, 1)
    counts = (2 * gaps + usual) // (2 * usual) - 1
    missed = steady & (counts <= MOST_MISSED)
    return places[missed], counts[missed]


def _gaps(line: Numbers, own: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """Which of the periods at the places ``own`` are longer than 1.5 × the median of those before.

    By counting, without sorting: such a period is that much longer than more than half of them.
    """
    most = (2 * line[RECENT:] - 1) // 3
    below = np.zeros(len(most), dtype=np.uint8)
    for back in range(1, RECENT + 1):
        below += line[RECENT - back : len(line) - back] <= most
    found = (below > RECENT // 2) & (line[RECENT:] < _NONE)
    return np.flatnonzero(found[own - RECENT])


def _grown_to(size: int, entries: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """An array with room for ``size`` entries, doubled where that takes another one; new ones are zeros."""
    if size <= len(entries):
        return entries
    grown = np.zeros((max(size, 2 * len(entries)), *entries.shape[1:]), dtype=entries.dtype)
    grown[: len(entries)] = entries
    return grown


# This program, from whichever of its addresses: on several interfaces it has one on each.
OWN = 0xFFFF

_SENDER = np.dtype([("source", np.uint16), ("before", np.uint16), ("returns", np.int64)])

SourceNumbers = npt.NDArray[np.uint16]


class Senders:
    """One entry for each id; they are numbered, and fed, by NewestById.

    Sources are rows of a SourceTable, OWN for frames that this program sent.

    A sender that takes over from another for good, as a program does that was started again, is none of two:
    that is told by a sender that comes back after another one.
    """

    def __init__(self) -> None:
        self._entries = np.zeros(0, dtype=_SENDER)
        self._size = 0

    def __len__(self) -> int:
        return self._size

    @property
    def source(self) -> SourceNumbers:
        """Who sent the newest frame of each id, uint16 (n,); 0 where that is not known, as in a file."""
        return self._column("source")

    @property
    def before(self) -> SourceNumbers:
        """Who sent it before that sender did, uint16 (n,); 0 where there was nobody else."""
        return self._column("before")

    @property
    def returns(self) -> npt.NDArray[np.int64]:
        """How often a sender came back after another one, int64 (n,): more than 0 where two send one id."""
        return self._column("returns")

    def _column(self, name: str) -> npt.NDArray[Any]:
        return self._entries[name][: self._size]

    def update(self, groups: Groups, batch: FrameBatch) -> None:
        """Take in the senders of a batch's frames."""
        which = groups.numbers
        sources = np.where(batch.has(Flag.TX), np.uint16(OWN), batch.source)[groups.order]
        self._make_room(int(which.max()) + 1)
        earlier = np.empty_like(sources)
        earlier[1:] = sources[:-1]
        earlier[groups.starts] = self._entries["source"][which]
        places = np.flatnonzero((sources != earlier) & (earlier != 0) & (sources != 0))
        if len(places):
            self._note_changes(groups, sources, earlier, places)
        self._entries["source"][which] = sources[groups.ends - 1]

    def _note_changes(
        self, groups: Groups, sources: SourceNumbers, earlier: SourceNumbers, places: npt.NDArray[np.intp]
    ) -> None:
        """Each change of sender is compared with the one before it, of the same id."""
        entries = groups.numbers[np.searchsorted(groups.starts, places, side="right") - 1]
        left = self._entries["before"][entries]
        same = entries[1:] == entries[:-1]
        left[1:][same] = earlier[places[:-1]][same]
        np.add.at(self._entries["returns"], entries[left == sources[places]], 1)
        self._entries["before"][entries] = earlier[places]  # of several changes of one id the last one stays

    def _make_room(self, size: int) -> None:
        if size > len(self._entries):
            grown = np.zeros(max(size, 2 * len(self._entries)), dtype=_SENDER)
            grown[: len(self._entries)] = self._entries
            self._entries = grown
        self._size = max(self._size, size)
