"""A gateway between two multicast channels: what is lost, how long a frame takes, and whether order is kept.

The frames of both directions have the same ids and payloads at the same time: a gateway must not take them
for frames that came back. Times are those of the kernel, when a frame and its copy arrive at a receiver.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from contextlib import closing

import numpy as np

from canmcast_gui.channels.settings import ChannelSettings
from canmcast_gui.frames import FrameBatch
from canmcast_gui.gateway.client import Gateway
from canmcast_gui.transport.receiver import Receiver
from canmcast_gui.transport.settings import BusSettings
from tests.benchmarks.figure import Figure
from tests.support.network import GROUP_IPV4

RATE, SECONDS = 5_000, 10
PORTS = (33_500, 33_502)
# Room for what arrives between two reads.
BUFFER = 16 * 2**20
READ_SECONDS = 0.05
SETTLE_SECONDS = 0.5


def run() -> list[Figure]:
    """Both directions at once."""
    buses = [BusSettings.this_computer(group=GROUP_IPV4, port=port, receive_buffer=BUFFER) for port in PORTS]
    channels = [
        ChannelSettings("multicast", GROUP_IPV4, {"local": True, "port": port}, number=number)
        for number, port in enumerate(PORTS, 1)
    ]
    with (
        closing(Receiver(buses[0])) as left,
        closing(Receiver(buses[1])) as right,
        Gateway(channels) as gateway,
    ):
        (sent_left, copied_left), (sent_right, copied_right) = _send(left, right)
        gateway.stop()
        report = gateway.report
    there, back = _direction(sent_left, copied_right), _direction(sent_right, copied_left)
    lost = there[0] + back[0] + report.lost + report.returned
    latencies_ms = np.concatenate([there[1], back[1]]) / 1e6
    p50, p99 = (float(np.quantile(latencies_ms, share)) for share in (0.5, 0.99))
    own = report.latency_ms(0.99) or 0.0
    name = f"gateway, {RATE:,} frames/s each way"
    swapped = there[2] + back[2]
    return [
        Figure(f"{name}: lost", lost, 0, f"{lost}", at_most=True, unit="frames"),
        Figure(f"{name}: out of order", swapped, 0, f"{swapped}", at_most=True, unit="frames"),
        Figure(f"{name}: 99 % within", p99, 3, f"{p99:.2f} ms", at_most=True, unit="ms"),
        Figure(f"{name}: half within", p50, 3, f"{p50:.2f} ms", at_most=True, unit="ms"),
        Figure(f"{name}: 99 % within, by its own count", own, 3, f"{own:.2f} ms", at_most=True, unit="ms"),
    ]


def _send(left: Receiver, right: Receiver) -> list[tuple[FrameBatch, FrameBatch]]:
    """Have a sender on each bus send; returns for each bus the frames of its sender, and those of others."""
    senders = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.paced_sender", str(port), str(RATE), str(SECONDS)],
            stdout=subprocess.PIPE,
            text=True,
        )
        for port in PORTS
    ]
    batches: tuple[list[FrameBatch], list[FrameBatch]] = ([], [])
    end = None
    while end is None or time.monotonic() < end:
        time.sleep(READ_SECONDS)
        for found, receiver in zip(batches, (left, right), strict=True):
            found.append(receiver.drain(1 << 20))
        if end is None and all(sender.poll() is not None for sender in senders):
            end = time.monotonic() + SETTLE_SECONDS
    results = [json.loads(sender.communicate()[0].splitlines()[-1]) for sender in senders]
    assert all(result["sent"] >= RATE * SECONDS for result in results), results
    assert all(receiver.statistics().dropped_kernel == 0 for receiver in (left, right))
    return [
        _by_port(FrameBatch.concatenate(found), receiver, result["port"])
        for found, receiver, result in zip(batches, (left, right), results, strict=True)
    ]


def _by_port(batch: FrameBatch, receiver: Receiver, port: int) -> tuple[FrameBatch, FrameBatch]:
    """The frames from a port, and all others."""
    own = np.array([source.port == port for source in receiver.sources])[batch.source]
    return batch[own], batch[~own]


def _direction(sent: FrameBatch, copies: FrameBatch) -> tuple[int, np.ndarray, int]:
    """Lost frames, latencies in ns and swapped frames from one bus to the other."""
    numbers, copied = _numbers(sent), _numbers(copies)
    lost = len(sent) - len(np.unique(copied))
    times = np.zeros(int(numbers.max()) + 1, dtype=np.int64)
    times[numbers] = sent.timestamp_ns
    swapped = int(np.count_nonzero(np.diff(copied) <= 0))
    return lost, copies.timestamp_ns - times[copied], swapped


def _numbers(batch: FrameBatch) -> np.ndarray:
    return batch.data.copy().view(">u8")[:, 0].astype(np.int64)
