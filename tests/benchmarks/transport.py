"""Receiving and sending, compared with stock's bus: one process, and frames that already wait in the socket.

Rounds of both alternate, and the fastest of each counts, in processor time if there are no waits: on a busy
machine other times would measure other processes.
"""

from __future__ import annotations

import itertools
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import can
from can.interfaces.udp_multicast import UdpMulticastBus as StockBus
from can.interfaces.udp_multicast.utils import pack_message

from canmcast_gui.frames import FrameBatch
from canmcast_gui.transport import UdpMulticastBus
from canmcast_gui.transport.sender import FrameSender
from canmcast_gui.transport.settings import BusSettings
from canmcast_gui.transport.sockets.platforms import LINUX_SO_RCVBUFFORCE
from tests.benchmarks.figure import Figure, rate
from tests.support.network import GROUP_IPV4, GROUP_IPV6

COUNT = 10_000
ROUNDS = 15
# Room for all frames of a round.
BUFFER = 32 * 2**20
PINGS = 15_000
SIZES = (1, 2, 4, 8, 16, 32, 64, 200, 1024)
# Frames in all rounds of a size, so that short times are measured often.
SIZE_FRAMES = 20_000

_ports = itertools.count(31_000)


def run() -> list[Figure]:
    """Measure on both default groups; latency on IPv4."""
    figures: list[Figure] = []
    for group, name in ((GROUP_IPV4, "IPv4"), (GROUP_IPV6, "IPv6")):
        figures += [*_receiving(group, name), *_sending(group, name), *_sizes(group, name)]
    return [*figures, *_latency()]


def _messages() -> list[can.Message]:
    return [
        can.Message(arbitration_id=0x100 + n % 80, is_extended_id=False, data=n.to_bytes(8, "big"))
        for n in range(COUNT)
    ]


@contextmanager
def _bus(kind: type[can.BusABC], group: str, port: int) -> Iterator[can.BusABC]:
    bus = kind(channel=group, port=port, hop_limit=0)
    if isinstance(bus, StockBus):
        bus._multicast._socket.setsockopt(socket.SOL_SOCKET, LINUX_SO_RCVBUFFORCE, BUFFER)
    try:
        yield bus
    finally:
        bus.shutdown()


def _receiving(group: str, name: str) -> list[Figure]:
    datagrams = [pack_message(message) for message in _messages()]
    ports = next(_ports), next(_ports)
    with _bus(StockBus, group, ports[0]) as stock, _bus(UdpMulticastBus, group, ports[1]) as ours:
        ways: list[tuple[str, int, Callable[[], int]]] = [
            ("stock", ports[0], lambda: _drain_one_by_one(stock)),
            ("recv", ports[1], lambda: _drain_one_by_one(ours)),
            ("recv_batch", ports[1], lambda: _drain_batches(ours)),
        ]
        best = {way: 0.0 for way, _, _ in ways}
        for _ in range(ROUNDS):
            for way, port, drain in ways:
                _fill(group, port, datagrams)
                best[way] = max(best[way], _frames_per_second(drain))
    peer = rate(best["stock"], 1)
    return [
        Figure(f"{name} recv()", best["recv"] / best["stock"], 2, rate(best["recv"], 1), peer),
        Figure(
            f"{name} recv_batch()", best["recv_batch"] / best["stock"], 7, rate(best["recv_batch"], 1), peer
        ),
    ]


def _fill(group: str, port: int, datagrams: list[bytes]) -> None:
    sender = FrameSender(BusSettings(group=group, port=port, hop_limit=0))
    sender.send_datagrams(datagrams)
    sender.close()


def _frames_per_second(work: Callable[[], int]) -> float:
    start = time.process_time()
    count = work()
    seconds = time.process_time() - start
    assert count == COUNT, f"{count} of {COUNT}"
    return count / seconds


def _drain_one_by_one(bus: can.BusABC) -> int:
    count = 0
    while bus.recv(0) is not None:
        count += 1
    return count


def _drain_batches(bus: UdpMulticastBus) -> int:
    count = 0
    while received := len(bus.recv_batch(timeout=0)):
        count += received
    return count


def _sending(group: str, name: str) -> list[Figure]:
    """Each sender has a stock receiver, which must receive all frames."""
    messages = _messages()
    batch = FrameBatch.from_messages(messages)
    with (
        _with_stock_listener(StockBus, group) as (stock, of_stock),
        _with_stock_listener(UdpMulticastBus, group) as (
            ours,
            of_ours,
        ),
    ):
        ways: dict[str, tuple[Callable[[], int], can.BusABC]] = {
            "stock": (lambda: _send_one_by_one(stock, messages), of_stock),
            "send": (lambda: _send_one_by_one(ours, messages), of_ours),
            "send_batch": (lambda: ours.send_batch(batch), of_ours),
        }
        best = dict.fromkeys(ways, 0.0)
        missed = 0
        for _ in range(ROUNDS):
            for way, (send, listener) in ways.items():
                best[way] = max(best[way], _frames_per_second(send))
                missed += COUNT - _drain_one_by_one(listener)
                ours.recv_batch(timeout=0)
    peer = rate(best["stock"], 1)
    return [
        Figure(f"{name} send()", best["send"] / best["stock"], 1, rate(best["send"], 1), peer),
        Figure(
            f"{name} send_batch()", best["send_batch"] / best["stock"], 4, rate(best["send_batch"], 1), peer
        ),
        Figure(f"{name} missed by a stock peer", missed, 0, f"{missed}", at_most=True, unit="frames"),
    ]


