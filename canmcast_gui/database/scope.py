"""Which frames a database is for: all, or those of some channels or sources."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames import FrameBatch, SourceTable


@dataclass(frozen=True, slots=True)
class Scope:
    """Channel numbers as frames carry them, and addresses of sources; empty sets mean any."""

    channels: frozenset[int] = frozenset()
    sources: frozenset[str] = frozenset()

    @property
    def is_everything(self) -> bool:
        """Whether the database is for all frames."""
        return not self.channels and not self.sources

    def covers(self, channel: int | None, source: str | None) -> bool:
        """Whether frames of that channel and address are meant; None is one that is not known."""
        return (channel is None or not self.channels or channel in self.channels) and (
            source is None or not self.sources or source in self.sources
        )

    def overlaps(self, other: Scope) -> bool:
        """Whether there can be frames for both."""
        return (not self.channels or not other.channels or bool(self.channels & other.channels)) and (
            not self.sources or not other.sources or bool(self.sources & other.sources)
        )

    def mask(self, batch: FrameBatch, table: SourceTable) -> npt.NDArray[np.bool_]:
        """Which frames of a batch are meant, bool (n,). ``table`` is that of the batch's sources."""
        meant = np.ones(len(batch), np.bool_)
        if self.channels:
            meant &= np.isin(batch.channel, np.array(sorted(self.channels), np.uint8))
        if self.sources:
            rows = [number for number, source in enumerate(table) if source.address in self.sources]
            meant &= np.isin(batch.source, np.array(rows, np.uint16))
        return meant

    def text(self) -> str:
        """The scope in words."""
        parts = []
        if self.channels:
            parts.append(f"channel {', '.join(map(str, sorted(self.channels)))}")
        if self.sources:
            parts.append(f"source {', '.join(sorted(self.sources))}")
        return " · ".join(parts) or "all frames"


EVERYTHING = Scope()
