"""The rules of a gateway as plain data: which frames go from which channel to which, and what is changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from canmcast_gui.frames.errors import UserError

SignalValue = float | str


class RuleError(UserError):
    """A rule that cannot be used; the text says which one, where it is written, and what to do.

    ``rule`` is its position from 0, None for what concerns the whole set; ``key`` is the name of the setting
    in a file.
    """

    def __init__(self, text: str, rule: int | None = None, key: str = "") -> None:
        super().__init__(text)
        self.rule = rule
        self.key = key


@dataclass(frozen=True, slots=True)
class ByteChange:
    """The bits of ``mask`` in one byte of the payload get those of ``value``; the byte counts from 0."""

    byte: int
    value: int
    mask: int = 0xFF


@dataclass(frozen=True)
class Rule:
    """One rule. The first rule of a direction that fits a frame decides about it; without one it is dropped.

    ``source`` and ``target`` name channels by name or number; "" is every channel. ``filter`` is in the
    filter language. ``drop``: frames are not forwarded. ``id`` replaces the id, ``id_offset`` is added to it,
    ``id_table`` replaces single ids. ``extended`` makes ids extended or standard; None keeps their kind.
    ``channel`` is the channel number that a multicast datagram carries, ``channel_table`` replaces single
    ones (0 is none). ``rate_limit`` is in frames per second. ``data`` and ``signals`` (by "Message.Signal",
    of the frame before its id changes) change the payload.
    """

    name: str = ""
    source: str = ""
    target: str = ""
    filter: str = ""
    drop: bool = False
    id: int | None = None
    id_offset: int = 0
    id_table: Mapping[int, int] = field(default_factory=dict)
    extended: bool | None = None
    channel: int | None = None
    channel_table: Mapping[int, int] = field(default_factory=dict)
    rate_limit: float | None = None
    delay_ms: float = 0.0
    data: tuple[ByteChange, ...] = ()
    signals: Mapping[str, SignalValue] = field(default_factory=dict)
    enabled: bool = True

    def title(self, position: int) -> str:
        """Its name, or its number from 1."""
        return self.name or f"rule {position + 1}"


def rule_to_dict(rule: Rule) -> dict[str, Any]:
    """Plain values for JSON."""
    return asdict(rule)


def rule_from_dict(values: Mapping[str, Any]) -> Rule:
    """The rule of rule_to_dict(), also after JSON has made texts of the keys of tables."""
    tables = {
        name: {int(key): value for key, value in values[name].items()}
        for name in ("id_table", "channel_table")
    }
    return Rule(**{**values, **tables, "data": tuple(ByteChange(**change) for change in values["data"])})


@dataclass(frozen=True)
class RuleSet:
    """All rules of a gateway. Without any, all frames are forwarded between all channels.

    ``databases`` are paths of database files, whose messages and signals rules may name. ``loop_detection``:
    frames that come back through another gateway are dropped.
    """

    rules: tuple[Rule, ...] = ()
    databases: tuple[str, ...] = ()
    loop_detection: bool = True

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "rules": [rule_to_dict(rule) for rule in self.rules],
            "databases": list(self.databases),
            "loop_detection": self.loop_detection,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> RuleSet:
        """The rules of to_dict()."""
        rules = tuple(rule_from_dict(rule) for rule in values["rules"])
        return cls(rules, tuple(values["databases"]), values["loop_detection"])
