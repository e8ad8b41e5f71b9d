"""The model of the panel Hosts: the sources of frames, with the number of frames and the ids of each."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QBrush

from canmcast_gui.frames import Flag, FrameBatch, Source, SourceTable
from canmcast_gui.frames.text import id_text
from canmcast_gui.frames.units import MAX_EXTENDED_ID
from canmcast_gui.models.columns import NO_INDEX, ColumnTable, Index
from canmcast_gui.transport.statistics import SourceCounts
from canmcast_gui.wording import counted

NodesOf = Callable[[int, bool], Collection[str]]

# Limits for one source, and for all: a bus has some hundred ids, a fuzzer sends millions.
MAX_IDS = 4096
MAX_IDS_OF_ALL = 1 << 16
SHOWN_IDS = 40

# Files mark the frames that were sent by the program that recorded them, but not other sources.
RECORDER = "the program that recorded the file"

_EXTENDED_BIT = 29


@dataclass(slots=True)
class HostRow:
    """A source and the frames it sent. ``ids`` are numbers with bit 29 set for extended ones.

    ``own`` counts its frames that were sent by the program that recorded them. ``shared`` are ids with data
    frames from other sources too: on a real bus, frames of nodes that send the same id collide. ``nodes`` are
    the nodes of databases that send these ids. The row for all sources beyond the limit of the table has that
    limit in ``limit``.
    """

    source: Source
    limit: int | None = None
    frames: int = 0
    malformed: int = 0
    own: int = 0
    ids: set[int] = field(default_factory=set)
    shared: set[int] = field(default_factory=set)
    name: str = ""
    nodes: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class HostColumn:
    """A column; ``width`` is in characters."""

    title: str
    width: int
    text: Callable[[HostRow], str]
    right: bool = True
    tip: str = ""


def _ids_text(row: HostRow) -> str:
    return f"{len(row.ids):,}+" if len(row.ids) >= MAX_IDS else f"{len(row.ids):,}"


def _shared_text(row: HostRow) -> str:
    return f"{len(row.shared):,}" if row.shared else ""


def _name_text(row: HostRow) -> str:
    return row.name or _source_text(row)


def _nodes_text(row: HostRow) -> str:
    return ", ".join(sorted(row.nodes))


def _source_text(row: HostRow) -> str:
    if row.limit is not None:
        return f"more than {row.limit:,} sources"
    if not row.source.address:
        if not row.own:
            return "unknown"
        return RECORDER if row.own == row.frames else f"unknown, and {RECORDER}"
    return f"this program, {row.source}" if row.own else str(row.source)


NAME, FRAMES, IDS = 1, 3, 4
COLUMNS = (
    HostColumn("Source", 16, _source_text, right=False, tip="Address and port"),
    HostColumn(
        "Name", 17, _name_text, right=False, tip="Name of the process or host; its address if it has none"
    ),
    HostColumn("Nodes", 10, _nodes_text, right=False, tip="Nodes of the databases that send these messages"),
    HostColumn("Frames", 6, lambda row: f"{row.frames:,}", tip="Frames in this recording"),
    HostColumn("IDs", 5, _ids_text, tip="Number of different arbitration ids"),
    HostColumn(
        "Shared", 7, _shared_text, tip="Ids that other sources send too, which must not happen on a bus"
    ),
    HostColumn("Malformed", 10, lambda row: f"{row.malformed:,}", tip="Datagrams that are not CAN frames"),
)


class HostsModel(ColumnTable):
    """One row for each source, in the order of their first frames.

    ``count`` adds frames of the recording, ``set_counters`` sets the counters of the bus.
    """

    columns = COLUMNS

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[HostRow] = []
        self._row_of: dict[Source, int] = {}
        # By channel and id, the row of the source that was the first to send it.
        self._first_sender: dict[tuple[int, int], int] = {}
        self._warning = QBrush()
        self._nodes_of: NodesOf = _no_nodes

    @property
    def rows(self) -> list[HostRow]:
        """All sources."""
        return self._rows

    def clear(self) -> None:
        """Remove all sources."""
        self.beginResetModel()
        self._rows, self._row_of, self._first_sender = [], {}, {}
        self.endResetModel()

    def count(self, batch: FrameBatch, sources: SourceTable) -> None:
        """Add the frames of a batch, whose source column refers to ``sources``."""
        if not len(batch):
            return
        frames = np.bincount(batch.source)
        own = np.bincount(batch.source[batch.has(Flag.TX)], minlength=len(frames))
        for number in np.flatnonzero(frames).tolist():
            row = self._rows[self._row_number(sources[number])]
            row.frames += int(frames[number])
            row.limit = len(sources) - 1 if sources.is_full and number == 0 else None
            row.own += int(own[number])
        for number, key in _pairs(batch[~batch.has(Flag.ERROR)]):
            row = self._rows[self._row_number(sources[number])]
            if len(row.ids) < MAX_IDS and key not in row.ids:
                row.ids.add(key)
                row.nodes.update(self._nodes_of(*_id_of(key)))
        data = batch[~batch.has(Flag.ERROR | Flag.REMOTE)]
        for channel in np.flatnonzero(np.bincount(data.channel)).tolist():
            for number, key in _pairs(data[data.channel == channel]):
                self._add_sender(key, channel, self._row_number(sources[number]))
        self._all_changed()

    def _add_sender(self, key: int, channel: int, number: int) -> None:
        """Note a sender of an id; another one shares it, unless both are this program, as after a restart."""
        place = (channel, key)
        if len(self._first_sender) >= MAX_IDS_OF_ALL and place not in self._first_sender:
            return
        first = self._first_sender.setdefault(place, number)
        if first != number and not (self._rows[first].own and self._rows[number].own):
            self._rows[first].shared.add(key)
            self._rows[number].shared.add(key)

    def set_names(self, names: Mapping[Source, str]) -> None:
        """Set the names of sources."""
        for row in self._rows:
            row.name = names.get(row.source, row.name)
        self._all_changed()

    def set_nodes(self, nodes_of: NodesOf) -> None:
        """Set the function that gives the nodes that send an id (number, extended)."""
        self._nodes_of = nodes_of
        for row in self._rows:
            row.nodes = {node for key in row.ids for node in nodes_of(*_id_of(key))}
        self._all_changed()

    def set_warning(self, brush: QBrush) -> None:
        """Set the color of sources with shared ids."""
        self._warning = brush
        self._all_changed()

    def set_counters(self, by_source: Mapping[Source, SourceCounts]) -> None:
        """Set the counters of the bus, which counts malformed datagrams."""
        changed = False
        for source, counts in by_source.items():
            if not counts.malformed and source not in self._row_of:
                continue
            row = self._rows[self._row_number(source)]
            changed = changed or row.malformed != counts.malformed
            row.malformed = counts.malformed
        if changed:
            self._all_changed()

    def _row_number(self, source: Source) -> int:
        number = self._row_of.get(source)
        if number is None:
            number = self._row_of[source] = len(self._rows)
            self.beginInsertRows(NO_INDEX, number, number)
            self._rows.append(HostRow(source))
            self.endInsertRows()
        return number

    def _all_changed(self) -> None:
        if self._rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._rows) - 1, len(COLUMNS) - 1))

    # -- QAbstractTableModel -----------------------------------------------------------------------------

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, column = self._rows[index.row()], COLUMNS[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.text(row)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self.alignment(index.column())
        if role == Qt.ItemDataRole.ForegroundRole and row.shared:
            return self._warning
        return _tip(row) if role == Qt.ItemDataRole.ToolTipRole else None


def _pairs(batch: FrameBatch) -> list[tuple[int, int]]:
    """The different pairs of source number and id, with bit 29 set for extended ids."""
    extended = (batch.flags & np.uint16(Flag.EXTENDED)).astype(np.uint64) << np.uint64(_EXTENDED_BIT)
    keys: npt.NDArray[np.uint64] = batch.arbitration_id.astype(np.uint64) | extended
    # Not np.unique: its first call imports a library, which takes 70 ms.
    pairs = np.sort(batch.source.astype(np.uint64) << np.uint64(32) | keys)
    pairs = pairs[np.append(True, pairs[1:] != pairs[:-1])] if len(pairs) else pairs
    return [(int(pair) >> 32, int(pair) & 0xFFFFFFFF) for pair in pairs.tolist()]


def _id_of(key: int) -> tuple[int, bool]:
    return key & MAX_EXTENDED_ID, bool(key >> _EXTENDED_BIT)


def _no_nodes(_arbitration_id: int, _extended: bool) -> Collection[str]:
    return ()


def _tip(row: HostRow) -> str:
    title = str(row.source) or "Unknown source, as in files"
    if row.limit is not None:
        title = (
            f"A recording distinguishes the first {row.limit:,} sources. All others are counted here.\n"
            "To start with an empty table, clear the trace and connect again."
        )
    if row.own and row.source.address:
        title = f"{title}: this program"
    elif row.own:
        title = f"{title}: {counted(row.own, 'frame')} sent by {RECORDER}"
    lines = [row.name, title] if row.name else [title]
    if row.ids:
        lines.append(f"Ids: {_ids_list(row.ids)}")
    if row.shared:
        lines.append(f"Other sources send these ids too: {_ids_list(row.shared)}")
    return "\n".join(lines)


def _ids_list(ids: set[int]) -> str:
    texts = [id_text(*_id_of(key)) for key in sorted(ids)[:SHOWN_IDS]]
    more = f" and {len(ids) - SHOWN_IDS:,} more" if len(ids) > SHOWN_IDS else ""
    return ", ".join(texts) + more
