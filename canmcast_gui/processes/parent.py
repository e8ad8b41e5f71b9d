"""The child's side of a process of ours: its link to the parent, and its life that ends with it."""

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
    """What a process of ours was handed by its parent: a channel, a bell, and its own arguments."""

    def __init__(self, command_line: list[str]) -> None:
        """``command_line`` is what SupervisedProcess wrote: the channel, the bell, then the arguments."""
        self.channel = Channel.inherited(command_line[0])
        self.wakeup = wakeup_from_text(command_line[1])
        self.arguments = command_line[2:]

    def say_ready(self, word: Any = True) -> None:
        """Tell the parent that work begins; ``word`` is any JSON value that it wants to know."""
        self._say({"ready": word})

    def say_failed(self, sentence: str) -> None:
        """Tell the parent why there will be no work."""
        self._say({"error": sentence})

    def _say(self, word: dict[str, Any]) -> None:
        self.channel.send(json.dumps(word).encode())
        self.channel.flush(timeout=1.0)


def work_for_parent(work: Callable[[ParentLink], int]) -> None:
    """The main function of a process of ours: run ``work`` and exit with what it returns.

    Ctrl+C goes to the whole group of processes; what it means is the parent's decision, and a child that
    died of it would take frames with it.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.exit(work(ParentLink(sys.argv[1:])))


def prefer_this_process() -> None:
    """Ask to run before all others when there is something to do; few systems grant it to ordinary users.

    For a process that sleeps nearly always and then must be on time. Nothing depends on it: without it, a
    busy computer makes the process late more often.
    """
    with suppress(OSError, AttributeError):
        lowest = os.sched_get_priority_min(os.SCHED_FIFO)
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(lowest))
        return
    with suppress(OSError, AttributeError):
        os.nice(-10)
