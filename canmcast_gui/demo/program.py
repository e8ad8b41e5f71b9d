"""The program of ``python -m canmcast_gui.demo``: the simulated car on a bus of this computer.

Ends when its standard input ends, which is when the program that started it ends, and on Ctrl+C.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
import time

import can

from canmcast_gui.demo.vehicle_bus import VehicleBus
from canmcast_gui.transport import DEFAULT_GROUP_IPV4, DEFAULT_PORT

# Frames that are due within this time are sent together, which needs fewer wake-ups.
COLLECT_SECONDS = 0.001


def main(arguments: list[str] | None = None) -> int:
    """Run the car until the end is requested; returns the exit code."""
    options = _parser().parse_args(arguments)
    end = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: end.set())
    if not options.standalone:
        threading.Thread(target=_wait_for_end_of_input, args=(end,), daemon=True, name="input").start()
    try:
        drive(end, options.names, channel=options.group, port=options.port, interface=options.interface)
    except can.CanError as error:
        print(f"canmcast demo: {error}", file=sys.stderr)
        return 1
    return 0


def drive(end: threading.Event, names: bool, **bus_options: object) -> None:
    """Send the car's frames until ``end`` is set; with ``names``, first print who sends from which address.

    Raises can.CanError if the bus fails.
    """
    buses = VehicleBus(**bus_options)
    start = time.monotonic()
    try:
        if names:
            print(
                json.dumps([[source.address, source.port, unit] for source, unit in buses.units.items()]),
                flush=True,
            )
        while not end.wait(max(buses.next_time - (time.monotonic() - start), COLLECT_SECONDS)):
            buses.turn(time.monotonic() - start)
    finally:
        buses.shutdown()


def _wait_for_end_of_input(end: threading.Event) -> None:
    """Read without sys.stdin, whose lock would keep the interpreter from ending."""
    try:
        while os.read(0, 4096):
            pass
    except OSError:
        pass
    end.set()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m canmcast_gui.demo",
        description="A small simulated car on a bus of this computer: no frame leaves it.",
    )
    parser.add_argument("--group", default=DEFAULT_GROUP_IPV4, metavar="ADDRESS", help="multicast group")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, metavar="N", help="UDP port")
    parser.add_argument("--interface", metavar="NAME", help="network interface")
    parser.add_argument("--local", action="store_true", help="this host only, which is always the case")
    parser.add_argument(
        "--names", action="store_true", help="first print a JSON list of [address, port, control unit]"
    )
    parser.add_argument(
        "--standalone", action="store_true", help="continue when the input ends, until Ctrl+C or SIGTERM"
    )
    return parser
