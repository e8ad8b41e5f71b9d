"""The senders of datagrams: which of them the bus receives from, and what it has received."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from canmcast_gui.frames import Source, SourceTable, bits
from canmcast_gui.frames.arrays import Mask, Numbers
from canmcast_gui.frames.batch import Records
from canmcast_gui.transport.sockets.origins import Origin, Origins
from canmcast_gui.transport.statistics import MalformedDatagram, SourceCounts
from canmcast_gui.transport.wire.codec import Refusal

# The table is cleared at this size, so that a hostile network cannot make it grow by invented origins.
MOST_ORIGINS = 4096
# Enough to see what a faulty sender sends, and at most 4 KiB.
_RECENT_MALFORMED = 16
_BYTES_OF_MALFORMED = 256


class Peer:
    """An origin with its row in the source table, the treatment of its frames, and its counters."""

    __slots__ = ("is_own", "is_refused", "malformed", "received", "row", "source")

    def __init__(self) -> None:
        self.row = 0
        self.source = Source()
        self.is_own = False
        self.is_refused = False
        self.received = 0
        self.malformed = 0


class PeerTable:
    """Counters by source and by reason. ``accepts(ip, scope_id)`` tells whether the bus receives from it."""

    def __init__(self, origins: Origins, accepts: Callable[[str, int], bool]) -> None:
        self._origins = origins
        self.sources = SourceTable()
        self.foreign = 0
        self.ignored = 0
        self._accepts = accepts
        self._own: set[Source] = set()
        # At most MOST_ORIGINS; cleared, never replaced: decoders keep its ``get``.
        self.by_origin: dict[Origin, Peer] = {}
        # Counters of removed peers; bounded by the table of sources.
        self._removed: dict[Source, SourceCounts] = {}
        self._kinds: Counter[str] = Counter()
        self._recent: deque[MalformedDatagram] = deque(maxlen=_RECENT_MALFORMED)

    def mark_own(self, source: Source) -> None:
        """Treat frames from ``source`` as this program's own.

        For a sender in the same process. Frames of the transmit process are marked by Capture.mark_own().
        """
        self._own.add(source)
        self.refresh()

    def refresh(self) -> None:
        """Classify all peers again, after addresses, interfaces or own senders have changed."""
        for origin, peer in list(self.by_origin.items()):
            self._classify(peer, origin)

    def _classify(self, peer: Peer, origin: Origin) -> None:
        sender = self._origins.read(origin)
        peer.is_refused = sender.foreign or not self._accepts(sender.address, sender.scope_id)
        peer.is_own = sender.source in self._own
        if not peer.is_refused:
            peer.row = self.sources.number(sender.source)
            peer.source = self.sources[peer.row]

    def _remove_all(self) -> None:
        self._removed = _added(self._removed, self.by_origin.values())
        self.by_origin.clear()

    def peer(self, origin: Origin) -> Peer:
        """The peer of an origin."""
        return self.by_origin.get(origin) or self.add(origin)

    def add(self, origin: Origin) -> Peer:
        """Add the peer of an origin that is not in the table."""
        if len(self.by_origin) >= MOST_ORIGINS:
            self._remove_all()
        peer = Peer()
        self._classify(peer, origin)
        self.by_origin[origin] = peer
        return peer

    def count_malformed(self, peer: Peer, kind: Refusal, timestamp_ns: int, datagram: bytes) -> None:
        """Count a refused datagram and keep its beginning."""
        peer.malformed += 1
        self._kinds[kind.value] += 1
        kept = bytes(datagram[:_BYTES_OF_MALFORMED])
        self._recent.append(MalformedDatagram(peer.source, kind.value, timestamp_ns, len(datagram), kept))

    def by_source(self) -> dict[Source, SourceCounts]:
        """The counters of each source."""
        return _added(self._removed, list(self.by_origin.values()))

    def malformed_by_kind(self) -> dict[str, int]:
        """The number of refused datagrams by reason."""
        return dict(self._kinds)

    def recent_malformed(self) -> tuple[MalformedDatagram, ...]:
        """The last refused datagrams, oldest first."""
        return tuple(self._recent)


def _added(counts: dict[Source, SourceCounts], peers: Iterable[Peer]) -> dict[Source, SourceCounts]:
    total = dict(counts)
    for peer in peers:
        if peer.received or peer.malformed:
            before = total.get(peer.source, SourceCounts())
            total[peer.source] = SourceCounts(
                before.received + peer.received, before.malformed + peer.malformed
            )
    return total


@dataclass(frozen=True, slots=True)
class ReceiveOptions:
    """Whether a bus delivers its own frames (``own``) and CAN FD frames (``fd``)."""

    own: bool
    fd: bool


class BlockOfPeers:
    """The peers of a block of datagrams. ``foreign`` tells which are not for this bus, bool (n,)."""

    def __init__(
        self, peers: PeerTable, options: ReceiveOptions, origins: list[Origin], indexes: Numbers
    ) -> None:
        self._table = peers
        self._options = options
        self._peers = [peers.peer(origin) for origin in origins]
        self._indexes = indexes
        self.foreign: Mask = np.array([peer.is_refused for peer in self._peers])[indexes]
        peers.foreign += int(np.count_nonzero(self.foreign))

    def accept(self, records: Records, valid: Mask) -> Mask:
        """Fill in the sources, mark own frames and count; returns which frames are for this bus, bool (n,).

        ``valid`` tells which datagrams have a frame in ``records`` (n,).
        """
        records["source"] = np.array([peer.row for peer in self._peers], dtype=np.uint16)[self._indexes]
        good = valid & ~self.foreign
        if any(peer.is_own for peer in self._peers):
            own = np.array([peer.is_own for peer in self._peers])[self._indexes]
            records["flags"][own] |= np.uint16(bits.TX)
            if not self._options.own:
                good &= ~own
        if not self._options.fd:
            fd = good & (records["flags"] & np.uint16(bits.FD) != 0)
            self._table.ignored += int(np.count_nonzero(fd))
            good &= ~fd
        received = np.bincount(self._indexes, weights=good, minlength=len(self._peers))
        for peer, number in zip(self._peers, received.tolist(), strict=True):
            peer.received += int(number)
        return good
