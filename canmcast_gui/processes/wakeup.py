"""Wake up another process through a descriptor that it waits for."""

from __future__ import annotations

import os
import socket
import sys
from abc import ABC, abstractmethod
from contextlib import suppress


class Wakeup(ABC):
    """A wake-up between two processes: set() by one, clear() by the other, readable in between.

    The writer writes its data first and then sets; the reader clears first and then reads. So the descriptor
    may be readable without data, but it is always readable while there is unread data.
    """

    @abstractmethod
    def fileno(self) -> int:
        """The reader's descriptor, readable from set() to clear()."""

    @abstractmethod
    def set(self) -> None:
        """Make it readable. Never blocks; a second call has no further effect."""

    @abstractmethod
    def clear(self) -> None:
        """Make it not readable until the next set()."""

    @abstractmethod
    def inherited(self) -> int | None:
        """The descriptor that the other process must inherit; None if it needs none."""

    @abstractmethod
    def to_text(self) -> str:
        """A text from which wakeup_from_text() makes the other end."""

    @abstractmethod
    def close(self) -> None:
        """Close the descriptors."""


class PipeWakeup(Wakeup):
    """A pipe, for POSIX systems. The reader also keeps the writing end open: otherwise the pipe would become
    readable when the other process ends."""

    def __init__(self, reading: int | None, writing: int) -> None:
        self._reading = reading
        self._writing = writing

    @classmethod
    def create(cls) -> PipeWakeup:
        """A pipe whose ends never block."""
        reading, writing = os.pipe()
        os.set_blocking(reading, False)
        os.set_blocking(writing, False)
        return cls(reading, writing)

    def fileno(self) -> int:
        return -1 if self._reading is None else self._reading

    def set(self) -> None:
        with suppress(BlockingIOError):  # a full pipe is readable
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
    """A UDP socket on the loopback interface, for Windows, where select() cannot wait for a pipe."""

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
        with suppress(OSError):  # a full buffer is readable; a closed one has no reader
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
    """The reader's end of a new wake-up, of the kind that this system supports."""
    return SocketWakeup.create() if sys.platform == "win32" else PipeWakeup.create()


def wakeup_from_text(text: str) -> Wakeup:
    """The writer's end of a wake-up that another process created."""
    if text.startswith("port "):
        return SocketWakeup(None, int(text.removeprefix("port ")))
    return PipeWakeup(None, int(text))
