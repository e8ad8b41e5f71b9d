"""Rules in a TOML file, which can be edited, compared and kept with the sources of a project.

Everything that is wrong is reported with the line where it is written.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from canmcast_gui.channels.settings import ChannelSettings
from canmcast_gui.frames.units import MAX_EXTENDED_ID
from canmcast_gui.gateway.compiled import compile_rules
from canmcast_gui.gateway.rules import ByteChange, Rule, RuleError, RuleSet
from canmcast_gui.gateway.rules_text import FIELDS

# What a file is called in messages where it has no path.
_RULES = "rules"
_LONGEST_DELAY_MS = 60_000.0
_MOST_CHANNEL = 255
# A file of rules is written by hand.
_MOST_BYTES = 1 << 20


def read_rules(path: Path, channels: Sequence[ChannelSettings] = ()) -> RuleSet:
    """The rules of a file; paths of databases in it are relative to it. Raises RuleError, or OSError.

    With ``channels`` it is checked that all that the rules name exists: channels, messages, signals.
    """
    data = path.read_bytes()
    if len(data) > _MOST_BYTES:
        raise RuleError(f"{path.name}: the file is larger than 1 MiB and is not a file of rules")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise RuleError(f"{path.name}, line {line}: the file is not UTF-8 text; save it as UTF-8") from None
    return parse_rules(text, path.name, path.parent, channels)


def parse_rules(
    text: str, name: str = _RULES, folder: Path | None = None, channels: Sequence[ChannelSettings] = ()
) -> RuleSet:
    """The rules of a text, as read_rules(). Raises RuleError with the line of the first mistake."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RuleError(_syntax_text(str(error), name)) from None
    reader = _Reader(text, name, folder)
    rules = reader.rule_set(values)
    if channels:
        try:
            compile_rules(rules, channels)
        except RuleError as error:
            raise reader.error(error.rule, error.key, str(error)) from None
    return rules


def _syntax_text(reason: str, name: str) -> str:
    found = re.search(r"\s*\(at line (\d+), column (\d+)\)$", reason)
    if not found:
        return f"{name}: {reason[:1].lower()}{reason[1:]}"
    return f"{name}, line {found[1]}, column {found[2]}: {reason[: found.start()].lower()}"


class _Reader:
    """Converts the values of a text and knows the lines in which they are written."""

    def __init__(self, text: str, name: str, folder: Path | None) -> None:
        self._lines = text.splitlines()
        self._name = name
        self._folder = folder
        self._starts = [
            number
            for number, line in enumerate(self._lines)
            if re.match(r"\s*\[\[\s*[\"']?rule[\"']?\s*\]\]", line)
        ]

    def rule_set(self, values: Mapping[str, Any]) -> RuleSet:
        for key in values:
            if key not in ("rule", "databases", "loop_detection"):
                reason = f"there is no setting {key!r}; there are rule, databases, loop_detection"
                raise self.error(None, key, reason)
        rules, databases = values.get("rule", []), values.get("databases", [])
        detects = values.get("loop_detection", True)
        if not isinstance(detects, bool):
            raise self.error(None, "loop_detection", "loop_detection is true or false")
        if not isinstance(databases, list) or not all(isinstance(path, str) for path in databases):
            raise self.error(None, "databases", 'databases is a list of paths, such as ["engine.dbc"]')
        if not isinstance(rules, list) or not all(isinstance(rule, dict) for rule in rules):
            raise self.error(None, "rule", "write each rule as a table that begins with [[rule]]")
        return RuleSet(
            tuple(self._rule(position, rule) for position, rule in enumerate(rules)),
            tuple(str(self._folder / path) if self._folder else path for path in databases),
            detects,
        )

    def _rule(self, position: int, values: Mapping[str, Any]) -> Rule:
        try:
            return rule_of_values(values)
        except RuleError as error:
            raise self.error(position, error.key, str(error)) from None

    def error(self, position: int | None, key: str, reason: str) -> RuleError:
        """An error with the line of the key."""
        return RuleError(f"{self._name}, line {self._line(position, key)}: {reason}", position, key)

    def _line(self, position: int | None, key: str) -> int:
        """The line of a key, from 1; that of its rule where the key is written in another way."""
        first, last = 0, len(self._lines)
        if position is not None and position < len(self._starts):
            first = self._starts[position]
            last = (*self._starts, last)[position + 1]
        pattern = re.compile(rf"\s*(\[{{1,2}}\s*rule\s*\.\s*)?[\"']?{re.escape(key)}[\"']?\s*[=.\]]")

        for number in range(first, last):
            if pattern.match(self._lines[number]):
                return number + 1
        return first + 1


