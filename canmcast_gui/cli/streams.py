"""Standard streams that whoever starts a program has closed."""

from __future__ import annotations

import os
import sys


def open_missing_streams() -> None:
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
