"""Open the two sockets of a bus. If that fails, nothing is left open and the error names the reason."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from canmcast_gui.transport.errors import BusError
from canmcast_gui.transport.sockets import platforms
from canmcast_gui.transport.sockets.addresses import Group
from canmcast_gui.transport.sockets.interfaces import Link
from canmcast_gui.transport.sockets.platforms import ArrivalStamp


@dataclass(frozen=True, slots=True)
class ReceivingSocket:
    """A bound, non-blocking socket and what the system granted. No group is joined yet."""

    sock: socket.socket
    stamp: ArrivalStamp
    reports_destinations: bool
    receive_buffer_bytes: int


def open_receiving_socket(group: Group, port: int, buffer: int | None) -> ReceivingSocket:
    """Open, configure and bind. Raises BusError."""
    with _closed_on_failure(_open(group)) as sock:
        platforms.share_port(sock)
        granted = platforms.request_buffer(sock, buffer)
        stamp = platforms.stamp_arrivals(sock)
        joined_only = platforms.receive_joined_groups_only(sock, group)
        try:
            bound_to_group = platforms.bind_to_group(sock, group, port)
        except OSError as error:
            raise BusError(_bind_problem(port, error)) from error
        # For IPv4 on Linux the kernel then delivers nothing else, so that destinations need no check.
        is_exact = joined_only and bound_to_group and not group.is_ipv6
        reports = False if is_exact else platforms.report_destinations(sock, group)
        return ReceivingSocket(sock, stamp, reports, granted)


def join_group(sock: socket.socket, group: Group, link: Link) -> None:
    """Join the group on one interface. Raises BusError."""
    try:
        platforms.join(sock, group, link.index)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return  # joined already
        raise BusError(
            f"cannot join the group {group.address} on {link.name}: {error.strerror}; "
            f"is the interface up, and does it carry multicast?"
        ) from error


def open_sending_socket(group: Group, port: int, link: Link, hop_limit: int) -> socket.socket:
    """A non-blocking socket that is connected to the group through one interface. Raises BusError.

    Its own port identifies the sender, for other processes and for the bus itself.
    """
    with _closed_on_failure(_open(group)) as sock:
        try:
            platforms.send_on(sock, group, link.index, hop_limit)
            if not group.is_ipv6 and platforms.is_loopback(sock, link.name):
                # Routes over the loopback interface name no source address, which would then be 0.0.0.0.
                sock.bind(("127.0.0.1", 0))
            sock.connect(group.endpoint(port, link.index))
        except OSError as error:
            raise BusError(_connect_problem(group, link, error)) from error
        return sock


def _open(group: Group) -> socket.socket:
    try:
        sock = socket.socket(group.family, socket.SOCK_DGRAM)
    except OSError as error:
        version = "IPv6" if group.is_ipv6 else "IPv4"
        other = "an IPv4" if group.is_ipv6 else "an IPv6"
        raise BusError(
            f"this computer cannot do {version} ({error.strerror}): choose {other} group instead"
        ) from error
    sock.setblocking(False)
    return sock


@contextmanager
def _closed_on_failure(sock: socket.socket) -> Iterator[socket.socket]:
    try:
        yield sock
    except OSError as error:
        sock.close()
        raise BusError(f"the system refuses to configure a multicast socket: {error.strerror}") from error
    except BaseException:
        sock.close()
        raise


def _bind_problem(port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"port {port} is in use by a program that does not share it: end that program or choose "
            f"another port"
        )
    if error.errno == errno.EACCES:
        return f"port {port} is not for ordinary programs here: choose one above 1023"
    return f"cannot listen on port {port}: {error.strerror}"


def _connect_problem(group: Group, link: Link, error: OSError) -> str:
    if error.errno in (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL):
        return (
            f"the system has no route for the group {group.address} on {link.name}: is it up, with "
            f"an {'IPv6' if group.is_ipv6 else 'IPv4'} address? Otherwise choose another interface"
        )
    return f"cannot send to the group {group.address} on {link.name}: {error.strerror}"
