"""The chronological trace as a table: any number of frames, no memory for any of them.

New frames are announced once per tick of the display clock, by ``refresh``. A row may be opened into its
decoded signals, which then take rows of the table too, and so does a note where frames were lost.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from PySide6.QtCore import QModelIndex, QObject, Qt

from canmcast_gui.database import DatabaseSet
from canmcast_gui.frames import Source
from canmcast_gui.frames.arrays import Numbers
from canmcast_gui.models.columns import TRACE_COLUMNS
from canmcast_gui.models.trace.chronological_reader import TextStyle, TraceReader
from canmcast_gui.models.trace.expanded_rows import Place
from canmcast_gui.models.trace.lines import LineModel, Screen
from canmcast_gui.models.trace.rows import ShownRows, read_frames
from canmcast_gui.models.trace.times import Reference

# Open rows are a user's clicks; the bound keeps "open all" of some script from costing memory and time.
MOST_OPEN = 1_000

# A table's row number is a C++ int, and its scroll bar counts with it.
MOST_LINES = 2**31 - 1 - 1_000_000

_ALL_ROWS = 1 << 62


class TraceModel(LineModel):
    """Frames as ``rows`` shows them, one a line. Row numbers of the table are lines."""

    def __init__(self, databases: DatabaseSet, parent: QObject | None = None) -> None:
        super().__init__(TRACE_COLUMNS, parent)
        self._databases = databases
        self._reader: TraceReader | None = None
        self._style = TextStyle()
        self._stop_row: int | None = None
        self._next_gap_row = 0
        self._generations = (0, 0)

    # -- what is shown -----------------------------------------------------------------------------------

    @property
    def rows(self) -> ShownRows | None:
        """What the table shows."""
        return self._reader.rows if self._reader else None

    def set_rows(self, rows: ShownRows | None) -> None:
        """Show other frames; everything is closed."""
        self.beginResetModel()
        self._next_gap_row = 0
        if rows is None:
            self._reader = None
        else:
            rows.advance(self._stop_row)
            self._reader = reader = TraceReader(rows, self._databases, self._style)
            reader.extra.add_gaps(self._new_gaps(reader, reader.first, reader.end))
        self.forget_screen()
        self.endResetModel()

    @property
    def stop_row(self) -> int | None:
        """The row from which on nothing is shown; None: all is."""
        return self._stop_row

    def set_stop_row(self, row: int | None) -> None:
        """Show no new frames from that row of the recording on; None: show what comes."""
        self._stop_row = row

    def refresh(self) -> bool:
        """Announce what is new and what is gone; True while there is more to find without waiting."""
        reader = self._reader
        if reader is None:
            return False
        more = reader.rows.advance(self._stop_row)
        self._remove_evicted(reader, reader.rows.first)
        self._announce_new(reader, reader.rows.end)
        return more

    def notes_changed(self) -> bool:
        """Whether marks or gaps are others than at the last question; they are shown from now on."""
        if self._reader is None:
            return False
        recording = self._reader.rows.recording
        before, self._generations = self._generations, (recording.marks.generation, recording.gaps.generation)
        if before == self._generations:
            return False
        self.forget_screen()
        return True

    def _remove_evicted(self, reader: TraceReader, first: int) -> None:
        first = min(first, reader.end)
        if first <= reader.first:
            return
        gone = reader.extra.start_of(first, reader.first)
        self.beginRemoveRows(QModelIndex(), 0, gone - 1)
        reader.first = first
        reader.extra.drop_before(first)
        self.forget_screen()
        self.endRemoveRows()

    def _announce_new(self, reader: TraceReader, end: int) -> None:
        end = min(end, reader.first + MOST_LINES)
        if end <= reader.end:
            return
        lines = reader.line_count()
        gaps = self._new_gaps(reader, reader.end, end)
        self.beginInsertRows(QModelIndex(), lines, lines + end - reader.end + len(gaps) - 1)
        reader.extra.add_gaps(gaps)
        reader.end = end
        self.endInsertRows()

    def _new_gaps(self, reader: TraceReader, start: int, end: int) -> Numbers:
        """Positions from ``start`` to ``end`` above which a gap has not been shown yet.

        A gap is noted at the end of a recording, and shown with the frame that comes after it.
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

    # -- how it is written -------------------------------------------------------------------------------

    def set_decimal(self, decimal: bool) -> None:
        """Ids and data in decimal instead of hexadecimal."""
        self._set_style(decimal=decimal)

    def set_time_mode(self, mode: str) -> None:
        """One of TIME_MODES, for the first time column."""
        self._set_style(time_mode=mode)

    def set_reference(self, reference: Reference | None) -> None:
        """Count times from a row; None: from the start."""
        self._set_style(reference=reference)

    def set_source_names(self, names: Mapping[Source, str]) -> None:
        """See LineModel."""
        super().set_source_names(names)
        self._set_style(source_names=names)

    def _set_style(self, **changes: Any) -> None:
        self._style = self._style.changed(**changes)
        if self._reader is not None:
            self._reader.style = self._style
        self.texts_changed()
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self.columns) - 1)

    def titles(self) -> dict[str, str]:
        """The two time columns are called what they show."""
        mode, since = self._style.time_mode, "Δ reference" if self._style.reference else "Time"
        first = {"absolute": since, "clock": "Clock", "delta": "Δ row", "delta_id": "Δ same ID"}
        return {"time": first[mode], "delta": "Δ same ID" if mode == "delta" else "Δt"}

    def databases_changed(self) -> None:
        """Names and signals may be others now: open rows are opened anew."""
        if self._reader is not None:
            for position in self._reader.extra.positions:
                self.close_row(self.line_of(position))
                self.open_row(self.line_of(position))
        self.texts_changed()

    # -- lines and positions -----------------------------------------------------------------------------

    def locate(self, line: int) -> Place:
        """What stands on that line."""
        return self._reader.locate(line) if self._reader else Place(line)

    def line_of(self, position: int) -> int:
        """The line of the frame at that position."""
        return self._reader.extra.line_of(position, self._reader.first) if self._reader else 0

    def row_number(self, line: int) -> int | None:
        """The recording's row on that line (of its frame, for a signal or a gap above it)."""
        if self._reader is None or not 0 <= line < self.line_count():
            return None
        position = self.locate(line).position
        numbers = self._reader.rows.numbers(position, position + 1)
        return int(numbers[0]) if len(numbers) else None

    def line_of_row(self, row: int) -> int | None:
        """The line of the recording's row, or of the next one that is shown; None past the last."""
        if self._reader is None:
            return None
        position = max(self._reader.rows.position_of(row), self._reader.first)
        return self.line_of(position) if position < self._reader.end else None

    def time_span(self, ranges: Sequence[tuple[int, int]]) -> tuple[int, int, int]:
        """Of ranges of lines: how many frames there are, and the times of the first and the last one."""
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

    # -- opening -----------------------------------------------------------------------------------------

    def is_open(self, line: int) -> bool:
        """See LineModel."""
        return self._reader is not None and self.locate(line).position in self._reader.extra

    def open_row(self, line: int) -> bool:
        """See LineModel."""
        reader, place = self._reader, self.locate(line)
        if reader is None or place.gap or place.signal is not None or place.position in reader.extra:
            return False
        children = len(reader.signals_at(place.position))
        if not children or len(reader.extra) >= MOST_OPEN:
            return False
        self.beginInsertRows(QModelIndex(), line + 1, line + children)
        reader.extra.open(place.position, children)
        self.forget_screen()
        self.endInsertRows()
        return True

    def close_row(self, line: int) -> bool:
        """See LineModel."""
        reader, position = self._reader, self.locate(line).position
        if reader is None or position not in reader.extra:
            return False
        line = self.line_of(position)
        self.beginRemoveRows(QModelIndex(), line + 1, line + reader.extra.children(position))
        reader.extra.close(position)
        self.forget_screen()
        self.endRemoveRows()
        return True

    # -- screens -----------------------------------------------------------------------------------------

    def make_screen(self, first: int, last: int) -> Screen:
        """See LineModel."""
        assert self._reader is not None
        return self._reader.screen(first, last)

    def screen_makers(self, ranges: Sequence[tuple[int, int]], block: int) -> list[Callable[[], Screen]]:
        """See LineModel."""
        assert self._reader is not None
        makers: list[Callable[[], Screen]] = []
        for first, last in ranges:
            frozen = self._reader.frozen(first, last)
            makers += [
                partial(frozen.screen, start, min(start + block - 1, last))
                for start in range(first, last + 1, block)
            ]
        return makers
