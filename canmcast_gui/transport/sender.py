"""The sending half of a bus: frames are checked first, and leave from a port of their own."""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Sequence
from typing import Any

from canmcast_gui.frames import DLC_TO_LENGTH, Flag, FrameBatch, Source
from canmcast_gui.transport.addresses import parse_group
from canmcast_gui.transport.errors import BusError
from canmcast_gui.transport.interfaces import choose_interfaces
from canmcast_gui.transport.ledger import source_of
from canmcast_gui.transport.repetition import Encoder
from canmcast_gui.transport.settings import BusSettings
from canmcast_gui.transport.sockets import open_sending_socket


class SendTimeoutError(BusError):
    """The system did not take a frame in time."""


def open_sender(settings: dict[str, Any]) -> FrameSender:
    """The sender of a bus whose settings come from another process (BusSettings.to_dict)."""
    return FrameSender(BusSettings.from_dict(settings))


class FrameSender:
    """Sends frames to a group on its interfaces. Raises BusError where it cannot be opened."""

    def __init__(self, settings: BusSettings) -> None:
        self.settings = settings = settings.validated()
        self.sent = 0
        self.encode = Encoder(settings.fd).encode
        self._group = parse_group(settings.group)
        self._sockets: list[socket.socket] = []
        try:
            for link in choose_interfaces(self._group, settings.interface, settings.local):
                self._sockets.append(
                    open_sending_socket(self._group, settings.port, link, settings.hop_limit)
                )
        except BusError:
            self.close()
            raise
        self.addresses = tuple(source_of(sock.getsockname()) for sock in self._sockets)

    @property
    def address(self) -> Source:
        """Where its frames come from: ip and port of its own socket (on its first interface)."""
        return self.addresses[0]

    def send_batch(self, batch: FrameBatch) -> int:
        """Send all frames in order; returns how many. Raises FrameError before any is sent, or BusError."""
        return self.send_payloads([self._encode_row(batch, row) for row in range(len(batch))])

    def _encode_row(self, batch: FrameBatch, row: int) -> bytes:
        record = batch.records[row]
        flags = int(record["flags"]) & ~Flag.TX
        dlc = int(DLC_TO_LENGTH[record["dlc"]]) if flags & Flag.REMOTE else int(record["length"])
        channel = int(record["channel"])
        return self.encode(
            int(record["arbitration_id"]),
            flags,
            channel - 1 if channel else None,
            dlc,
            batch.payload(row),
            int(record["timestamp_ns"]) / 1e9,
        )

    def send_payloads(self, datagrams: Sequence[bytes]) -> int:
        """Send encoded frames in order; returns how many. Raises BusError where the network refuses one."""
        for datagram in datagrams:
            self.send_payload(datagram)
        return len(datagrams)

    def send_payload(self, datagram: bytes, timeout: float | None = None) -> None:
        """Send one encoded frame. Raises SendTimeoutError, or BusError where the network refuses it."""
        for sock in self._sockets:
            self._send_on(sock, datagram, timeout)
        self.sent += 1

    def _send_on(self, sock: socket.socket, datagram: bytes, timeout: float | None) -> None:
        deadline = None if timeout is None else time.monotonic() + timeout
        while True:
            try:
                sock.send(datagram)
                return
            except BlockingIOError:
                left = None if deadline is None else deadline - time.monotonic()
                if left is not None and left <= 0:
                    raise SendTimeoutError(f"the system did not take the frame within {timeout} s") from None
                select.select([], [sock], [], left)
            except OSError as error:
                raise BusError(f"cannot send to {self.settings.label()}: {error.strerror}") from error

    def close(self) -> None:
        """Close the sockets."""
        for sock in self._sockets:
            sock.close()
