"""Checks of the frames of a file while they are read: impossible ids, and times that jump or fall."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames import Flag, FrameBatch, bits
from canmcast_gui.frames.units import NS_PER_DAY, NS_PER_SECOND
from canmcast_gui.frames.validity import repair_ids
from canmcast_gui.logfile.problems import Problems
from canmcast_gui.wording import counted

# Periods after which clocks start again, in seconds; the largest step between the frames before and after
# that, in seconds; and the name of the period.
_PERIODS = (
    (60.0, 3.0, "a minute"),
    (3600.0, 30.0, "an hour"),
    (2**32 / 1e6, 30.0, "2^32 µs"),
    (86400.0, 300.0, "a day"),
)
_SHORTEST_PERIOD_NS = 57 * NS_PER_SECOND
_YEAR_NS = 365 * NS_PER_DAY

# The sessions of a file may be years apart, but not as far as a clock that was never set.
_FAR_NS = 20 * _YEAR_NS
_LONGEST_NS = 2**63 - 1

# A bus with one defect may start with a few error frames, not with this many and nothing else.
_FEW_FRAMES = 10


class FrameChecks:
    """Checks the frames of one file in file order, and adds what is unusual to the problems.

    ``frames`` counts the frames that passed.
    """

    def __init__(self, problems: Problems) -> None:
        self.frames = 0
        self._problems = problems
        self._errors = 0
        self._last_ns: int | None = None
        self._last_rise: int | None = None
        self._counts: dict[str, int] = {}

    def take(self, batch: FrameBatch) -> tuple[FrameBatch, npt.NDArray[np.intp]]:
        """The batch with possible ids, and the rows of it that are left out as their ids are impossible."""
        repaired = repair_ids(batch)
        left_out = np.zeros(0, dtype=np.intp)
        if repaired is not None:
            batch, widened, left_out = repaired
            self._find("standard ids above 7FF, read as extended", widened)
            # The first row of these is that of the frame after it.
            self._find("ids above 1FFFFFFF, left out", left_out)
            self._problems.skipped += len(left_out)
        if len(batch):
            self._check_times(batch.timestamp_ns)
            if np.bitwise_or.reduce(batch.flags) & bits.ERROR:
                self._errors += int(np.count_nonzero(batch.has(Flag.ERROR)))
        self.frames += len(batch)
        return batch, left_out

    def finish(self) -> None:
        """Check the file as a whole, after the last batch."""
        if self._errors == self.frames >= _FEW_FRAMES:
            self._problems.find("errors", f"all {self.frames:,} frames are error frames", 0)

    def _check_times(self, times: npt.NDArray[np.int64]) -> None:
        steps = np.empty(len(times), dtype=np.int64)
        step = 0 if self._last_ns is None else int(times[0]) - self._last_ns
        steps[0] = min(max(step, -_LONGEST_NS), _LONGEST_NS)
        np.subtract(times[1:], times[:-1], out=steps[1:])
        self._last_ns = int(times[-1])
        lowest, highest = int(steps.min()), int(steps.max())
        if lowest < -_SHORTEST_PERIOD_NS:
            self._check_periods(steps)
        if max(-lowest, highest) > _YEAR_NS:
            self._check_years(steps)

    def _check_periods(self, steps: npt.NDArray[np.int64]) -> None:
        for seconds, largest_step, name in _PERIODS:
            short = seconds * NS_PER_SECOND + steps
            wrapped = (short >= -NS_PER_SECOND) & (short < largest_step * NS_PER_SECOND)
            self._find(
                f"times that fall by about {name}, as of a clock that starts again", np.flatnonzero(wrapped)
            )

    def _check_years(self, steps: npt.NDArray[np.int64]) -> None:
        """A frame that is years ahead shows where times fall again; the row to show is where they rose."""
        rises = np.flatnonzero(steps > _YEAR_NS)
        odd = np.flatnonzero((steps < -_YEAR_NS) | (steps > _FAR_NS))
        if len(odd):
            before = rises[rises <= odd[0]]
            first = self.frames + int(before[-1]) if len(before) else self._last_rise
            self._find("times that jump by years", odd, first)
        if len(rises):
            self._last_rise = self.frames + int(rises[-1])

    def _find(self, kind: str, rows: npt.NDArray[np.intp], first: int | None = None) -> None:
        """Count rows of the batch as a finding; ``first`` where another row is to be shown."""
        if not len(rows):
            return
        count = self._counts[kind] = self._counts.get(kind, 0) + len(rows)
        row = self.frames + int(rows[0]) if first is None else first
        self._problems.find(kind, f"{kind}: {counted(count, 'frame')}", row)


class TimeOrder:
    """Counts the frames that are older than the frame before them; such times are not changed.

    ``first_row`` is the number of the first of them, counted from 0, or None.
    """

    def __init__(self) -> None:
        self.count = 0
        self.first_row: int | None = None
        self._rows = 0
        self._last: int | None = None

    def add(self, batch: FrameBatch) -> None:
        """Check the next frames."""
        if not len(batch):
            return
        times = batch.timestamp_ns
        before = int(times[0]) if self._last is None else self._last
        older = np.flatnonzero(times < np.append(np.int64(before), times[:-1]))
        if len(older) and self.first_row is None:
            self.first_row = self._rows + int(older[0])
        self.count += len(older)
        self._rows += len(times)
        self._last = int(times[-1])

    @property
    def message(self) -> str:
        """How many frames are out of order, "" where none is."""
        return f"timestamps go backwards at {counted(self.count, 'frame')}" if self.count else ""
