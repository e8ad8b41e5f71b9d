"""The side of a child process: its link to the parent, with which it ends."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from canmcast_gui.processes.channel import Channel
from canmcast_gui.processes.wakeup import wakeup_from_text


class ParentLink:
    """What a child process gets from its parent: a channel, a wake-up, and its own arguments."""

    def __init__(self, command_line: list[str]) -> None:
        """``command_line`` is that of SupervisedProcess: the channel, the wake-up, then the arguments."""
        self.channel = Channel.inherited(command_line[0])
        self.wakeup = wakeup_from_text(command_line[1])
        self.arguments = command_line[2:]

    def report_ready(self, value: Any = True) -> None:
        """Report to the parent that the work starts; ``value`` is any JSON value for it."""
        self._send({"ready": value})

    def report_failure(self, sentence: str) -> None:
        """Report to the parent why the work cannot start."""
        self._send({"error": sentence})

    def _send(self, message: dict[str, Any]) -> None:
        self.channel.send(json.dumps(message).encode())
        self.channel.flush(timeout=1.0)


def run_for_parent(work: Callable[[ParentLink], int]) -> None:
    """The main function of a child process: run ``work`` and exit with the code that it returns.

    Ctrl+C is ignored: the system sends it to all processes of the terminal, the parent decides what it means,
    and a child that ended at once would lose frames.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.exit(work(ParentLink(sys.argv[1:])))


def prefer_this_process() -> None:
    """Request a priority above other processes; few systems grant it to ordinary users.

    For a process that sleeps nearly always and then must be on time. Without it a busy computer makes the
    process late more often.
    """
    with suppress(OSError, AttributeError):
        lowest = os.sched_get_priority_min(os.SCHED_FIFO)
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(lowest))
        return
    with suppress(OSError, AttributeError):
        os.nice(-10)
