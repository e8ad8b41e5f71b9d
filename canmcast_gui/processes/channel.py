"""Whole messages over a stream socket between two processes, without blocking."""

from __future__ import annotations

import select
import socket
import struct
import sys

_HEADER = struct.Struct("<I")

# One receive() reads at most this much, so that a busy writer cannot keep the reader in it.
READ_BYTES = 1 << 20


class Channel:
    """One end of a connection that carries messages of bytes, each after its length (uint32).

    Both ends are processes of this program, so the content of messages is trusted. ``closed`` becomes true
    when the other end is closed; sending then does nothing.
    """

    def __init__(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        self._connection = connection
        self._incoming = bytearray()
        self._outgoing = bytearray()
        self.closed = False

    @classmethod
    def inherited(cls, text: str) -> Channel:
        """In the child: the channel to the parent, from its text on the command line."""
        if sys.platform == "win32":
            return cls(socket.fromshare(sys.stdin.buffer.read()))
        return cls(socket.socket(fileno=int(text)))

    def fileno(self) -> int:
        """The socket; readable when a message has arrived or the other end is closed."""
        return self._connection.fileno()

    @property
    def pending(self) -> int:
        """Bytes that are not sent yet. A sender of much data waits until this is low."""
        return len(self._outgoing)

    def send(self, message: bytes | bytearray) -> None:
        """Send a message. What the socket does not take now is kept for the next flush()."""
        if not self.closed:
            self._outgoing += _HEADER.pack(len(message)) + message
            self.flush()

    def flush(self, timeout: float = 0.0) -> bool:
        """Send what is kept, waiting up to ``timeout`` seconds; returns whether all is sent."""
        while self._outgoing and not self.closed:
            try:
                sent = self._connection.send(self._outgoing)
            except (BlockingIOError, InterruptedError):
                if not wait_for(self.fileno(), timeout, writing=True):
                    return False
            except OSError:
                self._close_down()
            else:
                del self._outgoing[:sent]
        return not self._outgoing

    def receive(self) -> list[bytes]:
        """The messages that have arrived completely."""
        taken = 0
        while taken < READ_BYTES and not self.closed:
            try:
                part = self._connection.recv(1 << 16)
            except (BlockingIOError, InterruptedError):
                break
            except OSError:
                part = b""
            if not part:
                self._close_down()
            self._incoming += part
            taken += len(part)
        return self._split()

    def _split(self) -> list[bytes]:
        messages, start = [], 0
        while len(self._incoming) - start >= _HEADER.size:
            (size,) = _HEADER.unpack_from(self._incoming, start)
            end = start + _HEADER.size + size
            if end > len(self._incoming):
                break
            messages.append(bytes(self._incoming[start + _HEADER.size : end]))
            start = end
        del self._incoming[:start]
        return messages

    def _close_down(self) -> None:
        self.closed = True
        self._outgoing.clear()

    def close(self) -> None:
        """Close this end."""
        self._close_down()
        self._connection.close()


def wait_for(descriptor: int, timeout: float | None, writing: bool = False) -> bool:
    """Wait up to ``timeout`` seconds (None: no limit) until a descriptor is ready; returns whether it is.

    Raises OSError or ValueError for a descriptor that is closed.
    """
    if timeout is not None:
        timeout = max(0.0, timeout)
    if hasattr(select, "poll"):  # unlike select() it has no largest descriptor
        poller = select.poll()
        poller.register(descriptor, select.POLLOUT if writing else select.POLLIN)
        return bool(poller.poll(None if timeout is None else timeout * 1000))
    wanted = [descriptor]
    found = select.select([] if writing else wanted, wanted if writing else [], [], timeout)
    return bool(found[0] or found[1])
