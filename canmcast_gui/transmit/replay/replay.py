"""A recording that is sent again: which frame is due when, with pauses, seeks, loops and changes of speed.

No clock and no I/O: the time is passed in, frames come from a source of rows, and a function encodes them.
All times are int nanoseconds; those of the recording are unchanged.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np

from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.units import NS_PER_MS
from canmcast_gui.transmit.jobs.schedule import HICCUP_NS
from canmcast_gui.transmit.listener import LiveId
from canmcast_gui.transmit.replay.options import ReplayOptions
from canmcast_gui.transmit.replay.prefetcher import Chunk, Encode, Prefetcher, Rows
from canmcast_gui.transmit.sender import RateLimit

# Frames that are sent before the loop looks at the clock again.
PORTION = 128
LATE_NS = NS_PER_MS
# A loop of which nothing is to be sent waits for its end; at least this long.
IDLE_NS = 100_000_000


class Portion(NamedTuple):
    """What is sent now: the frames of a chunk from ``start`` to ``stop``, and the chunk's encoded form."""

    frames: FrameBatch
    encoded: object
    start: int
    stop: int


class Replay:
    """One replay. ``row`` is the next row that will be sent; ``first_channel`` as in FrameMapper."""

    def __init__(self, source: Rows, options: ReplayOptions, encode: Encode, first_channel: int = 0) -> None:
        self._source = source
        self._options = options
        self._prefetcher = Prefetcher(source, options, encode, first_channel)
        self._chunks = self._prefetcher.chunks
        self._limit = RateLimit(options.rate)
        self._available = 0
        self._complete = False
        self._speed = options.speed
        # When position_ns was, or would have been, due.
        self._anchor_ns: int | None = None
        self._position_ns: int | None = None
        self.row = options.first_row
        self.state: Literal["playing", "paused", "ended", "stopped"] = (
            "paused" if options.paused else "playing"
        )
        self.sent = self.late = self.loops = 0
        # What was sent before this loop, and until when an empty one waits.
        self._sent_before = 0
        self._idle_until_ns: int | None = None

    # -- control -----------------------------------------------------------------------------------------

    def grow(self, end_row: int, complete: bool) -> None:
        """The source has rows up to ``end_row``; if ``complete``, these are all."""
        self._available, self._complete = end_row, complete

    def play(self, now_ns: int) -> None:
        """Continue; from the beginning if it has ended."""
        if self.state == "ended":
            self.seek(self._options.first_row, now_ns)
        if self.state != "playing":
            self.state = "playing"
            self._anchor_ns = now_ns

    def pause(self, now_ns: int) -> None:
        """Pause; the wait for the next frame continues later where it was."""
        if self.state == "playing":
            self._position_ns = self.position_ns(now_ns)
            self._anchor_ns = self._idle_until_ns = None
            self.state = "paused"

    def stop(self) -> None:
        """End it for good."""
        self.state = "stopped"

    def seek(self, row: int, now_ns: int) -> None:
        """Continue at another row; an ended replay is paused there."""
        self.row = max(self._options.first_row, min(row, self._end_row))
        self._prefetcher.restart(self.row)
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

    def leave_out(self, live: frozenset[LiveId]) -> None:
        """Leave out the ids that other nodes send, on the channels where they do."""
        if self._options.skip_live and live != self._prefetcher.mapper.live:
            self._prefetcher.mapper.live = live
            self._prefetcher.restart(self.row)

    # -- state -------------------------------------------------------------------------------------------

    @property
    def is_over(self) -> bool:
        """Whether it has ended or was stopped."""
        return self.state in ("ended", "stopped")

    @property
    def skipped(self) -> int:
        """The number of frames that this bus cannot carry."""
        return self._prefetcher.skipped

    @property
    def reason(self) -> str:
        """Why the bus cannot carry the last frame that was skipped; "" if it can carry all."""
        return self._prefetcher.reason

    @property
    def _end_row(self) -> int:
        end_row = self._options.end_row
        return self._available if end_row is None else min(end_row, self._available)

    @property
    def _has_all_rows(self) -> bool:
        """Whether all rows that it will ever have are there."""
        end_row = self._options.end_row
        return self._complete or (end_row is not None and end_row <= self._available)

    def position_ns(self, now_ns: int) -> int | None:
        """The present time in the recording; None before the first frame is known."""
        if self._position_ns is None or self._anchor_ns is None or self._speed is None:
            return self._position_ns
        return self._position_ns + round((now_ns - self._anchor_ns) * self._speed)

    def next_due(self, now_ns: int) -> int | None:
        """When the next frame is due; None while none is ready, or it does not play."""
        if self.state != "playing" or not self._chunks:
            return self._idle_until_ns if self.state == "playing" else None
        if self._speed is None:
            return self._limit.next_ns(now_ns)
        chunk = self._chunks[0]
        return self._due_ns(int(chunk.times[chunk.done]), now_ns)

    def _due_ns(self, time_ns: int, now_ns: int) -> int:
        if self._position_ns is None:
            self._position_ns = time_ns
        if self._anchor_ns is None:
            self._anchor_ns = now_ns
        assert self._speed is not None
        return self._anchor_ns + round((time_ns - self._position_ns) / self._speed)

    # -- reading ahead -----------------------------------------------------------------------------------

    @property
    def can_prefetch(self) -> bool:
        """Whether prefetch() is useful when there is time."""
        return self.state != "ended" and len(self._chunks) < 2 and self._prefetcher.row < self._end_row

    @property
    def is_starved(self) -> bool:
        """Whether prefetch() is needed now, because no frame is ready."""
        return self.state == "playing" and not self._chunks and self._prefetcher.row < self._end_row

    def prefetch(self) -> None:
        """Read and encode some rows."""
        first_ns = self._prefetcher.read(self._end_row)
        if not self._chunks:
            self.row = self._prefetcher.row
        if self._position_ns is None and self.state == "playing":
            self._position_ns = first_ns

    # -- sending -----------------------------------------------------------------------------------------

    def take_due(self, now_ns: int, most: int = PORTION) -> Portion | None:
        """What is sent now, at most ``most`` frames."""
        if self.state != "playing" or not self._chunks:
            self._end_if_over(now_ns)
            return None
        chunk = self._chunks[0]
        if self._speed is None:
            count = self._limit.allowed(min(most, len(chunk.times) - chunk.done), now_ns)
        else:
            self._catch_up(chunk, now_ns)
            position_ns = self.position_ns(now_ns) or 0
            count = int(np.searchsorted(chunk.times, np.int64(position_ns), side="right")) - chunk.done
            is_due = self._due_ns(int(chunk.times[chunk.done]), now_ns) <= now_ns
            count = min(max(count, int(is_due)), most)
        return self._take(chunk, count, now_ns) if count else None

    def step(self, now_ns: int) -> Portion | None:
        """While paused: the next frame, independent of its time; None at the end."""
        while not self._chunks and self._prefetcher.row < self._end_row:
            self.prefetch()
        if self.state != "paused" or not self._chunks:
            return None
        chunk = self._chunks[0]
        self._position_ns = int(chunk.times[chunk.done])
        return self._take(chunk, 1, now_ns)

    def _take(self, chunk: Chunk, count: int, now_ns: int) -> Portion:
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
        return Portion(chunk.frames, chunk.encoded, start, stop)

    def _catch_up(self, chunk: Chunk, now_ns: int) -> None:
        """After a long stop of the computer, or of the source, continue from now instead of all at once."""
        due_ns = self._due_ns(int(chunk.times[chunk.done]), now_ns)
        if now_ns - due_ns > HICCUP_NS:
            self.late += 1
            self._position_ns, self._anchor_ns = int(chunk.times[chunk.done]), now_ns

    def _end_if_over(self, now_ns: int, last_ns: int | None = None) -> None:
        """At the end stop, or start again, a mean gap after the last frame."""
        if self.state == "ended" or self._chunks or self._prefetcher.row < self._end_row:
            return
        if not self._has_all_rows:
            return
        if not self._options.loop or not self.sent or self.state != "playing":
            self.state = "ended"
            return
        begin_ns = self._next_loop_ns(now_ns, last_ns)
        if self.sent == self._sent_before and now_ns < begin_ns:
            self._idle_until_ns = begin_ns
            return
        self.loops += 1
        self._sent_before, self._idle_until_ns = self.sent, None
        self.row = self._options.first_row
        self._prefetcher.restart(self.row)
        self._position_ns, self._anchor_ns = self._span()[0], begin_ns

    def _next_loop_ns(self, now_ns: int, last_ns: int | None) -> int:
        """When it starts again: a mean gap after the last row was due, whether or not that one is sent."""
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
