"""Who sends: the sources of the frames, with how much came from each and which ids."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush

from canmcast_gui.frames import Flag, FrameBatch, Source, SourceTable
from canmcast_gui.frames.text import id_text
from canmcast_gui.frames.units import MAX_EXTENDED_ID
from canmcast_gui.models.columns import NO_INDEX, ColumnTable, Index
from canmcast_gui.transport.statistics import SourceCounts

NodesOf = Callable[[int, bool], Collection[str]]

# Of one source, and of all together; a bus has some hundred ids, and a fuzzer has a hundred million.
MAX_IDS = 4096
MAX_KNOWN_IDS = 1 << 16
SHOWN_IDS = 40

# Files tell what was sent by the program that recorded them, not what others there were.
RECORDER = "the recorder of the file"

_EXTENDED_BIT = 29


@dataclass(slots=True)
class HostRow:
    """A source and what came from it. ``ids`` are numbers with bit 29 for extended ones.

    ``shared`` are those whose data frames came from another source as well: two nodes that send one id
    destroy each other's frames on a real bus. ``nodes`` are those of the databases that send these ids.
    ``known`` is how many sources are told apart, where the row stands for all others because there are more.
    """

    source: Source
    known: int | None = None
    frames: int = 0
    malformed: int = 0
    is_own: bool = False
    ids: set[int] = field(default_factory=set)
    shared: set[int] = field(default_factory=set)
    name: str = ""
    nodes: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class HostColumn:
    """One column; ``width`` counts characters."""

    title: str
    width: int
    text: Callable[[HostRow], str]
    right: bool = True
    tip: str = ""


def _ids_text(row: HostRow) -> str:
    return f"{len(row.ids):,}+" if len(row.ids) >= MAX_IDS else f"{len(row.ids):,}"


def _shared_text(row: HostRow) -> str:
    return f"{len(row.shared):,}" if row.shared else ""


def _nodes_text(row: HostRow) -> str:
    return ", ".join(sorted(row.nodes))


def _source_text(row: HostRow) -> str:
    if row.known is not None:
        return f"more than {row.known:,} sources"
    if not row.source.address:
        return RECORDER if row.is_own else "unknown"
    return f"this program, {row.source}" if row.is_own else str(row.source)


COLUMNS = (
    HostColumn("Source", 16, _source_text, right=False, tip="Address and port"),
    HostColumn("Name", 16, lambda row: row.name, right=False, tip="The process, or the host, that it is"),
    HostColumn("Nodes", 10, _nodes_text, right=False, tip="Whose messages it sends, by the databases"),
    HostColumn("Frames", 8, lambda row: f"{row.frames:,}", tip="Frames in this recording"),
    HostColumn("IDs", 5, _ids_text, tip="Different arbitration ids"),
    HostColumn("Shared", 7, _shared_text, tip="Ids that another source sends, too: only one should"),
    HostColumn("Malformed", 10, lambda row: f"{row.malformed:,}", tip="Datagrams that are no CAN frame"),
)


class HostsModel(ColumnTable):
    """One row for each source that sent something, in the order of their appearance.

    Fed with the recording's frames (``count``) and the bus's counters (``set_counters``).
    """

    columns = COLUMNS

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._rows: list[HostRow] = []
        self._row_of: dict[Source, int] = {}
        self._first_sender: dict[int, int] = {}
        self._warning = QBrush()
        self._nodes_of: NodesOf = _no_nodes

    @property
    def rows(self) -> list[HostRow]:
        """All sources."""
        return self._rows

    def clear(self) -> None:
        """Forget all sources."""
        self.beginResetModel()
        self._rows, self._row_of, self._first_sender = [], {}, {}
        self.endResetModel()

    def count(self, batch: FrameBatch, sources: SourceTable) -> None:
        """Count the frames of a batch whose source column belongs to ``sources``."""
        if not len(batch):
            return
        frames = np.bincount(batch.source)
        own = np.bincount(batch.source[batch.has(Flag.TX)], minlength=len(frames))
        for number in np.flatnonzero(frames).tolist():
            row = self._rows[self._place(sources[number])]
            row.frames += int(frames[number])
            row.known = len(sources) - 1 if sources.is_full and number == 0 else None
            row.is_own = row.is_own or bool(own[number])
        for number, key in _pairs(batch[~batch.has(Flag.ERROR)]):
            row = self._rows[self._place(sources[number])]
            if len(row.ids) < MAX_IDS and key not in row.ids:
                row.ids.add(key)
                row.nodes.update(self._nodes_of(*_id_of(key)))
        for number, key in _pairs(batch[~batch.has(Flag.ERROR | Flag.REMOTE)]):
            self._note_sender(key, self._place(sources[number]))
        self._all_changed()

    def _note_sender(self, key: int, place: int) -> None:
        if len(self._first_sender) >= MAX_KNOWN_IDS and key not in self._first_sender:
            return
        first = self._first_sender.setdefault(key, place)
        if first != place:
            self._rows[first].shared.add(key)
            self._rows[place].shared.add(key)

    def set_names(self, names: Mapping[Source, str]) -> None:
        """Take what sources are called."""
        for row in self._rows:
            row.name = names.get(row.source, row.name)
        self._all_changed()

    def set_nodes(self, nodes_of: NodesOf) -> None:
        """Take what finds the nodes that send an id (number, extended)."""
        self._nodes_of = nodes_of
        for row in self._rows:
            row.nodes = {node for key in row.ids for node in nodes_of(*_id_of(key))}
        self._all_changed()

    def set_warning(self, brush: QBrush) -> None:
        """How sources are written whose ids another source sends, too."""
        self._warning = brush
        self._all_changed()

    def set_counters(self, by_source: Mapping[Source, SourceCounts]) -> None:
        """Take what the bus knows of sources: only it has seen what was malformed."""
        changed = False
        for source, counts in by_source.items():
            if not counts.malformed and source not in self._row_of:
                continue
            row = self._rows[self._place(source)]
            changed = changed or row.malformed != counts.malformed
            row.malformed = counts.malformed
        if changed:
            self._all_changed()

    def _place(self, source: Source) -> int:
        place = self._row_of.get(source)
        if place is None:
            place = self._row_of[source] = len(self._rows)
            self.beginInsertRows(NO_INDEX, place, place)
            self._rows.append(HostRow(source))
            self.endInsertRows()
        return place

    def _all_changed(self) -> None:
        if self._rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._rows) - 1, len(COLUMNS) - 1))

    # -- Qt's view of it ---------------------------------------------------------------------------------

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
    """The different (source number, id with bit 29 for extended) of some frames."""
    extended = (batch.flags & np.uint16(Flag.EXTENDED)).astype(np.uint64) << np.uint64(_EXTENDED_BIT)
    keys: npt.NDArray[np.uint64] = batch.arbitration_id.astype(np.uint64) | extended
    # Not np.unique, whose first call loads a library for 70 ms.
    pairs = np.sort(batch.source.astype(np.uint64) << np.uint64(32) | keys)
    pairs = pairs[np.append(True, pairs[1:] != pairs[:-1])] if len(pairs) else pairs
    return [(int(pair) >> 32, int(pair) & 0xFFFFFFFF) for pair in pairs.tolist()]


def _id_of(key: int) -> tuple[int, bool]:
    return key & MAX_EXTENDED_ID, bool(key >> _EXTENDED_BIT)


def _no_nodes(_arbitration_id: int, _extended: bool) -> Collection[str]:
    return ()


def _tip(row: HostRow) -> str:
    who = str(row.source) or "A source that is not known, as in files"
    if row.known is not None:
        who = (
            f"A recording tells the first {row.known:,} sources apart; all others are counted here.\n"
            "Clear the trace and connect again to begin with an empty table."
        )
    if row.is_own:
        who = f"{who}: this program" if row.source.address else f"{who}: what was sent is of {RECORDER}"
    lines = [who]
    if row.ids:
        lines.append(f"Ids: {_ids_list(row.ids)}")
    if row.shared:
        lines.append(f"Another source sends these ids, too: {_ids_list(row.shared)}")
    return "\n".join(lines)


def _ids_list(ids: set[int]) -> str:
    texts = [id_text(*_id_of(key)) for key in sorted(ids)[:SHOWN_IDS]]
    more = f" and {len(ids) - SHOWN_IDS:,} more" if len(ids) > SHOWN_IDS else ""
    return ", ".join(texts) + more
