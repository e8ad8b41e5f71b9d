"""What commands act on: a frame, an id, a message, signals or a source, and how panels make it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from canmcast_gui.app.session import Session
from canmcast_gui.database import Database, Message, SignalValue
from canmcast_gui.frames import Flag, FrameBatch, Source
from canmcast_gui.frames.text import frame_id_text
from canmcast_gui.models.trace.cells import CellFilter

NO_FRAMES = FrameBatch.empty()
NO_FILTER = CellFilter("", "")


@dataclass(frozen=True)
class Subject:
    """The frame, id, signals and sender of a selected row; parts that it does not have are empty.

    ``row`` is the row of the recording, ``frame`` a batch with that frame, or with the newest frame of an id.
    ``id_filter`` selects all frames of its id, ``cell`` those with the value that was clicked, ``cells`` has
    such filters for all columns by their titles. ``signals`` are "Message.Signal"; a ``single`` signal was
    selected itself, not its message. ``values`` has the decoded signals of the frame by these names.
    ``copy`` copies the selected rows in a format.
    """

    row: int | None = None
    frame: FrameBatch = NO_FRAMES
    selected: Callable[[], FrameBatch] = lambda: NO_FRAMES
    id_filter: CellFilter | None = None
    cell: CellFilter | None = None
    cells: Mapping[str, CellFilter] = field(default_factory=dict)
    message: Message | None = None
    database: Database | None = None
    signals: tuple[str, ...] = ()
    single: bool = False
    values: Mapping[str, SignalValue] = field(default_factory=dict)
    source: Source | None = None
    node: str = ""
    copy: Callable[[str], None] | None = None

    @property
    def signal(self) -> str:
        """The signal, if only one is selected."""
        return self.signals[0] if self.single and len(self.signals) == 1 else ""

    @property
    def value(self) -> SignalValue | None:
        """The value of the only signal that is selected."""
        return self.values.get(self.signal)

    @property
    def identity(self) -> tuple[int, bool] | None:
        """The arbitration id and whether it is extended."""
        if len(self.frame):
            flags = int(self.frame.flags[0])
            if flags & Flag.ERROR:
                return None
            return int(self.frame.arbitration_id[0]), bool(flags & Flag.EXTENDED)
        return None if self.message is None else (self.message.arbitration_id, self.message.extended)

    @property
    def has_other_cell(self) -> bool:
        """Whether the filter of the cell is not that of the id."""
        return self.cell is not None and self.cell != self.id_filter

    @property
    def title(self) -> str:
        """The name of the message, else "ID 1A3"."""
        if self.message is not None:
            return self.message.name
        return "" if self.id_filter is None else self.id_filter.label


class Subjects:
    """Makes the subjects of a session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of_frame(
        self,
        frame: FrameBatch,
        row: int | None = None,
        cell: CellFilter | None = None,
        cells: Mapping[str, CellFilter] | None = None,
        signal: str = "",
    ) -> Subject:
        """A frame of the recording, or with ``signal`` the signal of it with that name."""
        flags, number = int(frame.flags[0]), int(frame.arbitration_id[0])
        extended, payload = bool(flags & Flag.EXTENDED), frame.payload(0)
        sources = self._session.document.recording.sources
        source = sources[int(frame.source[0])]
        where = int(frame.channel[0]), source.address or None
        databases, is_error = self._session.databases.loaded, bool(flags & Flag.ERROR)
        message = None if is_error else databases.message(number, extended, *where)
        subject = Subject(
            row=row,
            frame=frame,
            selected=lambda: frame,
            id_filter=id_filter(number, extended, is_error),
            cell=cell,
            cells=cells or {},
            source=source if source.address else None,
            node=", ".join(message.senders[:1]) if message else "",
        )
        if message is None:
            return subject
        values = {} if flags & Flag.REMOTE else self._values(number, extended, payload, where, message)
        return _with_signals(subject, message, self._database_of(message), values, signal)

    def _values(
        self,
        number: int,
        extended: bool,
        payload: bytes,
        where: tuple[int | None, str | None],
        message: Message,
    ) -> dict[str, SignalValue]:
        found = self._session.databases.loaded.decode_frame(number, extended, payload, *where)
        return {f"{message.name}.{value.name}": value for value in found}

    def of_id(self, number: int, extended: bool, signal: str = "") -> Subject:
        """An id, with its newest frame if one was received."""
        newest = self._session.document.newest
        entry = newest.find(number, extended)
        return self.of_message_id(number, extended, signal) if entry is None else self.of_entry(entry, signal)

    def of_entry(self, entry: int, signal: str = "") -> Subject:
        """The newest frame of an entry of NewestById."""
        newest = self._session.document.newest
        return self.of_frame(newest.frames[entry : entry + 1], signal=signal)

    def of_message_id(self, number: int, extended: bool, signal: str = "") -> Subject:
        """An id of which no frame was received."""
        subject = Subject(id_filter=id_filter(number, extended))
        message = self._session.databases.loaded.message(number, extended)
        if message is None:
            return subject
        return _with_signals(subject, message, self._database_of(message), {}, signal)

    def of_signals(self, names: Sequence[str]) -> Subject:
        """Signals "Message.Signal"; of the last one also the message and the newest value."""
        if not names:
            return Subject()
        message = self._message_named(names[-1])
        if message is None:
            return Subject(signals=tuple(names), single=True)
        short = names[-1][len(message.name) + 1 :]
        subject = self.of_id(message.arbitration_id, message.extended, signal=short)
        return replace(subject, signals=tuple(names), single=True)

    def of_message(self, message: Message) -> Subject:
        """A message of a database."""
        return self.of_id(message.arbitration_id, message.extended)

    def of_source(self, source: Source, nodes: Sequence[str] = ()) -> Subject:
        """A sender; ``nodes`` are the nodes of the databases whose messages it sends."""
        return Subject(source=source if source.address else None, node=next(iter(nodes), ""))

    def _database_of(self, message: Message) -> Database | None:
        databases = self._session.databases.loaded
        return next((one for one in databases if message in one.messages_named(message.name)), None)

    def _message_named(self, signal: str) -> Message | None:
        parts = signal.split(".")
        for database in self._session.databases.loaded:
            for message in database.messages_named(parts[0]):
                return message
        return None


def id_filter(number: int, extended: bool, is_error: bool = False) -> CellFilter:
    """The filter for all frames of an id."""
    if is_error:
        return CellFilter("error frames", "error")
    text = frame_id_text(number, int(Flag.EXTENDED) if extended else 0, False)
    return CellFilter(f"ID {text}", f"id == 0x{number:X} and {'extended' if extended else 'not extended'}")


def value_filter(name: str, value: SignalValue) -> CellFilter:
    """The filter for all frames with this value of a signal "Message.Signal"."""
    short = name.partition(".")[2]
    return CellFilter(f"{short} = {value.text}", f"{name} == {_number(value.value)}")


def _number(value: int | float) -> str:
    return repr(int(value)) if float(value).is_integer() else repr(float(value))


def _with_signals(
    subject: Subject,
    message: Message,
    database: Database | None,
    values: Mapping[str, SignalValue],
    signal: str,
) -> Subject:
    names = tuple(f"{message.name}.{one.name}" for one in message.listed_signals)
    subject = replace(subject, message=message, database=database, signals=names, values=values)
    name = f"{message.name}.{signal}"
    if not signal or name not in names:
        return subject
    value = values.get(name)
    cell = None if value is None else value_filter(name, value)
    return replace(subject, signals=(name,), single=True, cell=cell)
