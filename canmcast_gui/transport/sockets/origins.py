"""The origin of a datagram: its sender and its destination, as one value for a single lookup."""

from __future__ import annotations

import socket
import struct
from typing import Any, NamedTuple

from canmcast_gui.frames import Source
from canmcast_gui.transport.sockets import platforms
from canmcast_gui.transport.sockets.addresses import Group

# From Python's sockets: an address and a pktinfo (None if there is none). From the kernel: a pktinfo in its
# control message, if there is one, followed by a sockaddr.
Origin = tuple[tuple[Any, ...], bytes | None] | bytes

# A cmsghdr of 16 bytes and a timespec, which the kernel writes first.
STAMP_SIZE = 32

_CMSGHDR = struct.Struct("@Qii")
_INDEX = struct.Struct("@I")


class Sender(NamedTuple):
    """A decoded origin. ``foreign``: sent to another group, or received on another interface."""

    address: str
    scope_id: int
    source: Source
    foreign: bool


class Origins:
    """Decodes origins; keeps the interfaces on which the group is joined.

    ``reports_destinations`` tells whether the system reports the destination of datagrams (in_pktinfo,
    in6_pktinfo). The sizes are those of 64-bit Linux: control messages of an arrival time and a pktinfo, then
    a sockaddr.
    """

    def __init__(self, group: Group, reports_destinations: bool) -> None:
        self._packed = group.packed
        self._is_ipv6 = group.is_ipv6
        self._reports_destinations = reports_destinations
        self._joined: frozenset[int] = frozenset()
        # Bytes of the control message with the pktinfo, without and with padding.
        self._info_size = 0 if not reports_destinations else 36 if group.is_ipv6 else 28
        self.control_size = STAMP_SIZE + -(-self._info_size // 8) * 8
        self.name_size = 28 if group.is_ipv6 else 16
        #: The end of an origin, which starts after the arrival time.
        self.end = self.control_size + self.name_size

    def join(self, index: int) -> None:
        """Note that the group is joined on an interface."""
        self._joined |= {index}

    def leave(self, index: int) -> None:
        """Note that the group is no longer joined on an interface."""
        self._joined -= {index}

    def read(self, origin: Origin) -> Sender:
        """Decode an origin."""
        if isinstance(origin, bytes):
            address = parse_socket_address(origin[-self.name_size :])
            info = self._info(origin)
        else:
            address, info = origin
        scope_id = address[3] if len(address) == 4 else 0
        foreign = self._reports_destinations and (info is None or self._is_foreign(info))
        return Sender(address[0], scope_id, source_of(address), foreign)

    def _info(self, origin: bytes) -> bytes | None:
        """The pktinfo in its control message, or None if that holds something else."""
        if not self._reports_destinations:
            return None
        level, kind = (
            (socket.IPPROTO_IPV6, platforms.IPV6_PKTINFO)
            if self._is_ipv6
            else (socket.IPPROTO_IP, platforms.IP_PKTINFO)
        )
        header = _CMSGHDR.pack(self._info_size, level, kind)
        return origin[len(header) : self._info_size] if origin.startswith(header) else None

    def _is_foreign(self, info: bytes) -> bool:
        group, index = (info[:16], 16) if self._is_ipv6 else (info[8:12], 0)
        return group != self._packed or _INDEX.unpack_from(info, index)[0] not in self._joined


def parse_socket_address(raw: bytes) -> tuple[Any, ...]:
    """A sockaddr_in or sockaddr_in6 (linux/in.h, linux/in6.h) in the form of Python's sockets."""
    family, port = struct.unpack_from("=H", raw)[0], struct.unpack_from("!H", raw, 2)[0]
    if family == socket.AF_INET:
        return (socket.inet_ntoa(raw[4:8]), port)
    flow, scope = struct.unpack_from("!I", raw, 4)[0], struct.unpack_from("=I", raw, 24)[0]
    return (socket.inet_ntop(socket.AF_INET6, raw[8:24]), port, flow & 0xFFFFF, scope)


def source_of(address: tuple[Any, ...]) -> Source:
    """The source for a socket address; a link-local one keeps its scope."""
    scope = f"%{_scope_name(address[3])}" if len(address) == 4 and address[3] else ""
    return Source(address[0] + scope, address[1])


def _scope_name(index: int) -> str:
    try:
        return socket.if_indextoname(index)
    except OSError:
        return str(index)
