"""A rule of the gateway as texts: what the fields of a form hold, and what a table shows of it.

Keys are those of a file of rules. The texts are shorter than there::

    id_table   0x100 = 0x300, 0x101 = 0x301
    data       6 = 0x10 / 0xF0          byte 6 gets the value 10h in the bits of the mask F0h
    signals    Engine.Speed = 800, Engine.Mode = Sport
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from canmcast_gui.frames.filters import FilterError, compile_filter
from canmcast_gui.gateway.rules import ByteChange, Rule, RuleError
from canmcast_gui.gateway.rules_file import rule_of_values

_ALL_BITS = 0xFF


def rule_to_texts(rule: Rule) -> dict[str, str]:
    """The texts of all fields but the yes/no ones, "" for what the rule leaves as it is."""
    return {
        "name": rule.name,
        "from": rule.source,
        "to": rule.target,
        "filter": rule.filter,
        "id": "" if rule.id is None else f"{rule.id:#x}",
        "id_offset": f"{rule.id_offset:#x}" if rule.id_offset else "",
        "id_table": _pairs_text((f"{old:#x}", f"{new:#x}") for old, new in rule.id_table.items()),
        "channel": "" if rule.channel is None else str(rule.channel),
        "channel_table": _pairs_text(rule.channel_table.items()),
        "data": ", ".join(_byte_text(change) for change in rule.data),
        "signals": _pairs_text(rule.signals.items()),
        "rate_limit": "" if rule.rate_limit is None else f"{rule.rate_limit:g}",
        "delay_ms": f"{rule.delay_ms:g}" if rule.delay_ms else "",
    }


def rule_from_texts(texts: Mapping[str, str], flags: Mapping[str, bool | None]) -> Rule:
    """The rule of such texts, and of ``enabled``, ``drop`` and ``extended`` (None leaves ids as they are).

    Raises RuleError with the key of the first mistake. Whether channels and signals exist is not checked.
    """
    values: dict[str, Any] = {key: value for key, value in flags.items() if value is not None}
    for key, text in texts.items():
        if not text.strip():
            continue
        try:
            values[key] = _PARSERS.get(key, str.strip)(text)
        except ValueError as error:
            raise RuleError(str(error), key=key) from None
    rule = rule_of_values(values)
    try:
        compile_filter(rule.filter)
    except FilterError as error:
        raise RuleError(f"the filter is not valid: {error}", key="filter") from None
    return rule


def change_text(rule: Rule) -> str:
    """What a rule does with the frames, in a few words; "" for nothing."""
    if rule.drop:
        return "drop"
    texts = rule_to_texts(rule)
    named = {
        "id": "id {}",
        "id_table": "id {}",
        "id_offset": "id + {}",
        "channel": "channel {}",
        "channel_table": "channel {}",
        "data": "byte {}",
        "signals": "{}",
        "rate_limit": "at most {} frames/s",
        "delay_ms": "{} ms later",
    }
    parts = [form.format(texts[key]) for key, form in named.items() if texts[key]]
    if rule.extended is not None:
        parts.insert(0, "extended ids" if rule.extended else "standard ids")
    return "; ".join(parts)


def _pairs_text(pairs: Iterable[tuple[object, object]]) -> str:
    return ", ".join(f"{left} = {right}" for left, right in pairs)


def _byte_text(change: ByteChange) -> str:
    mask = "" if change.mask == _ALL_BITS else f" / {change.mask:#04x}"
    return f"{change.byte} = {change.value:#04x}{mask}"


# -- reading -----------------------------------------------------------------------------------------------


def _pairs(text: str) -> list[tuple[str, str]]:
    pairs = []
    for part in text.split(","):
        left, equals, right = (each.strip() for each in part.partition("="))
        if not (left and equals and right):
            raise ValueError(f"{part.strip()!r} is not written as A = B; separate several by commas")
        pairs.append((left, right))
    return pairs


def _whole(text: str) -> int:
    try:
        return int(text, 0)
    except ValueError:
        raise ValueError(f"{text.strip()!r} is not a number such as 256 or 0x100") from None


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"{text.strip()!r} is not a number") from None


def _bytes(text: str) -> list[dict[str, int]]:
    changes = []
    for byte, change in _pairs(text):
        value, _slash, mask = change.partition("/")
        changes.append(
            {"byte": _whole(byte), "value": _whole(value), "mask": _whole(mask) if mask else _ALL_BITS}
        )
    return changes


def _signals(text: str) -> dict[str, float | str]:
    return {name: _signal_value(value) for name, value in _pairs(text)}


def _signal_value(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text.strip("\"'")


_PARSERS: dict[str, Callable[[str], Any]] = {
    "id": _whole,
    "id_offset": _whole,
    "id_table": lambda text: {old: _whole(new) for old, new in _pairs(text)},
    "channel": _whole,
    "channel_table": lambda text: {old: _whole(new) for old, new in _pairs(text)},
    "data": _bytes,
    "signals": _signals,
    "rate_limit": _number,
    "delay_ms": _number,
}
