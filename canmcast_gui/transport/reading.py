"""One datagram off the socket, by the plain ways that every system has."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable, Collection
from typing import Any

from canmcast_gui.transport import platforms
from canmcast_gui.transport.addresses import Group
from canmcast_gui.transport.codec import MAX_DATAGRAM
from canmcast_gui.transport.platforms import ArrivalStamp

# A datagram's sender as Python's sockets give it: (ip, port) or (ip, port, flow, scope).
Address = tuple[Any, ...]


# A datagram, from whom, when (UTC nanoseconds), and whether it came for another group or interface.
Arrival = tuple[bytes, Address, int, bool]

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
                return bytes(MAX_DATAGRAM + 1), _NOBODY, time.time_ns(), False
            raise
        return data, address, time.time_ns(), False

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
    recvmsg = sock.recvmsg
    size = MAX_DATAGRAM + 1
    timespec = struct.Struct("@ll")
    unpack = timespec.unpack_from
    unit = 1 if stamp is ArrivalStamp.KERNEL_NANOSECONDS else 1000
    room = socket.CMSG_SPACE(timespec.size) + socket.CMSG_SPACE(20)
    level_of_destination = socket.IPPROTO_IPV6 if group.is_ipv6 else socket.IPPROTO_IP
    is_foreign = _destination_check(group, interface_indexes)

    # The socket was asked for an arrival time and a destination at most, so the level tells them apart.
    def read() -> Arrival:
        data, controls, _, address = recvmsg(size, room)
        timestamp_ns = 0
        foreign = reports_destinations
        for level, _, value in controls:
            if level == level_of_destination:
                foreign = is_foreign(value)
            else:
                seconds, fraction = unpack(value)
                timestamp_ns = seconds * 1_000_000_000 + fraction * unit
        return data, address, timestamp_ns or time.time_ns(), foreign

    return read


def _destination_check(group: Group, interface_indexes: Collection[int]) -> Callable[[bytes], bool]:
    """Whether a pktinfo names another group or interface than ours."""
    packed = group.packed
    where = slice(0, 16) if group.is_ipv6 else slice(8, 12)
    index_at = 16 if group.is_ipv6 else 0
    index_of = struct.Struct("@I").unpack_from

    def is_foreign(info: bytes) -> bool:
        return info[where] != packed or index_of(info, index_at)[0] not in interface_indexes

    return is_foreign
