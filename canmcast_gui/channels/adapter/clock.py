"""Times of a driver in UTC.

python-can leaves the meaning of ``Message.timestamp`` to the driver: time since 1970, since the adapter was
switched on, or 0. The first frames show which of these it is.
"""

from __future__ import annotations

from enum import Enum

import numpy as np

from canmcast_gui.frames.arrays import Numbers
from canmcast_gui.frames.units import NS_PER_SECOND

# A driver's time of reception is at most this far from the time at which the frame is read.
_ABSOLUTE_NS = NS_PER_SECOND // 2
# Two quartz clocks differ by less than 100 parts per million each.
_MOST_DRIFT_PPM = 200
# A driver's clock that goes back by this, or is this far ahead, was set or started again.
_STEP_NS = NS_PER_SECOND
# Frames that are read later than this one after the other were not delayed: a clock was set.
_MOST_DELAY_NS = 10 * NS_PER_SECOND
_DRIFT_AFTER_NS = 10 * NS_PER_SECOND


class TimeSource(Enum):
    """Where the times of a channel come from, in words for the user."""

    UNKNOWN = "not known before the first frame"
    ABSOLUTE = "the driver, in UTC"
    MAPPED = "the adapter's clock, mapped to UTC"
    RECEPTION = "the time at which the program read the frame"


class ChannelClock:
    """Converts the times of a driver to UTC; all times are int64 nanoseconds. No clock of its own.

    A clock that does not count from 1970 is mapped by an offset: the smallest difference between reading and
    the driver's time, which belongs to the frame that waited least. The offset follows the drift of the two
    clocks, of at most 200 ppm. No result is later than the reading, and later times of the driver have no
    earlier results, unless a clock was set.
    """

    def __init__(self) -> None:
        self.source = TimeSource.UNKNOWN
        # Of a mapped clock; 0 otherwise.
        self._offset_ns = 0
        self._first_offset_ns = 0
        self._first_ns = 0
        self._read_ns = 0
        self._last_stamp_ns = 0
        self._last_utc_ns = 0
        self._late_since_ns: int | None = None

    @property
    def drift_ppm(self) -> float | None:
        """How much faster UTC runs than the driver's clock; None unless mapped for ten seconds."""
        elapsed = self._read_ns - self._first_ns
        if self.source is not TimeSource.MAPPED or elapsed < _DRIFT_AFTER_NS:
            return None
        return (self._offset_ns - self._first_offset_ns) / elapsed * 1e6

    def to_utc(self, stamps_ns: Numbers, read_ns: int) -> Numbers:
        """The UTC times, int64 (n,), of frames with these times of the driver, read at ``read_ns``.

        A frame with the time 0, or an earlier one, has none: it gets the time of reading.
        """
        known = stamps_ns > 0
        if known.all():
            return self._known_to_utc(stamps_ns, read_ns) if len(stamps_ns) else stamps_ns
        times = np.full(len(stamps_ns), read_ns, dtype=np.int64)
        if known.any():
            times[known] = self._known_to_utc(stamps_ns[known], read_ns)
        elif self.source is TimeSource.UNKNOWN:
            self.source = TimeSource.RECEPTION
        return times

    def _known_to_utc(self, stamps_ns: Numbers, read_ns: int) -> Numbers:
        newest = int(stamps_ns.max())
        if self._is_unknown() or self._has_changed(newest, read_ns):
            self._recognize(newest, read_ns)
        if self.source is TimeSource.MAPPED:
            self._follow(newest, read_ns)
        times: Numbers = stamps_ns + self._offset_ns
        if self.source is TimeSource.MAPPED:
            # Where the offset has become smaller, times must not go back.
            later = stamps_ns >= self._last_stamp_ns
            np.maximum(times, min(self._last_utc_ns, read_ns), out=times, where=later)
        np.minimum(times, read_ns, out=times)
        self._last_stamp_ns, self._last_utc_ns = newest, int(times.max())
        return times

    def _is_unknown(self) -> bool:
        return self.source in (TimeSource.UNKNOWN, TimeSource.RECEPTION)

    def _recognize(self, stamp_ns: int, read_ns: int) -> None:
        self._late_since_ns = None
        self._last_stamp_ns = self._last_utc_ns = 0
        offset = read_ns - stamp_ns
        if abs(offset) < _ABSOLUTE_NS:
            self.source, self._offset_ns = TimeSource.ABSOLUTE, 0
            return
        self.source = TimeSource.MAPPED
        self._offset_ns = self._first_offset_ns = offset
        self._first_ns = self._read_ns = read_ns

    def _has_changed(self, stamp_ns: int, read_ns: int) -> bool:
        """Whether the newest time does not fit what was recognized: a clock was set, or started again.

        Frames that waited, because this program did, are late and not that; many late ones in a row are.
        """
        delay = read_ns - stamp_ns - self._offset_ns
        if delay < -_STEP_NS or stamp_ns < self._last_stamp_ns - _STEP_NS:
            return True
        if delay <= _STEP_NS:
            self._late_since_ns = None
            return False
        if self._late_since_ns is None:
            self._late_since_ns = read_ns
        return read_ns - self._late_since_ns > _MOST_DELAY_NS

    def _follow(self, newest_ns: int, read_ns: int) -> None:
        smallest = read_ns - newest_ns
        highest = self._offset_ns + max(0, read_ns - self._read_ns) * _MOST_DRIFT_PPM // 1_000_000
        self._offset_ns = min(smallest, highest)
        self._read_ns = read_ns
        if abs(self._offset_ns) < _ABSOLUTE_NS:  # the first frame had waited
            self.source, self._offset_ns = TimeSource.ABSOLUTE, 0
