"""Convert cantools' messages to our own values, and report what is wrong with them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from canmcast_gui.database.model import Message, Node, Signal, parameter_group_mask
from canmcast_gui.database.problems import MAX_BITS, Lines, Problems
from canmcast_gui.frames.units import MAX_EXTENDED_ID

if TYPE_CHECKING:
    from cantools.database.can import Message as ParsedMessage
    from cantools.database.can import Node as ParsedNode
    from cantools.database.can import Signal as ParsedSignal

# The null address of SAE J1939-21: databases use it for any sender.
_NULL_ADDRESS = 0xFE
_NO_NODE = "Vector__XXX"


def convert_messages(
    parsed: Iterable[ParsedMessage], problems: Problems, lines: Lines | None = None
) -> list[Message]:
    """Our values for parsed messages; what is wrong with them is added to ``problems``.

    ``lines`` are those of the messages (name, "") and signals (message, signal) in the file.
    """
    messages = [convert_message(message) for message in parsed]
    overlaps = Overlaps()
    for message in messages:
        _report_defects(message, problems, lines or {}, overlaps)
    if overlaps.is_exhausted:
        problems.doubtful(0, "there are too many signals to check all of them for overlaps")
    _report_duplicates(messages, problems, lines or {})
    return messages


def convert_message(parsed: ParsedMessage) -> Message:
    """Our value for a parsed message."""
    return Message(
        name=parsed.name,
        arbitration_id=parsed.frame_id,
        extended=parsed.is_extended_frame,
        length=parsed.length,
        signals=tuple(_convert_signal(signal) for signal in parsed.signals),
        cycle_ms=parsed.cycle_time or None,
        senders=tuple(name for name in parsed.senders if name != _NO_NODE),
        comment=parsed.comment or "",
        id_mask=_id_mask(parsed),
        fd=parsed.is_fd or parsed.length > 8,
        attributes=_attributes(parsed.dbc),
        contained=tuple(convert_message(inner) for inner in parsed.contained_messages),
        header_id=parsed.header_id,
    )


def convert_nodes(parsed: Iterable[ParsedNode]) -> list[Node]:
    """Our values for the nodes of a network."""
    return [Node(node.name, node.comment or "", _attributes(node.dbc)) for node in parsed]


def _attributes(specifics: Any) -> dict[str, str]:
    """Attributes as texts; an enumeration's number as its text."""
    found = {}
    for name, attribute in (specifics.attributes if specifics and specifics.attributes else {}).items():
        choices = getattr(attribute.definition, "choices", None) or ()
        value = attribute.value
        is_choice = isinstance(value, int) and 0 <= value < len(choices)
        found[name] = str(choices[value] if is_choice else value)
    return found


def _convert_signal(parsed: ParsedSignal) -> Signal:
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
        receivers=tuple(name for name in parsed.receivers if name != _NO_NODE),
        attributes=_attributes(parsed.dbc),
    )


def _plain(number: float) -> float:
    """A number of the file; an int of more than 64 bits as a float."""
    return float(number) if isinstance(number, int) and number.bit_length() > 64 else number


def _is_raw(number: float) -> bool:
    """Whether a number of a value table can be a raw value."""
    if isinstance(number, int):
        return number.bit_length() <= MAX_BITS
    return math.isfinite(number) and number == int(number)


def _id_mask(parsed: ParsedMessage) -> int:
    by_group = parsed.protocol == "j1939" or parsed.frame_id & 0xFF == _NULL_ADDRESS
    if parsed.is_extended_frame and by_group:
        return parameter_group_mask(parsed.frame_id)
    return MAX_EXTENDED_ID


def _report_defects(message: Message, problems: Problems, lines: Lines, overlaps: Overlaps) -> None:
    overlaps.begin(message)
    for signal in message.signals:
        line = lines.get((message.name, signal.name), 0)
        if signal.bytes_needed > message.length:
            problems.doubtful(
                line,
                f"signal {signal.name} ends in byte {signal.bytes_needed} of message {message.name}, "
                f"which has {message.length}",
            )
        other = overlaps.add(signal)
        if other is not None:
            problems.doubtful(
                line, f"signals {other.name} and {signal.name} of message {message.name} overlap"
            )


def _report_duplicates(messages: list[Message], problems: Problems, lines: Lines) -> None:
    """Report messages that share an id, of which only the last names frames, or a name."""
    names: dict[str, Message] = {}
    ids: dict[tuple[int, bool], Message] = {}
    for message in messages:
        line = lines.get((message.name, ""), 0)
        key = message.arbitration_id, message.extended
        if key in ids:
            problems.doubtful(
                line,
                f"message {message.name} has the id of {ids[key].name}: its frames are named {message.name}",
            )
        ids[key] = message
        if names.setdefault(message.name, message) is not message:
            problems.doubtful(line, f"several messages are called {message.name}")


