"""Rules that color frames: the first rule whose filter a frame passes gives its color."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.filters import Filter, FilterError, compile_filter

# Each rule is evaluated for each block of visible lines.
MAX_RULES = 50


@dataclass(frozen=True)
class ColorRule:
    """``color`` is "#rrggbb"; each theme makes it paler, so that text on it is readable."""

    name: str
    filter: str
    color: str
    on: bool = True

    @classmethod
    def from_dict(cls, values: Any) -> ColorRule:
        """What ``to_dict`` made; raises ValueError with a sentence about what is wrong."""
        if not isinstance(values, dict):
            raise ValueError("a color rule must be a group of values")
        texts = [values.get(key) for key in ("name", "filter", "color")]
        if not all(isinstance(text, str) for text in texts) or not isinstance(values.get("on", True), bool):
            raise ValueError("a color rule has a name, a filter and a color as texts, and may be on or off")
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
    """The rules of the settings, or DEFAULT_RULES; invalid rules are skipped."""
    entries = values.get("rules")
    if not isinstance(entries, list):
        return DEFAULT_RULES
    rules = []
    for entry in entries[:MAX_RULES]:
        try:
            rules.append(ColorRule.from_dict(entry))
        except ValueError:
            continue
    return tuple(rules)


class CompiledRules:
    """The rules that are on and have a valid filter."""

    def __init__(
        self, rules: Iterable[ColorRule] = (), compiled: Callable[[str], Filter] = compile_filter
    ) -> None:
        """``compiled`` makes a filter from a text or raises FilterError."""
        self.rules = tuple(rule for rule in rules if rule.on)
        self._filters: list[tuple[int, Filter]] = []
        for number, rule in enumerate(self.rules):
            try:
                if rule.filter.strip():
                    self._filters.append((number, compiled(rule.filter)))
            except FilterError:
                continue  # the dialog shows the error; a signal may be unknown until its database is loaded

    def which(self, batch: FrameBatch) -> list[int]:
        """The number of the rule that colors each frame, or -1."""
        chosen = np.full(len(batch), -1, dtype=np.int64)
        for number, condition in reversed(self._filters):
            chosen[condition.mask(batch)] = number
        numbers: list[int] = chosen.tolist()
        return numbers
