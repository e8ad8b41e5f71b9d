"""Rules that color frames: the first rule whose filter a frame passes gives its color."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.filters import Filter, FilterError, compile_filter
from canmcast_gui.frames.schema import REQUIRED, load_list

# Each rule is evaluated for each block of visible lines.
MAX_RULES = 50


@dataclass(frozen=True)
class ColorRule:
    """``color`` is "#rrggbb"; each theme makes it paler, so that text on it is readable."""

    name: Annotated[str, REQUIRED] = ""
    filter: Annotated[str, REQUIRED] = ""
    color: Annotated[str, REQUIRED] = ""
    on: bool = True


DEFAULT_RULES = (
    ColorRule("Error frames", "error", "#d0202b"),
    ColorRule("Remote frames", "remote", "#178a4c"),
    ColorRule("Sent (Tx)", "dir == tx", "#2461c9"),
)


def rules_of(values: Mapping[str, object]) -> tuple[ColorRule, ...]:
    """The rules of the settings, or DEFAULT_RULES; invalid rules are skipped."""
    entries = values.get("rules")
    if not isinstance(entries, list):
        return DEFAULT_RULES
    rules, _problems = load_list(ColorRule, entries[:MAX_RULES], "colors")
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
