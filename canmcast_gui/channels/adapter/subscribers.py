"""Passes received frames of a channel on to the transmit process, which never delays their reception."""

from __future__ import annotations

import threading
from multiprocessing.connection import Connection
from queue import Empty, Full, Queue

from canmcast_gui.channels.adapter import port
from canmcast_gui.frames import FrameBatch

# Batches that wait for a subscriber that does not read; further ones are missed and counted.
MOST_BATCHES = 256
# How late the end of a subscriber is noticed while no frames arrive.
IDLE_SECONDS = 1.0


class Subscribers:
    """The connections that get received frames. serve() is called in a thread for each of them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._subscribers: tuple[_Subscriber, ...] = ()

    @property
    def exist(self) -> bool:
        """Whether any connection gets frames."""
        return bool(self._subscribers)

    def publish(self, batch: FrameBatch) -> None:
        """Pass frames on to all subscribers. Never waits."""
        if self._subscribers:
            message = port.encode(batch)
            for subscriber in self._subscribers:
                subscriber.offer(message, len(batch))

    def serve(self, connection: Connection) -> None:
        """Send frames over a connection until its other end is closed; then raises EOFError or OSError."""
        subscriber = _Subscriber(connection)
        with self._lock:
            self._subscribers = (*self._subscribers, subscriber)
        try:
            subscriber.run()
        finally:
            with self._lock:
                self._subscribers = tuple(each for each in self._subscribers if each is not subscriber)


class _Subscriber:
    """One connection, and the batches that wait for it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._waiting: Queue[bytes] = Queue(MOST_BATCHES)
        self._missed = 0

    def offer(self, message: bytes, frames: int) -> None:
        """Add a batch; if there is no room, its frames are counted as missed."""
        try:
            self._waiting.put_nowait(message)
        except Full:
            self._missed += frames

    def run(self) -> None:
        """Answer with an empty batch, then send what waits."""
        message = port.encode(FrameBatch.empty())
        while True:
            self._connection.send_bytes(port.encode_received(self._missed, message))
            message = self._next()

    def _next(self) -> bytes:
        while True:
            try:
                return self._waiting.get(timeout=IDLE_SECONDS)
            except Empty:
                if self._connection.poll():  # a subscriber sends nothing more, so this is its end
                    raise EOFError from None
