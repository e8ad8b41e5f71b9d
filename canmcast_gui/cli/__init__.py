"""The command line ``canmcast``: ``dump``, ``send``, ``record`` and the other commands, without Qt.

``main`` is the entry point; ``program.COMMANDS`` lists the commands, each of which is a module of
``commands``. May import every package below ``app``, and neither ``app`` nor ``models`` nor ``ui``.
"""

from __future__ import annotations

import os
import sys
import time

from canmcast_gui.lean_imports import keep_imports_lean

_DAY_SECONDS = 86_400


def main() -> None:
    """Run the command line of ``canmcast``; ends the process with its exit code."""
    try:
        repair_environment()
        from canmcast_gui.cli.program import program

        program(prog_name="canmcast")
    except KeyboardInterrupt:  # before any work has started
        sys.exit(1)


def repair_environment() -> None:
    """Open closed standard streams, and replace an impossible time zone by UTC: libraries fail otherwise.

    Libraries that no command needs are not imported.
    """
    keep_imports_lean()
    _open_missing_streams()
    _replace_impossible_time_zone()


def _open_missing_streams() -> None:
    """Connect closed standard streams to the null device.

    Otherwise the first files that are opened get their numbers, and messages are written into a log file.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # gets the lowest free number, which is this
        if getattr(sys, name) is None:
            mode = "r" if name == "stdin" else "w"
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115


def _replace_impossible_time_zone() -> None:
    """Python's dates reject time zones a day or more from UTC, and libraries fail at import."""
    if hasattr(time, "tzset") and max(abs(time.timezone), abs(time.altzone)) >= _DAY_SECONDS:
        zone = os.environ.get("TZ", "")
        print(f"canmcast: the time zone {zone!a} is a day or more from UTC: UTC is used", file=sys.stderr)
        os.environ["TZ"] = "UTC"
        time.tzset()
