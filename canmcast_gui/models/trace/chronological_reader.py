"""Lines of the chronological trace as screens: what stands on them, read and decoded in one go.

A reader knows nothing of tables; one that is frozen may be used in another thread.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from canmcast_gui.database import DatabaseSet, SignalValue
from canmcast_gui.frames import Flag, FrameBatch, Source
from canmcast_gui.frames.arrays import Numbers
from canmcast_gui.frames.text import ERROR_FRAME
from canmcast_gui.models.columns import ShownFrames, seconds_texts
from canmcast_gui.models.trace.expanded_rows import OpenRows, Place
from canmcast_gui.models.trace.lines import Screen, SignalLine
from canmcast_gui.models.trace.rows import RowSpan, ShownRows, read_frames
from canmcast_gui.models.trace.times import Reference, SameIdTimes, clock_texts, delta_texts


@dataclass(frozen=True)
class TextStyle:
    """How numbers and times are written: ``time_mode`` is one of TIME_MODES."""

    decimal: bool = False
    time_mode: str = "absolute"
    reference: Reference | None = None
    source_names: Mapping[Source, str] = field(default_factory=dict)

    def changed(self, **changes: Any) -> TextStyle:
        """The same but for some fields."""
        return replace(self, **changes)


class TraceReader:
    """Frames of ``rows`` from position ``first`` to ``end``, with the lines between them in ``extra``."""

    def __init__(self, rows: ShownRows, databases: DatabaseSet, style: TextStyle) -> None:
        self.rows = rows
        self.databases = databases
        self.style = style
        self.first, self.end = rows.first, rows.end
        self.extra = OpenRows()
        self._same_id = SameIdTimes(rows.recording)

    def frozen(self, first: int, last: int) -> TraceReader:
        """The same from line ``first`` to ``last``, which stays as it is; its lines count from 0 as here."""
        start = max(self.locate(first).position - 1, self.first)  # a time counts from the row before
        stop = self.locate(last).position + 1
        other = TraceReader(RowSpan.of(self.rows, start, stop), self.databases, self.style)
        other.first, other.end, other.extra = self.first, self.end, self.extra.copy()
        return other

    def line_count(self) -> int:
        """How many lines there are."""
        return self.end - self.first + self.extra.total

    def locate(self, line: int) -> Place:
        """What stands on that line."""
        return self.extra.locate(line, self.first)

    def signals_at(self, position: int) -> list[SignalValue]:
        """The decoded signals of the frame at a position."""
        _, batch = read_frames(self.rows, position, position + 1)
        return self._signals(batch, 0) if len(batch) else []

    def _signals(self, batch: FrameBatch, index: int) -> list[SignalValue]:
        flags = int(batch.flags[index])
        if flags & (Flag.ERROR | Flag.REMOTE):
            return []
        extended = bool(flags & Flag.EXTENDED)
        channel, address = int(batch.channel[index]), self._address(int(batch.source[index]))
        return self.databases.decode_frame(
            int(batch.arbitration_id[index]), extended, batch.payload(index), channel, address
        )

    def _address(self, source: int) -> str:
        """The address of a row of the recording's sources."""
        return self.rows.recording.sources[source].address

    # -- a screenful -------------------------------------------------------------------------------------

    def screen(self, first: int, last: int) -> Screen:
        """What stands on lines ``first`` to ``last``."""
        if self.extra.is_plain:
            places = [Place(self.first + line) for line in range(first, last + 1)]
        else:
            places = [self.locate(line) for line in range(first, last + 1)]
        start, stop = (places[0].position, places[-1].position + 1) if places else (self.first, self.first)
        begin, batch = read_frames(self.rows, start, stop)
        numbers = self.rows.numbers(begin, begin + len(batch))
        shown, backwards = self._shown(begin, numbers, batch)
        screen = Screen(first, [], {}, shown, [bool(name) for name in shown.names], [])
        screen.is_open = [begin + index in self.extra for index in range(len(batch))]
        screen.backwards = backwards
        screen.tags = self._tags(numbers)
        for line, place in enumerate(places):
            self._put_line(screen, line, place, begin)
        return screen

    def _put_line(self, screen: Screen, line: int, place: Place, begin: int) -> None:
        index = place.position - begin
        there = 0 <= index < len(screen.batch)
        plain = place.signal is None and not place.gap
        screen.frames.append(index if there and plain else None)
        if place.gap:
            screen.gaps[line] = self._gap_text(place.position)
        elif place.signal is not None and there:
            values = self._signals(screen.batch, index)
            if place.signal < len(values):
                screen.signals[line] = SignalLine.of(values[place.signal])

    def _gap_text(self, position: int) -> str:
        """How many frames are missing above that position, and why."""
        around = self.rows.numbers(max(position - 1, self.first), position + 1)
        if not len(around):
            return ""
        before = int(around[0]) + 1 if len(around) > 1 else 0
        gaps = self.rows.recording.gaps.between(before, int(around[-1]) + 1)
        if not gaps:
            return "Frames lost here"
        lost = sum(gap.count for gap in gaps)
        frames = "frame" if lost == 1 else "frames"
        what = f"{lost:,} {frames} lost here" if lost else "Frames may be missing here"
        return f"{what}: {'; '.join(dict.fromkeys(gap.reason for gap in gaps))}"

    def _tags(self, numbers: Numbers) -> dict[int, str]:
        """The notes of marked rows, and the reference row's, by frame."""
        if not len(numbers):
            return {}
        notes = self.rows.recording.marks.between(int(numbers[0]), int(numbers[-1]) + 1)
        tags = {note.row: note.text or "marked" for note in notes}
        reference = self.style.reference
        if reference is not None:
            own = tags.get(reference.row)
            tags[reference.row] = f"time 0 · {own}" if own else "time 0"
        places = {row: int(np.searchsorted(numbers, row)) for row in tags}
        return {
            place: tags[row]
            for row, place in places.items()
            if place < len(numbers) and numbers[place] == row
        }

    def _shown(self, begin: int, numbers: Numbers, batch: FrameBatch) -> tuple[ShownFrames, set[int]]:
        _, before = read_frames(self.rows, max(begin - 1, self.first), begin)
        steps = np.diff(np.concatenate([before.timestamp_ns, batch.timestamp_ns]))
        first = [""] * (len(batch) - len(steps))  # the first frame of all has none before it
        steps_text = [*first, *seconds_texts(steps)]
        times, deltas = self._time_texts(numbers, steps_text, batch)
        sources = self.rows.recording.sources
        backwards = set((np.flatnonzero(steps < 0) + len(first)).tolist())
        shown = ShownFrames(batch, sources, self._names(batch), times, deltas, self.style.decimal)
        shown.source_names = self.style.source_names
        return shown, backwards

    def _names(self, batch: FrameBatch) -> list[str]:
        extended = batch.has(Flag.EXTENDED).tolist()
        errors = batch.has(Flag.ERROR).tolist()
        channels, sources = batch.channel.tolist(), batch.source.tolist()
        rows = list(zip(batch.arbitration_id.tolist(), extended, errors, channels, sources, strict=True))
        known = {
            key: ERROR_FRAME if key[2] else self.databases.name(key[0], key[1], key[3], self._address(key[4]))
            for key in set(rows)
        }
        return [known[key] for key in rows]

    # -- times -------------------------------------------------------------------------------------------

    def _time_texts(self, numbers: Numbers, row: list[str], batch: FrameBatch) -> tuple[list[str], list[str]]:
        """Both time columns: the second shows the time since the row before, unless the first one does."""
        stamps, mode = batch.timestamp_ns, self.style.time_mode
        if mode == "clock":
            return clock_texts(stamps), row
        if mode == "absolute":
            reference = self.style.reference
            zero = self.rows.recording.start_ns if reference is None else reference.timestamp_ns
            return seconds_texts(stamps - zero), row
        same_id = delta_texts(self._same_id.deltas_ns(numbers, batch))
        return (row, same_id) if mode == "delta" else (same_id, row)
