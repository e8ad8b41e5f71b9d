"""The by-ID view as a table: one line for each id with its newest frame, and its live signals where opened.

Entries come from NewestById and are never copied; text is made for the lines on the screen. Nothing is
announced when only values change: ``refresh`` says that there is something to repaint.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QModelIndex, QObject, Qt

from canmcast_gui.database import DatabaseSet
from canmcast_gui.frames.filters import Filter
from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.models.columns import BY_ID_COLUMNS
from canmcast_gui.models.trace.by_id_reader import (
    CHANGING,
    EntryReader,
    changed_bytes,
    sort_keys,
    sorted_entries,
)
from canmcast_gui.models.trace.lines import LineModel, Screen
from canmcast_gui.models.trace.times import Reference
from canmcast_gui.recording import NewestById, Recording

# Between two sortings by a column whose values keep changing: rows that jump at every tick cannot be read.
SORT_AGAIN_NS = NS_PER_SECOND

Line = tuple[int, int]  # entry, and the number of its signal or -1


class ByIdModel(LineModel):
    """Lines of entries and their signals. Times are handed in, as nanoseconds of the frames' clock."""

    def __init__(self, databases: DatabaseSet, parent: QObject | None = None) -> None:
        super().__init__(BY_ID_COLUMNS, parent)
        self._reader = EntryReader(databases)
        self._filter: Filter | None = None
        self._passed = np.zeros(0, dtype=np.bool_)
        self._order: list[int] = []
        self._open: set[int] = set()
        self._lines: list[Line] = []
        self._sort_column = ""
        self._descending = False
        self._sorted_at = 0
        self._now_ns = 0
        self._generation = -1

    @property
    def _newest(self) -> NewestById:
        return self._reader.newest

    # -- what is shown -----------------------------------------------------------------------------------

    def set_newest(self, newest: NewestById, recording: Recording) -> None:
        """Show other entries, all closed."""
        self.beginResetModel()
        self._reader.newest, self._reader.recording = newest, recording
        self._open.clear()
        self._start_over()
        self.endResetModel()

    def swap_newest(self, newest: NewestById, now_ns: int) -> None:
        """Show earlier or later values of the same entries; new ones may have come, none may be missing."""
        self._reader.newest = newest
        self._generation = -1
        self.refresh(now_ns)

    def set_filter(self, condition: Filter | None) -> None:
        """Show only ids of which the newest frame has passed the filter at some time since now."""
        self.beginResetModel()
        self._filter = condition
        self._open.clear()
        self._start_over()
        self.endResetModel()

    def _start_over(self) -> None:
        self._passed = np.zeros(0, dtype=np.bool_)
        self._order = self._find_new().tolist()
        self._generation = self._newest.generation
        self._sort_order()
        self._lines = self._make_lines()
        self.forget_screen()

    def _find_new(self) -> npt.NDArray[np.intp]:
        """Entries that have not been shown and now pass the filter, in the order of their appearance."""
        size = len(self._newest)
        before = np.zeros(size, dtype=np.bool_)
        before[: len(self._passed)] = self._passed
        if self._filter is None or self._filter.passes_all:
            self._passed = np.ones(size, dtype=np.bool_)
        else:
            self._passed = before | self._filter.mask(self._newest.frames)
        return np.flatnonzero(self._passed & ~before)

    def refresh(self, now_ns: int) -> bool:
        """Take in what is new; whether anything on the screen may look different now."""
        fading = self._screen is not None and bool(self._screen.marks)
        self._now_ns = now_ns
        changed = self._generation != self._newest.generation
        if changed:
            self._generation = self._newest.generation
            self._announce(self._find_new().tolist())
            if self._sort_column in CHANGING and now_ns - self._sorted_at >= SORT_AGAIN_NS:
                self._sort_again()
        if changed or fading:
            self.forget_screen()
        return changed or fading

    def _announce(self, new: list[int]) -> None:
        if not new:
            return
        self.beginInsertRows(QModelIndex(), len(self._lines), len(self._lines) + len(new) - 1)
        self._order += new
        self._lines += [(entry, -1) for entry in new]
        self.endInsertRows()
        if self._sort_column:
            self._sort_again()

    def set_decimal(self, decimal: bool) -> None:
        """Ids and data in decimal instead of hexadecimal."""
        self._reader.decimal = decimal
        self.texts_changed()

    def set_time_mode(self, mode: str) -> None:
        """The time of the newest frame by the clock, or since the start for any other of the modes."""
        self._reader.clock = mode == "clock"
        self.texts_changed()

    def set_reference(self, reference: Reference | None) -> None:
        """Count the times of the newest frames from a row of the trace; None: from the start."""
        self._reader.reference = reference
        self.texts_changed()

    def titles(self) -> dict[str, str]:
        """The time column is called what it shows."""
        return {
            "time": "Clock" if self._reader.clock else "Δ reference" if self._reader.reference else "Time"
        }

    def databases_changed(self) -> None:
        """Names and signals may be others now; open rows are closed."""
        for entry in list(self._open):
            self.close_row(self._lines.index((entry, -1)))
        self.texts_changed()

    def line_count(self) -> int:
        """See LineModel."""
        return len(self._lines)

    def shown_ids(self) -> int:
        """How many ids are shown."""
        return len(self._order)

    # -- order -------------------------------------------------------------------------------------------

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; -1 is the order of first appearance."""
        self._sort_column = self.columns[column].key if 0 <= column < len(self.columns) else ""
        self._descending = order == Qt.SortOrder.DescendingOrder
        self._sort_again()

    def _sort_again(self) -> None:
        self.layoutAboutToBeChanged.emit()
        kept = self.persistentIndexList()
        stood = [(self._lines[index.row()], index.column()) for index in kept]
        self._sort_order()
        self._lines = self._make_lines()
        places = {line: row for row, line in enumerate(self._lines)}
        self.changePersistentIndexList(kept, [self.index(places[line], column) for line, column in stood])
        self.forget_screen()
        self.layoutChanged.emit()

    def _sort_order(self) -> None:
        self._sorted_at = self._now_ns
        entries = np.array(sorted(self._order), dtype=np.intp)
        if self._sort_column and len(entries):
            names = self._reader.names(self._newest.frames) if self._sort_column == "name" else []
            keys = sort_keys(self._newest, self._sort_column, names)
            entries = sorted_entries(entries, keys, self._descending)
        self._order = entries.tolist()

    def _make_lines(self) -> list[Line]:
        if not self._open:
            return [(entry, -1) for entry in self._order]
        lines = []
        for entry in self._order:
            lines.append((entry, -1))
            if entry in self._open:
                lines += [(entry, signal) for signal in range(len(self._reader.signal_names(entry)))]
        return lines

    # -- opening -----------------------------------------------------------------------------------------

    def entry(self, line: int) -> int:
        """The entry of NewestById that stands on that line or whose signal does."""
        return self._lines[line][0]

    def lines_that_pass(self, condition: Filter) -> list[int]:
        """The lines, ascending, whose newest frame passes a filter."""
        passed = condition.mask(self._newest.frames)
        return [line for line, (entry, signal) in enumerate(self._lines) if signal < 0 and passed[entry]]

    def is_open(self, line: int) -> bool:
        """See LineModel."""
        return self._lines[line][0] in self._open

    def open_row(self, line: int) -> bool:
        """See LineModel."""
        entry, signal = self._lines[line]
        names = self._reader.signal_names(entry)
        if signal >= 0 or entry in self._open or not names:
            return False
        self.beginInsertRows(QModelIndex(), line + 1, line + len(names))
        self._open.add(entry)
        self._lines[line + 1 : line + 1] = [(entry, number) for number in range(len(names))]
        self.forget_screen()
        self.endInsertRows()
        return True

    def close_row(self, line: int) -> bool:
        """See LineModel."""
        entry, signal = self._lines[line]
        if entry not in self._open:
            return False
        line -= signal + 1
        last = line
        while last + 1 < len(self._lines) and self._lines[last + 1][0] == entry:
            last += 1
        self.beginRemoveRows(QModelIndex(), line + 1, last)
        self._open.discard(entry)
        del self._lines[line + 1 : last + 1]
        self.forget_screen()
        self.endRemoveRows()
        return True

    # -- a screenful -------------------------------------------------------------------------------------

    def make_screen(self, first: int, last: int) -> Screen:
        """See LineModel."""
        lines = self._lines[first : last + 1]
        entries = list(dict.fromkeys(entry for entry, _ in lines))
        place = {entry: index for index, entry in enumerate(entries)}
        numbers = np.array(entries, dtype=np.intp)
        batch = self._newest.frames[numbers]
        shown = self._reader.shown(numbers, batch, self.source_names)
        frames = [place[entry] if signal < 0 else None for entry, signal in lines]
        openable = [self._reader.message(entry) is not None for entry in entries]
        screen = Screen(first, frames, {}, shown, openable, [entry in self._open for entry in entries])
        screen.marks = changed_bytes(self._newest, numbers, batch, self._now_ns)
        for entry in (entry for entry in entries if entry in self._open):
            values = self._reader.signal_lines(entry, batch, place[entry])
            for line, (other, signal) in enumerate(lines):
                if other == entry and signal >= 0:
                    screen.signals[line] = values[signal]
        return screen

    def screen_makers(self, ranges: Sequence[tuple[int, int]], block: int) -> list[Callable[[], Screen]]:
        """See LineModel. The screens are made at once: entries change, and are some hundred."""
        screens = [
            self.make_screen(start, min(start + block - 1, last))
            for first, last in ranges
            for start in range(first, last + 1, block)
        ]
        return [partial(_same, screen) for screen in screens]

    def time_span(self, ranges: Sequence[tuple[int, int]]) -> tuple[int, int, int]:
        """Of ranges of lines: how many ids there are, and the times of their oldest and newest frame."""
        entries = list({self.entry(line) for first, last in ranges for line in range(first, last + 1)})
        stamps = self._newest.last_timestamp_ns[entries]
        return (len(entries), int(stamps.min()), int(stamps.max())) if entries else (0, 0, 0)


def _same(screen: Screen) -> Screen:
    return screen
