"""Reads lines of the chronological view, with their texts and decoded signals, in blocks.

A reader does not depend on Qt; a frozen one may be used in another thread.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from canmcast_gui.database import DatabaseSet, SignalValue
from canmcast_gui.frames import Flag, FrameBatch, Source
from canmcast_gui.frames.arrays import Numbers
from canmcast_gui.frames.text import ERROR_FRAME
from canmcast_gui.models.columns import ShownFrames, seconds_texts
from canmcast_gui.models.trace.expanded_rows import ExpandedRows, LineContent
from canmcast_gui.models.trace.info import InfoTexts
from canmcast_gui.models.trace.lines import LineBlock, SignalLine
from canmcast_gui.models.trace.rows import RowSpan, ShownRows, read_frames
from canmcast_gui.models.trace.times import Reference, SameIdTimes, clock_texts, delta_texts
from canmcast_gui.wording import counted


@dataclass(frozen=True)
class TextStyle:
    """The format of numbers and times: ``time_mode`` is one of TIME_MODES."""

    decimal: bool = False
    time_mode: str = "absolute"
    reference: Reference | None = None
    source_names: Mapping[Source, str] = field(default_factory=dict)


class ChronologicalReader:
    """Frames of ``rows`` from position ``first`` to ``end``, with the signals and gaps of ``expanded``."""

    def __init__(self, rows: ShownRows, databases: DatabaseSet, style: TextStyle) -> None:
        self.rows = rows
        self.databases = databases
        self.style = style
        self.first, self.end = rows.first, rows.end
        self.expanded = ExpandedRows()
        self.info = InfoTexts(databases)
        self._same_id = SameIdTimes(rows.recording)

    def frozen(self, first: int, last: int) -> ChronologicalReader:
        """A reader of the lines ``first`` to ``last`` that does not change; lines have the same numbers."""
        start = max(self.locate(first).position - 1, self.first)  # the time since the previous row needs it
        stop = self.locate(last).position + 1
        other = ChronologicalReader(RowSpan.of(self.rows, start, stop), self.databases, self.style)
        other.first, other.end, other.expanded = self.first, self.end, self.expanded.copy()
        return other

    def line_count(self) -> int:
        """The number of lines."""
        return self.end - self.first + self.expanded.total

    def locate(self, line: int) -> LineContent:
        """The content of that line."""
        return self.expanded.locate(line, self.first)

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
        """The address of a number in the recording's table of sources."""
        return self.rows.recording.sources[source].address

    # -- blocks ------------------------------------------------------------------------------------------

    def read_block(self, first: int, last: int) -> LineBlock:
        """Read the lines ``first`` to ``last``."""
        if self.expanded.is_plain:
            contents = [LineContent(self.first + line) for line in range(first, last + 1)]
        else:
            contents = [self.locate(line) for line in range(first, last + 1)]
        start, stop = (
            (contents[0].position, contents[-1].position + 1) if contents else (self.first, self.first)
        )
        begin, batch = read_frames(self.rows, start, stop)
        numbers = self.rows.numbers(begin, begin + len(batch))
        shown, backwards = self._shown(begin, numbers, batch)
        block = LineBlock(first, [], {}, shown, [bool(name) for name in shown.names], [])
        block.is_expanded = [begin + index in self.expanded for index in range(len(batch))]
        block.backwards = backwards
        block.mark_texts = self._mark_texts(numbers)
        for line, content in enumerate(contents):
            self._add_line(block, line, content, begin)
        return block

    def _add_line(self, block: LineBlock, line: int, content: LineContent, begin: int) -> None:
        index = content.position - begin
        exists = 0 <= index < len(block.batch)
        is_frame = content.signal is None and not content.gap
        block.frames.append(index if exists and is_frame else None)
        if content.gap:
            block.gaps[line] = self._gap_text(content.position)
        elif content.signal is not None and exists:
            values = self._signals(block.batch, index)
            if content.signal < len(values):
                block.signals[line] = SignalLine.of(values[content.signal])

    def _gap_text(self, position: int) -> str:
        """The number of frames that are missing above a position, and the reason."""
        numbers = self.rows.numbers(max(position - 1, self.first), position + 1)
        if not len(numbers):
            return ""
        start = int(numbers[0]) + 1 if len(numbers) > 1 else 0
        gaps = self.rows.recording.gaps.between(start, int(numbers[-1]) + 1)
        if not gaps:
            return "Frames lost here"
        lost = sum(gap.count for gap in gaps)
        text = f"{counted(lost, 'frame')} lost here" if lost else "Frames may be missing here"
        return f"{text}: {'; '.join(dict.fromkeys(gap.reason for gap in gaps))}"

    def _mark_texts(self, numbers: Numbers) -> dict[int, str]:
        """The texts of marks, and of the row that times count from, by frame."""
        if not len(numbers):
            return {}
        marks = self.rows.recording.marks.between(int(numbers[0]), int(numbers[-1]) + 1)
        texts = {mark.row: mark.text or "marked" for mark in marks}
        reference = self.style.reference
        if reference is not None:
            own = texts.get(reference.row)
            texts[reference.row] = f"time 0 · {own}" if own else "time 0"
        frames = {row: int(np.searchsorted(numbers, row)) for row in texts}
        return {
            frame: texts[row]
            for row, frame in frames.items()
            if frame < len(numbers) and numbers[frame] == row
        }

    def _shown(self, begin: int, numbers: Numbers, batch: FrameBatch) -> tuple[ShownFrames, set[int]]:
        _, previous = read_frames(self.rows, max(begin - 1, self.first), begin)
        steps = np.diff(np.concatenate([previous.timestamp_ns, batch.timestamp_ns]))
        first = [""] * (len(batch) - len(steps))  # the first frame has no previous one
        steps_text = [*first, *seconds_texts(steps)]
        times, deltas = self._time_texts(numbers, steps_text, batch)
        sources = self.rows.recording.sources
        backwards = set((np.flatnonzero(steps < 0) + len(first)).tolist())
        shown = ShownFrames(batch, sources, self._names(batch), times, deltas, self.style.decimal)
        shown.source_names, shown.info = self.style.source_names, self.info.texts
        shown.channel_names = self.rows.recording.channels
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
        """Both time columns: the second shows the time since the previous row, unless the first one does."""
        stamps, mode = batch.timestamp_ns, self.style.time_mode
        if mode == "clock":
            return clock_texts(stamps), row
        if mode == "absolute":
            reference = self.style.reference
            zero = self.rows.recording.start_ns if reference is None else reference.timestamp_ns
            return seconds_texts(stamps - zero), row
        same_id = delta_texts(self._same_id.deltas_ns(numbers, batch))
        return (row, same_id) if mode == "delta" else (same_id, row)
