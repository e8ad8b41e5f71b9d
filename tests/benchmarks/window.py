"""The complete program with frames of a stock python-can process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import can
import psutil

from tests.benchmarks.figure import Figure

SECONDS = 10
GROUP = "239.74.163.2"
PORT = 43113
# Half of what the kernel then grants: 212,992 bytes, the usual limit of a Linux system.
USUAL_BUFFER = 106_496
# A stock peer sends more than this in bursts, if at all.
MOST_OF_STOCK = 50_000


def run() -> list[Figure]:
    """The first window, live traffic recorded and shown, and ten million frames in a view."""
    return [
        *first_window(),
        *recorded_whole(2_000),
        *usual_buffer(20_000),
        *usual_buffer(100_000),
        *long_trace(),
        *filtered_live(20_000),
    ]


def first_window() -> list[Figure]:
    """The time from the command to the first drawing and to a window that takes input: medians of five."""
    times: dict[str, list[float]] = {"first_paint_s": [], "usable_s": []}
    for _ in range(5):
        report, _sent, _cpu = run_program(["--quit-after", 1], rate=0)
        for name, values in times.items():
            values.append(report["ui"][name])
    drawn, usable = (sorted(values)[2] for values in times.values())
    return [
        Figure("first drawing", drawn, 1.0, f"{drawn:.2f} s", at_most=True, unit="s"),
        Figure("window takes input", usable, 2.0, f"{usable:.2f} s", at_most=True, unit="s"),
    ]


def recorded_whole(rate: int) -> list[Figure]:
    """The frames of the peer that are missing in the log file, by their sequence numbers."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "record.blf"
        report, sent, _cpu = run_program(["--demo", "--local", "--record", path], rate)
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
    """Kernel drops and stalls of the event loop with the usual socket buffer."""
    options = ["--group", GROUP, "--hop-limit", 0, "--receive-buffer", USUAL_BUFFER]
    report, sent, cpu = run_program(options, rate)
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


def long_trace() -> list[Figure]:
    """Ten million frames compared with ten thousand: memory, drawing, and stalls."""
    few, many = (_stage("memory", frames)["anonymous"] for frames in (10_000, 10_000_000))
    drawn, stalls = _stage("repaint"), _stage("stalls")
    megabytes = [f"{size / 1e6:.1f} MB" for size in (many, few)]
    figures = [
        Figure("memory of a window: 10 M frames / 10k", many / few, 1.2, *megabytes, at_most=True),
        Figure("a full screen drawn: 10 M rows / 10k rows", drawn["many"] / drawn["few"], 1.2,
               f"{drawn['many']:.2f} ms", f"{drawn['few']:.2f} ms", at_most=True),
    ]  # fmt: skip
    for what, name in (
        ("jump", "10 M rows: longest jump to the end, the middle, anywhere"),
        ("select", "10 M rows: all selected"),
        ("filter", "10 M rows: longest stall while a filter looks through them"),
        ("sort", f"by ID, {stalls['ids']:,} ids: sorted by any column"),
    ):
        figures.append(Figure(name, stalls[what], 50, f"{stalls[what]:.1f} ms", at_most=True, unit="ms"))
    return figures


def filtered_live(rate: int) -> list[Figure]:
    """Live traffic with a filter, a second view, and continuous scrolling."""
    process = _start_stage("live", GROUP, PORT, SECONDS - 3)
    assert process.stdout is not None
    process.stdout.readline()  # it is ready to connect
    while not any(c.laddr and c.laddr.port == PORT for c in psutil.net_connections("udp")):
        time.sleep(0.1)
    time.sleep(1)
    subprocess.run(_peer(rate), capture_output=True, text=True, check=True)
    result = json.loads(process.communicate(timeout=120)[0].splitlines()[-1])
    name = f"{rate:,} frames/s, filter on, scrolling"
    rows = f"{result['shown']:,} of {result['received']:,} rows shown"
    stall = f"longest {result['longest']:.0f} ms"
    return [
        Figure(f"{name}: lost", result["lost"], 0, rows, at_most=True, unit="frames"),
        Figure(f"{name}: p99 stall", result["p99"], 50, stall, at_most=True, unit="ms"),
    ]


def _stage(*arguments: object) -> dict[str, float]:
    return json.loads(_start_stage(*arguments).communicate(timeout=300)[0].splitlines()[-1])


def _start_stage(*arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.benchmarks.window_stage", *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=_environment())


def _environment() -> dict[str, str]:
    """With a display, or without; modules are compiled once, as for a user, not at each start."""
    environment = {**({} if "DISPLAY" in os.environ else {"QT_QPA_PLATFORM": "offscreen"}), **os.environ}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    return environment


def run_program(options: list[object], rate: int, ports: Sequence[int] = (PORT,)) -> tuple[dict, int, float]:
    """Run the window while a peer sends to each port; returns its report, the frames sent, and its share of
    a core.
    """
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [sys.executable, "-m", "canmcast_gui", *map(str, options), "--report", str(report)]
        environment = {**_environment(), "XDG_CONFIG_HOME": folder, "XDG_DATA_HOME": folder}
        process = psutil.Popen(command, env=environment)
        sent, cpu = _feed(process, rate, ports) if rate else (0, 0.0)
        if rate:
            process.terminate()
        process.wait(60)
        return json.loads(report.read_text()), sent, cpu


def _feed(process: psutil.Popen, rate: int, ports: Sequence[int]) -> tuple[int, float]:
    open_ports: set[int] = set()
    while not open_ports.issuperset(ports):
        open_ports = {each.laddr.port for each in psutil.net_connections("udp") if each.laddr}
        time.sleep(0.1)
    time.sleep(3)
    before, start = process.cpu_times(), time.monotonic()
    peers = [subprocess.Popen(_peer(rate, port), stdout=subprocess.PIPE, text=True) for port in ports]
    reports = [peer.communicate()[0].splitlines()[-1] for peer in peers]
    after, end = process.cpu_times(), time.monotonic()
    time.sleep(1)
    seconds = after.user + after.system - before.user - before.system
    return sum(json.loads(report)["sent"] for report in reports), seconds / (end - start)


def _peer(rate: int, port: int = PORT) -> list[str]:
    """The command of a process that sends for some seconds: stock python-can, unless that is too slow."""
    if rate > MOST_OF_STOCK:
        dense = [sys.executable, "-m", "tests.benchmarks.paced_sender"]
        return [*dense, str(port), str(rate), str(SECONDS)]
    command = [sys.executable, "-m", "tests.support.stock_peer", "send", "--port", str(port)]
    return [*command, "--rate", str(rate), "--seconds", str(SECONDS)]
