"""Differences between Linux, macOS and Windows, one function for each.

Each function tries what the system should support and returns what it really supports, so that a system that
refuses gets a simpler way instead of an error. Constants that Python's ``socket`` does not have are those of
linux/in.h, linux/in6.h, asm-generic/socket.h and, for macOS, netinet/in.h.
"""

from __future__ import annotations

import contextlib
import errno
import socket
import struct
import sys
from enum import Enum

from canmcast_gui.transport.sockets.addresses import Group

IS_LINUX = sys.platform.startswith("linux")
IS_MACOS = sys.platform == "darwin"
IS_WINDOWS = sys.platform == "win32"

IP_PKTINFO = 26 if IS_MACOS else 8
IPV6_RECVPKTINFO = 61 if IS_MACOS else 49
IPV6_PKTINFO = 46 if IS_MACOS else 50
LINUX_IP_MULTICAST_ALL = 49
LINUX_IPV6_MULTICAST_ALL = 29
LINUX_SO_TIMESTAMPNS = 35
MACOS_SO_TIMESTAMP = 0x0400
MACOS_SCM_TIMESTAMP = 0x02
LINUX_SO_RCVBUFFORCE = 33
LINUX_SO_MEMINFO = 55
LINUX_MEMINFO_DROPS = 8
LINUX_UDP_SEGMENT = 103
LINUX_SIOCGIFFLAGS = 0x8913
LINUX_IFF_UP = 0x1
LINUX_IFF_RUNNING = 0x40
LINUX_IFF_LOOPBACK = 0x8

# Doubled by Linux, this holds half a second of the busiest known source, a faulty test bench that sent 66,450
# frames/s.
LARGE_BUFFER = 16 * 2**20


class ArrivalStamp(Enum):
    """The clock of arrival times; the value is the control message's type."""

    KERNEL_NANOSECONDS = LINUX_SO_TIMESTAMPNS
    KERNEL_MICROSECONDS = MACOS_SCM_TIMESTAMP
    CLOCK = 0


def has_recvmsg() -> bool:
    """Whether sockets have ``recvmsg``. On Windows they do not: no arrival times, no destinations."""
    return hasattr(socket.socket, "recvmsg")


def share_port(sock: socket.socket) -> None:
    """Let other programs of this host use the same port, as stock peers do.

    Linux needs SO_REUSEADDR only, and must not have SO_REUSEPORT: if several sockets share a port by it and
    receive joined groups only, each on its own interface, Linux 6.18 delivers a frame to a socket that has
    not joined on that interface, and the right one does not receive it. macOS needs SO_REUSEPORT; Windows
    does not have it.
    """
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if hasattr(socket, "SO_REUSEPORT") and not IS_LINUX:
        _set_option(sock, socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)


def bind_to_group(sock: socket.socket, group: Group, port: int) -> bool:
    """Bind to the group, so that datagrams for other addresses are not received; returns whether that worked.

    Windows does not bind to a group: the socket then receives all datagrams for the port. Neither does Linux
    for a group of link-local scope, unless the socket is bound to one interface for ever, which may be
    removed and return as another. Raises OSError if the port is refused.
    """
    if not IS_WINDOWS:
        try:
            sock.bind(group.endpoint(port))
            return True
        except OSError as error:
            if error.errno not in (errno.EADDRNOTAVAIL, errno.EINVAL, errno.EAFNOSUPPORT):
                raise
    sock.bind(("", port))
    return False


def receive_joined_groups_only(sock: socket.socket, group: Group) -> bool:
    """Do not receive datagrams for groups that only other sockets of this host have joined.

    Linux delivers them by default. For IPv6 it does not check the interface even then.
    """
    if not IS_LINUX:
        return False
    if group.is_ipv6:
        return _set_option(sock, socket.IPPROTO_IPV6, LINUX_IPV6_MULTICAST_ALL, 0)
    return _set_option(sock, socket.IPPROTO_IP, LINUX_IP_MULTICAST_ALL, 0)


def stamp_arrivals(sock: socket.socket) -> ArrivalStamp:
    """Let the kernel record the arrival time of each datagram, as precisely as the system can."""
    if not has_recvmsg():
        return ArrivalStamp.CLOCK
    option = MACOS_SO_TIMESTAMP if IS_MACOS else LINUX_SO_TIMESTAMPNS
    if not _set_option(sock, socket.SOL_SOCKET, option, 1):
        return ArrivalStamp.CLOCK
    return ArrivalStamp.KERNEL_MICROSECONDS if IS_MACOS else ArrivalStamp.KERNEL_NANOSECONDS


