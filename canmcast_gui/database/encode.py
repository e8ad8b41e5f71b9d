"""Signal values to payloads, by cantools."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from canmcast_gui.database.errors import DatabaseError

if TYPE_CHECKING:
    from cantools.database.can import Message as ParsedMessage
    from cantools.database.can import Signal as ParsedSignal

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


def _complete(message: ParsedMessage, tree: Any, values: Mapping[str, Value], into: dict[str, Any]) -> None:
    """Collect the values of all signals that are in the frame, multiplexers first."""
    for node in tree:
        if isinstance(node, str):
            into[node] = values.get(node, _default(message.get_signal_by_name(node)))
            continue
        ((name, branches),) = node.items()
        signal = message.get_signal_by_name(name)
        into[name] = values[name] if name in values else _default_number(signal, branches)
        chosen = branches.get(_number(signal, into[name]))
        if chosen is None:
            raise DatabaseError(f"{name} must be one of {', '.join(map(str, sorted(branches)))}")
        _complete(message, chosen, values, into)


def _default(signal: ParsedSignal) -> Any:
    """The value of a signal that nobody gave: its initial one, else 0 or what is allowed next to it."""
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
    """The multiplexer's number for a value or a choice's text."""
    if isinstance(value, (int, float)):
        return int(value)
    return int(signal.conversion.choice_to_number(str(value)))


def _sentence(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