def _sizes(group: str, name: str) -> list[Figure]:
    """Batches of each size against as many calls of stock. Both receive what a plain socket has sent."""
    figures = []
    ports = next(_ports), next(_ports)
    plain = [FrameSender(BusSettings(group=group, port=port, hop_limit=0)) for port in ports]
    with _bus(StockBus, group, ports[0]) as stock, _bus(UdpMulticastBus, group, ports[1]) as ours:
        for size in SIZES:
            times = _times_of_size(stock, ours, _messages()[:size], plain)
            # A lower quartile: the minimum of very short times would be that of the clock.
            typical = {way: sorted(found)[len(found) // 4] / size for way, found in times.items()}
            for way, what, of in (("recv", "recv", ""), ("send", "send", ""), ("list", "send", "messages")):
                mine, peer = typical[way], typical[f"stock {what}"]
                bar = 5.0 if size >= 64 else 1.05
                texts = f"{mine * 1e6:.2f} µs a frame", f"{peer * 1e6:.2f} µs a frame"
                text = f"{name} {what}_batch() of {size} {of}".strip()
                figures.append(Figure(text, peer / mine, bar, *texts))
    for sender in plain:
        sender.close()
    return figures


def _times_of_size(
    stock: can.BusABC, ours: UdpMulticastBus, messages: list[can.Message], plain: list[FrameSender]
) -> dict[str, list[float]]:
    """Processor times of rounds of all ways, which alternate; ``plain`` send to stock's bus and to ours.

    Each bus has a receiver of its own: the kernel delivers in the time of the sender.
    """
    batch, datagrams = FrameBatch.from_messages(messages), [pack_message(message) for message in messages]
    ways: list[tuple[str, int, Callable[[], object]]] = [
        ("stock recv", 0, lambda: _receive_one_by_one(stock, len(messages))),
        ("recv", 1, lambda: ours.recv_batch(timeout=0)),
        ("stock send", 0, lambda: _send_one_by_one(stock, messages)),
        ("send", 1, lambda: ours.send_batch(batch)),
        ("list", 1, lambda: ours.send_batch(messages)),
    ]
    times: dict[str, list[float]] = {way: [] for way, _, _ in ways}
    for _ in range(max(SIZE_FRAMES // len(messages), ROUNDS)):
        for way, index, work in ways:
            if way.endswith("recv"):
                for datagram in datagrams:
                    plain[index].send_datagram(datagram)
            start = time.thread_time()
            work()
            times[way].append(time.thread_time() - start)
            _drain_one_by_one(stock)
            ours.recv_batch(timeout=0)
    return times


def _settings(bus: can.BusABC) -> dict[str, object]:
    """The settings of a sender to the group of a bus, from its name: "... group:port ..."."""
    socket_ = bus._multicast if isinstance(bus, StockBus) else bus
    return {"group": bus.channel, "port": socket_.port, "hop_limit": 0}


def _receive_one_by_one(bus: can.BusABC, count: int) -> None:
    for _ in range(count):
        assert bus.recv(0) is not None


@contextmanager
def _with_stock_listener(kind: type[can.BusABC], group: str) -> Iterator[tuple[can.BusABC, can.BusABC]]:
    port = next(_ports)
    with _bus(StockBus, group, port) as listener:
        bus = kind(channel=group, port=port, hop_limit=0)
        try:
            yield bus, listener
        finally:
            bus.shutdown()


def _send_one_by_one(bus: can.BusABC, messages: list[can.Message]) -> int:
    for message in messages:
        bus.send(message)
    return len(messages)


def _latency() -> list[Figure]:
    """Round trips: a thread responds to each frame; both ends are of one kind. Kinds alternate."""
    times: dict[type[can.BusABC], list[float]] = {StockBus: [], UdpMulticastBus: []}
    for _ in range(ROUNDS):
        for kind, found in times.items():
            found += _round_trips(kind, PINGS // ROUNDS)
    ours, stock = sorted(times[UdpMulticastBus]), sorted(times[StockBus])
    figures = []
    for percent in (50, 99):
        mine, peer = (found[len(found) * percent // 100] * 1e6 for found in (ours, stock))
        name = f"there and back, {percent} of 100 within"
        figures.append(Figure(name, mine / peer, 1, f"{mine:.0f} µs", f"{peer:.0f} µs", at_most=True))
    return figures


def _round_trips(kind: type[can.BusABC], count: int) -> list[float]:
    """Round trip times over two groups, because stock buses also receive their own frames."""
    port = next(_ports)
    there, back = "239.74.163.10", "239.74.163.11"
    with (
        _bus(kind, there, port) as ping_out,
        _bus(kind, there, port) as ping_in,
        _bus(kind, back, port + 500) as pong_out,
        _bus(kind, back, port + 500) as pong_in,
    ):
        answering = threading.Thread(target=_answer, args=(ping_in, pong_out, count))
        answering.start()
        times = []
        message = can.Message(arbitration_id=0x123, data=bytes(8))
        for _ in range(count):
            start = time.perf_counter()
            ping_out.send(message)
            if pong_in.recv(5.0) is not None:
                times.append(time.perf_counter() - start)
        answering.join()
        return times


def _answer(bus: can.BusABC, answer: can.BusABC, count: int) -> None:
    for _ in range(count):
        message = bus.recv(5.0)
        if message is not None:
            answer.send(message)