def report_destinations(sock: socket.socket, group: Group) -> bool:
    """Let the system report the group and the interface of each datagram; returns whether it does."""
    if not has_recvmsg():
        return False
    if group.is_ipv6:
        return _set_option(sock, socket.IPPROTO_IPV6, IPV6_RECVPKTINFO, 1)
    return _set_option(sock, socket.IPPROTO_IP, IP_PKTINFO, 1)


def request_buffer(sock: socket.socket, wanted: int | None) -> int:
    """Request a receive buffer of ``wanted`` bytes, or the largest possible; returns the granted size.

    Linux also counts its own overhead and therefore doubles the request: 106,496 gives the usual default of
    212,992.
    """
    ask = LARGE_BUFFER if wanted is None else wanted
    level = socket.SOL_SOCKET
    if not (IS_LINUX and _set_option(sock, level, LINUX_SO_RCVBUFFORCE, ask)):
        # Linux grants as much as it may without an error; the others refuse a request that is too large.
        while not _set_option(sock, level, socket.SO_RCVBUF, ask) and wanted is None and ask > 65536:
            ask //= 2
    return sock.getsockopt(level, socket.SO_RCVBUF)


def _set_option(sock: socket.socket, level: int, option: int, value: int) -> bool:
    """Set a socket option; whether the system accepted it."""
    try:
        sock.setsockopt(level, option, value)
    except OSError:
        return False
    return True


def kernel_drops(sock: socket.socket) -> int:
    """Datagrams for which the receive buffer was full since the socket was opened; 0 if not counted."""
    if not IS_LINUX:
        return 0
    try:
        words = sock.getsockopt(socket.SOL_SOCKET, LINUX_SO_MEMINFO, 4 * (LINUX_MEMINFO_DROPS + 1))
    except OSError:
        return 0
    if len(words) < 4 * (LINUX_MEMINFO_DROPS + 1):
        return 0
    return int(struct.unpack_from("=I", words, 4 * LINUX_MEMINFO_DROPS)[0])


def join(sock: socket.socket, group: Group, interface_index: int) -> None:
    """Join the group on one interface. Raises OSError."""
    _change_membership(sock, group, interface_index, leave=False)


def leave(sock: socket.socket, group: Group, interface_index: int) -> None:
    """Leave the group on one interface; a removed interface needs no leaving."""
    with contextlib.suppress(OSError):
        _change_membership(sock, group, interface_index, leave=True)


def _change_membership(sock: socket.socket, group: Group, interface_index: int, leave: bool) -> None:
    if group.is_ipv6:
        option = socket.IPV6_LEAVE_GROUP if leave else socket.IPV6_JOIN_GROUP
        sock.setsockopt(socket.IPPROTO_IPV6, option, group.packed + struct.pack("@I", interface_index))
    else:
        option = socket.IP_DROP_MEMBERSHIP if leave else socket.IP_ADD_MEMBERSHIP
        sock.setsockopt(socket.IPPROTO_IP, option, group.packed + _ipv4_interface(interface_index))


def send_on(sock: socket.socket, group: Group, interface_index: int, hop_limit: int) -> None:
    """Set the interface to send on, and how many routers may forward datagrams. Raises OSError."""
    if group.is_ipv6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, interface_index)
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, hop_limit)
    else:
        option = _ipv4_interface(interface_index)
        sock.setsockopt(
            socket.IPPROTO_IP, socket.IP_MULTICAST_IF, option if IS_WINDOWS else bytes(4) + option
        )
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, hop_limit)


def _ipv4_interface(index: int) -> bytes:
    """The interface in a membership request, after the group: the rest of ip_mreqn; on Windows 0.x.x.x."""
    return struct.pack("!I", index) if IS_WINDOWS else bytes(4) + struct.pack("@i", index)


def interface_problem(sock: socket.socket, name: str) -> str | None:
    """Why no datagrams can arrive on an interface, as a clause; None if they can, or if it is not known."""
    if not IS_LINUX:
        return None
    flags = _interface_flags(sock, name)
    if not flags & LINUX_IFF_UP:
        return f"the interface {name} is down"
    # netdevice(7) says "resources allocated"; the kernel sets it if there is a carrier.
    if not flags & LINUX_IFF_RUNNING:
        return f"the interface {name} has no link (no cable, or no radio connection)"
    return None


def is_loopback(sock: socket.socket, name: str) -> bool:
    """Whether it is the loopback interface."""
    return bool(_interface_flags(sock, name) & LINUX_IFF_LOOPBACK) if IS_LINUX else name.startswith("lo")


def _interface_flags(sock: socket.socket, name: str) -> int:
    import fcntl  # not on Windows

    try:
        reply = fcntl.ioctl(sock.fileno(), LINUX_SIOCGIFFLAGS, struct.pack("16sh14x", name.encode(), 0))
    except (OSError, ValueError):  # removed, or the socket was closed at the same time
        return 0
    return int(struct.unpack_from("16sh", reply)[1])
