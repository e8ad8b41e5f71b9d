"""One tool that is connected to the server: its mode, its commands, and what waits to be sent to it."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable
from contextlib import suppress

from canmcast_gui.cli.socketcand.protocol import (
    LONGEST_COMMAND,
    CommandError,
    Frame,
    parse_id,
    parse_send,
    parse_subscription,
)
from canmcast_gui.frames import FrameBatch, bits

# What waits for a client at most, about 25,000 frames; one that reads so slowly is dropped.
MOST_WAITING = 1 << 20
# What is read of a client at once, so that one that sends without end does not keep the others waiting.
_READ_BYTES = 1 << 14
_MOST_SUBSCRIPTIONS = 4096
_COMMAND = re.compile(rb"<([^<>]*)>")
# Longer names are not possible in the protocol.
_LONGEST_NAME = 16


class Client:
    """A connection. ``is_open`` becomes false when it is to be closed, for a ``reason`` if that matters.

    ``accepts`` tells whether a name is that of the channel.
    """

    def __init__(self, connection: socket.socket, accepts: Callable[[str], bool]) -> None:
        self.connection = connection
        connection.setblocking(False)
        with suppress(OSError):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._accepts = accepts
        self._incoming = b""
        self._outgoing = bytearray()
        self.is_open = True
        self.reason = ""
        self._mode = "no bus"
        # By id: the shortest interval in ns, and when a frame was sent last.
        self._subscriptions: dict[tuple[int, bool], list[int]] = {}
        self.put(b"< hi >")

    def fileno(self) -> int:
        """Its socket."""
        return self.connection.fileno()

    # -- from the client ---------------------------------------------------------------------------------

    def read(self) -> list[Frame]:
        """Read and execute commands; returns the frames to send. Never raises."""
        try:
            data = self.connection.recv(_READ_BYTES)
        except (BlockingIOError, InterruptedError):
            return []
        except OSError:
            data = b""
        if not data:
            self.is_open = False
            return []
        frames: list[Frame] = []
        self._incoming += data
        end = 0
        for match in _COMMAND.finditer(self._incoming):
            end = match.end()
            if self.is_open:
                self._execute(match[1], frames)
        self._incoming = self._incoming[end:].lstrip()
        if len(self._incoming) > LONGEST_COMMAND:
            self._refuse("command too long")
        return frames

    def _execute(self, text: bytes, frames: list[Frame]) -> None:
        words = text.decode("ascii", errors="replace").split()
        try:
            if len(text) > LONGEST_COMMAND or not words:
                raise CommandError("syntax error")
            if words[0] == "echo" and len(words) == 1:
                self.put(b"< echo >")
            elif self._mode == "no bus":
                self._open(words)
            elif words[0] in ("send", "sendrtr", "fdsend"):
                frames.append(parse_send(words))
            else:
                self._change(words)
        except CommandError as error:
            self.put(b"< error " + str(error).encode() + b" >")

    def _open(self, words: list[str]) -> None:
        if len(words) != 2 or words[0] != "open":
            raise CommandError("unknown command")
        if len(words[1]) > _LONGEST_NAME or not self._accepts(words[1]):
            self._refuse("could not open bus")
            return
        self._mode = "bcm"
        self.put(b"< ok >")

    def _change(self, words: list[str]) -> None:
        """Commands that change what is received."""
        if words in (["rawmode"], ["bcmmode"]):
            self._mode = words[0].removesuffix("mode")
            self._subscriptions.clear()
            self.put(b"< ok >")
        elif words[0] == "subscribe" and self._mode == "bcm":
            key, interval_ns = parse_subscription(words)
            if len(self._subscriptions) >= _MOST_SUBSCRIPTIONS:
                raise CommandError("too many subscriptions")
            self._subscriptions[key] = [interval_ns, -interval_ns]
        elif words[0] == "unsubscribe" and len(words) == 2:
            self._subscriptions.pop(parse_id(words[1]), None)
        else:
            raise CommandError("unknown command")

    def _refuse(self, reason: str) -> None:
        self.put(f"< error {reason} >".encode())
        self.flush()
        self.is_open = False

    # -- to the client -----------------------------------------------------------------------------------

    def wanted(self, batch: FrameBatch) -> list[int]:
        """The rows of the frames that it wants in its mode."""
        if self._mode == "raw":
            return list(range(len(batch)))
        if not self._subscriptions:
            return []
        ids, flags = batch.arbitration_id.tolist(), batch.flags.tolist()
        times = batch.timestamp_ns.tolist()
        return [
            row
            for row, (number, flag, time_ns) in enumerate(zip(ids, flags, times, strict=True))
            if self._is_due((number, bool(flag & bits.EXTENDED)), time_ns)
        ]

    def _is_due(self, key: tuple[int, bool], time_ns: int) -> bool:
        found = self._subscriptions.get(key)
        if found is None or time_ns - found[1] < found[0]:
            return False
        found[1] = time_ns
        return True

    def put(self, text: bytes) -> None:
        """Send a text; what the client does not take now waits. Drops a client for which too much waits."""
        self._outgoing += text
        self.flush()
        if len(self._outgoing) > MOST_WAITING:
            self.is_open = False
            self.reason = "too slow"

    def flush(self) -> None:
        """Send what waits, as far as the client takes it. Never raises."""
        while self._outgoing and self.is_open:
            try:
                sent = self.connection.send(self._outgoing)
            except (BlockingIOError, InterruptedError):
                return
            except OSError:
                self.is_open = False
                return
            del self._outgoing[:sent]

    @property
    def is_waiting(self) -> bool:
        """Whether something waits to be sent to it."""
        return bool(self._outgoing)

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()
