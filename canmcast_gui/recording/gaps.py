"""Gaps of a recording: where frames are missing, how many, and why."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import astuple, dataclass, replace
from pathlib import Path
from typing import Any, overload

import numpy as np
import numpy.typing as npt

from canmcast_gui.recording.line_file import LineFile

FILE_NAME = "gaps.jsonl"

# A bus that permanently loses frames causes some gaps per second: these are an hour of them, in 4 MiB.
# Further ones evict the oldest, which ``evicted`` counts.
MOST_GAPS = 16_384


@dataclass(frozen=True, slots=True)
class Gap:
    """``count`` frames are missing before row ``row``, detected at ``timestamp_ns``; ``reason`` says why.

    A count of 0 means that the number is unknown.
    """

    row: int
    timestamp_ns: int
    count: int
    reason: str


class Gaps:
    """The gaps of a recording in the order of their rows.

    Gaps at the same row for the same reason are one gap. Gaps of evicted rows are removed, and the oldest
    when there are too many; ``evicted`` counts them. ``lost`` counts the frames that are missing in all gaps,
    evicted ones included. ``generation`` rises with every change. One thread adds, any thread may read.
    """

    def __init__(self, folder: Path) -> None:
        self.lost = 0
        self.evicted = 0
        self.generation = 0
        self._file = LineFile(folder / FILE_NAME)
        self._written = 0  # lines in the file
        self._unwritten: list[Gap] = []  # a full disk causes gaps, and cannot store them
        self._gaps: list[Gap] = []
        self._lock = threading.Lock()

    def load(self, first_row: int, end_row: int) -> None:
        """Read the file, without damaged lines."""
        with suppress(OSError):
            for line in self._file.read():
                self._written += 1
                gap = _gap(line.value)
                if gap is not None and gap.row <= end_row and gap.row >= self._last_row():
                    self._store(gap)
        self.drop_below(first_row)

    # -- reading -----------------------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self._gaps)

    def __iter__(self) -> Iterator[Gap]:
        return iter(self._gaps[:])

    @overload
    def __getitem__(self, index: int) -> Gap: ...
    @overload
    def __getitem__(self, index: slice) -> list[Gap]: ...
    def __getitem__(self, index: int | slice) -> Gap | list[Gap]:
        """One gap, or a list of those in a slice."""
        return self._gaps[index]

    @property
    def rows(self) -> npt.NDArray[np.int64]:
        """The rows after the gaps, ascending, int64 (n,)."""
        return np.array([gap.row for gap in self], dtype=np.int64)

    def between(self, start: int, stop: int) -> list[Gap]:
        """The gaps before rows ``start`` to ``stop``."""
        gaps = self._gaps
        return gaps[_index(gaps, start) : _index(gaps, stop)]

    # -- changing ----------------------------------------------------------------------------------------

    def add(self, gap: Gap) -> None:
        """Add a gap after all others. Never raises: what cannot be saved now is saved with a later gap."""
        with self._lock:
            self._store(gap)
            _append(self._unwritten, gap)
            del self._unwritten[:-MOST_GAPS]
        self.save()

    def save(self) -> None:
        """Write the gaps that could not be written before; where that fails again, they stay in memory."""
        if not self._unwritten:
            return
        with self._lock, suppress(OSError):
            if self._written > 2 * MOST_GAPS:
                self._file.replace(map(astuple, self._gaps))
                self._written = len(self._gaps)
            else:
                self._file.append(map(astuple, self._unwritten))
                self._written += len(self._unwritten)
            self._unwritten.clear()

    def drop_below(self, row: int) -> None:
        """Remove the gaps before rows below ``row``."""
        with self._lock:
            self._evict(_index(self._gaps, row))

    def _store(self, gap: Gap) -> None:
        self.lost += gap.count
        _append(self._gaps, gap)
        self._evict(len(self._gaps) - MOST_GAPS)
        self.generation += 1

    def _evict(self, count: int) -> None:
        if count > 0:
            self._gaps = self._gaps[count:]  # another list: readers keep the old one
            self.evicted += count
            self.generation += 1

    def _last_row(self) -> int:
        return self._gaps[-1].row if self._gaps else 0


def _append(gaps: list[Gap], gap: Gap) -> None:
    """Append a gap, or add it to the last one at the same row for the same reason."""
    for index in range(len(gaps) - 1, -1, -1):
        known = gaps[index]
        if known.row != gap.row:
            break
        if known.reason == gap.reason:
            gaps[index] = replace(known, count=known.count + gap.count)
            return
    gaps.append(gap)


def _index(gaps: list[Gap], row: int) -> int:
    return bisect_left(gaps, row, key=lambda gap: gap.row)


def _gap(value: Any) -> Gap | None:
    if not isinstance(value, list) or [type(part) for part in value] != [int, int, int, str]:
        return None
    gap = Gap(*value)
    return gap if gap.count >= 0 and abs(gap.timestamp_ns) < 1 << 63 else None
