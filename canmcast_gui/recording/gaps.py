"""Where frames are missing in a recording, how many, and why."""

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

# A bus that loses frames all the time is noticed some times a second: this is an hour of it in 4 MiB. What
# comes then pushes the oldest ones out, which are told from nothing missing by ``gone``.
MOST_GAPS = 16_384


@dataclass(frozen=True, slots=True)
class Gap:
    """``count`` frames are missing before row ``row``, noticed at ``timestamp_ns``; ``reason`` says why.

    A count of 0 says that nobody knows how many.
    """

    row: int
    timestamp_ns: int
    count: int
    reason: str


class Gaps:
    """The gaps of a recording in the order of their rows.

    What follows at the same row for the same reason is one gap. Those of rows that were evicted are gone, as
    are the oldest when there are too many; ``gone`` counts them, ``lost`` the frames missing in all gaps,
    those included. ``generation`` rises with every change. One thread adds, any thread may read.
    """

    def __init__(self, folder: Path) -> None:
        self.lost = 0
        self.gone = 0
        self.generation = 0
        self._file = LineFile(folder / FILE_NAME)
        self._written = 0  # lines that stand in the file
        self._unwritten: list[Gap] = []  # a full disk is a reason for gaps, and takes none
        self._gaps: list[Gap] = []
        self._lock = threading.Lock()

    def load(self, first_row: int, end_row: int) -> None:
        """Take up what stands in the file; a file that is damaged costs nothing but what is damaged."""
        with suppress(OSError):
            for line in self._file.read():
                self._written += 1
                gap = _gap(line.value)
                if gap is not None and gap.row <= end_row and gap.row >= self._last_row():
                    self._take_in(gap)
        self.drop_below(first_row)

    # -- asking ------------------------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self._gaps)

    def __iter__(self) -> Iterator[Gap]:
        return iter(self._gaps[:])

    @overload
    def __getitem__(self, index: int) -> Gap: ...
    @overload
    def __getitem__(self, index: slice) -> list[Gap]: ...
    def __getitem__(self, index: int | slice) -> Gap | list[Gap]:
        """One gap, or a list of some."""
        return self._gaps[index]

    @property
    def rows(self) -> npt.NDArray[np.int64]:
        """The rows that gaps stand before, rising, int64 (n,)."""
        return np.array([gap.row for gap in self], dtype=np.int64)

    def between(self, start: int, stop: int) -> list[Gap]:
        """The gaps that stand before rows ``start`` to ``stop``."""
        gaps = self._gaps
        return gaps[_place(gaps, start) : _place(gaps, stop)]

    # -- changing ----------------------------------------------------------------------------------------

    def add(self, gap: Gap) -> None:
        """Note a gap behind all others. Never raises: what cannot be saved now is saved later, or not."""
        with self._lock:
            self._take_in(gap)
            _put(self._unwritten, gap)
            del self._unwritten[:-MOST_GAPS]
        self.save()

    def save(self) -> None:
        """Write what could not be written before; where it cannot be now either, it stays in memory."""
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
        """Let the gaps before rows below ``row`` go."""
        with self._lock:
            self._let_go(_place(self._gaps, row))

    def _take_in(self, gap: Gap) -> None:
        self.lost += gap.count
        _put(self._gaps, gap)
        self._let_go(len(self._gaps) - MOST_GAPS)
        self.generation += 1

    def _let_go(self, oldest: int) -> None:
        if oldest > 0:
            self._gaps = self._gaps[oldest:]  # another list: readers go on with theirs
            self.gone += oldest
            self.generation += 1

    def _last_row(self) -> int:
        return self._gaps[-1].row if self._gaps else 0


def _put(gaps: list[Gap], gap: Gap) -> None:
    """Put a gap behind the others, or into the last one that stands at the same row for the same reason."""
    for index in range(len(gaps) - 1, -1, -1):
        known = gaps[index]
        if known.row != gap.row:
            break
        if known.reason == gap.reason:
            gaps[index] = replace(known, count=known.count + gap.count)
            return
    gaps.append(gap)


def _place(gaps: list[Gap], row: int) -> int:
    return bisect_left(gaps, row, key=lambda gap: gap.row)


def _gap(value: Any) -> Gap | None:
    if not isinstance(value, list) or [type(part) for part in value] != [int, int, int, str]:
        return None
    gap = Gap(*value)
    return gap if gap.count >= 0 and abs(gap.timestamp_ns) < 1 << 63 else None
