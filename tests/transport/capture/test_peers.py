"""Who sent what, and what was refused: bounded, whatever a network invents."""

from collections.abc import Callable

from canmcast_gui.frames import Source
from canmcast_gui.transport.capture import peers as module
from canmcast_gui.transport.capture.peers import Ledger
from canmcast_gui.transport.sockets.addresses import parse_group
from canmcast_gui.transport.sockets.origins import Origin, Origins
from canmcast_gui.transport.statistics import SourceCounts
from canmcast_gui.transport.wire.codec import Refusal


def make_ledger(accepts: Callable[[str, int], bool] = lambda *_: True) -> Ledger:
    return Ledger(Origins(parse_group("239.1.2.3"), reports_destinations=False), accepts)


def origin(address: str, port: int) -> Origin:
    return ((address, port, 0, 0) if ":" in address else (address, port)), None


def test_counts_are_kept_by_source_and_kind():
    ledger = make_ledger()
    one = ledger.peer(origin("10.0.0.1", 5))
    one.received += 3
    ledger.count_malformed(one, Refusal.UNREADABLE, 7, b"x" * 1000)
    other = ledger.peer(origin("fe80::1", 6))
    ledger.count_malformed(other, Refusal.UNREADABLE, 8, b"")
    assert ledger.by_source() == {
        Source("10.0.0.1", 5): SourceCounts(3, 1),
        Source("fe80::1", 6): SourceCounts(0, 1),
    }
    assert ledger.malformed_by_kind() == {Refusal.UNREADABLE.value: 2}
    first, second = ledger.recent_malformed()
    assert (first.length, len(first.data), first.timestamp_ns, first.source) == (1000, 256, 7, one.source)
    assert second.source == Source("fe80::1", 6)


def test_an_own_sender_is_known_before_and_after_it_was_heard():
    ledger = make_ledger()
    ledger.mark_own(Source("10.0.0.1", 5))
    heard = ledger.peer(origin("10.0.0.2", 5))
    assert ledger.peer(origin("10.0.0.1", 5)).is_own
    assert not heard.is_own
    ledger.mark_own(Source("10.0.0.2", 5))
    assert heard.is_own
    assert ledger.own == {Source("10.0.0.1", 5), Source("10.0.0.2", 5)}


def test_whom_a_bus_does_not_listen_to_may_change():
    accepted: set[str] = set()
    ledger = make_ledger(lambda address, _: address in accepted)
    peer = ledger.peer(origin("10.0.0.1", 5))
    assert peer.is_refused
    assert len(ledger.sources) == 1
    accepted.add("10.0.0.1")
    ledger.judge_peers_anew()
    assert not peer.is_refused
    assert ledger.sources[peer.row] == Source("10.0.0.1", 5)


def test_invented_addresses_fill_no_memory_and_lose_no_count(monkeypatch):
    monkeypatch.setattr(module, "_KNOWN_ORIGINS", 10)
    ledger = make_ledger()
    for port in range(3000):
        ledger.peer(origin("10.0.0.1", port)).received += 1
        assert len(ledger.peers) <= 10
    counts = ledger.by_source()
    assert len(counts) <= len(ledger.sources) == 1024
    assert sum(count.received for count in counts.values()) == 3000
    assert counts[Source()].received == 3000 - 1023
