"""What a file says that cannot be so, or hardly: found while its frames are read, batch by batch."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames import Flag, FrameBatch, bits
from canmcast_gui.frames.units import NS_PER_DAY, NS_PER_SECOND
from canmcast_gui.frames.validity import with_possible_ids
from canmcast_gui.logfile.problems import Problems
from canmcast_gui.wording import are, counted

# Clocks that begin again, in seconds, and how far from the turn the frames on its two sides may be together.
_TURNS = (
    (60.0, 3.0, "a minute"),
    (3600.0, 30.0, "an hour"),
    (2**32 / 1e6, 30.0, "2^32 µs"),
    (86400.0, 300.0, "a day"),
)
_SHORTEST_TURN_NS = 57 * NS_PER_SECOND
_YEAR_NS = 365 * NS_PER_DAY

# Sessions of one file may be years apart, in their order; but not as far as a clock that was never set.
_FAR_NS = 20 * _YEAR_NS
_LONGEST_NS = 2**63 - 1

# So many frames are more than a bus with one defect begins with.
_FEW_FRAMES = 10


class Plausibility:
    """Looks at the frames of one file in their order, and tells the problems what is odd about them.

    ``frames`` is how many came through.
    """

    def __init__(self, problems: Problems) -> None:
        self.frames = 0
        self._problems = problems
        self._errors = 0
        self._last_ns: int | None = None
        self._last_rise: int | None = None
        self._counts: dict[str, int] = {}

    def take(self, batch: FrameBatch) -> tuple[FrameBatch, npt.NDArray[np.intp]]:
        """The batch with ids that frames can have, and which rows of it are left out for that."""
        repaired = with_possible_ids(batch)
        left_out = np.zeros(0, dtype=np.intp)
        if repaired is not None:
            batch, widened, left_out = repaired
            self._find("standard ids above 7FF, read as extended", widened)
            # Where the first of these was is the frame after it.
            self._find("ids above 1FFFFFFF, left out", left_out)
            self._problems.skipped += len(left_out)
        if len(batch):
            self._look_at_times(batch.timestamp_ns)
            if np.bitwise_or.reduce(batch.flags) & bits.ERROR:
                self._errors += int(np.count_nonzero(batch.has(Flag.ERROR)))
        self.frames += len(batch)
        return batch, left_out

    def end(self) -> None:
        """All frames were taken."""
        if self._errors == self.frames >= _FEW_FRAMES:
            self._problems.find("errors", f"all {self.frames:,} frames are error frames", 0)

    def _look_at_times(self, times: npt.NDArray[np.int64]) -> None:
        steps = np.empty(len(times), dtype=np.int64)
        step = 0 if self._last_ns is None else int(times[0]) - self._last_ns
        steps[0] = min(max(step, -_LONGEST_NS), _LONGEST_NS)
        np.subtract(times[1:], times[:-1], out=steps[1:])
        self._last_ns = int(times[-1])
        lowest, highest = int(steps.min()), int(steps.max())
        if lowest < -_SHORTEST_TURN_NS:
            for seconds, near, name in _TURNS:
                short = seconds * NS_PER_SECOND + steps
                turned = (short >= -NS_PER_SECOND) & (short < near * NS_PER_SECOND)
                self._find(
                    f"times that fall by about {name}, as of a clock that begins again",
                    np.flatnonzero(turned),
                )
        if max(-lowest, highest) > _YEAR_NS:
            self._look_at_years(steps)

    def _look_at_years(self, steps: npt.NDArray[np.int64]) -> None:
        """A frame that is years ahead is one after which times fall again: it is where they rose."""
        rises = np.flatnonzero(steps > _YEAR_NS)
        odd = np.flatnonzero((steps < -_YEAR_NS) | (steps > _FAR_NS))
        if len(odd):
            before = rises[rises <= odd[0]]
            first = self.frames + int(before[-1]) if len(before) else self._last_rise
            self._find("times that jump by years", odd, first)
        if len(rises):
            self._last_rise = self.frames + int(rises[-1])

    def _find(self, kind: str, rows: npt.NDArray[np.intp], first: int | None = None) -> None:
        """Count frames of a kind, given as rows of the batch; ``first`` where another row is to be shown."""
        if not len(rows):
            return
        count = self._counts[kind] = self._counts.get(kind, 0) + len(rows)
        row = self.frames + int(rows[0]) if first is None else first
        self._problems.find(kind, f"{kind}: {counted(count, 'frame')}", row)


class Backwards:
    """Counts the frames that are older than the one before them."""

    def __init__(self) -> None:
        self.count = 0
        self._last: int | None = None

    def add(self, batch: FrameBatch) -> None:
        """Look at the next frames."""
        if not len(batch):
            return
        times = batch.timestamp_ns
        self.count += int(np.count_nonzero(times[1:] < times[:-1]))
        self.count += self._last is not None and int(times[0]) < self._last
        self._last = int(times[-1])

    @property
    def sentence(self) -> str:
        """What there is to say; "" where all times go forwards."""
        if not self.count:
            return ""
        return f"{counted(self.count, 'frame')} {are(self.count)} older than the one before"
