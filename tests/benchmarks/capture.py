"""Receiving while the program is busy: losses and processor time, compared with python-can's Notifier."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager

import can
import psutil
from can.interfaces.udp_multicast import UdpMulticastBus as StockBus

from canmcast_gui.transport.capture.client import Capture
from canmcast_gui.transport.capture.process import POST_SECONDS
from canmcast_gui.transport.settings import BusSettings
from tests.benchmarks.figure import Figure, rate
from tests.support.network import GROUP_IPV4, StockPeer

# Linux grants twice as much: 212,992 bytes, the usual default.
USUAL_BUFFER = 106_496
RATE, SECONDS = 20_000, 10.0
DENSE_RATE = 100_000
# How often a window looks, and how long it is busy in between.
LOOK_SECONDS = 0.05
STOCK_RATES = (100, 200, 400, 800, 1500, 3000, 6000, 10_000, 20_000)
OUR_RATES = (5000, 10_000, 20_000, 30_000, 40_000)
LADDER_SECONDS = 3.0

_ports = iter(range(30_000, 31_000))


def run() -> list[Figure]:
    """Measure with a stock sender in another process; dense traffic with paced_sender.py."""
    return [
        _start_up(),
        *_beside_a_busy_window(),
        *_dense_traffic(),
        _idle(),
        _reader_away(),
        _against_the_notifier(),
    ]


def _settings(port: int, receive_buffer: int | None = USUAL_BUFFER) -> BusSettings:
    return BusSettings.this_computer(group=GROUP_IPV4, port=port, receive_buffer=receive_buffer)


def _start_up() -> Figure:
    times = []
    for _ in range(5):
        start = time.perf_counter()
        with Capture(_settings(next(_ports))):
            times.append(time.perf_counter() - start)
    median = sorted(times)[2] * 1e3
    return Figure("from start to listening", median, 300, f"{median:.0f} ms", at_most=True, unit="ms")


def _beside_a_busy_window() -> list[Figure]:
    port = next(_ports)
    with Capture(_settings(port)) as capture, _stock_sender(port, RATE, SECONDS) as peer:
        process = psutil.Process(capture.pid)
        before, start = sum(process.cpu_times()[:2]), time.monotonic()
        received = _look_now_and_then(capture, SECONDS)
        share = (sum(process.cpu_times()[:2]) - before) / (time.monotonic() - start) * 100
        sent = peer.result()["sent"]
        received += _rest(capture)
    name = f"{RATE:,} frames/s beside a busy reader, buffer {2 * USUAL_BUFFER:,}"
    return [
        Figure(f"{name}: lost", sent - received, 0, f"{received:,} of {sent:,}", at_most=True, unit=""),
        Figure(f"{name}: processor", share, 17, f"{share:.1f} % of a core", at_most=True, unit="%"),
    ]


def _dense_traffic() -> list[Figure]:
    """Traffic that only just fits, beside a program that computes."""
    port = next(_ports)
    with Capture(_settings(port)) as capture:
        command = [sys.executable, "-m", "tests.benchmarks.paced_sender"]
        arguments = [str(port), str(DENSE_RATE), str(SECONDS)]
        sender = subprocess.Popen([*command, *arguments], stdout=subprocess.PIPE, text=True)
        assert sender.stdout is not None
        sender.stdout.readline()
        seconds = _processor_seconds(capture)
        received = _look_now_and_then(capture, SECONDS)
        share = (_processor_seconds(capture) - seconds) / SECONDS * 100
        done = json.loads(sender.communicate()[0])
        received += _rest(capture)
        time.sleep(2 * POST_SECONDS)
        counted = capture.statistics().dropped_kernel
    name = f"{DENSE_RATE:,} frames/s in bursts of {DENSE_RATE // 4000}, buffer {2 * USUAL_BUFFER:,}"
    lost = done["sent"] - received
    text = f"{lost:,} of {done['sent']:,}, {counted:,} counted by the system, at {done['rate']:,.0f} frames/s"
    return [
        Figure(f"{name}: lost", lost, 0, text, at_most=True, unit=""),
        Figure(f"{name}: processor", share, 50, f"{share:.1f} % of a core", at_most=True, unit="%"),
    ]


def _idle() -> Figure:
    with Capture(_settings(next(_ports))) as capture:
        seconds = _processor_seconds(capture)
        time.sleep(SECONDS)
        share = (_processor_seconds(capture) - seconds) / SECONDS * 100
    return Figure("no traffic: processor", share, 0.3, f"{share:.2f} % of a core", at_most=True, unit="%")


def _processor_seconds(capture: Capture) -> float:
    return sum(psutil.Process(capture.pid).cpu_times()[:2])


def _reader_away() -> Figure:
    port = next(_ports)
    with Capture(_settings(port)) as capture, _stock_sender(port, 5000, SECONDS, "--fd") as peer:
        sent = peer.result()["sent"]
        received = _rest(capture)
    text = f"{received:,} of {sent:,}"
    return Figure(
        "reader away 10 s, 5,000 FD frames/s: lost", sent - received, 0, text, at_most=True, unit=""
    )


def _against_the_notifier() -> Figure:
    ours = _highest(OUR_RATES, _capture_loses)
    peer = _highest(STOCK_RATES, _notifier_loses)
    return Figure(
        "without loss in a process that computes",
        ours / max(peer, STOCK_RATES[0]),
        5,
        rate(ours, 1),
        f"{peer:,} frames/s (Notifier)",
    )


def _highest(rates: Sequence[int], loses: Callable[[int], int]) -> int:
    """The highest rate without losses in at least one of two runs."""
    highest = 0
    for wanted in rates:
        if loses(wanted) and loses(wanted):
            break
        highest = wanted
    return highest


def _capture_loses(wanted: int) -> int:
    port = next(_ports)
    with Capture(_settings(port)) as capture, _stock_sender(port, wanted, LADDER_SECONDS) as peer:
        received = _look_now_and_then(capture, LADDER_SECONDS)
        return int(peer.result()["sent"]) - received - _rest(capture)


def _notifier_loses(wanted: int) -> int:
    port = next(_ports)
    received: list[can.Message] = []
    bus = StockBus(channel=GROUP_IPV4, port=port, hop_limit=0)
    notifier = can.Notifier(bus, [received.append])
    try:
        with _stock_sender(port, wanted, LADDER_SECONDS) as peer:
            end = time.monotonic() + LADDER_SECONDS
            while time.monotonic() < end:
                _compute(LOOK_SECONDS)
            sent = int(peer.result()["sent"])
            time.sleep(0.2)
            return sent - len(received)
    finally:
        notifier.stop()
        bus.shutdown()


def _look_now_and_then(capture: Capture, seconds: float) -> int:
    """Take frames every 50 ms and compute in between; returns their number."""
    received, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        _compute(LOOK_SECONDS)
        received += len(capture.recv_batch())
    return received


def _rest(capture: Capture) -> int:
    received = 0
    while count := len(capture.recv_batch(timeout=0.3)):
        received += count
    return received


def _compute(seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        sum(range(1000))


@contextmanager
def _stock_sender(port: int, wanted: int, seconds: float, *more: str) -> Iterator[StockPeer]:
    arguments = ["send", "--port", str(port), "--rate", str(wanted), "--seconds", str(seconds), *more]
    with closing(StockPeer(*arguments)) as peer:
        yield peer
