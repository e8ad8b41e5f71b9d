"""The senders of a bus: their sources, what each sent, and which datagrams were refused and why."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable

from canmcast_gui.frames import Source, SourceTable
from canmcast_gui.transport.sockets.origins import Origin, Origins
from canmcast_gui.transport.statistics import MalformedDatagram, SourceCounts
from canmcast_gui.transport.wire.codec import Refusal

# The table is emptied when it holds this many, so a network that invents origins cannot make it grow.
_KNOWN_ORIGINS = 4096
# Enough to see what a broken sender sends, and no more than 4 KiB.
_RECENT_MALFORMED = 16
_BYTES_OF_MALFORMED = 256


class Peer:
    """What is known of an origin: its row in the source table, how to treat its frames, how many it sent."""

    __slots__ = ("is_own", "is_refused", "malformed", "received", "row", "source")

    def __init__(self) -> None:
        self.row = 0
        self.source = Source()
        self.is_own = False
        self.is_refused = False
        self.received = 0
        self.malformed = 0


class PeerTable:
    """Counts by source and by kind. ``accepts`` says whether the bus receives from an (ip, scope id)."""

    def __init__(self, origins: Origins, accepts: Callable[[str, int], bool]) -> None:
        self._origins = origins
        self.sources = SourceTable()
        self.foreign = 0
        self.ignored = 0
        self._accepts = accepts
        self._own: set[Source] = set()
        # Bounded by _KNOWN_ORIGINS; emptied, never replaced: decoders hold its ``get``.
        self.by_origin: dict[Origin, Peer] = {}
        # Counts of peers that were removed; bounded by the table of sources.
        self._removed: dict[Source, SourceCounts] = {}
        self._kinds: Counter[str] = Counter()
        self._recent: deque[MalformedDatagram] = deque(maxlen=_RECENT_MALFORMED)

    @property
    def own(self) -> frozenset[Source]:
        """The addresses of this program's own senders."""
        return frozenset(self._own)

    def mark_own(self, source: Source) -> None:
        """From now on frames from ``source`` are this program's own."""
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
        if len(self.by_origin) >= _KNOWN_ORIGINS:
            self._remove_all()
        peer = Peer()
        self._classify(peer, origin)
        self.by_origin[origin] = peer
        return peer

    def count_malformed(self, peer: Peer, kind: Refusal, timestamp_ns: int, datagram: bytes) -> None:
        """A datagram was refused."""
        peer.malformed += 1
        self._kinds[kind.value] += 1
        kept = bytes(datagram[:_BYTES_OF_MALFORMED])
        self._recent.append(MalformedDatagram(peer.source, kind.value, timestamp_ns, len(datagram), kept))

    def by_source(self) -> dict[Source, SourceCounts]:
        """Counts of every source."""
        return _added(self._removed, list(self.by_origin.values()))

    def malformed_by_kind(self) -> dict[str, int]:
        """How many datagrams were refused for which reason."""
        return dict(self._kinds)

    def recent_malformed(self) -> tuple[MalformedDatagram, ...]:
        """The last few refused datagrams, oldest first."""
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
