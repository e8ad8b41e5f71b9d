"""The timing of sent frames, by the kernel's arrival times at a receiver, compared with python-can on stock's
bus.

Deviations are from the ideal times: multiples of the period, or recorded times. A constant delay does not
count, so that the ideal times go through the median of the arrival times. A window that shows a busy bus runs
at the same time.
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
from canmcast_gui.logfile import open_writer
from canmcast_gui.processes.channel import wait_for
from canmcast_gui.transmit import Job, Transmitter
from canmcast_gui.transport.receiver import Receiver
from canmcast_gui.transport.settings import BusSettings
from tests.benchmarks.figure import Figure
from tests.support.network import GROUP_IPV4

SENDER = "canmcast_gui.transport.sender:open_sender"
MS = 1_000_000
ONE_SECONDS, TURNS = 20, 4
REPLAY_FRAMES = 100_000
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

# What python-can's own player does with a file and this bus (can.player).
STOCK_PLAYER = """
import sys, can
from can.interfaces.udp_multicast import UdpMulticastBus
with UdpMulticastBus(channel="GROUP", port=int(sys.argv[1]), hop_limit=0) as bus:
    for message in can.MessageSync(can.LogReader(sys.argv[2])):
        bus.send(message)
""".replace("GROUP", GROUP_IPV4)

_ports = iter(range(31_000, 32_000))


@dataclass(frozen=True)
class Received:
    """Received frames: kernel times in ns, ids, and the processor seconds of the sender."""

    times: npt.NDArray[np.int64]
    ids: npt.NDArray[np.uint32]
    cpu_seconds: float


def run() -> list[Figure]:
    """Measure while a window shows the traffic of the demonstration."""
    with busy_window():
        return [*_one_job(), *_many_jobs(), *_changes(), _replay()]


# -- what is measured ------------------------------------------------------------------------------------


def _one_job() -> list[Figure]:
    """Alternate rounds and their medians, so that other load of the computer affects both."""
    seconds = ONE_SECONDS / TURNS
    pairs = [(our_jobs(1, MS, seconds).times, stock_jobs(1, MS, seconds).times) for _ in range(TURNS)]
    sides = list(zip(*pairs, strict=True))
    ours_off, stock_off = (float(np.median([p99_us(one, MS) for one in side])) for side in sides)
    ppm, stock_ppm = (float(np.median([slope_ppm(one, MS) for one in side])) for side in sides)
    ours_sent, stock_sent = (sum(len(one) for one in side) for side in sides)
    wanted = ONE_SECONDS * 1000
    return [
        ratio("1 job of 1 ms: 99 % within", ours_off, stock_off, 1 / 5, "µs"),
        Figure(
            "1 job of 1 ms: mean period off", abs(ppm), 10, f"{ppm:+.2f} ppm", f"{stock_ppm:+.2f} ppm",
            at_most=True, unit="ppm",
        ),
        Figure(
            "1 job of 1 ms: frames missing", wanted - ours_sent, 0,
            f"{ours_sent:,} of {wanted:,}", f"{stock_sent:,}", at_most=True, unit="",
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
    """The time from the call to the first frame of a new job, and to changed data, in periods."""
    settings = settings_of(next(_ports))
    delays: dict[str, list[float]] = {"arming": [], "changing data": []}
    with closing(Receiver(settings)) as receiver, Transmitter(SENDER, settings.to_dict()) as transmitter:
        for number in range(CHANGES):
            transmitter.jobs.arm(Job(number, frame(number, 0), CHANGE_PERIOD_NS))
            delays["arming"].append(_delay_of(receiver, number, 0))
            time.sleep(0.0137)  # somewhere within a period
            transmitter.jobs.arm(Job(number, frame(number, 1), CHANGE_PERIOD_NS))
            delays["changing data"].append(_delay_of(receiver, number, 1))
            transmitter.jobs.disarm(number)
    return [
        Figure(
            f"{what}: until it is on the wire", max(found) / CHANGE_PERIOD_NS, 1,
            f"{max(found) / MS:.2f} ms at most", at_most=True, unit="periods",
        )
        for what, found in delays.items()
    ]  # fmt: skip


def _delay_of(receiver: Receiver, number: int, value: int) -> float:
    """The time until the first frame with an id and value."""
    asked_ns = time.time_ns()
    while True:
        wait_for(receiver.fileno(), 5.0)
        batch = receiver.drain()
        found = (batch.arbitration_id == 0x100 + number) & (batch.data[:, 0] == value)
        if found.any():
            return float(batch.timestamp_ns[found][0] - asked_ns)


def _replay() -> Figure:
    """Replay of 80 ids at about 5,000 frames/s with recorded timing, compared with python-can's player."""
    gaps = np.random.default_rng(1).exponential(200_000, REPLAY_FRAMES).astype(np.int64)
    times = 1_700_000_000 * 10**9 + np.cumsum(gaps)
    times -= times % 1000  # as log files say them
    ids = 0x100 + np.arange(REPLAY_FRAMES) % 80
    data = np.arange(REPLAY_FRAMES, dtype=">u8").view(np.uint8).reshape(-1, 8)
    frames = FrameBatch.from_columns(times, ids, data, channel=1)
    with TemporaryDirectory() as folder:
        log = Path(folder) / "bus.blf"
        with open_writer(log) as writer:
            writer.write(frames)
        port = next(_ports)
        where = ["--group", GROUP_IPV4, "--port", str(port), "--local"]
        ours = _played(port, [sys.executable, "-m", "canmcast_gui.cli", "play", str(log), *where])
        port = next(_ports)
        stock = _played(port, [sys.executable, "-c", STOCK_PLAYER, str(port), str(log)])
    ours_off, stock_off = (_replay_p99_us(received, times) for received in (ours, stock))
    name = f"replay of {REPLAY_FRAMES // 1000}k frames × 1: 99 % within"
    return ratio(name, ours_off, stock_off, 1 / 5, "µs")


