"""What damaged places of a BLF file cost, and which times can be believed beside one."""

from __future__ import annotations

import numpy as np

from canmcast_gui.frames.arrays import Column
from canmcast_gui.frames.units import NS_PER_HOUR, NS_PER_SECOND
from canmcast_gui.logfile.blf.chain import Chain
from canmcast_gui.logfile.problems import Missing

# Objects that tell where in a file others are; the number of objects in its header is without them.
_RESTORE_POINT = 115


class Damage:
    """Follows a file from frame to frame, over the gaps between them."""

    def __init__(self) -> None:
        self._places = 0
        self._open = False
        self._missing_ns = self._covered_ns = 0
        self._last_ns: int | None = None
        self._frames = self._objects = 0

    def add_gap(self) -> None:
        """Something is missing after the frames so far; without frames in between it is the same place."""
        self._places += not self._open
        self._open = True

    def add(self, times: Column, chain: Chain, frames: Column) -> None:
        """The times of a stream's frames, its objects, and which of these the frames are."""
        self._objects += len(chain.starts) - int(np.count_nonzero(chain.kinds == _RESTORE_POINT))
        before = 0
        if len(chain.gaps):
            for row in np.unique(np.searchsorted(chain.starts[frames], chain.gaps)).tolist():
                self._add_times(times[before:row])
                self.add_gap()
                before = row
        self._add_times(times[before:])

    def _add_times(self, times: Column) -> None:
        if not len(times):
            return
        if self._last_ns is not None:
            passed = max(0, int(times[0]) - self._last_ns)
            self._missing_ns += passed if self._open else 0
            self._covered_ns += 0 if self._open else passed
        self._covered_ns += max(0, int(times[-1] - times[0]))
        self._frames += len(times)
        self._last_ns, self._open = int(times[-1]), False

    def missing(self, objects: int) -> Missing:
        """What is missing, ``objects`` being how many the file says to have: 0 where it was not completed.

        Without that number the frames are as many as the time would have had.
        """
        if not self._places:
            return Missing()
        lost = max(0, objects - self._objects) * self._frames / max(1, self._objects)
        if not lost:
            lost = self._missing_ns * self._frames / max(1, self._covered_ns)
        return Missing(self._places, self._missing_ns / NS_PER_SECOND, round(lost))


def near_neighbors(times: Column) -> Column:
    """Which times are within an hour of the one before or the one after: in damaged bytes others are none."""
    near: Column = np.abs(np.diff(times)) <= NS_PER_HOUR
    before = np.append(False, near)[: len(times)]
    after = np.append(near, len(times) == 1)[: len(times)]
    result: Column = after | before
    return result
