"""Rules that color frames: the first rule whose filter a frame passes gives its color."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from canmcast_gui.app.workspace.view_setups import ColorRule
from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.filters import Filter, FilterError, compile_filter


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
