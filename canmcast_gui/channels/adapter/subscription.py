"""Receives the frames of a channel from the process that has its driver, in the transmit process."""

from __future__ import annotations

import socket
import threading
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any

from canmcast_gui.channels.adapter import port
from canmcast_gui.frames import FrameBatch, Source, SourceTable

# How long opening waits for the answer of the process: so frames are received from then on.
ANSWER_SECONDS = 0.25
# How often a process that does not listen is tried again, and how late close() ends the thread.
RETRY_SECONDS = 0.1
# Batches that wait for drain(); further ones wait in the other process, which counts what it cannot keep.
MOST_BATCHES = 256


def open_receiver(settings: Mapping[str, Any]) -> Subscription:
    """The receiver for the settings of ``Adapter.receiver()``."""
    return Subscription(settings["address"])


class Subscription:
    """Subscribes to received frames, and again whenever that process was restarted.

    A thread reads the connection, because it is not a socket on every system. ``missed`` counts frames that
    did not arrive here because they were read too slowly.
    """

    def __init__(self, address: str) -> None:
        #: Empty: frames of a driver have no sender.
        self.sources = SourceTable()
        self.missed = 0
        self._address = address
        self._waiting: deque[bytes] = deque()
        self._closing = threading.Event()
        self._answered = threading.Event()
        self._reader, self._writer = socket.socketpair()
        self._reader.setblocking(False)
        self._writer.setblocking(False)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        self._answered.wait(ANSWER_SECONDS)

    def inputs(self) -> tuple[socket.socket, ...]:
        """Readable while frames wait."""
        return (self._reader,)

    def drain(self, max_frames: int = 4096) -> FrameBatch:
        """The frames that wait, in whole messages up to at least ``max_frames``; never waits."""
        with suppress(BlockingIOError):
            self._reader.recv(4096)
        if not self._waiting:
            return FrameBatch.empty()
        parts: list[FrameBatch] = []
        frames = 0
        while self._waiting and frames < max_frames:
            parts.append(port.decode(self._waiting.popleft()))
            frames += len(parts[-1])
        if self._waiting:
            self._wake()
        return parts[0] if len(parts) == 1 else FrameBatch.concatenate(parts)

    def mark_own(self, _source: Source) -> None:
        """Nothing: the process that has the driver marks own frames."""

    def close(self) -> None:
        """Stop receiving; the connection is closed a moment later."""
        self._closing.set()
        self._reader.close()

    def _run(self) -> None:
        while not self._closing.is_set():
            connection = None
            with suppress(OSError, EOFError):
                connection = port.connect(self._address)
                connection.send_bytes(port.RECEIVE)
                self._read_from(connection)
            port.close(connection)
            self._answered.set()
            self._closing.wait(RETRY_SECONDS)
        self._writer.close()

    def _read_from(self, connection: Connection) -> None:
        """Read until this is closed. Raises EOFError or OSError at the end of the process."""
        missed = self.missed
        while not self._closing.is_set():
            if len(self._waiting) >= MOST_BATCHES:
                self._closing.wait(0.001)
            elif connection.poll(RETRY_SECONDS):
                new, message = port.decode_received(connection.recv_bytes())
                self.missed = missed + new
                if len(message) > port.EMPTY_BYTES:
                    self._waiting.append(message)
                    self._wake()
                self._answered.set()

    def _wake(self) -> None:
        with suppress(OSError):  # full: it is readable already; or closed
            self._writer.send(b"\0")
