"""Anonymous memory that a process shares with its child, and that the system frees when both have ended."""

from __future__ import annotations

import mmap
import os
import sys


class SharedMemory:
    """Zeroed bytes (``buffer``) without a name, so none can remain after a crash.

    They are in a memfd (Linux) or an unlinked file (other POSIX systems), whose descriptor the child
    inherits; on Windows in a mapping that lasts while a process has it open.
    """

    def __init__(self, buffer: mmap.mmap, descriptor: int | None, text: str) -> None:
        self.buffer = buffer
        self._descriptor = descriptor
        self._text = text

    @classmethod
    def create(cls, size: int) -> SharedMemory:
        """New memory. Raises OSError where the system has no room for it."""
        if sys.platform == "win32":
            return cls.open(f"{size} canmcast-{os.urandom(16).hex()}")
        descriptor = _unnamed_file()
        try:
            os.ftruncate(descriptor, size)
            return cls.open(f"{size} {descriptor}")
        except BaseException:
            os.close(descriptor)
            raise

    @classmethod
    def open(cls, text: str) -> SharedMemory:
        """The memory that another SharedMemory's ``to_text`` describes."""
        size, name = text.split(" ")
        if sys.platform == "win32":
            return cls(mmap.mmap(-1, int(size), tagname=name), None, text)
        return cls(mmap.mmap(int(name), int(size)), int(name), text)

    def inherited(self) -> list[int]:
        """The descriptors that the child must inherit."""
        return [] if self._descriptor is None else [self._descriptor]

    def to_text(self) -> str:
        """What the child needs for open()."""
        return self._text

    def close(self) -> None:
        """Let go of the memory; every array over it must be gone."""
        self.buffer.close()
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def _unnamed_file() -> int:
    if hasattr(os, "memfd_create"):
        return os.memfd_create("canmcast-capture")
    import tempfile  # 10 ms that the capture process of most systems need not wait for

    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())
