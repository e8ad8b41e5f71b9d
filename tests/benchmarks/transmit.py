"""Sending on time, by the kernel's times of arrival at a receiver, beside python-can's own on stock's bus.

Deviations are from the ideal grid: the period's, or the recorded times. A constant delay is none, so the
grid is laid through the median of what arrived. A window that shows a busy bus runs beside all of it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt
import psutil

from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.processes.channel import wait_for
from canmcast_gui.transmit import Transmitter
from canmcast_gui.transport.receiver import Receiver
from canmcast_gui.transport.settings import BusSettings
from tests.benchmarks.figure import Figure
from tests.support.network import GROUP_IPV4

SENDER = "canmcast_gui.transport.sender:open_sender"
MS = 1_000_000
ONE_SECONDS = 20
MANY, MANY_SECONDS, MANY_PERIOD_NS = 200, 8, 10 * MS
LATE_NS = MS
CHANGES, CHANGE_PERIOD_NS = 40, 10 * MS

# What a user of python-can writes for the same.
STOCK_JOBS = """
import sys, time, can
from can.interfaces.udp_multicast import UdpMulticastBus
port, jobs, period, seconds = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4])
with UdpMulticastBus(channel="GROUP", port=port, hop_limit=0) as bus:
    tasks = []
    for number in range(jobs):
        message = can.Message(arbitration_id=0x100 + number, is_extended_id=False, data=bytes(8))
        tasks.append(bus.send_periodic(message, period))
    time.sleep(seconds)
    print(time.process_time(), flush=True)
    for task in tasks:
        task.stop()
""".replace("GROUP", GROUP_IPV4)

_ports = iter(range(31_000, 32_000))


@dataclass(frozen=True)
class Heard:
    """What a receiver heard: kernel times in ns, ids, and the processor seconds that the sender took."""

    times: npt.NDArray[np.int64]
    ids: npt.NDArray[np.uint32]
    cpu_seconds: float


def run() -> list[Figure]:
    """Measure with a window beside it that shows the demonstration's traffic."""
    with busy_window():
        return [*_one_job(), *_many_jobs(), *_changes()]


# -- what is measured ------------------------------------------------------------------------------------


def _one_job() -> list[Figure]:
    ours = our_jobs(1, MS, ONE_SECONDS)
    stock = stock_jobs(1, MS, ONE_SECONDS)
    ours_off, stock_off = p99_us(ours.times, MS), p99_us(stock.times, MS)
    ppm, stock_ppm = slope_ppm(ours.times, MS), slope_ppm(stock.times, MS)
    wanted = ONE_SECONDS * 1000
    return [
        ratio("1 job of 1 ms: 99 % within", ours_off, stock_off, 1 / 5, "µs"),
        Figure(
            "1 job of 1 ms: mean period off", abs(ppm), 10, f"{ppm:+.2f} ppm", f"{stock_ppm:+.2f} ppm",
            at_most=True, unit="ppm",
        ),
        Figure(
            "1 job of 1 ms: frames missing", wanted - len(ours.times), 0,
            f"{len(ours.times):,} of {wanted:,}", f"{len(stock.times):,}", at_most=True, unit="",
        ),
    ]  # fmt: skip


def _many_jobs() -> list[Figure]:
    figures = []
    stock = stock_jobs(MANY, MANY_PERIOD_NS, MANY_SECONDS)
    stock_late = late_share(stock)
    for name, together in (("armed together", True), ("armed one by one", False)):
        ours = our_jobs(MANY, MANY_PERIOD_NS, MANY_SECONDS, together)
        what = f"{MANY} jobs of 10 ms, {name}"
        figures += [
            ratio(f"{what}: more than 1 ms late", late_share(ours) * 100, stock_late * 100, 1 / 10, "%"),
            ratio(f"{what}: processor", ours.cpu_seconds, stock.cpu_seconds, 1 / 4, "s"),
        ]
    return figures


def _changes() -> list[Figure]:
    """How long after the call a new job's first frame and changed data are there, in periods."""
    settings = settings_of(next(_ports))
    delays: dict[str, list[float]] = {"arming": [], "changing data": []}
    with closing(Receiver(settings)) as receiver, Transmitter(SENDER, settings.to_dict()) as transmitter:
        for number in range(CHANGES):
            transmitter.arm(number, frame(number, 0), CHANGE_PERIOD_NS)
            delays["arming"].append(_delay_of(receiver, number, 0))
            time.sleep(0.0137)  # somewhere within a period
            transmitter.arm(number, frame(number, 1), CHANGE_PERIOD_NS)
            delays["changing data"].append(_delay_of(receiver, number, 1))
            transmitter.disarm(number)
    return [
        Figure(
            f"{what}: until it is on the wire", max(found) / CHANGE_PERIOD_NS, 1,
            f"{max(found) / MS:.2f} ms at most", at_most=True, unit="periods",
        )
        for what, found in delays.items()
    ]  # fmt: skip


def _delay_of(receiver: Receiver, number: int, value: int) -> float:
    """From now until the first frame with that id and value."""
    asked_ns = time.time_ns()
    while True:
        wait_for(receiver.fileno(), 5.0)
        batch = receiver.drain()
        found = (batch.arbitration_id == 0x100 + number) & (batch.data[:, 0] == value)
        if found.any():
            return float(batch.timestamp_ns[found][0] - asked_ns)


