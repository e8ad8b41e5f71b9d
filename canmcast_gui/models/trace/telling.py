"""Which columns of a trace tell something: those whose values differ among the frames of a recording."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames import Flag
from canmcast_gui.models.columns import CHANNEL, DIRECTION, DLC, INFO, SOURCE, TYPE, Column
from canmcast_gui.recording import NewestById

_TYPE_FLAGS = np.uint16(Flag.EXTENDED | Flag.REMOTE | Flag.ERROR | Flag.FD | Flag.BRS | Flag.ESI)
_COMPARED = frozenset({SOURCE, CHANNEL, DIRECTION, TYPE, DLC, INFO})
_FD, _TX = int(Flag.FD), int(Flag.TX)


class TellingColumns:
    """Keeps which columns differ among frames, from the newest frame of each id.

    A column that has differed once stays, until ``clear``: a table whose columns come and go cannot be read.
    """

    def __init__(self) -> None:
        self._telling: set[Column] = set()
        self._generation = -1
        self.needs_channel = False  # an id is on several channels: without it, rows look the same

    def clear(self) -> None:
        """Start again, with another recording."""
        self._telling.clear()
        self._generation = -1
        self.needs_channel = False

    def update(self, newest: NewestById, has_databases: bool) -> bool:
        """Take the frames in; returns whether the answer is another one."""
        before = set(self._telling), self.needs_channel
        self._telling.discard(INFO)
        if has_databases:
            self._telling.add(INFO)
        if newest.generation != self._generation and len(newest):
            self._generation = newest.generation
            self._add(newest)
        return before != (self._telling, self.needs_channel)

    def _add(self, newest: NewestById) -> None:
        flags, channels = newest.flags, newest.channel
        senders = newest.senders
        others = senders.before[senders.before > 0]
        differing = {
            SOURCE: _differ(np.concatenate([senders.source, others])),
            CHANNEL: _differ(channels),
            DIRECTION: _differ(flags & _TX),
            TYPE: _differ(flags & _TYPE_FLAGS),
            DLC: bool((flags & _FD).any()),  # a length is seen from the data, a DLC of CAN FD is not
        }
        self._telling |= {column for column, differs in differing.items() if differs}
        if CHANNEL in self._telling and not self.needs_channel:
            kinds = (flags & np.uint16(Flag.EXTENDED | Flag.REMOTE | Flag.ERROR)).astype(np.uint64)
            ids = newest.arbitration_id.astype(np.uint64) << np.uint64(16) | kinds
            self.needs_channel = len(set(ids.tolist())) < len(ids)

    def tells(self, column: Column) -> bool:
        """Whether the values of a column differ, or, for decoded signals, whether there are any."""
        return column in self._telling or column not in _COMPARED


def _differ(values: npt.NDArray[Any]) -> bool:
    return len(values) > 1 and bool((values != values[0]).any())
