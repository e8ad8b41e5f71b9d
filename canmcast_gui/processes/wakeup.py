"""One process tells another that there is something to look at, through a descriptor to wait on."""

from __future__ import annotations

import os
import socket
import sys
from abc import ABC, abstractmethod
from contextlib import suppress


class Wakeup(ABC):
    """A bell between two processes: set() by one, clear() by the other, readable in between.

    The reader clears first and looks then; the writer makes its thing visible first and sets then. So the
    bell may ring for nothing, but never stays silent while there is something.
    """

    @abstractmethod
    def fileno(self) -> int:
        """The reader's descriptor, readable from set() to clear()."""

    @abstractmethod
    def set(self) -> None:
        """Ring; never blocks, and ringing twice is the same as once."""

    @abstractmethod
    def clear(self) -> None:
        """Silence the bell."""

    @abstractmethod
    def inherited(self) -> int | None:
        """A descriptor that the other process must inherit, where there is one."""

    @abstractmethod
    def to_text(self) -> str:
        """What the other process needs for wakeup_from_text()."""

    @abstractmethod
    def close(self) -> None:
        """Close what is open."""


class PipeWakeup(Wakeup):
    """A pipe, for the POSIX systems. Whoever holds the reading end holds the writing end too, so that the
    death of the other process is not mistaken for a ring."""

    def __init__(self, reading: int | None, writing: int) -> None:
        self._reading = reading
        self._writing = writing

    @classmethod
    def create(cls) -> PipeWakeup:
        """A pipe of which neither end ever blocks."""
        reading, writing = os.pipe()
        os.set_blocking(reading, False)
        os.set_blocking(writing, False)
        return cls(reading, writing)

    def fileno(self) -> int:
        return -1 if self._reading is None else self._reading

    def set(self) -> None:
        with suppress(BlockingIOError):  # a full pipe is a ringing bell
            os.write(self._writing, b"\0")

    def clear(self) -> None:
        if self._reading is None:
            return
        with suppress(BlockingIOError):
            while len(os.read(self._reading, 1 << 16)) == 1 << 16:
                pass

    def inherited(self) -> int | None:
        return self._writing

    def to_text(self) -> str:
        return str(self._writing)

    def close(self) -> None:
        for descriptor in (self._reading, self._writing):
            if descriptor is not None and descriptor >= 0:
                os.close(descriptor)
        self._reading, self._writing = None, -1


class SocketWakeup(Wakeup):
    """A UDP socket on the loopback interface, for Windows, where one cannot wait on a pipe."""

    def __init__(self, reading: socket.socket | None, port: int) -> None:
        self._reading = reading
        self._port = port
        self._writing = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._writing.setblocking(False)

    @classmethod
    def create(cls) -> SocketWakeup:
        """A socket on a free port of 127.0.0.1."""
        reading = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        reading.bind(("127.0.0.1", 0))
        reading.setblocking(False)
        return cls(reading, reading.getsockname()[1])

    def fileno(self) -> int:
        return -1 if self._reading is None else self._reading.fileno()

    def set(self) -> None:
        with suppress(OSError):  # a full buffer is a ringing bell; a closed one has nobody to hear it
            self._writing.sendto(b"\0", ("127.0.0.1", self._port))

    def clear(self) -> None:
        with suppress(BlockingIOError):
            while self._reading is not None:
                self._reading.recv(16)

    def inherited(self) -> int | None:
        return None

    def to_text(self) -> str:
        return f"port {self._port}"

    def close(self) -> None:
        self._writing.close()
        if self._reading is not None:
            self._reading.close()
            self._reading = None


def create_wakeup() -> Wakeup:
    """The bell of this system; its maker is the reader."""
    return SocketWakeup.create() if sys.platform == "win32" else PipeWakeup.create()


def wakeup_from_text(text: str) -> Wakeup:
    """The writer's end of a bell that another process made."""
    if text.startswith("port "):
        return SocketWakeup(None, int(text.removeprefix("port ")))
    return PipeWakeup(None, int(text))