# -- senders ---------------------------------------------------------------------------------------------


def settings_of(port: int) -> BusSettings:
    """A bus of this computer that stock's bus with hop limit 0 is on as well."""
    return BusSettings.this_computer(group=GROUP_IPV4, port=port)


def frame(number: int, value: int = 0) -> FrameBatch:
    """The frame of a job."""
    return FrameBatch.from_columns(0, [0x100 + number], [[value, 0, 0, 0, 0, 0, 0, 0]])


def our_jobs(jobs: int, period_ns: int, seconds: float, together: bool = False) -> Heard:
    """Periodic jobs of a Transmitter."""
    settings = settings_of(next(_ports))
    count = round(seconds * 1e9 / period_ns)
    with listening(settings) as listen, Transmitter(SENDER, settings.to_dict()) as transmitter:
        process = psutil.Process(transmitter.pid)
        before = sum(process.cpu_times()[:2])
        with transmitter.together() if together else nullcontext():
            for number in range(jobs):
                transmitter.arm(number, frame(number), period_ns, count)

        def armed() -> bool:
            transmitter.poll()
            return bool(transmitter.armed)

        times, ids = listen(armed)
        return Heard(times, ids, sum(process.cpu_times()[:2]) - before)


def stock_jobs(jobs: int, period_ns: int, seconds: float) -> Heard:
    """Periodic jobs of python-can on its own bus."""
    port = next(_ports)
    command = [sys.executable, "-c", STOCK_JOBS, str(port), str(jobs), str(period_ns / 1e9), str(seconds)]
    with (
        listening(settings_of(port)) as listen,
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process,
    ):
        times, ids = listen(lambda: process.poll() is None)
        assert process.stdout is not None
        return Heard(times, ids, float(process.stdout.read()))


Listen = Callable[[Callable[[], bool]], tuple[npt.NDArray[np.int64], npt.NDArray[np.uint32]]]


@contextmanager
def listening(settings: BusSettings) -> Iterator[Listen]:
    """A receiver; what is yielded takes everything while a condition holds, and gives times and ids."""
    with closing(Receiver(settings)) as receiver:

        def listen(going_on: Callable[[], bool]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint32]]:
            batches = []
            while going_on():
                time.sleep(0.02)
                batches.append(receiver.drain(1 << 20).compact())
            batches.append(receiver.drain(1 << 20).compact())
            heard = FrameBatch.concatenate(batches)
            return heard.timestamp_ns, heard.arbitration_id

        yield listen


@contextmanager
def busy_window() -> Iterator[None]:
    """The program's window with the demonstration's traffic, on a screen that nobody sees."""
    with ExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory())
        environment = {
            **os.environ, "QT_QPA_PLATFORM": "offscreen", "XDG_DATA_HOME": folder, "XDG_CONFIG_HOME": folder,
        }  # fmt: skip
        command = [sys.executable, "-m", "canmcast_gui", "--demo"]
        where = Path(__file__).parents[2]
        window = subprocess.Popen(command, env=environment, cwd=where, stderr=subprocess.DEVNULL)
        try:
            time.sleep(4.0)  # until it is open, its libraries are loaded and the car drives
            assert window.poll() is None, "the window has not opened"
            yield
        finally:
            window.terminate()
            window.wait()


# -- arithmetic ------------------------------------------------------------------------------------------


def ratio(name: str, ours: float, stock: float, bar: float, unit: str) -> Figure:
    """A figure whose bar is a part of stock's."""
    value = ours / stock if stock else float(ours > 0)
    return Figure(name, value, bar, f"{ours:,.3g} {unit}", f"{stock:,.3g} {unit}", at_most=True)


def deviations(times: npt.NDArray[np.int64], period_ns: int) -> npt.NDArray[np.float64]:
    """How far each frame is from the grid through their median; a frame belongs to its nearest place."""
    since = (times - times[0]).astype(np.float64)
    off = since - np.round(since / period_ns) * period_ns
    return off - np.median(off)


def p99_us(times: npt.NDArray[np.int64], period_ns: int) -> float:
    """How far 99 of 100 frames are from their place at most."""
    return float(np.quantile(np.abs(deviations(times, period_ns)), 0.99)) / 1e3


def slope_ppm(times: npt.NDArray[np.int64], period_ns: int) -> float:
    """How far the mean period is off, as the median of what frames half a run apart say."""
    half = len(times) // 2
    mean_ns = float(np.median(times[half : 2 * half] - times[:half])) / half
    return (mean_ns - period_ns) / period_ns * 1e6


def late_share(heard: Heard) -> float:
    """The share of frames that left more than LATE_NS after their place, or not at all.

    A job's grid begins with its first frame, and goes on for as long as all of them ran.
    """
    late = wanted = 0
    count = round(MANY_SECONDS * 1e9 / MANY_PERIOD_NS) - 20  # what stock's last started job had time for
    for number in range(MANY):
        times = heard.times[heard.ids == 0x100 + number][:count]
        behind = (times - times[0]) - np.arange(len(times)) * MANY_PERIOD_NS
        late += int((behind > LATE_NS).sum()) + count - len(times)
        wanted += count
    return late / wanted
