"""The demonstration bus: a process that plays a small car, as any user of python-can could write it."""

from __future__ import annotations

import subprocess
import sys

from canmcast_gui.transport.settings import BusSettings

END_SECONDS = 2.0


class DemoProcess:
    """The running demonstration; it ends by itself when this process goes away, because its input ends."""

    def __init__(self, settings: BusSettings) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "canmcast_gui.demo", *_bus_options(settings)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    def failure(self) -> str | None:
        """A sentence where the process has ended, else None."""
        if self._process.poll() is None:
            return None
        assert self._process.stderr is not None
        lines = self._process.stderr.read().strip().splitlines() or ["no reason given"]
        return f"The demonstration has ended: {lines[-1]}"

    def close(self) -> None:
        """End it; never raises."""
        try:
            self._process.communicate(timeout=END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()


def _bus_options(settings: BusSettings) -> list[str]:
    where = ["--interface", settings.interface] if settings.interface else []
    return ["--group", settings.group, "--port", str(settings.port), *where]
