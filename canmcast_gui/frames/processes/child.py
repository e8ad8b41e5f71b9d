"""Start a module of ours as a process beside this one, hear whether it is ready, and end it."""

from __future__ import annotations

import json
import os
import signal
import site
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from canmcast_gui.frames.processes.channel import Channel, wait_for

_PACKAGE_ROOT = Path(__file__).parents[3]


class ChildError(Exception):
    """The process cannot do its work; the text is a sentence for the user."""


class ChildProcess:
    """A running module, connected by a Channel; it ends when its parent goes away (see ParentLink).

    ``name`` is how sentences call it ("capture process").
    """

    def __init__(self, name: str, module: str, arguments: Sequence[str], inherit: Sequence[int]) -> None:
        self.name = name
        here, there = socket.socketpair()
        try:
            self._process = _start(module, arguments, there, inherit)
        except OSError as error:
            here.close()
            raise ChildError(f"The {name} cannot be started: {error}.") from error
        finally:
            there.close()
        self.channel = Channel(here)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def running(self) -> bool:
        """Whether it has not ended; a stopped process is running."""
        return self._process.poll() is None

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
        code = self._process.wait()
        assert self._process.stderr is not None
        lines = self._process.stderr.read().decode(errors="replace").strip().splitlines()
        how = f"was ended by {_signal_name(-code)}" if code < 0 else f"ended with exit code {code}"
        return f"The {self.name} {how}{': ' + lines[-1] if lines else ''}."

    def end(self, patience: float = 0.0) -> None:
        """Let it see that its parent has gone, and kill it after ``patience`` seconds. Never raises."""
        self.channel.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(patience)
        self._process.kill()
        self._process.wait()
        if self._process.stderr is not None:
            self._process.stderr.close()


def _start(
    module: str, arguments: Sequence[str], there: socket.socket, inherit: Sequence[int]
) -> subprocess.Popen[bytes]:
    """Start ``python -m module CHANNEL ARGUMENTS``; CHANNEL is for Channel.inherited().

    Standard error is kept for the sentence about its end: it writes there only when it ends.
    """
    # -P: a file that happens to lie in the user's folder must not be imported instead of a library
    command = [sys.executable, "-P", "-m", module]
    streams: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    if sys.platform == "win32":
        process = subprocess.Popen(
            [*command, "-", *arguments],
            stdin=subprocess.PIPE,
            env=_environment(),
            creationflags=subprocess.CREATE_NO_WINDOW,
            **streams,
        )
        assert process.stdin is not None
        process.stdin.write(there.share(process.pid))
        process.stdin.close()
        return process
    return subprocess.Popen(
        [*command, str(there.fileno()), *arguments],
        stdin=subprocess.DEVNULL,
        pass_fds=(there.fileno(), *inherit),
        env=_environment(),
        **streams,
    )


def _environment() -> dict[str, str]:
    """Ours, with the package's folder where the child would not find it by itself: a checkout.

    One thread is enough for numpy, whose linear algebra nobody here uses: it starts 0.1 s sooner.
    """
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    if str(_PACKAGE_ROOT) not in (*site.getsitepackages(), site.getusersitepackages()):
        known = environment.get("PYTHONPATH")
        environment["PYTHONPATH"] = f"{known}{os.pathsep}{_PACKAGE_ROOT}" if known else str(_PACKAGE_ROOT)
    return environment


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
