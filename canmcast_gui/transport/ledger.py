"""Who sent what: the sources of a bus, what came from each, and what was refused and why."""

from __future__ import annotations

import socket
import struct
from collections import Counter, deque
from collections.abc import Callable, Iterable
from typing import Any

from canmcast_gui.frames import Source, SourceTable
from canmcast_gui.transport.codec import Refusal
from canmcast_gui.transport.reading import Address
from canmcast_gui.transport.statistics import MalformedDatagram, SourceCounts

# Addresses whose row is remembered; a network that invents more makes us look again, not grow.
_KNOWN_ADDRESSES = 4096
# Enough to see what a broken sender sends, and no more than 4 KiB.
_RECENT_MALFORMED = 16
_BYTES_OF_MALFORMED = 256


class Peer:
    """What we know of a sender: its row in the source table, how to treat its frames, how many came."""

    __slots__ = ("is_own", "is_refused", "malformed", "received", "row", "source")

    def __init__(self) -> None:
        self.row = 0
        self.source = Source()
        self.is_own = False
        self.is_refused = False
        self.received = 0
        self.malformed = 0


class Ledger:
    """Counts by source and by kind. ``accepts`` says whether a bus listens to an (ip, scope id) at all."""

    def __init__(self, accepts: Callable[[str, int], bool]) -> None:
        self.sources = SourceTable()
        self.foreign = 0
        self.ignored = 0
        self._accepts = accepts
        self._own: set[Source] = set()
        # Bounded by _KNOWN_ADDRESSES; emptied, never replaced.
        self.peers: dict[Address, Peer] = {}
        # Counts of peers that were forgotten; the table of sources bounds it.
        self._settled: dict[Source, SourceCounts] = {}
        self._kinds: Counter[str] = Counter()
        self._recent: deque[MalformedDatagram] = deque(maxlen=_RECENT_MALFORMED)

    @property
    def own(self) -> frozenset[Source]:
        """The addresses of this program's own senders."""
        return frozenset(self._own)

    def mark_own(self, source: Source) -> None:
        """From now on frames from ``source`` are this program's own."""
        self._own.add(source)
        self.judge_peers_anew()

    def judge_peers_anew(self) -> None:
        """This host's addresses may have changed, or our own senders."""
        for address, peer in list(self.peers.items()):
            self._judge(peer, address)

    def _judge(self, peer: Peer, address: Address) -> None:
        plain = parse_socket_address(address) if isinstance(address, bytes) else address
        peer.is_refused = not self._accepts(plain[0], plain[3] if len(plain) == 4 else 0)
        source = source_of(plain)
        peer.is_own = source in self._own
        if not peer.is_refused:
            peer.row = self.sources.number(source)
            peer.source = self.sources[peer.row]

    def _settle(self) -> None:
        self._settled = _added(self._settled, self.peers.values())
        self.peers.clear()

    def peer(self, address: Address) -> Peer:
        """Who sent from ``address``."""
        return self.peers.get(address) or self.meet(address)

    def meet(self, address: Address) -> Peer:
        """Who sends from ``address``, heard for the first time or again after long."""
        if len(self.peers) >= _KNOWN_ADDRESSES:
            self._settle()
        peer = Peer()
        self._judge(peer, address)
        self.peers[address] = peer
        return peer

    def count_malformed(self, peer: Peer, kind: Refusal, timestamp_ns: int, datagram: bytes) -> None:
        """A datagram was refused."""
        peer.malformed += 1
        self._kinds[kind.value] += 1
        kept = bytes(datagram[:_BYTES_OF_MALFORMED])
        self._recent.append(MalformedDatagram(peer.source, kind.value, timestamp_ns, len(datagram), kept))

    def by_source(self) -> dict[Source, SourceCounts]:
        """Counts of every source that was heard."""
        return _added(self._settled, list(self.peers.values()))

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


def parse_socket_address(raw: bytes) -> tuple[Any, ...]:
    """A sockaddr_in or sockaddr_in6 (linux/in.h, linux/in6.h) as Python's sockets would give it."""
    family, port = struct.unpack_from("=H", raw)[0], struct.unpack_from("!H", raw, 2)[0]
    if family == socket.AF_INET:
        return (socket.inet_ntoa(raw[4:8]), port)
    flow, scope = struct.unpack_from("!I", raw, 4)[0], struct.unpack_from("=I", raw, 24)[0]
    return (socket.inet_ntop(socket.AF_INET6, raw[8:24]), port, flow & 0xFFFFF, scope)


def source_of(address: tuple[Any, ...]) -> Source:
    """The source that a socket address names; a link-local one keeps its scope."""
    scope = f"%{_scope_name(address[3])}" if len(address) == 4 and address[3] else ""
    return Source(address[0] + scope, address[1])


def _scope_name(index: int) -> str:
    try:
        return socket.if_indextoname(index)
    except OSError:
        return str(index)