def _played(port: int, command: list[str]) -> FrameBatch:
    """The frames that a player sends."""
    with (
        closing(Receiver(settings_of(port))) as receiver,
        subprocess.Popen(command, cwd=Path(__file__).parents[2], stderr=subprocess.DEVNULL) as process,
    ):
        batches = []
        while process.poll() is None:
            time.sleep(0.02)
            batches.append(receiver.drain(1 << 20).compact())
        batches.append(receiver.drain(1 << 20).compact())
        return FrameBatch.concatenate(batches)


def _replay_p99_us(received: FrameBatch, times: npt.NDArray[np.int64]) -> float:
    """The 99th percentile of the deviation from recorded times; payloads are the numbers of frames."""
    numbers = received.data.copy().view(">u8")[:, 0].astype(np.int64)
    assert np.array_equal(numbers, np.arange(len(times))), "frames are missing or in another order"
    off = (received.timestamp_ns - times).astype(np.float64)
    return float(np.quantile(np.abs(off - np.median(off)), 0.99)) / 1e3


# -- senders ---------------------------------------------------------------------------------------------


def settings_of(port: int) -> BusSettings:
    """A bus of this computer, which stock's bus with hop limit 0 also uses."""
    return BusSettings.this_computer(group=GROUP_IPV4, port=port)


def frame(number: int, value: int = 0) -> FrameBatch:
    """The frame of a job."""
    return FrameBatch.from_columns(0, [0x100 + number], [[value, 0, 0, 0, 0, 0, 0, 0]])


def our_jobs(jobs: int, period_ns: int, seconds: float, together: bool = False) -> Received:
    """Periodic jobs of a Transmitter."""
    settings = settings_of(next(_ports))
    count = round(seconds * 1e9 / period_ns)
    with listening(settings) as listen, Transmitter(SENDER, settings.to_dict()) as transmitter:
        process = psutil.Process(transmitter.pid)
        before = sum(process.cpu_times()[:2])
        with transmitter.together() if together else nullcontext():
            for number in range(jobs):
                transmitter.jobs.arm(Job(number, frame(number), period_ns, count))

        def armed() -> bool:
            transmitter.poll()
            return bool(transmitter.jobs.armed)

        times, ids = listen(armed)
        return Received(times, ids, sum(process.cpu_times()[:2]) - before)


