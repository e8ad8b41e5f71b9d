"""The model of the by-ID view: one line for each id with its newest frame, and its signals if it is expanded.

Entries are those of NewestById and are not copied; texts are made for visible lines. Changes of values are
not announced: ``refresh`` returns whether a repaint is necessary.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QModelIndex, QObject, Qt

from canmcast_gui.database import DatabaseSet
from canmcast_gui.frames.filters import Filter
from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.models.columns import BY_ID_COLUMNS
from canmcast_gui.models.trace.by_id_reader import (
    CHANGING_COLUMNS,
    NAMED_COLUMNS,
    ByIdReader,
    changed_bytes,
    sort_keys,
    sorted_entries,
)
from canmcast_gui.models.trace.lines import LineBlock, LineModel, LineRanges
from canmcast_gui.models.trace.times import Reference
from canmcast_gui.recording import NewestById, Recording

# The time between two sorts by a column whose values change: rows that move at every tick cannot be read.
SORT_AGAIN_NS = NS_PER_SECOND

Line = tuple[int, int]  # entry, and the number of its signal or -1


class ByIdModel(LineModel):
    """Lines of entries and their signals. Callers give the time, in nanoseconds of the clock of frames."""

    def __init__(self, databases: DatabaseSet, parent: QObject | None = None) -> None:
        super().__init__(BY_ID_COLUMNS, parent)
        self._reader = ByIdReader(databases)
        self._filter: Filter | None = None
        self._passed = np.zeros(0, dtype=np.bool_)
        self._order: list[int] = []
        self._expanded: set[int] = set()
        self._lines: list[Line] = []
        self._sort_column = ""
        self._descending = False
        self._sorted_at = 0
        self._now_ns = 0
        self._generation = -1

    @property
    def _newest(self) -> NewestById:
        return self._reader.newest

    # -- entries -----------------------------------------------------------------------------------------

    def set_newest(self, newest: NewestById, recording: Recording) -> None:
        """Show other entries, all collapsed."""
        self.beginResetModel()
        self._reader.newest, self._reader.recording = newest, recording
        self._expanded.clear()
        self._rebuild()
        self.endResetModel()

    def swap_newest(self, newest: NewestById, now_ns: int) -> None:
        """Show earlier or later values of the same entries; none of the entries may be missing."""
        self._reader.newest = newest
        self._generation = -1
        self.refresh(now_ns)

    def set_filter(self, condition: Filter | None) -> None:
        """Show only ids of which a newest frame has passed the filter since it was set."""
        self.beginResetModel()
        self._filter = condition
        self._expanded.clear()
        self._rebuild()
        self.endResetModel()

    def _rebuild(self) -> None:
        self._passed = np.zeros(0, dtype=np.bool_)
        self._order = self._find_new().tolist()
        self._generation = self._newest.generation
        self._sort_order()
        self._lines = self._make_lines()
        self.drop_block()

    def _find_new(self) -> npt.NDArray[np.intp]:
        """Entries that are not shown yet and pass the filter now, in the order of their appearance."""
        size = len(self._newest)
        shown = np.zeros(size, dtype=np.bool_)
        shown[: len(self._passed)] = self._passed
        if self._filter is None or self._filter.passes_all:
            self._passed = np.ones(size, dtype=np.bool_)
        else:
            self._passed = shown | self._filter.mask(self._newest.frames)
        return np.flatnonzero(self._passed & ~shown)

    def refresh(self, now_ns: int) -> bool:
        """Update from the entries; returns whether visible lines may have changed."""
        fading = self._block is not None and bool(self._block.changed_bytes)
        self._now_ns = now_ns
        changed = self._generation != self._newest.generation
        if changed:
            self._generation = self._newest.generation
            self._announce(self._find_new().tolist())
            if self._sort_column in CHANGING_COLUMNS and now_ns - self._sorted_at >= SORT_AGAIN_NS:
                self._sort_again()
        if changed or fading:
            self.drop_block()
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
        """See LineModel."""
        self._reader.decimal = decimal
        self.texts_changed()

    def set_time_mode(self, mode: str) -> None:
        """Show the time of day in the mode "clock", else the time since the start."""
        self._reader.clock = mode == "clock"
        self.texts_changed()

    def set_reference(self, reference: Reference | None) -> None:
        """See LineModel."""
        self._reader.reference = reference
        self.texts_changed()

    def titles(self) -> dict[str, str]:
        """The title of the time column names what it shows."""
        return {
            "time": "Clock" if self._reader.clock else "Δ reference" if self._reader.reference else "Time"
        }

    def databases_changed(self) -> None:
        """Update names, and collapse all lines."""
        self._reader.info.clear()
        for entry in list(self._expanded):
            self.collapse(self._lines.index((entry, -1)))
        self.texts_changed()

    def line_count(self) -> int:
        """See LineModel."""
        return len(self._lines)

    def shown_ids(self) -> int:
        """The number of ids that are shown."""
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
        cells = [(self._lines[index.row()], index.column()) for index in kept]
        self._sort_order()
        self._lines = self._make_lines()
        rows = {line: row for row, line in enumerate(self._lines)}
        self.changePersistentIndexList(kept, [self.index(rows[line], column) for line, column in cells])
        self.drop_block()
        self.layoutChanged.emit()

    def _sort_order(self) -> None:
        self._sorted_at = self._now_ns
        entries = np.array(sorted(self._order), dtype=np.intp)
        if self._sort_column and len(entries):
            names = self._reader.names(self._newest.frames) if self._sort_column in NAMED_COLUMNS else []
            keys = sort_keys(self._newest, self._sort_column, names)
            entries = sorted_entries(entries, keys, self._descending)
        self._order = entries.tolist()

    def _make_lines(self) -> list[Line]:
        if not self._expanded:
            return [(entry, -1) for entry in self._order]
        lines = []
        for entry in self._order:
            lines.append((entry, -1))
            if entry in self._expanded:
                lines += [(entry, signal) for signal in range(len(self._reader.signal_names(entry)))]
        return lines

    # -- expanding ---------------------------------------------------------------------------------------

    def entry(self, line: int) -> int:
        """The entry of NewestById on that line, or to which the signal on it belongs."""
        return self._lines[line][0]

    def lines_that_pass(self, condition: Filter) -> list[int]:
        """The lines, ascending, with a newest frame that passes a filter."""
        passed = condition.mask(self._newest.frames)
        return [line for line, (entry, signal) in enumerate(self._lines) if signal < 0 and passed[entry]]

    def is_expanded(self, line: int) -> bool:
        """See LineModel."""
        return self._lines[line][0] in self._expanded

    def expand(self, line: int) -> bool:
        """See LineModel."""
        entry, signal = self._lines[line]
        names = self._reader.signal_names(entry)
        if signal >= 0 or entry in self._expanded or not names:
            return False
        self.beginInsertRows(QModelIndex(), line + 1, line + len(names))
        self._expanded.add(entry)
        self._lines[line + 1 : line + 1] = [(entry, number) for number in range(len(names))]
        self.drop_block()
        self.endInsertRows()
        return True

    def collapse(self, line: int) -> bool:
        """See LineModel."""
        entry, signal = self._lines[line]
        if entry not in self._expanded:
            return False
        line -= signal + 1
        last = line
        while last + 1 < len(self._lines) and self._lines[last + 1][0] == entry:
            last += 1
        self.beginRemoveRows(QModelIndex(), line + 1, last)
        self._expanded.discard(entry)
        del self._lines[line + 1 : last + 1]
        self.drop_block()
        self.endRemoveRows()
        return True

    # -- blocks ------------------------------------------------------------------------------------------

    def read_block(self, first: int, last: int) -> LineBlock:
        """See LineModel."""
        lines = self._lines[first : last + 1]
        entries = list(dict.fromkeys(entry for entry, _ in lines))
        frame_of = {entry: frame for frame, entry in enumerate(entries)}
        numbers = np.array(entries, dtype=np.intp)
        batch = self._newest.frames[numbers]
        shown = self._reader.shown(numbers, batch, self.source_names)
        frames = [frame_of[entry] if signal < 0 else None for entry, signal in lines]
        can_expand = [self._reader.message(entry) is not None for entry in entries]
        block = LineBlock(
            first, frames, {}, shown, can_expand, [entry in self._expanded for entry in entries]
        )
        block.changed_bytes = changed_bytes(self._newest, numbers, batch, self._now_ns)
        for entry in (entry for entry in entries if entry in self._expanded):
            values = self._reader.signal_lines(entry, batch, frame_of[entry])
            for line, (other, signal) in enumerate(lines):
                if other == entry and signal >= 0:
                    block.signals[line] = values[signal]
        return block

    def block_readers(self, ranges: LineRanges, size: int) -> list[Callable[[], LineBlock]]:
        """See LineModel. The blocks are read immediately, because entries change."""
        blocks = [
            self.read_block(start, min(start + size - 1, last))
            for first, last in ranges
            for start in range(first, last + 1, size)
        ]
        return [partial(_same, block) for block in blocks]

    def time_span(self, ranges: LineRanges) -> tuple[int, int, int]:
        """See LineModel: the number of ids, and the times of their oldest and newest frame."""
        entries = list({self.entry(line) for first, last in ranges for line in range(first, last + 1)})
        stamps = self._newest.last_timestamp_ns[entries]
        return (len(entries), int(stamps.min()), int(stamps.max())) if entries else (0, 0, 0)


def _same(block: LineBlock) -> LineBlock:
    return block
