"""The transmit rows: what each sends, whether it is armed, and what it has sent."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal

from canmcast_gui.app.transmit.message_rows import field_of
from canmcast_gui.app.transmit.parsing.condition_text import condition_for, parse_trigger, trigger_error
from canmcast_gui.app.transmit.parsing.generator_text import FindSignal, parse_generators
from canmcast_gui.app.transmit.row import TransmitRow
from canmcast_gui.database import DatabaseSet, Message
from canmcast_gui.frames.filters import FilterError
from canmcast_gui.transmit import Trigger
from canmcast_gui.transmit.payload import AnyGenerator, ScaledField

# Users edit this table by hand; a pasted log of a million lines belongs in a replay.
MAX_ROWS = 1000


@dataclass
class Entry:
    """A row with its state. Job ids are unique and never reused.

    ``late`` due times were missed by more than a period; the frames of ``left_out`` of them were not sent.
    """

    job_id: int
    row: TransmitRow
    armed: bool = False
    sent: int = 0
    late: int = 0
    left_out: int = 0
    left: int | None = None
    period_ns: float = 0.0
    jitter_ns: float = 0.0

    def arm(self) -> None:
        """Mark the row as armed and reset what was measured."""
        self.armed, self.left, self.period_ns, self.jitter_ns = True, self.row.count, 0.0, 0.0

    @property
    def label(self) -> str:
        """How messages name the row: by its name, else by its id."""
        return self.row.name or f"{self.row.arbitration_id:X}"


class TransmitRows(QObject):
    """A list of rows, each with a job id that stays when the row moves.

    The signals ``inserting`` (first, last), ``inserted``, ``removing`` (first, last), ``removed``, ``moving``
    (from, to) and ``moved`` enclose each change of the list, as those of QAbstractItemModel do.
    ``row_changed`` and ``counts_changed`` carry the index of a row, ``reset_done`` reports that all rows were
    replaced, ``edited`` any change of the rows that is stored.

    ``armed`` carries a list of (job id, row) when rows are armed, and again when an armed row changes;
    ``disarmed`` carries the job id of a row that is disarmed or removed.
    """

    inserting = Signal(int, int)
    inserted = Signal()
    removing = Signal(int, int)
    removed = Signal()
    moving = Signal(int, int)
    moved = Signal()
    row_changed = Signal(int)
    counts_changed = Signal(int)
    reset_done = Signal()
    edited = Signal()
    armed = Signal(list)
    disarmed = Signal(int)
    channels_changed = Signal()

    def __init__(
        self,
        databases: DatabaseSet,
        parent: QObject | None = None,
        channel_names: Callable[[], Mapping[int, str]] = dict,
        open_channels: Callable[[], Mapping[int, str]] = dict,
    ) -> None:
        """``channel_names`` returns the names of channels by number, for triggers.

        ``open_channels`` returns those of the channels that can be sent on; ``channels_changed`` says that
        there are others.
        """
        super().__init__(parent)
        self.open_channels = open_channels
        self.channel_names = channel_names
        self._databases = databases
        self._entries: list[Entry] = []
        # The index of each job id; None after rows were inserted, removed or moved. Counts need it often.
        self._indexes: dict[int, int] | None = None
        self._job_ids = itertools.count(1)

    # -- reading -----------------------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self._entries)

    def __getitem__(self, index: int) -> TransmitRow:
        return self._entries[index].row

    def __iter__(self) -> Iterator[TransmitRow]:
        return (entry.row for entry in self._entries)

    def entry(self, index: int) -> Entry:
        """A row with its state."""
        return self._entries[index]

    def job_id(self, index: int) -> int:
        """The job id of a row."""
        return self._entries[index].job_id

    def index_of(self, job_id: int) -> int | None:
        """The index of the row with that job id; None if it was removed."""
        if self._indexes is None:
            self._indexes = {entry.job_id: index for index, entry in enumerate(self._entries)}
        return self._indexes.get(job_id)

    def label(self, job_id: int) -> str:
        """How messages name the row with that job id."""
        index = self.index_of(job_id)
        return f"row {job_id}" if index is None else self._entries[index].label

    def named(self, name: str) -> TransmitRow | None:
        """The first row with that name."""
        return next((row for row in self if row.name == name), None)

    def is_armed(self, index: int) -> bool:
        """Whether the row is armed."""
        return self._entries[index].armed

    @property
    def armed_rows(self) -> list[TransmitRow]:
        """The rows that are armed."""
        return [entry.row for entry in self._entries if entry.armed]

    def generators_of(self, row: TransmitRow) -> tuple[AnyGenerator, ...]:
        """The payload generators of a row; raises RowError."""
        return parse_generators(row.generators, len(row.data), self.find_signal(row))

    def find_signal(self, row: TransmitRow) -> FindSignal:
        """Finds the field of a signal of the row's message by its name."""
        return lambda name: self._signal_field(row, name)

    def message_of(self, row: TransmitRow) -> Message | None:
        """The message of a row in the databases for its channel; in all for a row on the first one."""
        return self._databases.message(row.arbitration_id, row.extended, row.channel or None)

    def renamed(self, before: TransmitRow, after: TransmitRow) -> TransmitRow:
        """A row with another id or channel: it has the name of its message unless the user has named it."""
        names = (
            self._databases.name(row.arbitration_id, row.extended, row.channel or None)
            for row in (before, after)
        )
        old, new = names
        return replace(after, name=new) if after.name in ("", old) else after

    def _signal_field(self, row: TransmitRow, name: str) -> ScaledField | None:
        message = self.message_of(row)
        signal = message.signal(name) if message is not None else None
        return None if signal is None else field_of(signal)

    def trigger_of(self, row: TransmitRow) -> Trigger | None:
        """The trigger of a row, None if it is sent periodically; raises RowError."""
        if not row.trigger:
            return None
        text, delay_ns = parse_trigger(row.trigger)
        try:
            return Trigger(condition_for(text, self._databases, self.channel_names()), delay_ns)
        except FilterError as error:
            raise trigger_error(error) from error

    # -- changing the list -------------------------------------------------------------------------------

    def new_entries(self, rows: Iterable[TransmitRow]) -> list[Entry]:
        """Entries with new job ids, not yet in the list: as many as there is room for."""
        room = MAX_ROWS - len(self._entries)
        return [Entry(next(self._job_ids), row) for row, _ in zip(rows, range(room), strict=False)]

    def reset(self, rows: Iterable[TransmitRow]) -> None:
        """Replace all rows; the new ones are disarmed."""
        self.take(list(range(len(self._entries))))
        entries = self.new_entries(rows)
        self.insert(list(range(len(entries))), entries)
        self.reset_done.emit()

    def insert(self, indexes: list[int], entries: list[Entry]) -> None:
        """Insert entries; ``indexes``, in ascending order, are where they are afterwards."""
        for first, stop in _runs(indexes):
            self.inserting.emit(indexes[first], indexes[stop - 1])
            self._entries[indexes[first] : indexes[first]] = entries[first:stop]
            self._indexes = None
            self.inserted.emit()
        self.edited.emit()

    def take(self, indexes: list[int]) -> list[Entry]:
        """Disarm and remove the entries at these indexes, in ascending order, and return them."""
        entries = [self._entries[index] for index in indexes]
        for index in indexes:
            self._disarm(index)
        for first, stop in reversed(_runs(indexes)):
            self.removing.emit(indexes[first], indexes[stop - 1])
            del self._entries[indexes[first] : indexes[stop - 1] + 1]
            self._indexes = None
            self.removed.emit()
        self.edited.emit()
        return entries

    def move(self, steps: Iterable[tuple[int, int]]) -> None:
        """Move entries one after the other, each from one index to another."""
        for index, target in steps:
            self.moving.emit(index, target)
            self._entries.insert(target, self._entries.pop(index))
            self._indexes = None
            self.moved.emit()
        self.edited.emit()

    def replace(self, job_id: int, row: TransmitRow) -> None:
        """Replace the row with that job id; if it is armed, its job changes."""
        index = self.index_of(job_id)
        if index is None:
            return
        entry = self._entries[index]
        entry.row = row
        entry.left = row.count
        self.row_changed.emit(index)
        self.edited.emit()
        if entry.armed:
            self.armed.emit([(job_id, row)])

    # -- arming ------------------------------------------------------------------------------------------

    def set_armed(self, indexes: int | Iterable[int], armed: bool) -> None:
        """Arm or disarm rows, and with each of them the rows of its group."""
        wanted = {indexes} if isinstance(indexes, int) else set(indexes)
        groups = {self._entries[index].row.group for index in wanted} - {""}
        changing = [
            index
            for index, entry in enumerate(self._entries)
            if entry.armed != armed and (index in wanted or entry.row.group in groups)
        ]
        if not armed:
            for index in changing:
                self._disarm(index)
            return
        for index in changing:
            self._entries[index].arm()
            self.row_changed.emit(index)
        if changing:
            self.armed.emit([(self._entries[index].job_id, self._entries[index].row) for index in changing])

    def _disarm(self, index: int) -> None:
        entry = self._entries[index]
        if entry.armed:
            entry.armed = False
            self.row_changed.emit(index)
            self.disarmed.emit(entry.job_id)

    def disarm_all(self) -> None:
        """Disarm all rows."""
        for index in range(len(self._entries)):
            self._disarm(index)

    def job_ended(self, job_id: int) -> None:
        """Mark a row as disarmed because its job has ended; ``disarmed`` is not emitted."""
        index = self.index_of(job_id)
        if index is not None and self._entries[index].armed:
            self._entries[index].armed = False
            self.row_changed.emit(index)

    # -- counting ----------------------------------------------------------------------------------------

    def count_sent(self, job_id: int, sent: int, late: int = 0, left_out: int = 0) -> None:
        """Add to the counters of a row; a row that was removed is ignored."""
        index = self.index_of(job_id)
        if index is not None:
            self._entries[index].sent += sent
            self._entries[index].late += late
            self._entries[index].left_out += left_out
            self.counts_changed.emit(index)

    def set_measured(self, job_id: int, left: int | None, period_ns: float, jitter_ns: float) -> None:
        """Set how many frames are left, and the measured period and jitter."""
        index = self.index_of(job_id)
        if index is not None:
            entry = self._entries[index]
            entry.left, entry.period_ns, entry.jitter_ns = left, period_ns, jitter_ns
            self.counts_changed.emit(index)


def _runs(indexes: list[int]) -> list[tuple[int, int]]:
    """Runs of consecutive indexes, as positions in the list."""
    starts = [n for n in range(len(indexes)) if not n or indexes[n] != indexes[n - 1] + 1]
    return list(zip(starts, [*starts[1:], len(indexes)][: len(starts)], strict=True))