def stock_jobs(jobs: int, period_ns: int, seconds: float) -> Received:
    """Periodic jobs of python-can on its own bus."""
    port = next(_ports)
    command = [sys.executable, "-c", STOCK_JOBS, str(port), str(jobs), str(period_ns / 1e9), str(seconds)]
    with (
        listening(settings_of(port)) as listen,
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process,
    ):
        times, ids = listen(lambda: process.poll() is None)
        assert process.stdout is not None
        return Received(times, ids, float(process.stdout.read()))


Listen = Callable[[Callable[[], bool]], tuple[npt.NDArray[np.int64], npt.NDArray[np.uint32]]]


@contextmanager
def listening(settings: BusSettings) -> Iterator[Listen]:
    """A receiver; yields a function that receives while a condition is true, and returns times and ids."""
    with closing(Receiver(settings)) as receiver:

        def listen(condition: Callable[[], bool]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint32]]:
            batches = []
            while condition():
                time.sleep(0.02)
                batches.append(receiver.drain(1 << 20).compact())
            batches.append(receiver.drain(1 << 20).compact())
            received = FrameBatch.concatenate(batches)
            return received.timestamp_ns, received.arbitration_id

        yield listen


@contextmanager
def busy_window() -> Iterator[None]:
    """The window with the traffic of the demonstration, on an offscreen display."""
    with ExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory())
        environment = {
            **os.environ, "QT_QPA_PLATFORM": "offscreen", "XDG_DATA_HOME": folder, "XDG_CONFIG_HOME": folder,
        }  # fmt: skip
        command = [sys.executable, "-m", "canmcast_gui", "--demo"]
        where = Path(__file__).parents[2]
        window = subprocess.Popen(command, env=environment, cwd=where, stderr=subprocess.DEVNULL)
        try:
            time.sleep(4.0)  # until it is open, its libraries are loaded and the car sends
            assert window.poll() is None, "the window has not opened"
            yield
        finally:
            window.terminate()
            window.wait()


# -- arithmetic ------------------------------------------------------------------------------------------


def ratio(name: str, ours: float, stock: float, bar: float, unit: str) -> Figure:
    """A figure as a ratio to stock."""
    value = ours / stock if stock else float(ours > 0)
    return Figure(name, value, bar, f"{ours:,.3g} {unit}", f"{stock:,.3g} {unit}", at_most=True)


def deviations(times: npt.NDArray[np.int64], period_ns: int) -> npt.NDArray[np.float64]:
    """The deviation of each frame from the nearest multiple of the period, relative to the median."""
    since = (times - times[0]).astype(np.float64)
    off = since - np.round(since / period_ns) * period_ns
    return off - np.median(off)


def p99_us(times: npt.NDArray[np.int64], period_ns: int) -> float:
    """The 99th percentile of the absolute deviation."""
    return float(np.quantile(np.abs(deviations(times, period_ns)), 0.99)) / 1e3


def slope_ppm(times: npt.NDArray[np.int64], period_ns: int) -> float:
    """The error of the mean period, as the median over pairs of frames half a run apart."""
    half = len(times) // 2
    mean_ns = float(np.median(times[half : 2 * half] - times[:half])) / half
    return (mean_ns - period_ns) / period_ns * 1e6


def late_share(received: Received) -> float:
    """The share of frames that were sent more than LATE_NS late, or not at all.

    The ideal times of a job start with its first frame and end when the first job ends.
    """
    late = wanted = 0
    count = (
        round(MANY_SECONDS * 1e9 / MANY_PERIOD_NS) - 20
    )  # the frames for which the last job of stock had time
    for number in range(MANY):
        times = received.times[received.ids == 0x100 + number][:count]
        late_ns = (times - times[0]) - np.arange(len(times)) * MANY_PERIOD_NS
        late += int((late_ns > LATE_NS).sum()) + count - len(times)
        wanted += count
    return late / wanted
