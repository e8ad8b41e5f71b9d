"""Sends frames of the transmit process through the process that has the driver of a channel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any

from canmcast_gui.channels.adapter import port
from canmcast_gui.frames import FrameBatch, Source, bits
from canmcast_gui.frames.validity import first_problem, frame_problem
from canmcast_gui.transport.errors import BusError, FrameError

# How long a frame waits for a driver that is slower: other channels wait as long. That is enough for a bus of
# 125 kbit/s to make room.
ROOM_SECONDS = 0.25


def open_sender(settings: Mapping[str, Any]) -> AdapterSender:
    """The sender for the settings of ``Adapter.sender()``."""
    return AdapterSender(settings["address"], settings["title"], settings["fd"])


class AdapterSender:
    """Passes frames to the process of a channel; what the driver refuses is counted there.

    It connects when it first sends, and again after that process was restarted. A frame that is not valid, or
    a CAN FD frame where ``fd`` is off, raises FrameError before any is sent; sending raises BusError while
    the process does not listen, or its driver does not take frames.
    """

    def __init__(self, address: str, title: str, fd: bool) -> None:
        self._address = address
        self._title = title
        self._fd = fd
        self._connection: Connection | None = None
        # Whether the last frame found no room.
        self._is_stuck = False

    @property
    def addresses(self) -> tuple[Source, ...]:
        """None: frames of a driver have no sender."""
        return ()

    def send_batch(self, batch: FrameBatch) -> int:
        """Send all frames, in order; returns their number."""
        return self.send_encoded(self.encode_ahead(batch), 0, len(batch))

    def encode(
        self, arbitration_id: int, flags: int, _channel: int | None, dlc: int, data: bytes, _timestamp: float
    ) -> bytes:
        """The message of one frame; ``dlc`` in bytes. The channel and the time of a frame are not sent."""
        problem = frame_problem(arbitration_id, flags, dlc, len(data)) or self._fd_problem(flags)
        if problem:
            raise FrameError(problem)
        return port.encode_frame(arbitration_id, flags & ~bits.TX, dlc, data)

    def send_datagram(self, datagram: bytes) -> None:
        """Send what encode() made."""
        self._send(datagram)

    def send_datagrams(self, datagrams: Sequence[bytes]) -> int:
        """Send what encode() made of several frames, in order; returns their number."""
        for datagram in datagrams:
            self._send(datagram)
        return len(datagrams)

    def encode_ahead(self, batch: FrameBatch) -> FrameBatch:
        """The frames themselves, after a check."""
        if problem := first_problem(batch):
            raise FrameError(f"frame {problem[0] + 1}: {problem[1]}")
        if not self._fd and (batch.flags & bits.FD).any():
            raise FrameError(self._fd_problem(bits.FD) or "")
        return batch

    def send_encoded(self, encoded: Any, start: int, stop: int) -> int:
        """Send rows of what encode_ahead() returned, in order; returns their number."""
        for first in range(start, stop, port.MOST_FRAMES):
            self._send(port.encode(encoded[first : min(first + port.MOST_FRAMES, stop)]))
        return stop - start

    def _fd_problem(self, flags: int) -> str | None:
        if flags & bits.FD and not self._fd:
            return f"this is a CAN FD frame, and {self._title} is opened without the option fd=true"
        return None

    def _send(self, message: bytes) -> None:
        """Send again over a new connection if the old one is closed. Raises BusError."""
        if not self._try(message):
            self.close()
            if not self._try(message):
                self.close()
                raise BusError(f"{self._title} cannot send: its device is not open")

    def _try(self, message: bytes) -> bool:
        with suppress(OSError):
            if self._connection is None:
                self._connection = port.connect(self._address)
                self._is_stuck = False
            self._wait_for_room(self._connection)
            self._connection.send_bytes(message)
            return True
        return False

    def _wait_for_room(self, connection: Connection) -> None:
        """Wait for the driver, but not again and again for one that hangs. Raises BusError."""
        has_room = port.has_room(connection, 0.0 if self._is_stuck else ROOM_SECONDS)
        self._is_stuck = not has_room
        if not has_room:
            raise BusError(
                f"{self._title} cannot send: its driver takes frames more slowly than they are sent"
            )

    def close(self) -> None:
        """Close the connection."""
        port.close(self._connection)
        self._connection = None
