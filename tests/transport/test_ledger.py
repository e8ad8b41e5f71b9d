"""Who sent what, and what was refused: bounded, whatever a network invents."""

import socket
import struct

from canmcast_gui.frames import Source
from canmcast_gui.transport import ledger as module
from canmcast_gui.transport.codec import Refusal
from canmcast_gui.transport.ledger import Ledger, parse_socket_address, source_of
from canmcast_gui.transport.statistics import SourceCounts


def everyone(*_: object) -> bool:
    return True


def test_counts_are_kept_by_source_and_kind():
    ledger = Ledger(everyone)
    one = ledger.peer(("10.0.0.1", 5))
    one.received += 3
    ledger.count_malformed(one, Refusal.UNREADABLE, 7, b"x" * 1000)
    other = ledger.peer(("fe80::1", 6, 0, 0))
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
    ledger = Ledger(everyone)
    ledger.mark_own(Source("10.0.0.1", 5))
    heard = ledger.peer(("10.0.0.2", 5))
    assert ledger.peer(("10.0.0.1", 5)).is_own
    assert not heard.is_own
    ledger.mark_own(Source("10.0.0.2", 5))
    assert heard.is_own
    assert ledger.own == {Source("10.0.0.1", 5), Source("10.0.0.2", 5)}


def test_whom_a_bus_does_not_listen_to_may_change():
    accepted: set[str] = set()
    ledger = Ledger(lambda address, _: address in accepted)
    peer = ledger.peer(("10.0.0.1", 5))
    assert peer.is_refused
    assert len(ledger.sources) == 1
    accepted.add("10.0.0.1")
    ledger.judge_peers_anew()
    assert not peer.is_refused
    assert ledger.sources[peer.row] == Source("10.0.0.1", 5)


def test_invented_addresses_fill_no_memory_and_lose_no_count(monkeypatch):
    monkeypatch.setattr(module, "_KNOWN_ADDRESSES", 10)
    ledger = Ledger(everyone)
    for port in range(3000):
        ledger.peer(("10.0.0.1", port)).received += 1
        assert len(ledger.peers) <= 10
    counts = ledger.by_source()
    assert len(counts) <= len(ledger.sources) == 1024
    assert sum(count.received for count in counts.values()) == 3000
    assert counts[Source()].received == 3000 - 1023


def test_addresses_read_as_pythons_sockets_give_them():
    raw = (
        struct.pack("=H", socket.AF_INET) + struct.pack("!H", 4711) + socket.inet_aton("10.0.0.7") + bytes(8)
    )
    assert parse_socket_address(raw) == ("10.0.0.7", 4711)
    raw = (
        struct.pack("=H", socket.AF_INET6)
        + struct.pack("!HI", 4711, 3)
        + socket.inet_pton(socket.AF_INET6, "fe80::7")
        + struct.pack("=I", 2)
    )
    assert parse_socket_address(raw) == ("fe80::7", 4711, 3, 2)


def test_a_link_local_source_keeps_its_interface():
    name = socket.if_indextoname(1)
    assert source_of(("fe80::7", 5, 0, 1)) == Source(f"fe80::7%{name}", 5)
    assert source_of(("fe80::7", 5, 0, 9999)) == Source("fe80::7%9999", 5)
