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

# What is kept of standard error: the last words before the end.
TAIL_BYTES = 8192
# For the last words of a process that has ended; longer only where a process of its own holds the pipe open.
_TAIL_SECONDS = 1.0


class ModuleProcess:
    """``python -m module arguments``, with the package found wherever it is.

    ``stdin`` and ``stdout`` are binary files where they were asked for, else None and the null device.
    Standard error is read all the time, so that what the process writes there never makes it wait; the last
    of it is kept for ``how_it_ended``. ``inherit`` are descriptors that it gets, not on Windows. Raises
    OSError where it cannot be started.
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
        # -P: a file that happens to lie in the user's folder must not be imported instead of a library
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
        """Whether it has not ended; a stopped process is running."""
        return self._process.poll() is None

    def wait(self, timeout: float | None = None) -> bool:
        """Wait up to ``timeout`` seconds (None: without limit) for its end; whether it has ended."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout)
        return not self.running()

    def last_words(self) -> str:
        """What a process that has ended wrote on standard error at last, at most TAIL_BYTES of it."""
        return self._tail.text()

    def how_it_ended(self) -> str:
        """Wait for the end; a clause about it with the last line that was written: "ended with …"."""
        code = self._process.wait()
        how = f"was ended by {_signal_name(-code)}" if code < 0 else f"ended with exit code {code}"
        return ": ".join([how, *self.last_words().strip().splitlines()[-1:]])

    def kill(self) -> None:
        """Kill it where it is running, and wait for its end."""
        self._process.kill()
        self._process.wait()

    def end(self, patience: float = 0.0) -> None:
        """Close its input, kill it where it has not ended ``patience`` seconds later. Never raises."""
        if self.stdin is not None:
            with suppress(OSError):
                self.stdin.close()
        if not self.wait(patience):
            self.kill()
        if self.stdout is not None:
            self.stdout.close()
        self._tail.text()


class _Tail(threading.Thread):
    """Reads a pipe to its end, and keeps the last of it."""

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
        """What was written last, after the end of the process."""
        self.join(_TAIL_SECONDS)
        return self._kept.decode(errors="replace")


def _system_options(inherit: Sequence[int]) -> dict[str, Any]:
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NO_WINDOW}
    return {"pass_fds": tuple(inherit)}


def _environment() -> dict[str, str]:
    """Ours, with the package's folder where the child would not find it by itself: a checkout.

    An empty part of PYTHONPATH, often there by accident, would be the folder that the user is in. One
    thread is enough for numpy, whose linear algebra nothing here uses: it starts 0.1 s sooner.
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
