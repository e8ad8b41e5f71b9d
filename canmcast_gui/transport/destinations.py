"""Which datagrams came for our group by our interfaces, and which only reached the same port."""

from __future__ import annotations

import struct

from canmcast_gui.transport.addresses import Group

_INDEX = struct.Struct("@I")
# A network cannot invent many: they are our group, or a group that another program of this host has joined,
# on each interface.
_MOST_VERDICTS = 1024


class Destinations:
    """Our group on the interfaces that are joined. ``indexes`` are those interfaces' numbers.

    Datagrams say where they were sent to by an in_pktinfo or in6_pktinfo.
    """

    def __init__(self, group: Group) -> None:
        self.indexes: frozenset[int] = frozenset()
        self.packed = group.packed
        self._where = slice(0, 16) if group.is_ipv6 else slice(8, 12)
        self._index_at = 16 if group.is_ipv6 else 0
        #: By pktinfo: whether it is foreign. For readers in a hurry; what is not in it is judged.
        self.verdicts: dict[bytes, bool] = {}

    def add(self, index: int) -> None:
        """The group is joined on one more interface."""
        self.indexes |= {index}
        self.verdicts.clear()

    def discard(self, index: int) -> None:
        """The group is no longer joined there."""
        self.indexes -= {index}
        self.verdicts.clear()

    def is_foreign(self, info: bytes) -> bool:
        """Whether a pktinfo names another group, or an interface that was not joined."""
        verdict = self.verdicts.get(info)
        if verdict is None:
            index = _INDEX.unpack_from(info, self._index_at)[0]
            verdict = info[self._where] != self.packed or index not in self.indexes
            if len(self.verdicts) < _MOST_VERDICTS:
                self.verdicts[info] = verdict
        return verdict
