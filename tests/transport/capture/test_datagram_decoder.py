"""Peers and their counters, which are bounded for any network."""

from collections.abc import Callable

from canmcast_gui.frames import Source
from canmcast_gui.transport.capture.peers import PeerTable
from canmcast_gui.transport.sockets.addresses import parse_group
from canmcast_gui.transport.sockets.origins import Origin, Origins
from canmcast_gui.transport.statistics import SourceCounts
from canmcast_gui.transport.wire.codec import Refusal


def make_table(accepts: Callable[[str, int], bool] = lambda *_: True) -> PeerTable:
    return PeerTable(Origins(parse_group("239.1.2.3"), reports_destinations=False), accepts)


def origin(address: str, port: int) -> Origin:
    return ((address, port, 0, 0) if ":" in address else (address, port)), None


def test_counts_are_kept_by_source_and_kind():
    peers = make_table()
    one = peers.peer(origin("10.0.0.1", 5))
    one.received += 3
    peers.count_malformed(one, Refusal.UNREADABLE, 7, b"x" * 1000)
    other = peers.peer(origin("fe80::1", 6))
    peers.count_malformed(other, Refusal.UNREADABLE, 8, b"")
    assert peers.by_source() == {
        Source("10.0.0.1", 5): SourceCounts(3, 1),
        Source("fe80::1", 6): SourceCounts(0, 1),
    }
    assert peers.malformed_by_kind() == {Refusal.UNREADABLE.value: 2}
    first, second = peers.recent_malformed()
    assert (first.length, len(first.data), first.timestamp_ns, first.source) == (1000, 256, 7, one.source)
    assert second.source == Source("fe80::1", 6)


def test_an_own_sender_can_be_marked_before_and_after_its_first_frame():
    peers = make_table()
    peers.mark_own(Source("10.0.0.1", 5))
    received = peers.peer(origin("10.0.0.2", 5))
    assert peers.peer(origin("10.0.0.1", 5)).is_own
    assert not received.is_own
    peers.mark_own(Source("10.0.0.2", 5))
    assert received.is_own


def test_whom_a_bus_does_not_listen_to_may_change():
    accepted: set[str] = set()
    peers = make_table(lambda address, _: address in accepted)
    peer = peers.peer(origin("10.0.0.1", 5))
    assert peer.is_refused
    assert len(peers.sources) == 1
    accepted.add("10.0.0.1")
    peers.refresh()
    assert not peer.is_refused
    assert peers.sources[peer.row] == Source("10.0.0.1", 5)


def test_invented_addresses_fill_no_memory_and_lose_no_count(monkeypatch):
    monkeypatch.setattr("canmcast_gui.transport.capture.peers.MOST_ORIGINS", 10)
    peers = make_table()
    for port in range(3000):
        peers.peer(origin("10.0.0.1", port)).received += 1
        assert len(peers.by_origin) <= 10
    counts = peers.by_source()
    assert len(counts) <= len(peers.sources) == 1024
    assert sum(count.received for count in counts.values()) == 3000
    assert counts[Source()].received == 3000 - 1023