def rule_of_values(values: Mapping[str, Any]) -> Rule:
    """The rule of the values that a file has for it. Raises RuleError with the key of the first mistake."""
    found: dict[str, Any] = {}
    for key, value in values.items():
        if key not in FIELDS:
            raise RuleError(f"a rule has no key {key!r}; it has {', '.join(FIELDS)}", key=key)
        try:
            found[FIELDS[key]] = _CONVERTERS[key](value)
        except (ValueError, TypeError) as error:
            raise RuleError(str(error), key=key) from None
    rule = Rule(**found)
    if problem := contradiction(rule):
        raise RuleError(problem[1], key=problem[0])
    return rule


def contradiction(rule: Rule) -> tuple[str, str] | None:
    """A key of a rule and what is wrong with it, where single values are possible but not together."""
    if rule.source and rule.source == rule.target:
        return "to", "frames cannot be forwarded to the channel that they come from"
    if rule.drop and (rule.rate_limit is not None or rule.delay_ms or rule.data or rule.signals):
        return "drop", "a rule that drops frames cannot change, delay or limit them"
    if rule.id is not None and (rule.id_offset or rule.id_table):
        return "id", "a rule has one of id and id_offset or id_table"
    return None


# -- values ----------------------------------------------------------------------------------------------


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not a text in quotes")
    return value


def _channel_name(value: Any) -> str:
    """A channel by name or number."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return _text(value)


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{value!r} is not true or false")
    return value


def _whole(lowest: int, highest: int, what: str) -> Callable[[Any], int]:
    def convert(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
            raise ValueError(f"{value!r} is not {what}, which is between {lowest} and {highest:#x}")
        return value

    return convert


_id = _whole(0, MAX_EXTENDED_ID, "an arbitration id")
_channel_number = _whole(0, _MOST_CHANNEL, "a channel number")


def _table(convert: Callable[[Any], int]) -> Callable[[Any], dict[int, int]]:
    def read(value: Any) -> dict[int, int]:
        if not isinstance(value, dict):
            raise ValueError('write a table, such as { "0x100" = 0x200 }')
        return {convert(_key(key)): convert(each) for key, each in value.items()}

    return read


def _key(text: str) -> int:
    try:
        return int(text, 0)
    except ValueError:
        raise ValueError(f"{text!r} is not a number such as 256 or 0x100") from None


def _number(lowest: float, highest: float, what: str) -> Callable[[Any], float]:
    def convert(value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not lowest <= value <= highest:
            raise ValueError(f"{value!r} is not {what}, which is between {lowest:g} and {highest:g}")
        return float(value)

    return convert


def _data(value: Any) -> tuple[ByteChange, ...]:
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise ValueError("write a list of tables, such as [{ byte = 2, value = 0x80, mask = 0xC0 }]")
    return tuple(_byte_change(each) for each in value)


def _byte_change(value: Mapping[str, Any]) -> ByteChange:
    if not {"byte", "value"} <= value.keys() <= {"byte", "value", "mask"}:
        raise ValueError("a change of data has byte, value and, if it is not 0xFF, mask")
    byte = _whole(0, 63, "the number of a byte")(value["byte"])
    content = _whole(0, 0xFF, "the value of a byte")
    return ByteChange(byte, content(value["value"]), content(value.get("mask", 0xFF)))


def _signals(value: Any) -> dict[str, float | str]:
    if not isinstance(value, dict):
        raise ValueError('write a table, such as { "Engine.Speed" = 800 }')
    for name, each in value.items():
        if "." not in name:
            raise ValueError(f'{name!r} is not a message and its signal in quotes, such as "Engine.Speed"')
        if isinstance(each, bool) or not isinstance(each, int | float | str):
            raise ValueError(f"{each!r} is not a value of the signal {name}: write a number or a text")
    return dict(value)


_CONVERTERS: dict[str, Callable[[Any], Any]] = {
    "name": _text,
    "enabled": _truth,
    "from": _channel_name,
    "to": _channel_name,
    "filter": _text,
    "drop": _truth,
    "id": _id,
    "id_offset": _whole(-MAX_EXTENDED_ID, MAX_EXTENDED_ID, "an offset of ids"),
    "id_table": _table(_id),
    "extended": _truth,
    "channel": _channel_number,
    "channel_table": _table(_channel_number),
    "rate_limit": _number(0.001, 1e9, "a number of frames per second"),
    "delay_ms": _number(0.0, _LONGEST_DELAY_MS, "a number of milliseconds"),
    "data": _data,
    "signals": _signals,
}
assert len(fields(Rule)) == len(FIELDS) == len(_CONVERTERS)
