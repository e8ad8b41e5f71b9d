"""Response times: a triggered job, compared with a python-can program that only responds."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import numpy as np

from canmcast_gui.frames import FrameBatch
from canmcast_gui.transmit import Job, Transmitter, Trigger
from canmcast_gui.transport.receiver import Receiver
from canmcast_gui.transport.settings import BusSettings
from tests.benchmarks.figure import Figure
from tests.benchmarks.transmit import busy_window, ratio, settings_of
from tests.support.network import GROUP_IPV4

SENDER = "canmcast_gui.transport.sender:open_sender"
RECEIVER = "canmcast_gui.transport.receiver:open_receiver"
MS = 1_000_000
ASKED, PERIOD_NS = 500, 5 * MS
ASK, ANSWER = 0x100, 0x200

# What a user of python-can writes for the same.
STOCK = f"""
import sys, can
from can.interfaces.udp_multicast import UdpMulticastBus
answer = can.Message(arbitration_id={ANSWER}, is_extended_id=False, data=bytes(8))
with UdpMulticastBus(channel="{GROUP_IPV4}", port=int(sys.argv[1]), hop_limit=0) as bus:
    print("ready", flush=True)
    for message in bus:
        if message.arbitration_id == {ASK} and message.data[0] & 1:
            bus.send(answer)
"""


def run() -> list[Figure]:
    """Measure while a window shows the traffic of the demonstration."""
    with busy_window():
        sides: dict[str, list[float]] = {"ours": [], "stock": []}
        for turn in range(4):
            for name, answering in (("ours", _ours), ("stock", _stock)):
                settings = settings_of(33_000 + 2 * turn + (name == "stock"))
                with answering(settings):
                    sides[name].append(_p99_us(settings))
    ours, stock = (float(np.median(found)) for found in sides.values())
    return [ratio("an answer to a frame: 99 % within", ours, stock, 1 / 2, "µs")]


@contextmanager
def _ours(settings: BusSettings) -> Iterator[None]:
    with Transmitter(SENDER, settings.to_dict(), RECEIVER) as transmitter:
        answer = FrameBatch.from_columns(0, [ANSWER], [[0] * 8])
        transmitter.jobs.arm(Job(1, answer, MS, trigger=Trigger(f"id == {ASK:#x} and data[0] & 1")))
        transmitter.flush(5.0)
        yield


@contextmanager
def _stock(settings: BusSettings) -> Iterator[None]:
    command = [sys.executable, "-c", STOCK, str(settings.port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield
        process.terminate()


def _p99_us(settings: BusSettings) -> float:
    """The 99th percentile from a frame to its response, by the arrival times of the kernel."""
    with closing(Receiver(settings)) as receiver, Transmitter(SENDER, settings.to_dict()) as asking:
        asking.jobs.arm(Job(1, FrameBatch.from_columns(0, [ASK], [[1] + [0] * 7]), PERIOD_NS, ASKED))
        while asking.jobs.armed:
            time.sleep(0.02)
            asking.poll()
        time.sleep(0.1)
        received = receiver.drain(1 << 20)
    asked = received.timestamp_ns[received.arbitration_id == ASK]
    answers = received.timestamp_ns[received.arbitration_id == ANSWER]
    assert len(asked) == len(answers) == ASKED, f"{len(answers)} answers to {len(asked)} frames"
    return float(np.quantile(answers - asked, 0.99)) / 1e3