# Each signal is compared with those before it: enough for 4,000 signals in the same frame.
MAX_COMPARISONS = 8_000_000


@dataclass(frozen=True, slots=True)
class _SignalBits:
    """A signal and its bits, from ``first`` up to but not including ``end``, in its own byte order."""

    number: int
    signal: Signal
    first: int
    end: int

    def overlaps(self, other: _SignalBits) -> bool:
        """Whether the two have a bit in common."""
        if self.signal.big_endian == other.signal.big_endian:
            return self.first < other.end and other.first < self.end
        if self.first // 8 > (other.end - 1) // 8 or other.first // 8 > (self.end - 1) // 8:
            return False
        return bool(bit_set(self.signal) & bit_set(other.signal))


@dataclass(slots=True)
class _Group:
    """The signals directly below one multiplexer: all, and those that each of its values selects."""

    above: dict[str, frozenset[int]]
    members: list[_SignalBits] = field(default_factory=list)
    selected: dict[int, list[_SignalBits]] = field(default_factory=dict)

    def candidates(self, values: frozenset[int] | None) -> Iterable[_SignalBits]:
        """Its signals that can be in a frame where the multiplexer has one of ``values``; None: any value."""
        if values is None:
            return self.members
        lists = [self.selected[value] for value in values & self.selected.keys()]
        return lists[0] if len(lists) == 1 else (bits for found in lists for bits in found)


class Overlaps:
    """Finds overlapping signals of messages. The number of comparisons is limited over all messages."""

    def __init__(self) -> None:
        self.is_exhausted = False
        self._remaining = MAX_COMPARISONS
        self._message: Message | None = None
        self._groups: dict[str | None, _Group] = {}
        self._count = 0

    def begin(self, message: Message) -> None:
        """Start a message; the signals that are added next belong to it."""
        self._message, self._count = message, 0
        self._groups = {}

    def add(self, signal: Signal) -> Signal | None:
        """Add a signal; returns the first earlier signal that shares bits with it in some frame."""
        bits = _SignalBits(self._count, signal, signal.first_bit, signal.first_bit + signal.length)
        self._count += 1
        above = self._selections(signal)
        found = None
        for name, group in self._groups.items():
            if not _is_exclusive(group.above, above):
                found = self._first(group.candidates(above.get(name) if name else None), bits, found)
        self._add(bits)
        return found.signal if found else None

    def _first(
        self, candidates: Iterable[_SignalBits], bits: _SignalBits, found: _SignalBits | None
    ) -> _SignalBits | None:
        for candidate in candidates:
            self._remaining -= 1
            if self._remaining < 0:
                self.is_exhausted = True
                return found
            if (found is None or candidate.number < found.number) and candidate.overlaps(bits):
                found = candidate
        return found

    def _add(self, bits: _SignalBits) -> None:
        name = bits.signal.multiplexer
        group = self._groups.get(name)
        if group is None:
            above = self._message.signal(name) if self._message is not None and name is not None else None
            group = self._groups[name] = _Group(self._selections(above) if above is not None else {})
        group.members.append(bits)
        for number in bits.signal.multiplexer_ids:
            group.selected.setdefault(number, []).append(bits)

    def _selections(self, signal: Signal) -> dict[str, frozenset[int]]:
        """The multiplexers above a signal, and their values that select it."""
        found: dict[str, frozenset[int]] = {}
        lower: Signal | None = signal
        while lower is not None and lower.multiplexer is not None and lower.multiplexer not in found:
            found[lower.multiplexer] = lower.multiplexer_ids
            lower = self._message.signal(lower.multiplexer) if self._message is not None else None
        return found


def _is_exclusive(group: dict[str, frozenset[int]], other: dict[str, frozenset[int]]) -> bool:
    """Whether two signals are never in the same frame, because a multiplexer selects one of them."""
    return any(name in other and not other[name] & values for name, values in group.items())


def bit_set(signal: Signal) -> int:
    """The bits of the payload that a signal uses, as one number; both byte orders in the same numbering."""
    first, last = signal.first_bit, signal.first_bit + signal.length - 1
    if not signal.big_endian:
        return ((1 << (last - first + 1)) - 1) << first
    whole = ((1 << 8 * (last // 8 - first // 8 + 1)) - 1) << 8 * (first // 8)
    before = ((1 << first % 8) - 1) << (8 * (first // 8) + 8 - first % 8)
    after = ((1 << (7 - last % 8)) - 1) << 8 * (last // 8)
    return whole & ~before & ~after
