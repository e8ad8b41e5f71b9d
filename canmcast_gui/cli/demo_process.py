"""The demonstration's car as a process beside a command."""

from __future__ import annotations

import subprocess
import sys
from types import TracebackType

from canmcast_gui.transport.settings import BusSettings

_END_SECONDS = 3.0


class DemoProcess:
    """The simulated car on a bus of this computer; a context manager that ends it.

    It ends by itself when this process goes away, because its standard input ends.
    """

    def __init__(self, settings: BusSettings) -> None:
        options = ["--group", settings.group, "--port", str(settings.port)]
        if settings.interface:
            options += ["--interface", settings.interface]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "canmcast_gui.demo", *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    def failure(self) -> str | None:
        """A sentence where the car has stopped by itself, else None."""
        if self._process.poll() is None:
            return None
        assert self._process.stderr is not None
        lines = self._process.stderr.read().strip().splitlines() or ["no reason given"]
        return f"the demonstration has ended: {lines[-1]}"

    def __enter__(self) -> DemoProcess:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._process.communicate(timeout=_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()
