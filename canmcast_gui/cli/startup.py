"""What a program finds when it is started, put right where it would fail in libraries."""

from __future__ import annotations

import os
import sys
import time

_DAY_SECONDS = 86_400


def put_right() -> None:
    """Open closed standard streams, and leave a time zone that cannot be."""
    _open_missing_streams()
    _leave_impossible_time_zone()


def _open_missing_streams() -> None:
    """Let closed standard streams lead nowhere.

    Otherwise the first files that are opened get their numbers: a log file would be what messages go to.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # gets the lowest free number, which is this
        if getattr(sys, name) is None:
            mode = "r" if name == "stdin" else "w"
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115


def _leave_impossible_time_zone() -> None:
    """Python's dates take no time zone that is a day or more from UTC, and libraries fail when imported."""
    if hasattr(time, "tzset") and max(abs(time.timezone), abs(time.altzone)) >= _DAY_SECONDS:
        zone = os.environ.get("TZ", "")
        print(f"canmcast: the time zone {zone!a} is a day or more from UTC: UTC is used", file=sys.stderr)
        os.environ["TZ"] = "UTC"
        time.tzset()
