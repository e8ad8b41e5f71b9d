"""Values for a new generator: the signal that is probably meant, and its range."""

from __future__ import annotations

import re
from collections.abc import Sequence

from canmcast_gui.app.transmit.generators.forms import FORMS, Values
from canmcast_gui.app.transmit.message_rows import field_of, limits_of
from canmcast_gui.database import Message, Signal

_COUNTER_NAMES = re.compile(r"alive|counter|count|cnt|rolling|sequence|_mc$|_bz$|^bz", re.IGNORECASE)
_CHECKSUM_NAMES = re.compile(r"check|crc|chks|cks|xor|_cs$", re.IGNORECASE)


def targets_of(message: Message | None, size: int) -> list[str]:
    """What a generator can write, in the order in which it is offered."""
    signals = [signal.name for signal in message.signals] if message is not None else []
    return signals + [f"byte {number}" for number in range(size)]


def defaults_of(kind: str, message: Message | None, size: int, target: str = "") -> Values:
    """Values for a new generator: the signal that is probably meant, and its whole range."""
    values = {field.key: field.default for field in FORMS[kind].fields}
    if "target" not in values:
        return values
    values["target"] = target or _probable_target(kind, message, size)
    values.update(range_of(kind, message, size, values["target"]))
    return values


def range_of(kind: str, message: Message | None, size: int, target: str) -> Values:
    """The values of the fields that depend on the target."""
    signal = message.signal(target) if message is not None else None
    if kind == "counter":
        bits = signal.length if signal is not None else 8
        return {"first": "0", "last": str((1 << min(bits, 63)) - 1)}
    if kind == "checksum":
        return {"first": "0", "last": str(max(0, size - 1))}
    if "low" not in {field.key for field in FORMS[kind].fields}:
        return {}
    low, high = limits_of(signal) if signal is not None else (0.0, 255.0)
    return {"low": f"{low:.10g}", "high": f"{high:.10g}"}


def _probable_target(kind: str, message: Message | None, size: int) -> str:
    signals = list(message.signals) if message is not None else []
    names = {"counter": _COUNTER_NAMES, "checksum": _CHECKSUM_NAMES}.get(kind)
    if names is not None:
        found = next((signal.name for signal in signals if names.search(signal.name)), "")
        return found or f"byte {max(0, size - (2 if kind == 'counter' else 1))}"
    used = [
        one for one in signals if not _COUNTER_NAMES.search(one.name) and not _CHECKSUM_NAMES.search(one.name)
    ]
    return _widest(used or signals).name if signals else "byte 0"


def _widest(signals: Sequence[Signal]) -> Signal:
    """The first signal with the most bits, but no choices: what a waveform is usually for."""
    return max(signals, key=lambda signal: (not signal.choices, field_of(signal).length))
