"""A recording that is sent again: which frame is due when, through pauses, seeks, loops and changes of speed.

No clock and no I/O in here: the time is handed in, frames come from a source of rows, and what encodes them
is a function. All times are int nanoseconds; those of the recording count as they stand there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.units import NS_PER_MS
from canmcast_gui.transmit.budget import Budget
from canmcast_gui.transmit.jobs.schedule import HICCUP_NS
from canmcast_gui.transmit.replay.options import ReplayOptions
from canmcast_gui.transmit.replay.prefetcher import Ahead, Chunk, Rows

# Frames that leave between two looks at the clock.
PORTION = 128
LATE_NS = NS_PER_MS
# A loop of which nothing is to be sent waits for its end; so long at least.
IDLE_NS = 100_000_000


class Replay:
    """One replay. ``row`` is the next row that will be sent.

    ``state`` is "playing", "paused" or "ended", and "stopped" once it was given up.
    """

    def __init__(self, source: Rows, options: ReplayOptions, prepare: Callable[[FrameBatch], Any]) -> None:
        """``prepare`` encodes a batch; it raises ValueError for one that is not for this bus."""
        self._source = source
        self._options = options
        self._ahead = Ahead(source, options, prepare)
        self._chunks = self._ahead.chunks
        self._budget = Budget(options.rate)
        self._available = 0
        self._complete = False
        self._speed = options.speed
        # When position_ns was, or would have been, due.
        self._anchor_ns: int | None = None
        self._position_ns: int | None = None
        self.row = options.first_row
        self.state = "paused" if options.paused else "playing"
        self.sent = self.late = self.loops = 0
        # What was sent before this loop, and until when an empty one stands still.
        self._sent_before = 0
        self._idle_until_ns: int | None = None

    # -- what is told to it ------------------------------------------------------------------------------

    def grow(self, end_row: int, complete: bool) -> None:
        """The source has rows up to ``end_row``, and will have no more where ``complete``."""
        self._available, self._complete = end_row, complete

    def play(self, now_ns: int) -> None:
        """Go on from where it stands; from the beginning where it has ended."""
        if self.state == "ended":
            self.seek(self._options.first_row, now_ns)
        if self.state != "playing":
            self.state = "playing"
            self._anchor_ns = now_ns

    def pause(self, now_ns: int) -> None:
        """Stand still; a gap that was running goes on later from where it was."""
        if self.state == "playing":
            self._position_ns = self.position_ns(now_ns)
            self._anchor_ns = self._idle_until_ns = None
            self.state = "paused"

    def seek(self, row: int, now_ns: int) -> None:
        """Go on with another row; an ended one stands there, paused."""
        self.row = max(self._options.first_row, min(row, self._end_row))
        self._ahead.restart(self.row)
        self._position_ns = self._time_of(self.row)
        self._anchor_ns = now_ns if self.state == "playing" else None
        self._idle_until_ns = None
        if self.state == "ended":
            self.state = "paused"

    def _time_of(self, row: int) -> int | None:
        """The time of a row, or of the last one; None while there is none."""
        row = min(row, self._end_row - 1)
        return int(self._source.rows(row, row + 1).timestamp_ns[0]) if row >= 0 else None

    def set_speed(self, speed: float | None, now_ns: int) -> None:
        """Change the factor; None is as fast as the limit allows."""
        position_ns = self.position_ns(now_ns)
        if self.state == "playing":
            self._position_ns, self._anchor_ns = position_ns, now_ns
        self._idle_until_ns = None
        self._speed = speed

    def leave_out(self, live: frozenset[tuple[int, bool]]) -> None:
        """Leave out the ids (number, extended) that somebody else sends."""
        if self._options.skip_live and live != self._ahead.changer.live:
            self._ahead.changer.live = live
            self._ahead.restart(self.row)

    # -- what it tells -----------------------------------------------------------------------------------

    @property
    def skipped(self) -> int:
        """How many frames are not for this bus."""
        return self._ahead.skipped

    @property
    def _end_row(self) -> int:
        end_row = self._options.end_row
        return self._available if end_row is None else min(end_row, self._available)

    @property
    def _whole(self) -> bool:
        """Whether all rows that it will ever have are there."""
        end_row = self._options.end_row
        return self._complete or (end_row is not None and end_row <= self._available)

    def position_ns(self, now_ns: int) -> int | None:
        """The time in the recording that it is now; None before the first frame is known."""
        if self._position_ns is None or self._anchor_ns is None or self._speed is None:
            return self._position_ns
        return self._position_ns + round((now_ns - self._anchor_ns) * self._speed)

    def next_due(self, now_ns: int) -> int | None:
        """When the next frame is to leave; None while none is ready, or it does not play."""
        if self.state != "playing" or not self._chunks:
            return self._idle_until_ns if self.state == "playing" else None
        if self._speed is None:
            return self._budget.next_ns(now_ns)
        chunk = self._chunks[0]
        return self._due_ns(int(chunk.times[chunk.done]), now_ns)

    def _due_ns(self, time_ns: int, now_ns: int) -> int:
        if self._position_ns is None:
            self._position_ns = time_ns
        if self._anchor_ns is None:
            self._anchor_ns = now_ns
        assert self._speed is not None
        return self._anchor_ns + round((time_ns - self._position_ns) / self._speed)

    # -- getting ready -----------------------------------------------------------------------------------

    @property
    def wants_frames(self) -> bool:
        """Whether get_ready() should be called when there is time."""
        return self.state != "ended" and len(self._chunks) < 2 and self._ahead.row < self._end_row

    @property
    def starves(self) -> bool:
        """Whether get_ready() should be called now, for nothing is ready."""
        return self.state == "playing" and not self._chunks and self._ahead.row < self._end_row

    def get_ready(self) -> None:
        """Read and encode some rows."""
        first_ns = self._ahead.read(self._end_row)
        if not self._chunks:
            self.row = self._ahead.row
        if self._position_ns is None and self.state == "playing":
            self._position_ns = first_ns

    # -- sending -----------------------------------------------------------------------------------------

    def take_due(self, now_ns: int, most: int = PORTION) -> tuple[Any, int, int] | None:
        """What leaves now: an encoded chunk, and the places in it from which and up to which."""
        if self.state != "playing" or not self._chunks:
            self._end_if_over(now_ns)
            return None
        chunk = self._chunks[0]
        if self._speed is None:
            count = self._budget.allowed(min(most, len(chunk.times) - chunk.done), now_ns)
        else:
            self._catch_up(chunk, now_ns)
            position_ns = self.position_ns(now_ns) or 0
            count = int(np.searchsorted(chunk.times, np.int64(position_ns), side="right")) - chunk.done
            is_due = self._due_ns(int(chunk.times[chunk.done]), now_ns) <= now_ns
            count = min(max(count, int(is_due)), most)
        return self._take(chunk, count, now_ns) if count else None

    def step(self, now_ns: int) -> tuple[Any, int, int] | None:
        """While paused: the next frame, whatever its time; None at the end."""
        while not self._chunks and self._ahead.row < self._end_row:
            self.get_ready()
        if self.state != "paused" or not self._chunks:
            return None
        chunk = self._chunks[0]
        self._position_ns = int(chunk.times[chunk.done])
        return self._take(chunk, 1, now_ns)

    def _take(self, chunk: Chunk, count: int, now_ns: int) -> tuple[Any, int, int]:
        start, stop = chunk.done, chunk.done + count
        if self._speed is not None and self.state == "playing":
            due_ns = self._due_ns(int(chunk.times[start]), now_ns)
            self.late += count if now_ns - due_ns > LATE_NS else 0
        elif self._speed is None:
            self._position_ns = int(chunk.times[stop - 1])
        chunk.done = stop
        self.sent += count
        if stop == len(chunk.times):
            self._chunks.popleft()
            self.row = chunk.end_row if not self._chunks else int(self._chunks[0].rows[0])
            self._end_if_over(now_ns, int(chunk.times[-1]))
        else:
            self.row = int(chunk.rows[stop])
        return chunk.prepared, start, stop

    def _catch_up(self, chunk: Chunk, now_ns: int) -> None:
        """After a long stop of the machine, or of the source, go on from now instead of all at once."""
        due_ns = self._due_ns(int(chunk.times[chunk.done]), now_ns)
        if now_ns - due_ns > HICCUP_NS:
            self.late += 1
            self._position_ns, self._anchor_ns = int(chunk.times[chunk.done]), now_ns

    def _end_if_over(self, now_ns: int, last_ns: int | None = None) -> None:
        """At the end stop, or begin anew, a mean gap after the last frame."""
        if self.state == "ended" or self._chunks or self._ahead.row < self._end_row or not self._whole:
            return
        if not self._options.loop or not self.sent or self.state != "playing":
            self.state = "ended"
            return
        begins_ns = self._next_loop_ns(now_ns, last_ns)
        if self.sent == self._sent_before and now_ns < begins_ns:
            self._idle_until_ns = begins_ns
            return
        self.loops += 1
        self._sent_before, self._idle_until_ns = self.sent, None
        self.row = self._options.first_row
        self._ahead.restart(self.row)
        self._position_ns, self._anchor_ns = self._span()[0], begins_ns

    def _next_loop_ns(self, now_ns: int, last_ns: int | None) -> int:
        """When it begins anew: a mean gap after the last row was due, whether or not that one is sent."""
        if self._idle_until_ns is not None:
            return self._idle_until_ns
        if self._speed is None:
            return now_ns if self.sent != self._sent_before else now_ns + IDLE_NS
        frames = max(1, self._end_row - self._options.first_row - 1)
        begin_ns, end_ns = self._span()
        last_due_ns = self._due_ns(max(end_ns, last_ns or end_ns), now_ns)
        return last_due_ns + max(1, round((end_ns - begin_ns) / frames / self._speed))

    def _span(self) -> tuple[int, int]:
        """The times of the first and the last row."""
        first = self._source.rows(self._options.first_row, self._options.first_row + 1)
        last = self._source.rows(self._end_row - 1, self._end_row)
        begin_ns = int(first.timestamp_ns[0])
        return begin_ns, max(begin_ns, int(last.timestamp_ns[-1]))
