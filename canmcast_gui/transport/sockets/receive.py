"""Receiving one datagram at a time with Python's sockets, which every system has.

Readers call ``on_datagram`` themselves: for a single frame, function calls and the tuples between them cost
as much as all the rest.
"""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable
from typing import TypeVar

from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.transport.sockets import platforms
from canmcast_gui.transport.sockets.origins import Origin
from canmcast_gui.transport.sockets.platforms import ArrivalStamp
from canmcast_gui.transport.wire.codec import MAX_DATAGRAM

# A datagram, its origin, and its arrival time (UTC nanoseconds).
Arrival = tuple[bytes, Origin, int]

T = TypeVar("T")
# A function of the parts of an Arrival.
OnDatagram = Callable[[bytes, Origin, int], T]


def make_reader(
    sock: socket.socket, stamp: ArrivalStamp, on_datagram: OnDatagram[T]
) -> Callable[[], T | None]:
    """A function that reads one datagram and returns the result of ``on_datagram``; None if none waits.

    It never waits, and raises OSError if the socket fails.
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
            return read()  # Windows reports so that an earlier datagram had no receiver
        except OSError as error:
            if getattr(error, "winerror", 0) != _WSAEMSGSIZE:
                raise
            data, address = bytes(MAX_DATAGRAM + 1), _UNKNOWN_ADDRESS
        return on_datagram(data, (address, None), time.time_ns())

    return read


# Windows raises this for a datagram longer than the buffer, without its sender.
_WSAEMSGSIZE = 10040
_UNKNOWN_ADDRESS = ("", 0)


def _recvmsg_reader(
    sock: socket.socket, stamp: ArrivalStamp, on_datagram: OnDatagram[T]
) -> Callable[[], T | None]:
    recvmsg = sock.recvmsg
    size = MAX_DATAGRAM + 1
    timespec = struct.Struct("@ll")
    unpack = timespec.unpack_from
    unit = 1 if stamp is ArrivalStamp.KERNEL_NANOSECONDS else 1000
    room = socket.CMSG_SPACE(timespec.size) + socket.CMSG_SPACE(20)

    # There are control messages of arrival time and destination only, which differ in their level.
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
                timestamp_ns = seconds * NS_PER_SECOND + fraction * unit
        return on_datagram(data, (address, info), timestamp_ns or time.time_ns())

    return read
