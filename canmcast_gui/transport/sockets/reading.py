"""One datagram off the socket, by the plain ways that every system has.

What is to be done with it is handed in and called from inside: on the way of a single frame, function calls
and the tuples between them cost as much as all the rest.
"""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable
from typing import TypeVar

from canmcast_gui.transport.sockets import platforms
from canmcast_gui.transport.sockets.origins import Origin
from canmcast_gui.transport.sockets.platforms import ArrivalStamp
from canmcast_gui.transport.wire.codec import MAX_DATAGRAM

# A datagram, where it came from, and when (UTC nanoseconds).
Arrival = tuple[bytes, Origin, int]

T = TypeVar("T")
# Takes the parts of an Arrival.
OnDatagram = Callable[[bytes, Origin, int], T]


def make_reader(
    sock: socket.socket, stamp: ArrivalStamp, on_datagram: OnDatagram[T]
) -> Callable[[], T | None]:
    """A function that reads one datagram and returns the result of ``on_datagram``; None where none waits.

    It never waits, and raises OSError where the socket fails.
    """
    if platforms.has_recvmsg():
        return _recvmsg_reader(sock, stamp, on_datagram)
    return _recvfrom_reader(sock, on_datagram)


def _recvfrom_reader(sock: socket.socket, on_datagram: OnDatagram[T]) -> Callable[[], T | None]:
    def read() -> T | None:
        try:
            data, address = sock.recvfrom(MAX_DATAGRAM + 1)
        except BlockingIOError:
            return None
        except ConnectionError:
            return read()  # how Windows reports that an earlier datagram of ours reached nobody
        except OSError as error:
            if getattr(error, "winerror", 0) != _WSAEMSGSIZE:
                raise
            data, address = bytes(MAX_DATAGRAM + 1), _NOBODY
        return on_datagram(data, (address, None), time.time_ns())

    return read


# Windows raises this for a datagram longer than the buffer, without saying whose it was.
_WSAEMSGSIZE = 10040
_NOBODY = ("", 0)


def _recvmsg_reader(
    sock: socket.socket, stamp: ArrivalStamp, on_datagram: OnDatagram[T]
) -> Callable[[], T | None]:
    recvmsg = sock.recvmsg
    size = MAX_DATAGRAM + 1
    timespec = struct.Struct("@ll")
    unpack = timespec.unpack_from
    unit = 1 if stamp is ArrivalStamp.KERNEL_NANOSECONDS else 1000
    room = socket.CMSG_SPACE(timespec.size) + socket.CMSG_SPACE(20)

    # The socket was asked for an arrival time and a destination at most, so the level tells them apart.
    def read() -> T | None:
        try:
            data, controls, _, address = recvmsg(size, room)
        except BlockingIOError:
            return None
        timestamp_ns = 0
        info = None
        for level, _, value in controls:
            if level != socket.SOL_SOCKET:
                info = value
            else:
                seconds, fraction = unpack(value)
                timestamp_ns = seconds * 1_000_000_000 + fraction * unit
        return on_datagram(data, (address, info), timestamp_ns or time.time_ns())

    return read
