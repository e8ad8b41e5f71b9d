"""The chronological trace as a table: any number of frames, no memory for any of them.

New frames are announced once per tick of the display clock, by ``refresh``. A row may be opened into its
decoded signals, which then take rows of the table too. What a screen shows is read in one go.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QModelIndex, QObject, Qt

from canmcast_gui.database import DatabaseSet, SignalValue
from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.models.columns import TRACE_COLUMNS, ShownFrames, seconds_texts
from canmcast_gui.models.trace_lines import LineModel
from canmcast_gui.models.trace_open import OpenRows
from canmcast_gui.models.trace_rows import ShownRows, read_frames
from canmcast_gui.models.trace_screen import Screen, SignalLine
from canmcast_gui.models.trace_times import SameIdTimes, clock_texts, delta_texts

# Open rows are a user's clicks; the bound keeps "open all" of some script from costing memory and time.
MOST_OPEN = 1_000

# A table's row number is a C++ int, and its scroll bar counts with it.
MOST_LINES = 2**31 - 1 - 100_000


class TraceModel(LineModel):
    """Frames as ``rows`` shows them, one a line. Row numbers of the table are lines."""

    def __init__(self, databases: DatabaseSet, parent: QObject | None = None) -> None:
        super().__init__(TRACE_COLUMNS, parent)
        self._databases = databases
        self._rows: ShownRows | None = None
        self._first = 0
        self._end = 0
        self._open = OpenRows()
        self._decimal = False
        self._time_mode = "absolute"
        self._same_id: SameIdTimes | None = None
        self._stop_row: int | None = None

    # -- what is shown -----------------------------------------------------------------------------------

    @property
    def rows(self) -> ShownRows | None:
        """What the table shows."""
        return self._rows

    def set_rows(self, rows: ShownRows | None) -> None:
        """Show other frames; everything is closed."""
        self.beginResetModel()
        self._rows = rows
        self._open.clear()
        self._same_id = SameIdTimes(rows.recording) if rows else None
        if rows:
            rows.advance(self._stop_row)
        self._first, self._end = (rows.first, rows.end) if rows else (0, 0)
        self.forget_screen()
        self.endResetModel()

    def set_stop_row(self, row: int | None) -> None:
        """Show no new frames from that row of the recording on; None: show what comes."""
        self._stop_row = row

    def refresh(self) -> bool:
        """Announce what is new and what is gone; True while there is more to find without waiting."""
        if self._rows is None:
            return False
        more = self._rows.advance(self._stop_row)
        self._remove_evicted(self._rows.first)
        self._announce_new(self._rows.end)
        return more

    def _remove_evicted(self, first: int) -> None:
        first = min(first, self._end)
        if first <= self._first:
            return
        gone = self._open.line_of(first, self._first)
        self.beginRemoveRows(QModelIndex(), 0, gone - 1)
        self._first = first
        self._open.drop_before(first)
        self.forget_screen()
        self.endRemoveRows()

    def _announce_new(self, end: int) -> None:
        end = min(end, self._first + MOST_LINES)
        if end <= self._end:
            return
        lines = self.line_count()
        self.beginInsertRows(QModelIndex(), lines, lines + end - self._end - 1)
        self._end = end
        self.endInsertRows()

    def line_count(self) -> int:
        """See LineModel."""
        return self._end - self._first + self._open.total

    def set_decimal(self, decimal: bool) -> None:
        """Ids and data in decimal instead of hexadecimal."""
        self._decimal = decimal
        self.texts_changed()

    def set_time_mode(self, mode: str) -> None:
        """One of TIME_MODES, for the first time column."""
        self._time_mode = mode
        self.texts_changed()
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self.columns) - 1)

    def databases_changed(self) -> None:
        """Names and signals may be others now: open rows are opened anew."""
        for position in self._open.positions:
            self.close_row(self.line_of(position))
            self.open_row(self.line_of(position))
        self.texts_changed()

    # -- lines and positions -----------------------------------------------------------------------------

    def locate(self, line: int) -> tuple[int, int | None]:
        """The position of the frame on that line, or of the frame that the signal there belongs to."""
        return self._open.locate(line, self._first)

    def line_of(self, position: int) -> int:
        """The line of the frame at that position."""
        return self._open.line_of(position, self._first)

    def row_number(self, line: int) -> int | None:
        """The recording's row on that line (of its frame, for a signal)."""
        if self._rows is None or not 0 <= line < self.line_count():
            return None
        position, _ = self.locate(line)
        numbers = self._rows.numbers(position, position + 1)
        return int(numbers[0]) if len(numbers) else None

    def line_of_row(self, row: int) -> int | None:
        """The line of the recording's row, or of the next one that is shown; None past the last."""
        if self._rows is None:
            return None
        position = max(self._rows.position_of(row), self._first)
        return self.line_of(position) if position < self._end else None

    # -- opening -----------------------------------------------------------------------------------------

    def is_open(self, line: int) -> bool:
        """See LineModel."""
        return self.locate(line)[0] in self._open

    def open_row(self, line: int) -> bool:
        """See LineModel."""
        position, signal = self.locate(line)
        if signal is not None or position in self._open or len(self._open) >= MOST_OPEN:
            return False
        children = len(self._signals_at(position))
        if not children:
            return False
        self.beginInsertRows(QModelIndex(), line + 1, line + children)
        self._open.open(position, children)
        self.forget_screen()
        self.endInsertRows()
        return True

    def close_row(self, line: int) -> bool:
        """See LineModel."""
        position, _ = self.locate(line)
        if position not in self._open:
            return False
        line = self.line_of(position)
        self.beginRemoveRows(QModelIndex(), line + 1, line + self._open.children(position))
        self._open.close(position)
        self.forget_screen()
        self.endRemoveRows()
        return True

    def _signals_at(self, position: int) -> list[SignalValue]:
        if self._rows is None:
            return []
        _, batch = read_frames(self._rows, position, position + 1)
        return self._signals(batch, 0) if len(batch) else []

    def _signals(self, batch: FrameBatch, index: int) -> list[SignalValue]:
        flags = int(batch.flags[index])
        if flags & (Flag.ERROR | Flag.REMOTE):
            return []
        extended = bool(flags & Flag.EXTENDED)
        return self._databases.decode_frame(int(batch.arbitration_id[index]), extended, batch.payload(index))

    # -- a screenful -------------------------------------------------------------------------------------

    def make_screen(self, first: int, last: int) -> Screen:
        """See LineModel."""
        places = [self.locate(line) for line in range(first, last + 1)] if len(self._open) else None
        if places is None:
            start, stop = self._first + first, self._first + last + 1
            places = [(position, None) for position in range(start, stop)]
        assert self._rows is not None
        start, stop = (places[0][0], places[-1][0] + 1) if places else (self._first, self._first)
        begin, batch = read_frames(self._rows, start, stop)
        shown = self._shown(begin, stop, batch)
        screen = Screen(first, [], {}, shown, [bool(name) for name in shown.names], [])
        screen.is_open = [begin + index in self._open for index in range(len(batch))]
        for line, (position, signal) in enumerate(places):
            there = begin <= position < begin + len(batch)
            screen.frames.append(position - begin if there and signal is None else None)
            if signal is not None and there:
                values = self._signals(batch, position - begin)
                if signal < len(values):
                    screen.signals[line] = SignalLine.of(values[signal])
        return screen

    def _shown(self, begin: int, stop: int, batch: FrameBatch) -> ShownFrames:
        assert self._rows is not None
        times, deltas = self._time_texts(begin, stop, batch)
        return ShownFrames(
            batch, self._rows.recording.sources, self._names(batch), times, deltas, self._decimal
        )

    def _names(self, batch: FrameBatch) -> list[str]:
        extended = batch.has(Flag.EXTENDED).tolist()
        errors = batch.has(Flag.ERROR).tolist()
        rows = list(zip(batch.arbitration_id.tolist(), extended, errors, strict=True))
        known = {key: "" if key[2] else self._databases.name(key[0], key[1]) for key in set(rows)}
        return [known[key] for key in rows]

    def _time_texts(self, begin: int, stop: int, batch: FrameBatch) -> tuple[list[str], list[str]]:
        """Both time columns: the second shows the time since the row before, unless the first one does."""
        assert self._rows is not None and self._same_id is not None
        stamps = batch.timestamp_ns
        if self._time_mode == "clock":
            return clock_texts(stamps), self._row_deltas(begin, batch)
        if self._time_mode == "absolute":
            since = seconds_texts(stamps - self._rows.recording.start_ns)
            return since, self._row_deltas(begin, batch)
        same_id = delta_texts(self._same_id.deltas_ns(self._rows.numbers(begin, stop), batch))
        row = self._row_deltas(begin, batch)
        return (row, same_id) if self._time_mode == "delta" else (same_id, row)

    def _row_deltas(self, begin: int, batch: FrameBatch) -> list[str]:
        assert self._rows is not None
        stamps = batch.timestamp_ns
        if not len(stamps):
            return []
        _, before = read_frames(self._rows, max(begin - 1, self._first), begin)
        texts = seconds_texts(np.diff(stamps, prepend=before.timestamp_ns if len(before) else stamps[:1]))
        return texts if len(before) else ["", *texts[1:]]

    def titles(self) -> dict[str, str]:
        """The two time columns are called what they show."""
        first = {"absolute": "Time", "clock": "Clock", "delta": "Δ row", "delta_id": "Δ same ID"}
        second = "Δ same ID" if self._time_mode == "delta" else "Δt"
        return {"time": first[self._time_mode], "delta": second}
