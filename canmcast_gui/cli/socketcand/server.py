"""The server: one channel, several clients, one loop that never waits for any of them."""

from __future__ import annotations

import select
import socket
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from canmcast_gui.channels.kinds import kind_of
from canmcast_gui.channels.settings import ChannelSettings
from canmcast_gui.cli.socketcand.client import Client
from canmcast_gui.cli.socketcand.protocol import Frame, frame_texts
from canmcast_gui.cli.terminal import HasFileno
from canmcast_gui.frames import FrameBatch, bits
from canmcast_gui.processes.factories import load_factory
from canmcast_gui.transport.errors import BusError, FrameError

MOST_CLIENTS = 32
MOST_FRAMES = 8192
# Frames of clients that have not come back from the channel yet.
_MOST_EXPECTED = 4096

# What the frames of a client have in common with the ones that come back.
_Content = tuple[int, int, bytes]


class ServerError(BusError):
    """The server cannot listen at its address."""


@dataclass
class ServerCounts:
    """``clients``: connections so far. ``dropped_clients``: those that read too slowly. ``refused_clients``:
    those beyond MOST_CLIENTS. ``forwarded``: frames of the channel, ``sent``: frames of clients,
    ``refused``: frames of clients that could not be sent."""

    clients: int = 0
    dropped_clients: int = 0
    refused_clients: int = 0
    forwarded: int = 0
    sent: int = 0
    refused: int = 0


class Server:
    """Serves a channel at an address. Raises BusError if the channel cannot be opened, or ServerError.

    turn() waits and works; ``note`` is called with sentences for the user. Also a context manager.
    """

    def __init__(
        self, channel: ChannelSettings, address: tuple[str, int], note: Callable[[str], None]
    ) -> None:
        self.channel = channel
        self.counts = ServerCounts()
        self._note = note
        self._clients: list[Client] = []
        self._expected: deque[tuple[_Content, Client]] = deque(maxlen=_MOST_EXPECTED)
        self._failure = ""
        self._listener = _listen(address)
        try:
            kind = kind_of(channel)
            self.capture = kind.open_capture(channel)
        except BaseException:
            self._listener.close()
            raise
        try:
            factory, settings = kind.sender(channel, self.capture)
            self._sender: Any = load_factory(factory)(settings)
        except BaseException:
            self.capture.shutdown()
            self._listener.close()
            raise
        self._mark_own()

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens."""
        host, port = self._listener.getsockname()[:2]
        return host, port

    def _mark_own(self) -> None:
        for source in self._sender.addresses:
            self.capture.mark_own(source)

    def _accepts(self, name: str) -> bool:
        """Whether a client may open the channel by this name: any name if the channel has none."""
        return name == self.channel.name or not self.channel.name

    def turn(self, seconds: float, *others: HasFileno) -> None:
        """Wait up to a time for clients, frames or ``others``, and do what is to be done."""
        readers: list[HasFileno] = [self._listener, self.capture, *self._clients, *others]
        writers = [client for client in self._clients if client.is_waiting]
        with suppress(InterruptedError):
            readable, writable, _ = select.select(readers, writers, [], max(seconds, 0.0))
            for client in writable:
                client.flush()
            if self._listener in readable:
                self._accept()
            for client in self._clients:
                if client in readable:
                    self._send(client, client.read())
            if self.capture in readable:
                self._forward(self.capture.recv_batch(MOST_FRAMES))
        self._remove_closed()

    def supervise(self) -> None:
        """Restart what has ended. Call this a few times a second."""
        self._mark_own()
        if sentence := self.capture.supervise():
            self._note(sentence)

    # -- clients -----------------------------------------------------------------------------------------

    def _accept(self) -> None:
        try:
            connection, _address = self._listener.accept()
        except OSError:  # the client is gone again, or the system has too many files open
            return
        if len(self._clients) >= MOST_CLIENTS:
            self.counts.refused_clients += 1
            with suppress(OSError):
                connection.setblocking(False)
                connection.send(b"< error too many clients >")
            connection.close()
            return
        self.counts.clients += 1
        self._clients.append(Client(connection, self._accepts))

    def _remove_closed(self) -> None:
        for client in [client for client in self._clients if not client.is_open]:
            self._clients.remove(client)
            client.close()
            if client.reason:
                self.counts.dropped_clients += 1
                self._note(f"a client was disconnected because it is {client.reason}")

    # -- frames ------------------------------------------------------------------------------------------

    def _send(self, client: Client, frames: list[Frame]) -> None:
        datagrams: list[bytes] = []
        for frame in frames:
            try:
                datagrams.append(
                    self._sender.encode(frame.arbitration_id, frame.flags, None, frame.dlc, frame.data, 0.0)
                )
            except FrameError as error:
                self._count_refused(1, str(error))
                continue
            content = (frame.arbitration_id, frame.flags & ~(bits.BRS | bits.ESI), frame.data)
            self._expected.append((content, client))
        if not datagrams:
            return
        try:
            self.counts.sent += self._sender.send_datagrams(datagrams)
        except BusError as error:
            self._count_refused(len(datagrams), str(error))

    def _count_refused(self, count: int, reason: str) -> None:
        """Count frames of clients, and report each new reason once."""
        self.counts.refused += count
        if reason != self._failure:
            self._failure = reason
            self._note(f"a frame of a client cannot be sent: {reason}")

    def _forward(self, batch: FrameBatch) -> None:
        """Give frames to the clients that want them; a client does not get its own."""
        if not len(batch) or not self._clients:
            return
        self.counts.forwarded += len(batch)
        texts = frame_texts(batch)
        owners = self._owners(batch)
        for client in self._clients:
            rows = client.wanted(batch)
            if owners:
                rows = [row for row in rows if owners.get(row) is not client]
            if rows:
                client.put(b"".join([texts[row] for row in rows]))

    def _owners(self, batch: FrameBatch) -> dict[int, Client]:
        """By row: the client that has sent the frame."""
        owners: dict[int, Client] = {}
        flags = batch.flags.tolist()
        for row, flag in enumerate(flags):
            if flag & bits.TX and self._expected:
                kept = flag & ~(bits.TX | bits.BRS | bits.ESI)
                content = (int(batch.arbitration_id[row]), kept, batch.payload(row))
                found = next((each for each in self._expected if each[0] == content), None)
                if found is not None:
                    self._expected.remove(found)
                    owners[row] = found[1]
        return owners

    def close(self) -> None:
        """Disconnect all clients and close the channel. Never raises."""
        for client in self._clients:
            client.close()
        self._clients.clear()
        self._listener.close()
        with suppress(OSError, BusError):
            self._sender.close()
        self.capture.shutdown()

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()


def _listen(address: tuple[str, int]) -> socket.socket:
    host, port = address
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server(address, family=family, backlog=MOST_CLIENTS)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ServerError(
            f"cannot listen at {host}:{port}: {reason}; choose another address or port"
        ) from error
    listener.setblocking(False)
    return listener
