"""Start a module of ours as a process beside this one, hear whether it is ready, and end it."""

from __future__ import annotations

import json
import socket
import sys
import time
from collections.abc import Sequence
from typing import Any

from canmcast_gui.frames.errors import UserError
from canmcast_gui.processes.channel import Channel, wait_for
from canmcast_gui.processes.launcher import ModuleProcess


class ChildError(UserError):
    """The process cannot do its work; the text is a sentence for the user."""


def cannot_start(name: str, error: OSError) -> ChildError:
    """What to raise where the system refuses what a process needs."""
    return ChildError(f"The {name} cannot be started: {error.strerror or error}.")


class ChildProcess:
    """A running module, connected by a Channel; it ends when its parent goes away (see ParentLink).

    ``name`` is how sentences call it ("capture process").
    """

    def __init__(self, name: str, module: str, arguments: Sequence[str], inherit: Sequence[int]) -> None:
        self.name = name
        try:
            here, there = socket.socketpair()
        except OSError as error:
            raise cannot_start(name, error) from error
        try:
            self._process = _start(module, arguments, there, inherit)
        except OSError as error:
            here.close()
            raise cannot_start(name, error) from error
        finally:
            there.close()
        self.channel = Channel(here)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def running(self) -> bool:
        """Whether it has not ended; a stopped process is running."""
        return self._process.running()

    def heard(self) -> Any:
        """Its first word, None until that has come; raises ChildError with its sentence where it failed.

        After it, a child says nothing more before it is told something.
        """
        messages = self.channel.receive()
        if not messages:
            if self.running():
                return None
            raise ChildError(self.how_it_ended())
        word = json.loads(messages[0])
        if "error" in word:
            raise ChildError(word["error"])
        return word["ready"]

    def wait_until_ready(self, timeout: float) -> Any:
        """Wait for its first word; raises ChildError where it fails or says nothing."""
        end = time.monotonic() + timeout
        while (word := self.heard()) is None:
            left = end - time.monotonic()
            if left <= 0:
                raise ChildError(f"The {self.name} has not become ready within {timeout:g} s.")
            wait_for(self.channel.fileno(), min(left, 0.1))
        return word

    def how_it_ended(self) -> str:
        """A sentence about its end, with the last line that it wrote."""
        return f"The {self.name} {self._process.how_it_ended()}."

    def end(self, patience: float = 0.0) -> None:
        """Let it see that its parent has gone, and kill it after ``patience`` seconds. Never raises."""
        self.channel.close()
        self._process.end(patience)


def _start(
    module: str, arguments: Sequence[str], there: socket.socket, inherit: Sequence[int]
) -> ModuleProcess:
    """Start ``module`` with CHANNEL ARGUMENTS; CHANNEL is for Channel.inherited()."""
    if sys.platform == "win32":
        process = ModuleProcess(module, ["-", *arguments], stdin=True)
        assert process.stdin is not None
        process.stdin.write(there.share(process.pid))
        process.stdin.close()
        return process
    return ModuleProcess(module, [str(there.fileno()), *arguments], inherit=(there.fileno(), *inherit))
