"""The whole program, as a user starts it, fed by a stock python-can process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import can
import psutil

from tests.benchmarks.figure import Figure

SECONDS = 10
GROUP = "239.74.163.2"
PORT = 43113
# Half of what the kernel then grants: 212,992 bytes, the usual limit of a Linux system.
USUAL_BUFFER = 106_496


def run() -> list[Figure]:
    """The first window; 2,000 frames/s recorded whole; 20,000 frames/s with the usual buffer."""
    return [*first_window(), *recorded_whole(2_000), *usual_buffer(20_000)]


def first_window() -> list[Figure]:
    """The time from the command to the first drawn window; the median of five starts."""
    times = []
    for _ in range(5):
        report, _sent, _cpu = _program(["--quit-after", 1], rate=0)
        times.append(report["ui"]["first_paint_s"])
    median = sorted(times)[2]
    return [Figure("first window", median, 2.0, f"{median:.2f} s", at_most=True, unit="s")]


def recorded_whole(rate: int) -> list[Figure]:
    """Frames of the peer that are missing in the record file, by their running numbers."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "record.blf"
        report, sent, _cpu = _program(["--demo", "--record", path], rate)
        numbers = [
            int.from_bytes(message.data, "big")
            for message in can.LogReader(path)
            if 0x100 <= message.arbitration_id < 0x150 and not message.is_extended_id
        ]
    missing = len(set(range(sent)) - set(numbers))
    dropped = report["dropped_kernel"] + report["dropped_ring"]
    name = f"{rate:,} frames/s for {SECONDS} s, trace and three plots"
    return [
        Figure(f"{name}: not recorded", missing, 0, f"{sent:,} sent", at_most=True, unit="frames"),
        Figure(
            f"{name}: dropped", dropped, 0, f"{report['received']:,} received", at_most=True, unit="frames"
        ),
    ]


def usual_buffer(rate: int) -> list[Figure]:
    """Kernel drops and the event loop's stalls with the socket buffer that a usual system grants."""
    options = ["--group", GROUP, "--hop-limit", 0, "--receive-buffer", USUAL_BUFFER]
    report, sent, cpu = _program(options, rate)
    ui = report["ui"]
    name = f"{rate:,} frames/s for {SECONDS} s, usual buffer"
    lost = sent - report["received"]
    return [
        Figure(f"{name}: kernel drops", report["dropped_kernel"], 0, f"{lost} of {sent:,} lost", at_most=True,
               unit="frames"),
        Figure(f"{name}: p99 stall", ui["p99_stall_ms"], 60, f"longest {ui['longest_stall_ms']:.0f} ms",
               at_most=True, unit="ms"),
        Figure(f"{name}: load of the window's process", cpu, 1.0, f"{ui['repaints']} repaints", at_most=True,
               unit="cores"),
    ]  # fmt: skip


def _program(options: list[object], rate: int) -> tuple[dict, int, float]:
    """Start the window, feed it for a while, end it; its report, the frames sent, its share of a core."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [sys.executable, "-m", "canmcast_gui", *map(str, options), "--report", str(report)]
        environment = {
            **({} if "DISPLAY" in os.environ else {"QT_QPA_PLATFORM": "offscreen"}),
            **os.environ,
            "XDG_CONFIG_HOME": folder,
            "XDG_DATA_HOME": folder,
        }
        process = psutil.Popen(command, env=environment)
        sent, cpu = _feed(process, rate) if rate else (0, 0.0)
        if rate:
            process.terminate()
        process.wait(60)
        return json.loads(report.read_text()), sent, cpu


def _feed(process: psutil.Popen, rate: int) -> tuple[int, float]:
    while not any(c.laddr and c.laddr.port == PORT for c in psutil.net_connections("udp")):
        time.sleep(0.1)
    time.sleep(3)
    peer = [
        sys.executable,
        "-m",
        "tests.support.stock_peer",
        "send",
        "--port",
        str(PORT),
        "--rate",
        str(rate),
    ]
    before, start = process.cpu_times(), time.monotonic()
    done = subprocess.run([*peer, "--seconds", str(SECONDS)], capture_output=True, text=True, check=True)
    after, end = process.cpu_times(), time.monotonic()
    time.sleep(1)
    seconds = after.user + after.system - before.user - before.system
    return json.loads(done.stdout.splitlines()[-1])["sent"], seconds / (end - start)
