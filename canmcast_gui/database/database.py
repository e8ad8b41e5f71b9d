"""One database: its messages, the values of their signals in frames, and payloads from values."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from canmcast_gui.database.decoding.columns import SignalColumn
from canmcast_gui.database.decoding.payload import PayloadDecoder
from canmcast_gui.database.model import (
    Message,
    Node,
    Signal,
    SignalPath,
    SignalValue,
    parameter_group_mask,
    signal_paths,
)
from canmcast_gui.database.problems import DatabaseError, Problem
from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.arrays import Column, RowNumbers, Times

if TYPE_CHECKING:
    from cantools.database.can import Database as ParsedDatabase
    from cantools.database.can import Message as ParsedMessage
    from cantools.database.can import Signal as ParsedSignal

# (arbitration id, extended), and the bits of the id that must match, where these are not all.
NamedId = tuple[int, bool] | tuple[int, bool, int]


class Database:
    """Messages by id and by name, as load_database() returns them.

    ``problems`` are those of the file. Several messages may share a name. Of several with the same id the
    last is used, as in cantools.
    """

    def __init__(
        self,
        path: Path,
        messages: Sequence[Message],
        problems: Iterable[Problem] = (),
        parsed: ParsedDatabase | None = None,
        nodes: Sequence[Node] = (),
    ) -> None:
        self.path = path
        self.name = path.stem
        self.messages = list(messages)
        self.nodes = list(nodes)
        self.problems = list(problems)
        self._parsed = parsed
        self._by_id: dict[tuple[int, bool], Message] = {}
        self._by_group: dict[int, Message] = {}
        self._by_name: dict[str, list[Message]] = {}
        self._paths: dict[str, list[SignalPath]] = {}
        for message in self.messages:
            self._add(message)
        self._exact_ids = np.array(
            [number for number, extended in self._by_id if extended and not self._is_group(number)],
            dtype=np.uint32,
        )
        # Made at their first use: at most one for each message and each signal.
        self._columns: dict[str, SignalColumn] = {}
        self._decoders: dict[int, PayloadDecoder] = {}

    def _add(self, message: Message) -> None:
        self._by_id[message.arbitration_id, message.extended] = message
        if message.by_parameter_group:
            self._by_group.setdefault(message.arbitration_id & message.id_mask, message)
        self._by_name.setdefault(message.name, []).append(message)
        for path in signal_paths(message):
            self._paths.setdefault(path.name, []).append(path)

    def __repr__(self) -> str:
        return f"<Database {self.name}: {len(self.messages)} messages>"

    # -- lookup ------------------------------------------------------------------------------------------

    def message(self, arbitration_id: int, extended: bool) -> Message | None:
        """The message of frames with this id, by the id itself or by its J1939 parameter group."""
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
        return name in self._paths

    def ids_named(self, pattern: str) -> set[NamedId]:
        """The ids of the messages whose name matches a glob pattern, in any case.

        Each is (arbitration id, extended), and for a parameter group also the bits of the id that must match:
        its frames have any sender and priority.
        """
        matches = re.compile(fnmatch.translate(pattern), re.IGNORECASE).match
        return {_named_id(message) for message in self.messages if matches(message.name)}

    # -- values ------------------------------------------------------------------------------------------

    def decode(self, batch: FrameBatch, name: str) -> tuple[Times, Column]:
        """The values of signal "Message.Signal" in ``batch``: (timestamps_ns int64 (n,), values (n,)).

        Values are int64 or uint64 where the signal's scale is 1 and its offset whole, else float64. Frames
        of other messages, remote and error frames, frames too short for the signal and those whose
        multiplexer does not select it are left out. Raises DatabaseError for an unknown name.
        """
        return self._decode(batch, name, batch.timestamp_ns)

    def decode_rows(self, batch: FrameBatch, name: str) -> tuple[RowNumbers, Column]:
        """As decode(), with the rows of the batch, ascending, instead of the times."""
        return self._decode(batch, name, np.arange(len(batch)))

    def _decode(self, batch: FrameBatch, name: str, labels: Column) -> tuple[Column, Column]:
        column = self._columns.get(name)
        if column is None:
            column = self._columns[name] = SignalColumn(self._find(name), self._exact_ids)
        return column.decode(batch, labels)

    def decode_frame(
        self, arbitration_id: int, extended: bool, payload: bytes, most: int | None = None
    ) -> list[SignalValue]:
        """All signals of one frame, or the first ``most``; an empty list where the database has not its id.

        Never raises for a short payload: complete signals are decoded.
        """
        message = self.message(arbitration_id, extended)
        if message is None:
            return []
        decoder = self._decoders.get(id(message))
        if decoder is None:
            decoder = self._decoders[id(message)] = PayloadDecoder(message)
        return decoder.decode(payload, most)

    def encode(self, message_name: str, values: Mapping[str, int | float | str]) -> bytes:
        """The payload with these signal values (physical values, or texts of choices).

        Other signals get their initial value, else 0 or the nearest valid value. Raises
        DatabaseError for unknown names and for values outside a signal's range.
        """
        if self._parsed is None or message_name not in self._by_name:
            raise DatabaseError(f"{self.name} has no message {message_name}")
        wanted = self._by_name[message_name][0]
        parsed = next(
            message
            for message in self._parsed.messages
            if message.frame_id == wanted.arbitration_id and message.is_extended_frame == wanted.extended
        )
        return encode_payload(parsed, values)

    def _find(self, name: str) -> list[SignalPath]:
        """All signals with a name, at least one."""
        paths = self._paths.get(name)
        if paths is not None:
            return paths
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


Value = int | float | str


def encode_payload(message: ParsedMessage, values: Mapping[str, Value]) -> bytes:
    """The payload of a parsed message with these values; see Database.encode()."""
    known = {signal.name for signal in message.signals}
    unknown = sorted(set(values) - known)
    if unknown:
        raise DatabaseError(f"message {message.name} has no signal {unknown[0]}")
    if message.is_container:
        raise DatabaseError(f"message {message.name} is a container of other messages and cannot be encoded")
    try:
        complete: dict[str, Any] = {}
        _complete(message, message.signal_tree, values, complete)
        return bytes(message.encode(complete, strict=True))
    except DatabaseError:
        raise
    except Exception as error:  # cantools raises many kinds for values that do not fit
        raise DatabaseError(f"message {message.name} cannot be encoded: {_sentence(error)}") from error


def _complete(
    message: ParsedMessage, tree: Any, values: Mapping[str, Value], complete: dict[str, Any]
) -> None:
    """Collect the values of all signals that are in the frame, multiplexers first."""
    for node in tree:
        if isinstance(node, str):
            complete[node] = values.get(node, _default(message.get_signal_by_name(node)))
            continue
        ((name, branches),) = node.items()
        signal = message.get_signal_by_name(name)
        complete[name] = values[name] if name in values else _default_number(signal, branches)
        chosen = branches.get(_number(signal, complete[name]))
        if chosen is None:
            raise DatabaseError(f"{name} must be one of {', '.join(map(str, sorted(branches)))}")
        _complete(message, chosen, values, complete)


def _default(signal: ParsedSignal) -> Any:
    """The value of a signal that is not given: its initial value, else 0 or the nearest valid value."""
    if signal.initial is not None:
        return signal.initial
    zero = 0 if signal.is_float else signal.conversion.raw_to_scaled(0, decode_choices=False)
    low, high = signal.minimum, signal.maximum
    if low is not None and zero < low:  # type: ignore[operator]
        return low
    return high if high is not None and zero > high else zero  # type: ignore[operator]


def _default_number(signal: ParsedSignal, branches: Mapping[int, Any]) -> Any:
    first = min(branches)
    number = _default(signal)
    return number if _number(signal, number) in branches else first


def _number(signal: ParsedSignal, value: Any) -> int:
    """The raw value of a multiplexer for a value or the text of a choice."""
    if isinstance(value, (int, float)):
        return int(value)
    return int(signal.conversion.choice_to_number(str(value)))


def _sentence(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
