"""Start a module of this program in a Python process of its own, and end it.

``ModuleProcess`` is the one place that starts processes; ``ChildProcess`` also connects a channel to it and
reads whether the module is ready.
"""

from __future__ import annotations

import json
import os
import signal
import site
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from canmcast_gui.frames.errors import UserError
from canmcast_gui.processes.channel import Channel, wait_for

_PACKAGE_ROOT = Path(__file__).parents[2]

# How much of the end of standard error is kept.
TAIL_BYTES = 8192
# How long to wait for the end of standard error after the process has ended: a process that it started may
# keep the pipe open.
_TAIL_SECONDS = 1.0


class ModuleProcess:
    """``python -m module arguments``, which finds this package in a checkout and when installed.

    ``stdin`` and ``stdout`` are binary files if requested, otherwise None, and the process has the null
    device. A thread reads standard error, so that the process never waits for it, and keeps the end of it for
    ``how_it_ended``. ``inherit`` are descriptors for the process, not on Windows. Raises OSError if it cannot
    be started.
    """

    def __init__(
        self,
        module: str,
        arguments: Sequence[str] = (),
        *,
        stdin: bool = False,
        stdout: bool = False,
        inherit: Sequence[int] = (),
        new_session: bool = False,
    ) -> None:
        # -P: a file in the user's working folder must not be imported in place of a library
        command = [sys.executable, "-P", "-m", module, *arguments]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
            stdout=subprocess.PIPE if stdout else subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=_environment(),
            start_new_session=new_session,
            **_system_options(inherit),
        )
        self.stdin: IO[bytes] | None = self._process.stdin
        self.stdout: IO[bytes] | None = self._process.stdout
        assert self._process.stderr is not None
        self._tail = _Tail(self._process.stderr)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def running(self) -> bool:
        """Whether it has not ended. A stopped process (SIGSTOP) is running."""
        return self._process.poll() is None

    def wait(self, timeout: float | None = None) -> bool:
        """Wait up to ``timeout`` seconds (None: no limit) for its end; returns whether it has ended."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout)
        return not self.running()

    def error_output(self) -> str:
        """The last TAIL_BYTES that a process that has ended wrote on standard error."""
        return self._tail.text()

    def how_it_ended(self) -> str:
        """Wait for the end; a clause about it with the last line of standard error: "ended with …"."""
        code = self._process.wait()
        how = f"was ended by {_signal_name(-code)}" if code < 0 else f"ended with exit code {code}"
        return ": ".join([how, *self.error_output().strip().splitlines()[-1:]])

    def kill(self) -> None:
        """Kill it if it is running, and wait for its end."""
        self._process.kill()
        self._process.wait()

    def end(self, timeout: float = 0.0) -> None:
        """Close its input, and kill it if it has not ended ``timeout`` seconds later. Never raises."""
        if self.stdin is not None:
            with suppress(OSError):
                self.stdin.close()
        if not self.wait(timeout):
            self.kill()
        if self.stdout is not None:
            self.stdout.close()
        self._tail.text()


class _Tail(threading.Thread):
    """Reads a pipe to its end and keeps the last TAIL_BYTES."""

    def __init__(self, pipe: IO[bytes]) -> None:
        super().__init__(name="canmcast-stderr", daemon=True)
        self._pipe = pipe
        self._kept = b""
        self.start()

    def run(self) -> None:
        with self._pipe as pipe:
            while part := os.read(pipe.fileno(), TAIL_BYTES):
                self._kept = (self._kept + part)[-TAIL_BYTES:]

    def text(self) -> str:
        """The last output, after the end of the process."""
        self.join(_TAIL_SECONDS)
        return self._kept.decode(errors="replace")


def _system_options(inherit: Sequence[int]) -> dict[str, Any]:
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NO_WINDOW}
    return {"pass_fds": tuple(inherit)}


def _environment() -> dict[str, str]:
    """The environment of this process; in a checkout with the folder of the package in PYTHONPATH.

    Empty parts of PYTHONPATH, which would mean the user's working folder, are removed. numpy gets one thread:
    nothing uses its linear algebra, and it starts 0.1 s sooner.
    """
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    folders = [part for part in environment.pop("PYTHONPATH", "").split(os.pathsep) if part]
    if str(_PACKAGE_ROOT) not in (*site.getsitepackages(), site.getusersitepackages()):
        folders.append(str(_PACKAGE_ROOT))
    return {**environment, "PYTHONPATH": os.pathsep.join(folders)} if folders else environment


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


class ChildError(UserError):
    """The process cannot be started or has failed; the text is a sentence for the user."""


def cannot_start(name: str, error: OSError) -> ChildError:
    """The error for a system call that a new process needs and that failed."""
    return ChildError(f"The {name} cannot be started: {error.strerror or error}.")


class ChildProcess:
    """A running module, connected by a Channel; it ends when its parent ends (see ParentLink).

    ``name`` is its name in messages to the user, such as "capture process".
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
        # What arrived together with the ready message, from a process that ended soon.
        self._later_messages: list[bytes] = []

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def running(self) -> bool:
        """Whether it has not ended. A stopped process (SIGSTOP) is running."""
        return self._process.running()

    def ready_message(self) -> Any:
        """What the module reported when it was ready; None until then. Raises ChildError if it failed.

        After that message a child sends nothing until it receives something, but for the reason of its end.
        """
        messages = self.channel.receive()
        if not messages:
            if self.running():
                return None
            raise ChildError(self.how_it_ended())
        self._later_messages = messages[1:]
        message = json.loads(messages[0])
        if "error" in message:
            raise ChildError(message["error"])
        return message["ready"]

    def wait_until_ready(self, timeout: float) -> Any:
        """Wait for its ready message. Raises ChildError if it fails or is not ready in time."""
        end = time.monotonic() + timeout
        while (message := self.ready_message()) is None:
            left = end - time.monotonic()
            if left <= 0:
                raise ChildError(f"The {self.name} was not ready within {timeout:g} s.")
            wait_for(self.channel.fileno(), min(left, 0.1))
        return message

    def how_it_ended(self) -> str:
        """A sentence about its end: what it reported itself, or else the last line of standard error."""
        for message in (*self._later_messages, *self.channel.receive()):
            with suppress(ValueError, TypeError, KeyError):
                return f"{json.loads(message)['error'].removesuffix('.')}."
        return f"The {self.name} {self._process.how_it_ended()}."

    def kill(self) -> None:
        """Kill it, and wait for its end."""
        self._process.kill()

    def end(self, timeout: float = 0.0) -> None:
        """Close the channel, at which it ends, and kill it after ``timeout`` seconds. Never raises."""
        self.channel.close()
        self._process.end(timeout)


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
