"""One datagram off the socket, by the plain ways that every system has."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable, Collection
from typing import Any, NamedTuple

from canmcast_gui.transport import platforms
from canmcast_gui.transport.addresses import Group
from canmcast_gui.transport.codec import MAX_DATAGRAM
from canmcast_gui.transport.platforms import ArrivalStamp

# A datagram's sender as Python's sockets give it: (ip, port) or (ip, port, flow, scope).
Address = tuple[Any, ...]


class Arrival(NamedTuple):
    """A datagram, from whom, when (UTC nanoseconds), and whether it came for another group or interface."""

    data: bytes
    address: Address
    timestamp_ns: int
    foreign: bool


# Reads one datagram that waits; raises BlockingIOError where none does.
ReadOne = Callable[[], Arrival]


def choose_way(
    sock: socket.socket,
    group: Group,
    stamp: ArrivalStamp,
    reports_destinations: bool,
    interface_indexes: Collection[int],
) -> ReadOne:
    """The better of the two ways that this system has. ``interface_indexes`` may change later on."""
    if platforms.has_recvmsg():
        return _recvmsg_way(sock, group, stamp, reports_destinations, interface_indexes)
    return _recvfrom_way(sock)


def _recvfrom_way(sock: socket.socket) -> ReadOne:
    def read() -> Arrival:
        try:
            data, address = sock.recvfrom(MAX_DATAGRAM + 1)
        except OSError as error:
            if getattr(error, "winerror", 0) == _WSAEMSGSIZE:
                return Arrival(bytes(MAX_DATAGRAM + 1), _NOBODY, time.time_ns(), False)
            raise
        return Arrival(data, address, time.time_ns(), False)

    return read


# Windows raises this for a datagram longer than the buffer, without saying whose it was.
_WSAEMSGSIZE = 10040
_NOBODY: Address = ("", 0)


def _recvmsg_way(
    sock: socket.socket,
    group: Group,
    stamp: ArrivalStamp,
    reports_destinations: bool,
    interface_indexes: Collection[int],
) -> ReadOne:
    timespec = struct.Struct("@ll")
    unit = 1 if stamp is ArrivalStamp.KERNEL_NANOSECONDS else 1000
    room = socket.CMSG_SPACE(timespec.size) + socket.CMSG_SPACE(20) + socket.CMSG_SPACE(4)
    stamped = (socket.SOL_SOCKET, stamp.value)
    destined = (
        (socket.IPPROTO_IPV6, platforms.IPV6_PKTINFO)
        if group.is_ipv6
        else (socket.IPPROTO_IP, platforms.IP_PKTINFO)
    )
    where = slice(0, 16) if group.is_ipv6 else slice(8, 12)
    index_at = 16 if group.is_ipv6 else 0
    packed = group.packed

    def is_foreign(info: bytes) -> bool:
        (index,) = struct.unpack_from("@I", info, index_at)
        return info[where] != packed or index not in interface_indexes

    def read() -> Arrival:
        data, controls, _, address = sock.recvmsg(MAX_DATAGRAM + 1, room)
        timestamp_ns = 0
        foreign = False
        for level, kind, value in controls:
            if (level, kind) == stamped:
                seconds, fraction = timespec.unpack_from(value)
                timestamp_ns = seconds * 1_000_000_000 + fraction * unit
            elif reports_destinations and (level, kind) == destined:
                foreign = is_foreign(value)
        return Arrival(data, address, timestamp_ns or time.time_ns(), foreign)

    return read
