"""The model of the chronological view: any number of frames, none of which is kept in memory.

New frames are announced once per tick of the display clock, by ``refresh``. The decoded signals of expanded
frames, and gaps where frames were lost, are rows of the table too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

import numpy as np
from PySide6.QtCore import QModelIndex, QObject, Qt

from canmcast_gui.database import DatabaseSet
from canmcast_gui.frames import Source
from canmcast_gui.frames.arrays import Numbers
from canmcast_gui.models.columns import TRACE_COLUMNS
from canmcast_gui.models.trace.chronological_reader import ChronologicalReader, TextStyle
from canmcast_gui.models.trace.expanded_rows import LineContent
from canmcast_gui.models.trace.lines import LineBlock, LineModel, LineRanges
from canmcast_gui.models.trace.rows import ShownRows, read_frames
from canmcast_gui.models.trace.times import Reference

# Expanded rows are clicks of a user; the limit bounds memory and time.
MAX_EXPANDED = 1_000

# Qt's row numbers and the scroll bar are C++ ints.
MAX_LINES = 2**31 - 1 - 1_000_000

_ALL_ROWS = 1 << 62


class ChronologicalModel(LineModel):
    """The frames of ``rows``, one per line. Row numbers of the table are called lines."""

    def __init__(self, databases: DatabaseSet, parent: QObject | None = None) -> None:
        super().__init__(TRACE_COLUMNS, parent)
        self._databases = databases
        self._reader: ChronologicalReader | None = None
        self._style = TextStyle()
        self._stop_row: int | None = None
        self._next_gap_row = 0
        self._generations = (0, 0)

    # -- rows --------------------------------------------------------------------------------------------

    @property
    def rows(self) -> ShownRows | None:
        """The frames that the table shows."""
        return self._reader.rows if self._reader else None

    def set_rows(self, rows: ShownRows | None) -> None:
        """Show other frames, all collapsed."""
        self.beginResetModel()
        self._next_gap_row = 0
        if rows is None:
            self._reader = None
        else:
            rows.advance(self._stop_row)
            self._reader = reader = ChronologicalReader(rows, self._databases, self._style)
            reader.expanded.add_gaps(self._new_gaps(reader, reader.first, reader.end))
        self.drop_block()
        self.endResetModel()

    @property
    def stop_row(self) -> int | None:
        """The first row of the recording that is not shown; None: all are shown."""
        return self._stop_row

    def set_stop_row(self, row: int | None) -> None:
        """Do not show rows of the recording from that one; None: show all."""
        self._stop_row = row

    def refresh(self) -> bool:
        """Announce new and evicted frames; returns whether a filter has more rows to search."""
        reader = self._reader
        if reader is None:
            return False
        more = reader.rows.advance(self._stop_row)
        self._remove_evicted(reader, reader.rows.first)
        self._announce_new(reader, reader.rows.end)
        return more

    def marks_changed(self) -> bool:
        """Whether marks or gaps have changed since the last call; visible lines then are read again."""
        if self._reader is None:
            return False
        recording = self._reader.rows.recording
        before, self._generations = self._generations, (recording.marks.generation, recording.gaps.generation)
        if before == self._generations:
            return False
        self.drop_block()
        return True

    def _remove_evicted(self, reader: ChronologicalReader, first: int) -> None:
        first = min(first, reader.end)
        if first <= reader.first:
            return
        evicted = reader.expanded.start_of(first, reader.first)
        self.beginRemoveRows(QModelIndex(), 0, evicted - 1)
        reader.first = first
        reader.expanded.drop_before(first)
        self.drop_block()
        self.endRemoveRows()

    def _announce_new(self, reader: ChronologicalReader, end: int) -> None:
        end = min(end, reader.first + MAX_LINES)
        if end <= reader.end:
            return
        lines = reader.line_count()
        gaps = self._new_gaps(reader, reader.end, end)
        self.beginInsertRows(QModelIndex(), lines, lines + end - reader.end + len(gaps) - 1)
        reader.expanded.add_gaps(gaps)
        reader.end = end
        self.endInsertRows()

    def _new_gaps(self, reader: ChronologicalReader, start: int, end: int) -> Numbers:
        """Positions from ``start`` to ``end`` with a gap above them that has not been shown yet.

        A gap is added at the end of a recording, and shown with the next frame.
        """
        found: list[int] = []
        for gap in reader.rows.recording.gaps.between(self._next_gap_row, _ALL_ROWS):
            position = reader.rows.position_of(gap.row)
            if position >= end:
                break
            self._next_gap_row = gap.row + 1
            found.append(position)
        positions = np.unique(np.array(found, dtype=np.int64))
        return positions[positions >= start]

    def line_count(self) -> int:
        """See LineModel."""
        return self._reader.line_count() if self._reader else 0

    # -- settings ----------------------------------------------------------------------------------------

    def set_decimal(self, decimal: bool) -> None:
        """See LineModel."""
        self._set_style(replace(self._style, decimal=decimal))

    def set_time_mode(self, mode: str) -> None:
        """Use one of TIME_MODES for the first time column."""
        self._set_style(replace(self._style, time_mode=mode))

    def set_reference(self, reference: Reference | None) -> None:
        """See LineModel."""
        self._set_style(replace(self._style, reference=reference))

    def set_source_names(self, names: Mapping[Source, str]) -> None:
        """See LineModel."""
        super().set_source_names(names)
        self._set_style(replace(self._style, source_names=names))

    def _set_style(self, style: TextStyle) -> None:
        self._style = style
        if self._reader is not None:
            self._reader.style = self._style
        self.texts_changed()
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self.columns) - 1)

    def titles(self) -> dict[str, str]:
        """The titles of the time columns name what they show."""
        mode, since = self._style.time_mode, "Δ reference" if self._style.reference else "Time"
        first = {"absolute": since, "clock": "Clock", "delta": "Δ row", "delta_id": "Δ same ID"}
        return {"time": first[mode], "delta": "Δ same ID" if mode == "delta" else "Δt"}

    def databases_changed(self) -> None:
        """Update names, and expand expanded rows again, with the signals that they have now."""
        if self._reader is not None:
            self._reader.info.clear()
            for position in self._reader.expanded.positions:
                self.collapse(self.line_of(position))
                self.expand(self.line_of(position))
        self.texts_changed()

    # -- lines and rows ----------------------------------------------------------------------------------

    def locate(self, line: int) -> LineContent:
        """The content of that line."""
        return self._reader.locate(line) if self._reader else LineContent(line)

    def line_of(self, position: int) -> int:
        """The line of the frame at that position."""
        return self._reader.expanded.line_of(position, self._reader.first) if self._reader else 0

    def row_number(self, line: int) -> int | None:
        """The recording's row of the frame on that line, or to which the signal or gap on it belongs."""
        if self._reader is None or not 0 <= line < self.line_count():
            return None
        position = self.locate(line).position
        numbers = self._reader.rows.numbers(position, position + 1)
        return int(numbers[0]) if len(numbers) else None

    def line_of_row(self, row: int) -> int | None:
        """The line of the recording's row, or of the next row that is shown; None after the last."""
        if self._reader is None:
            return None
        position = max(self._reader.rows.position_of(row), self._reader.first)
        return self.line_of(position) if position < self._reader.end else None

    def time_span(self, ranges: LineRanges) -> tuple[int, int, int]:
        """See LineModel."""
        reader, count, times = self._reader, 0, []
        if reader is None:
            return 0, 0, 0
        for first, last in ranges:
            start, stop = self.locate(first), self.locate(last)
            begin = start.position + (start.signal is not None)
            end = stop.position + (not stop.gap)
            count += max(end - begin, 0)
            for position in (begin, end - 1) if end > begin else ():
                times += read_frames(reader.rows, position, position + 1)[1].timestamp_ns.tolist()
        return (count, times[0], times[-1]) if times else (0, 0, 0)

    # -- expanding ---------------------------------------------------------------------------------------

    def is_expanded(self, line: int) -> bool:
        """See LineModel."""
        return self._reader is not None and self.locate(line).position in self._reader.expanded

    def expand(self, line: int) -> bool:
        """See LineModel."""
        reader, content = self._reader, self.locate(line)
        if reader is None or content.gap or content.signal is not None or content.position in reader.expanded:
            return False
        children = len(reader.signals_at(content.position))
        if not children or len(reader.expanded) >= MAX_EXPANDED:
            return False
        self.beginInsertRows(QModelIndex(), line + 1, line + children)
        reader.expanded.expand(content.position, children)
        self.drop_block()
        self.endInsertRows()
        return True

    def collapse(self, line: int) -> bool:
        """See LineModel."""
        reader, position = self._reader, self.locate(line).position
        if reader is None or position not in reader.expanded:
            return False
        line = self.line_of(position)
        self.beginRemoveRows(QModelIndex(), line + 1, line + reader.expanded.children(position))
        reader.expanded.collapse(position)
        self.drop_block()
        self.endRemoveRows()
        return True

    # -- blocks ------------------------------------------------------------------------------------------

    def read_block(self, first: int, last: int) -> LineBlock:
        """See LineModel."""
        assert self._reader is not None
        return self._reader.read_block(first, last)

    def block_readers(self, ranges: LineRanges, size: int) -> list[Callable[[], LineBlock]]:
        """See LineModel."""
        assert self._reader is not None
        readers: list[Callable[[], LineBlock]] = []
        for first, last in ranges:
            frozen = self._reader.frozen(first, last)
            readers += [
                partial(frozen.read_block, start, min(start + size - 1, last))
                for start in range(first, last + 1, size)
            ]
        return readers
