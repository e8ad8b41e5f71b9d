"""Colours for frames: an ordered list of filters with colours; the first one that a frame passes counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.filters import Filter, FilterError, compile_filter

# Each is asked about each screenful.
MOST_RULES = 50


@dataclass(frozen=True)
class ColorRule:
    """``color`` is "#rrggbb", which each theme shades so that text stays readable on it."""

    name: str
    filter: str
    color: str
    on: bool = True

    @classmethod
    def from_dict(cls, values: Any) -> ColorRule:
        """What ``to_dict`` made; raises ValueError with a sentence about what is wrong."""
        if not isinstance(values, dict):
            raise ValueError("a colour rule must be a group of values")
        texts = [values.get(key) for key in ("name", "filter", "color")]
        if not all(isinstance(text, str) for text in texts) or not isinstance(values.get("on", True), bool):
            raise ValueError("a colour rule has a name, a filter and a colour as texts, and may be on or off")
        return cls(*map(str, texts), values.get("on", True))

    def to_dict(self) -> dict[str, Any]:
        """Plain values for settings."""
        return {"name": self.name, "filter": self.filter, "color": self.color, "on": self.on}


DEFAULT_RULES = (
    ColorRule("Error frames", "error", "#d0202b"),
    ColorRule("Remote frames", "remote", "#178a4c"),
    ColorRule("Sent (Tx)", "dir == tx", "#2461c9"),
)


def rules_of(values: dict[str, Any]) -> tuple[ColorRule, ...]:
    """The rules that settings hold, or the usual ones; entries that were damaged by hand are left out."""
    entries = values.get("rules")
    if not isinstance(entries, list):
        return DEFAULT_RULES
    rules = []
    for entry in entries[:MOST_RULES]:
        try:
            rules.append(ColorRule.from_dict(entry))
        except ValueError:
            continue
    return tuple(rules)


class CompiledRules:
    """The rules that are on and whose filter is a good one, ready for use."""

    def __init__(
        self, rules: Iterable[ColorRule] = (), compiled: Callable[[str], Filter] = compile_filter
    ) -> None:
        """``compiled`` makes a filter of a text and raises FilterError."""
        self.rules = tuple(rule for rule in rules if rule.on)
        self._filters: list[tuple[int, Filter]] = []
        for number, rule in enumerate(self.rules):
            try:
                if rule.filter.strip():
                    self._filters.append((number, compiled(rule.filter)))
            except FilterError:
                continue  # the dialog says so; a signal may be missing only until its database is loaded

    def which(self, batch: FrameBatch) -> list[int]:
        """The number of the rule that colours each frame, or -1."""
        chosen = np.full(len(batch), -1, dtype=np.int64)
        for number, condition in reversed(self._filters):
            chosen[condition.mask(batch)] = number
        numbers: list[int] = chosen.tolist()
        return numbers
