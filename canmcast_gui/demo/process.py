"""The simulated car as a child process of a window or a command."""

from __future__ import annotations

import json
import socket
from dataclasses import replace

from canmcast_gui.frames import Source
from canmcast_gui.processes.launcher import ModuleProcess
from canmcast_gui.transport.errors import BusError
from canmcast_gui.transport.settings import BusSettings

END_SECONDS = 3.0
# Of the line with the names: a few control units on a few interfaces.
MOST_BYTES = 65536


def bus_of_its_own(settings: BusSettings | None = None) -> BusSettings:
    """A bus of this computer on a free port, so that simultaneous demonstrations do not mix.

    ``settings`` are its other settings, such as the interface. Raises BusError if no port is free.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            sock.bind(("", 0))
        except OSError as error:
            raise BusError(f"no port is free for the demonstration: {error.strerror}") from error
        port: int = sock.getsockname()[1]
    return replace(settings or BusSettings(), local=True, hop_limit=0, port=port).validated()


class DemoProcess:
    """The running demonstration. It ends with this process, because its input then ends.

    Also a context manager that closes it. Raises OSError if it cannot be started.
    """

    def __init__(self, settings: BusSettings) -> None:
        interface = ["--interface", settings.interface] if settings.interface else []
        options = ["--names", "--group", settings.group, "--port", str(settings.port), *interface]
        self._process = ModuleProcess("canmcast_gui.demo", options, stdin=True, stdout=True)
        self._units: dict[Source, str] | None = None

    @property
    def pid(self) -> int:
        """The id of the process."""
        return self._process.pid

    def units(self) -> dict[Source, str]:
        """The control unit that sends from each address; none if the demonstration failed.

        Waits until its buses are open, which takes a moment. Not for several threads.
        """
        if self._units is None:
            assert self._process.stdout is not None
            try:
                rows = json.loads(self._process.stdout.readline(MOST_BYTES) or b"[]")
            except ValueError:  # it has ended, or is being ended
                rows = []
            self._units = {Source(address, port): unit for address, port, unit in rows}
        return self._units

    def failure(self) -> str | None:
        """A sentence if the process has ended, else None."""
        if self._process.running():
            return None
        return f"The demonstration {self._process.how_it_ended()}."

    def close(self) -> None:
        """End it. Never raises."""
        self._process.end(END_SECONDS)

    def __enter__(self) -> DemoProcess:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()
