"""Who sends each arbitration id, and which ids more than one sender sends."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.recording.grouping import Groups

# This program, from whichever of its addresses: on several interfaces it has one on each.
OWN = 0xFFFF

_ENTRY = np.dtype([("source", np.uint16), ("before", np.uint16), ("returns", np.int64)])

SourceNumbers = npt.NDArray[np.uint16]


class Senders:
    """One entry for each id; they are numbered, and fed, by NewestById.

    Sources are rows of a SourceTable, OWN for frames that this program sent.

    A sender that takes over from another for good, as a program does that was started again, is none of two:
    that is told by a sender that comes back after another one.
    """

    def __init__(self) -> None:
        self._entries = np.zeros(0, dtype=_ENTRY)
        self._size = 0

    def __len__(self) -> int:
        return self._size

    @property
    def source(self) -> SourceNumbers:
        """Who sent the newest frame of each id, uint16 (n,); 0 where that is not known, as in a file."""
        return self._column("source")

    @property
    def before(self) -> SourceNumbers:
        """Who sent it before that sender did, uint16 (n,); 0 where there was nobody else."""
        return self._column("before")

    @property
    def returns(self) -> npt.NDArray[np.int64]:
        """How often a sender came back after another one, int64 (n,): more than 0 where two send one id."""
        return self._column("returns")

    def _column(self, name: str) -> npt.NDArray[Any]:
        return self._entries[name][: self._size]

    def update(self, groups: Groups, batch: FrameBatch) -> None:
        """Take in the senders of a batch's frames."""
        which = groups.numbers
        sources = np.where(batch.has(Flag.TX), np.uint16(OWN), batch.source)[groups.order]
        self._make_room(int(which.max()) + 1)
        earlier = np.empty_like(sources)
        earlier[1:] = sources[:-1]
        earlier[groups.starts] = self._entries["source"][which]
        places = np.flatnonzero((sources != earlier) & (earlier != 0) & (sources != 0))
        if len(places):
            self._note_changes(groups, sources, earlier, places)
        self._entries["source"][which] = sources[groups.ends - 1]

    def _note_changes(
        self, groups: Groups, sources: SourceNumbers, earlier: SourceNumbers, places: npt.NDArray[np.intp]
    ) -> None:
        """Each change of sender is compared with the one before it, of the same id."""
        entries = groups.numbers[np.searchsorted(groups.starts, places, side="right") - 1]
        left = self._entries["before"][entries]
        same = entries[1:] == entries[:-1]
        left[1:][same] = earlier[places[:-1]][same]
        np.add.at(self._entries["returns"], entries[left == sources[places]], 1)
        self._entries["before"][entries] = earlier[places]  # of several changes of one id the last one stays

    def _make_room(self, size: int) -> None:
        if size > len(self._entries):
            grown = np.zeros(max(size, 2 * len(self._entries)), dtype=_ENTRY)
            grown[: len(self._entries)] = self._entries
            self._entries = grown
        self._size = max(self._size, size)
