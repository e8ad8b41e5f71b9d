"""Sending on time: a job of one millisecond as a stock receiver hears it, against python-can's own."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import closing

import numpy as np
import numpy.typing as npt
import psutil

from canmcast_gui.frames import FrameBatch
from canmcast_gui.transmit import Transmitter
from canmcast_gui.transport.capture import Capture
from canmcast_gui.transport.settings import BusSettings
from tests.benchmarks.figure import Figure
from tests.support.network import GROUP_IPV4, StockPeer

SENDER = "canmcast_gui.transport.sender:open_sender"
PERIOD_NS = 1_000_000
SECONDS = 20
JOBS, JOBS_PERIOD_NS = 100, 10_000_000

# What a user of python-can writes for the same.
STOCK_JOB = f"""
import time
import can
from can.interfaces.udp_multicast import UdpMulticastBus
with UdpMulticastBus(channel={GROUP_IPV4!r}, port=PORT, hop_limit=0) as bus:
    message = can.Message(arbitration_id=0x123, is_extended_id=False, data=bytes(8))
    task = bus.send_periodic(message, {PERIOD_NS / 1e9})
    time.sleep({SECONDS})
    task.stop()
"""

_ports = iter(range(31_000, 32_000))


def run() -> list[Figure]:
    """Measure with a stock receiver in another process, by the kernel's times of arrival."""
    ours, share = _our_job()
    peer = _stock_job()
    return [
        Figure(
            "job of 1 ms: mean period off",
            abs(_slope_ppm(ours)),
            10,
            f"{_slope_ppm(ours):+.2f} ppm",
            f"{_slope_ppm(peer):+.2f} ppm",
            at_most=True,
            unit="ppm",
        ),
        Figure(
            "job of 1 ms: frames that are missing",
            SECONDS * 1000 - len(ours),
            0,
            f"{len(ours):,} of {SECONDS * 1000:,}",
            f"{len(peer):,}",
            at_most=True,
            unit="",
        ),
        Figure(
            "job of 1 ms: 99 % within",
            _p99_us(ours) / _p99_us(peer),
            1,
            f"{_p99_us(ours):.0f} µs",
            f"{_p99_us(peer):.0f} µs",
            at_most=True,
        ),
        Figure("job of 1 ms: processor", share, 20, f"{share:.1f} % of a core", at_most=True, unit="%"),
        _many_jobs(),
    ]


def _frame(arbitration_id: int = 0x123) -> FrameBatch:
    return FrameBatch.from_columns(0, [arbitration_id], np.zeros((1, 8), dtype=np.uint8))


def _our_job() -> tuple[npt.NDArray[np.float64], float]:
    """Times of arrival of a job of SECONDS, and the share of a core that it took."""
    port = next(_ports)
    settings = BusSettings.this_computer(group=GROUP_IPV4, port=port)
    with closing(_listener(port, SECONDS)) as peer, Transmitter(SENDER, settings.to_dict()) as transmitter:
        process = psutil.Process(transmitter.pid)
        before, start = sum(process.cpu_times()[:2]), time.monotonic()
        transmitter.arm(1, _frame(), PERIOD_NS, count=SECONDS * 1000)
        while transmitter.armed:
            time.sleep(0.1)
            transmitter.poll()
        share = (sum(process.cpu_times()[:2]) - before) / (time.monotonic() - start) * 100
        return np.array(peer.result()["times"]), share


def _stock_job() -> npt.NDArray[np.float64]:
    port = next(_ports)
    with closing(_listener(port, SECONDS)) as peer:
        subprocess.run([sys.executable, "-c", STOCK_JOB.replace("PORT", str(port))], check=True)
        return np.array(peer.result()["times"])


def _many_jobs() -> Figure:
    settings = BusSettings.this_computer(group=GROUP_IPV4, port=next(_ports))
    wanted = JOBS * 500
    with Capture(settings) as capture, Transmitter(SENDER, settings.to_dict()) as transmitter:
        for number in range(JOBS):
            transmitter.arm(number, _frame(0x100 + number), JOBS_PERIOD_NS, count=500)
        received = 0
        while count := len(capture.recv_batch(timeout=1.0)):
            received += count
    name = f"{JOBS} jobs of 10 ms: frames that are missing"
    return Figure(name, wanted - received, 0, f"{received:,} of {wanted:,}", at_most=True, unit="")


def _listener(port: int, seconds: float) -> StockPeer:
    return StockPeer("recv", "--port", str(port), "--seconds", str(seconds + 3))


def _slope_ppm(times: npt.NDArray[np.float64]) -> float:
    """How far the mean period is off, as the median of what frames half a run apart say."""
    half = len(times) // 2
    period_ns = float(np.median(times[half : 2 * half] - times[:half])) / half * 1e9
    return (period_ns - PERIOD_NS) / PERIOD_NS * 1e6


def _p99_us(times: npt.NDArray[np.float64]) -> float:
    """How far 99 of 100 intervals are from the period at most."""
    return float(np.quantile(np.abs(np.diff(times) * 1e9 - PERIOD_NS), 0.99)) / 1e3
