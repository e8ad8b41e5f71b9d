"""The window on several channels, and on a channel of python-can, with stock peers."""

from __future__ import annotations

from tests.benchmarks.figure import Figure
from tests.benchmarks.window import GROUP, PORT, SECONDS, USUAL_BUFFER, run_program

CHANNELS, RATE = 8, 2_000
DRIVER_RATE = 10_000


def run() -> list[Figure]:
    """A driver of python-can that is read in a process, and eight native channels on one time axis."""
    return [*driver(), *many_channels()]


def driver() -> list[Figure]:
    """A channel that python-can opens, with the trace in sight."""
    options = ["--bus", f"udp_multicast:{GROUP},port={PORT},hop_limit=0"]
    report, sent, cpu = run_program(options, DRIVER_RATE)
    name = f"python-can channel, {DRIVER_RATE:,} frames/s for {SECONDS} s"
    return [_lost(name, sent, report), _load(name, cpu, report)]


def many_channels() -> list[Figure]:
    """Eight channels, each with the usual receive buffer."""
    ports = [PORT + number for number in range(CHANNELS)]
    options: list[object] = []
    for port in ports:
        options += ["--bus", f"multicast:{GROUP},port={port},hop_limit=0,receive_buffer={USUAL_BUFFER}"]
    report, sent, cpu = run_program(options, RATE, ports)
    name = f"{CHANNELS} channels, {RATE:,} frames/s each for {SECONDS} s"
    ui = report["ui"]
    stall = f"longest {ui['longest_stall_ms']:.0f} ms"
    return [
        _lost(name, sent, report),
        Figure(f"{name}: p99 stall", ui["p99_stall_ms"], 50, stall, at_most=True, unit="ms"),
        _load(name, cpu, report),
    ]


def _lost(name: str, sent: int, report: dict) -> Figure:
    lost = sent - report["received"]
    return Figure(f"{name}: lost", lost, 0, f"{sent:,} sent", at_most=True, unit="frames")


def _load(name: str, cpu: float, report: dict) -> Figure:
    repaints = f"{report['ui']['repaints']} repaints"
    return Figure(f"{name}: load of the window's process", cpu, 1.0, repaints, at_most=True, unit="cores")
