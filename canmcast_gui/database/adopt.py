"""cantools' messages as our own values, with what is wrong about them in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from canmcast_gui.database.model import Message, Signal, parameter_group_mask

if TYPE_CHECKING:
    from cantools.database.can import Message as ParsedMessage
    from cantools.database.can import Signal as ParsedSignal

# SAE J1939-21's null address: databases use it where any sender is meant.
_NULL_ADDRESS = 0xFE


def adopt_message(parsed: ParsedMessage, problems: list[str]) -> Message:
    """Our value for a parsed message; sentences about what is wrong with it are added to ``problems``."""
    message = Message(
        name=parsed.name,
        arbitration_id=parsed.frame_id,
        extended=parsed.is_extended_frame,
        length=parsed.length,
        signals=tuple(_adopt_signal(signal) for signal in parsed.signals),
        cycle_ms=parsed.cycle_time or None,
        senders=tuple(name for name in parsed.senders if name != "Vector__XXX"),
        comment=parsed.comment or "",
        id_mask=_id_mask(parsed),
    )
    problems += _problems_of(message)
    return message


def _adopt_signal(parsed: ParsedSignal) -> Signal:
    return Signal(
        name=parsed.name,
        start=parsed.start,
        length=parsed.length,
        big_endian=parsed.byte_order == "big_endian",
        signed=parsed.is_signed and not parsed.is_float,
        is_float=parsed.is_float,
        scale=parsed.scale,
        offset=parsed.offset,
        unit=parsed.unit or "",
        minimum=parsed.minimum,
        maximum=parsed.maximum,
        choices={int(raw): str(text) for raw, text in (parsed.choices or {}).items()},
        comment=parsed.comment or "",
        is_multiplexer=parsed.is_multiplexer,
        multiplexer=parsed.multiplexer_signal,
        multiplexer_ids=frozenset(parsed.multiplexer_ids or ()),
    )


def _id_mask(parsed: ParsedMessage) -> int:
    by_group = parsed.protocol == "j1939" or parsed.frame_id & 0xFF == _NULL_ADDRESS
    if parsed.is_extended_frame and by_group:
        return parameter_group_mask(parsed.frame_id)
    return 0x1FFFFFFF


def _problems_of(message: Message) -> list[str]:
    found = []
    taken: list[tuple[Signal, int]] = []
    for signal in message.signals:
        if signal.bytes_needed > message.length:
            found.append(
                f"signal {signal.name} ends in byte {signal.bytes_needed} of message {message.name}, "
                f"which has {message.length}"
            )
        bits = _bit_set(signal)
        other = next((one for one, its in taken if bits & its and not _exclusive(message, one, signal)), None)
        if other is not None:
            found.append(f"signals {other.name} and {signal.name} of message {message.name} overlap")
        taken.append((signal, bits))
    return found


def _bit_set(signal: Signal) -> int:
    """The payload's bits that a signal uses, as one number; both byte orders in the same numbering."""
    if not signal.big_endian:
        return ((1 << signal.length) - 1) << signal.start
    bits = 0
    for sent in range(signal.first_bit, signal.first_bit + signal.length):
        bits |= 1 << (8 * (sent // 8) + 7 - sent % 8)
    return bits


def _exclusive(message: Message, one: Signal, other: Signal) -> bool:
    """Whether two signals are never in the same frame, because a multiplexer chooses between them."""
    selected = _selections(message, one)
    for name, numbers in _selections(message, other).items():
        if name in selected and not selected[name] & numbers:
            return True
    return False


def _selections(message: Message, signal: Signal) -> dict[str, frozenset[int]]:
    """The multiplexers above a signal and their numbers that select it."""
    found: dict[str, frozenset[int]] = {}
    at: Signal | None = signal
    while at is not None and at.multiplexer is not None and at.multiplexer not in found:
        found[at.multiplexer] = at.multiplexer_ids
        at = message.signal(at.multiplexer)
    return found
