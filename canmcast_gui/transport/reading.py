"""One datagram off the socket, by the plain ways that every system has.

What is to be done with it is handed in and called from inside: on the way of a single frame, function calls
and the tuples between them cost as much as all the rest.
"""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable
from typing import Any, TypeVar

from canmcast_gui.transport import platforms
from canmcast_gui.transport.addresses import Group
from canmcast_gui.transport.codec import MAX_DATAGRAM
from canmcast_gui.transport.destinations import Destinations
from canmcast_gui.transport.platforms import ArrivalStamp

# A datagram's sender as Python gives it, (ip, port) or (ip, port, flow, scope), or a sockaddr's bytes.
Address = tuple[Any, ...] | bytes


# A datagram, from whom, when (UTC nanoseconds), and whether it came for another group or interface.
Arrival = tuple[bytes, Address, int, bool]

T = TypeVar("T")
# Takes the parts of an Arrival.
Judge = Callable[[bytes, Address, int, bool], T]


def choose_way(
    sock: socket.socket,
    group: Group,
    stamp: ArrivalStamp,
    destinations: Destinations | None,
    judge: Judge[T],
) -> Callable[[], T | None]:
    """A function that reads one datagram and returns what ``judge`` says of it, or None where none waits.

    It never waits, and raises OSError where the socket fails. ``destinations`` is None where datagrams do not
    say what they came for.
    """
    if platforms.has_recvmsg():
        return _recvmsg_way(sock, group, stamp, destinations, judge)
    return _recvfrom_way(sock, judge)


def _recvfrom_way(sock: socket.socket, judge: Judge[T]) -> Callable[[], T | None]:
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
        return judge(data, address, time.time_ns(), False)

    return read


# Windows raises this for a datagram longer than the buffer, without saying whose it was.
_WSAEMSGSIZE = 10040
_NOBODY: Address = ("", 0)


def _recvmsg_way(
    sock: socket.socket,
    group: Group,
    stamp: ArrivalStamp,
    destinations: Destinations | None,
    judge: Judge[T],
) -> Callable[[], T | None]:
    recvmsg = sock.recvmsg
    size = MAX_DATAGRAM + 1
    timespec = struct.Struct("@ll")
    unpack = timespec.unpack_from
    unit = 1 if stamp is ArrivalStamp.KERNEL_NANOSECONDS else 1000
    room = socket.CMSG_SPACE(timespec.size) + socket.CMSG_SPACE(20)
    level_of_destination = socket.IPPROTO_IPV6 if group.is_ipv6 else socket.IPPROTO_IP

    # The socket was asked for an arrival time and a destination at most, so the level tells them apart.
    def read() -> T | None:
        try:
            data, controls, _, address = recvmsg(size, room)
        except BlockingIOError:
            return None
        timestamp_ns = 0
        foreign = destinations is not None
        for level, _, value in controls:
            if level == level_of_destination and destinations:
                foreign = destinations.is_foreign(value)
            else:
                seconds, fraction = unpack(value)
                timestamp_ns = seconds * 1_000_000_000 + fraction * unit
        return judge(data, address, timestamp_ns or time.time_ns(), foreign)

    return read
