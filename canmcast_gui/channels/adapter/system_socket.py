"""The socket below a driver: a larger receive buffer, and the frames that the system lost."""

from __future__ import annotations

import os
import socket
from contextlib import suppress

import can

from canmcast_gui.transport.sockets.platforms import kernel_drops, request_buffer

_DATAGRAMS = (socket.SOCK_DGRAM, socket.SOCK_RAW)


class SystemSocket:
    """The socket of a bus whose driver has one, such as SocketCAN and UDP multicast; others have no drops.

    It is given the largest receive buffer that the system grants: the usual one holds 256 frames, which is
    25 ms at 10,000 frames/s.
    """

    def __init__(self, bus: can.BusABC) -> None:
        self._socket = _socket_of(bus)
        if self._socket is not None:
            with suppress(OSError):
                request_buffer(self._socket, None)

    @property
    def drops(self) -> int:
        """Frames for which the receive buffer was full; 0 if not known."""
        return 0 if self._socket is None else kernel_drops(self._socket)

    def close(self) -> None:
        """Close the duplicate of the descriptor; the bus keeps its own."""
        if self._socket is not None:
            self._socket.close()


def _socket_of(bus: can.BusABC) -> socket.socket | None:
    try:
        descriptor = os.dup(bus.fileno())
    except Exception:  # noqa: BLE001 – drivers raise anything, most of them NotImplementedError
        return None
    try:
        sock = socket.socket(fileno=descriptor)
    except OSError:  # not a socket
        os.close(descriptor)
        return None
    if sock.type in _DATAGRAMS:
        return sock
    sock.close()
    return None
