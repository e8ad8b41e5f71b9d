"""Writes rules as the text of a TOML file; rules_file.py reads it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from canmcast_gui.gateway.rules import Rule, RuleSet

# The names in a file and the fields of Rule.
FIELDS = {
    "name": "name",
    "enabled": "enabled",
    "from": "source",
    "to": "target",
    "filter": "filter",
    "drop": "drop",
    "id": "id",
    "id_offset": "id_offset",
    "id_table": "id_table",
    "extended": "extended",
    "channel": "channel",
    "channel_table": "channel_table",
    "rate_limit": "rate_limit",
    "delay_ms": "delay_ms",
    "data": "data",
    "signals": "signals",
}


def rules_text(rules: RuleSet) -> str:
    """The text of a file from which parse_rules() makes these rules again; defaults are left out."""
    parts = []
    if rules.databases:
        parts.append(f"databases = {_toml(list(rules.databases))}\n")
    if not rules.loop_detection:
        parts.append("loop_detection = false\n")
    parts += [_rule_text(rule) for rule in rules.rules]
    return "\n".join(parts)


def _rule_text(rule: Rule) -> str:
    default = Rule()
    lines = ["[[rule]]"]
    for key, name in FIELDS.items():
        value = getattr(rule, name)
        if value != getattr(default, name):
            lines.append(f"{key} = {_value_text(key, value)}")
    return "\n".join(lines) + "\n"


def _value_text(key: str, value: Any) -> str:
    """Ids and bytes are written in hexadecimal."""
    if key == "id":
        return f"{value:#x}"
    if key == "id_table":
        return "{ " + ", ".join(f'"{a:#x}" = {b:#x}' for a, b in value.items()) + " }"
    if key == "data":
        changes = (f"{{ byte = {c.byte}, value = {c.value:#04x}, mask = {c.mask:#04x} }}" for c in value)
        return "[" + ", ".join(changes) + "]"
    return _toml(value)


def _toml(value: Any) -> str:
    """A value in TOML. The escapes of JSON are also those of TOML."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_toml(str(k))} = {_toml(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return json.dumps(value)
