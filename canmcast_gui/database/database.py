"""One database: its messages, and values of their signals out of frames."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from canmcast_gui.database.columns import SignalColumn
from canmcast_gui.database.encode import encode_payload
from canmcast_gui.database.errors import DatabaseError
from canmcast_gui.database.model import Message, Node, Signal, SignalValue, parameter_group_mask
from canmcast_gui.database.notes import Note
from canmcast_gui.database.payload import PayloadDecoder
from canmcast_gui.database.places import Place, places_in
from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.arrays import Column, RowNumbers, Times

if TYPE_CHECKING:
    from cantools.database.can import Database as ParsedDatabase


# (arbitration id, extended), and which bits of the id must agree where that is not all of them.
NamedId = tuple[int, bool] | tuple[int, bool, int]


class Database:
    """Messages by id and by name. Made by load_database().

    ``notes`` say what was mended, left out or is doubtful. Several messages may share a name; where they
    share an id, the last is meant, as it is to cantools.
    """

    def __init__(
        self,
        path: Path,
        messages: Sequence[Message],
        notes: Iterable[Note] = (),
        parsed: ParsedDatabase | None = None,
        nodes: Sequence[Node] = (),
    ) -> None:
        self.path = path
        self.name = path.stem
        self.messages = list(messages)
        self.nodes = list(nodes)
        self.notes = list(notes)
        self._parsed = parsed
        self._by_id: dict[tuple[int, bool], Message] = {}
        self._by_group: dict[int, Message] = {}
        self._by_name: dict[str, list[Message]] = {}
        self._places: dict[str, list[Place]] = {}
        for message in self.messages:
            self._by_id[message.arbitration_id, message.extended] = message
            if message.by_parameter_group:
                self._by_group.setdefault(message.arbitration_id & message.id_mask, message)
            self._by_name.setdefault(message.name, []).append(message)
            for place in places_in(message):
                self._places.setdefault(place.name, []).append(place)
        self._exact_ids = np.array(
            [number for number, extended in self._by_id if extended and not self._is_group(number)],
            dtype=np.uint32,
        )
        # Compiled when they are first asked for: at most one for each message and each signal.
        self._columns: dict[str, SignalColumn] = {}
        self._decoders: dict[int, PayloadDecoder] = {}

    @property
    def problems(self) -> list[str]:
        """The notes as sentences, with their lines."""
        return [str(note) for note in self.notes]

    def __repr__(self) -> str:
        return f"<Database {self.name}: {len(self.messages)} messages>"

    # -- looking up --------------------------------------------------------------------------------------

    def message(self, arbitration_id: int, extended: bool) -> Message | None:
        """The message that frames of this id are, by the id itself or by its J1939 parameter group."""
        exact = self._by_id.get((arbitration_id, bool(extended)))
        if exact is not None or not extended or not self._by_group:
            return exact
        return self._by_group.get(arbitration_id & parameter_group_mask(arbitration_id))

    def messages_named(self, name: str) -> list[Message]:
        """All messages of that name, in the database's order."""
        return self._by_name.get(name, [])

    def signal(self, name: str) -> Signal:
        """The signal "Message.Signal". Raises DatabaseError where the database does not have it."""
        return self._find(name)[0].signal

    def has_signal(self, name: str) -> bool:
        """Whether the database has the signal "Message.Signal"."""
        return name in self._places

    def ids_named(self, pattern: str) -> set[NamedId]:
        """The ids of the messages whose name matches a glob pattern, in any case.

        Each is (arbitration id, extended), and for a parameter group also the bits of the id that must agree:
        frames of it come with any sender and priority.
        """
        matches = re.compile(fnmatch.translate(pattern), re.IGNORECASE).match
        return {_named_id(one) for one in self.messages if matches(one.name)}

    # -- values ------------------------------------------------------------------------------------------

    def decode(self, batch: FrameBatch, name: str) -> tuple[Times, Column]:
        """The values of signal "Message.Signal" in ``batch``: (timestamps_ns int64 (n,), values (n,)).

        Values are int64 or uint64 where the signal's scale is 1 and its offset whole, else float64. Frames
        of other messages, remote and error frames, frames too short for the signal and those whose
        multiplexer does not select it are left out. Raises DatabaseError for an unknown name.
        """
        return self._decode(batch, name, batch.timestamp_ns)

    def decode_rows(self, batch: FrameBatch, name: str) -> tuple[RowNumbers, Column]:
        """As decode(), with the rows of the batch, ascending, in place of the times."""
        return self._decode(batch, name, np.arange(len(batch)))

    def _decode(self, batch: FrameBatch, name: str, marks: Column) -> tuple[Column, Column]:
        column = self._columns.get(name)
        if column is None:
            column = self._columns[name] = SignalColumn(self._find(name), self._exact_ids)
        return column.decode(batch, marks)

    def decode_frame(self, arbitration_id: int, extended: bool, payload: bytes) -> list[SignalValue]:
        """All signals of one frame; an empty list where the database does not know its id.

        Never raises for a short payload: what is there is decoded.
        """
        message = self.message(arbitration_id, extended)
        if message is None:
            return []
        decoder = self._decoders.get(id(message))
        if decoder is None:
            decoder = self._decoders[id(message)] = PayloadDecoder(message)
        return decoder.decode(payload)

    def encode(self, message_name: str, values: Mapping[str, int | float | str]) -> bytes:
        """The payload with these signal values (physical ones, or texts of choices).

        Signals that are not given get their initial value, else 0 or the nearest value allowed. Raises
        DatabaseError for unknown names and for values outside a signal's range.
        """
        if self._parsed is None or message_name not in self._by_name:
            raise DatabaseError(f"{self.name} has no message {message_name}")
        wanted = self._by_name[message_name][0]
        parsed = next(
            one
            for one in self._parsed.messages
            if one.frame_id == wanted.arbitration_id and one.is_extended_frame == wanted.extended
        )
        return encode_payload(parsed, values)

    def _find(self, name: str) -> list[Place]:
        """Every signal that a name means, at least one."""
        places = self._places.get(name)
        if places is not None:
            return places
        message_name, _, signal_name = name.rpartition(".")
        if not self.messages_named(message_name):
            raise DatabaseError(f"{self.name} has no message {message_name or name!r}")
        raise DatabaseError(f"message {message_name} of {self.name} has no signal {signal_name!r}")

    def _is_group(self, arbitration_id: int) -> bool:
        return self._by_id[arbitration_id, True].by_parameter_group


def _named_id(message: Message) -> NamedId:
    if message.by_parameter_group:
        return message.arbitration_id & message.id_mask, message.extended, message.id_mask
    return message.arbitration_id, message.extended
