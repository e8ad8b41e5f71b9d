"""cantools' messages as our own values, with what is wrong about them in sentences."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from canmcast_gui.database.limits import MOST_BITS
from canmcast_gui.database.model import Message, Node, Signal, parameter_group_mask
from canmcast_gui.database.notes import Notes
from canmcast_gui.database.overlaps import Overlaps
from canmcast_gui.frames.units import MAX_EXTENDED_ID

if TYPE_CHECKING:
    from cantools.database.can import Message as ParsedMessage
    from cantools.database.can import Node as ParsedNode
    from cantools.database.can import Signal as ParsedSignal

# SAE J1939-21's null address: databases use it where any sender is meant.
_NULL_ADDRESS = 0xFE
_NOBODY = "Vector__XXX"


Lines = Mapping[tuple[str, str], int]


def adopt_messages(
    parsed: Iterable[ParsedMessage], notes: Notes, lines: Lines | None = None
) -> list[Message]:
    """Our values for parsed messages; what is wrong about them is added to ``notes``.

    ``lines`` are those of the messages (name, "") and signals (message, signal) in the file.
    """
    messages = [adopt_message(one) for one in parsed]
    overlaps = Overlaps()
    for message in messages:
        _note_problems(message, notes, lines or {}, overlaps)
    if overlaps.is_over:
        notes.doubtful(0, "there are too many signals to look whether all of them have bits of their own")
    _note_doubles(messages, notes, lines or {})
    return messages


def adopt_message(parsed: ParsedMessage) -> Message:
    """Our value for a parsed message."""
    return Message(
        name=parsed.name,
        arbitration_id=parsed.frame_id,
        extended=parsed.is_extended_frame,
        length=parsed.length,
        signals=tuple(_adopt_signal(signal) for signal in parsed.signals),
        cycle_ms=parsed.cycle_time or None,
        senders=tuple(name for name in parsed.senders if name != _NOBODY),
        comment=parsed.comment or "",
        id_mask=_id_mask(parsed),
        fd=parsed.is_fd or parsed.length > 8,
        attributes=_attributes(parsed.dbc),
        contained=tuple(adopt_message(one) for one in parsed.contained_messages),
        header_id=parsed.header_id,
    )


def adopt_nodes(parsed: Iterable[ParsedNode]) -> list[Node]:
    """Our values for the nodes of a network."""
    return [Node(one.name, one.comment or "", _attributes(one.dbc)) for one in parsed]


def _attributes(specifics: Any) -> dict[str, str]:
    """Attributes as texts; an enumeration's number as its text."""
    found = {}
    for name, attribute in (specifics.attributes if specifics and specifics.attributes else {}).items():
        choices = getattr(attribute.definition, "choices", None) or ()
        value = attribute.value
        is_place = isinstance(value, int) and 0 <= value < len(choices)
        found[name] = str(choices[value] if is_place else value)
    return found


def _adopt_signal(parsed: ParsedSignal) -> Signal:
    return Signal(
        name=parsed.name,
        start=parsed.start,
        length=parsed.length,
        big_endian=parsed.byte_order == "big_endian",
        signed=parsed.is_signed and not parsed.is_float,
        is_float=parsed.is_float,
        scale=_plain(parsed.scale),
        offset=_plain(parsed.offset),
        unit=parsed.unit or "",
        minimum=parsed.minimum,
        maximum=parsed.maximum,
        choices={int(raw): str(text) for raw, text in (parsed.choices or {}).items() if _is_raw(raw)},
        comment=parsed.comment or "",
        is_multiplexer=parsed.is_multiplexer,
        multiplexer=parsed.multiplexer_signal,
        multiplexer_ids=frozenset(parsed.multiplexer_ids or ()),
        receivers=tuple(name for name in parsed.receivers if name != _NOBODY),
        attributes=_attributes(parsed.dbc),
    )


def _plain(number: float) -> float:
    """A number of the file as an int only where computers have such ints."""
    return float(number) if isinstance(number, int) and number.bit_length() > 64 else number


def _is_raw(number: float) -> bool:
    """Whether a value table's number can be a raw value."""
    if isinstance(number, int):
        return number.bit_length() <= MOST_BITS
    return math.isfinite(number) and number == int(number)


def _id_mask(parsed: ParsedMessage) -> int:
    by_group = parsed.protocol == "j1939" or parsed.frame_id & 0xFF == _NULL_ADDRESS
    if parsed.is_extended_frame and by_group:
        return parameter_group_mask(parsed.frame_id)
    return MAX_EXTENDED_ID


def _note_problems(message: Message, notes: Notes, lines: Lines, overlaps: Overlaps) -> None:
    overlaps.begin(message)
    for signal in message.signals:
        line = lines.get((message.name, signal.name), 0)
        if signal.bytes_needed > message.length:
            notes.doubtful(
                line,
                f"signal {signal.name} ends in byte {signal.bytes_needed} of message {message.name}, "
                f"which has {message.length}",
            )
        other = overlaps.take(signal)
        if other is not None:
            notes.doubtful(line, f"signals {other.name} and {signal.name} of message {message.name} overlap")


def _note_doubles(messages: list[Message], notes: Notes, lines: Lines) -> None:
    """Messages that share an id, of which frames are only one, or a name."""
    names: dict[str, Message] = {}
    ids: dict[tuple[int, bool], Message] = {}
    for message in messages:
        line = lines.get((message.name, ""), 0)
        key = message.arbitration_id, message.extended
        if key in ids:
            notes.doubtful(
                line,
                f"message {message.name} has the id of {ids[key].name}: its frames are named {message.name}",
            )
        ids[key] = message
        if names.setdefault(message.name, message) is not message:
            notes.doubtful(line, f"several messages are called {message.name}")
