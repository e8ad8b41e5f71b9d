"""The socket that sends on one interface, and its errors as sentences."""

from __future__ import annotations

import errno
import ipaddress
import time
from typing import Any

from canmcast_gui.frames.arrays import Bytes, Numbers
from canmcast_gui.processes.channel import wait_for
from canmcast_gui.transport.errors import BusError
from canmcast_gui.transport.settings import BusSettings
from canmcast_gui.transport.sockets import sendmmsg
from canmcast_gui.transport.sockets.addresses import Group
from canmcast_gui.transport.sockets.interfaces import Link
from canmcast_gui.transport.sockets.origins import source_of
from canmcast_gui.transport.sockets.sendmmsg import ManySender
from canmcast_gui.transport.sockets.sockets import open_sending_socket


class SendTimeoutError(BusError):
    """The system, or the rate limit, did not take a frame in time."""


class InterfaceSender:
    """A connected socket. Its sending methods raise OSError as the system does. Raises BusError to open."""

    def __init__(self, group: Group, settings: BusSettings, link: Link) -> None:
        self.link = link
        self._sock = open_sending_socket(group, settings.port, link, settings.hop_limit)
        self._many = ManySender(self._sock) if sendmmsg.available() else None
        self.address = source_of(_complete(self._sock.getsockname(), link))

    def send(self, datagram: bytes, timeout: float | None) -> None:
        """Send one datagram; wait up to ``timeout`` seconds while the system takes none."""
        try:
            self._sock.send(datagram)
        except BlockingIOError:
            self._send_later(datagram, timeout)

    def _send_later(self, datagram: bytes, timeout: float | None) -> None:
        deadline = None if timeout is None else time.monotonic() + timeout
        while True:
            self._wait(deadline, timeout)
            try:
                self._sock.send(datagram)
                return
            except BlockingIOError:
                continue

    def _wait(self, deadline: float | None, timeout: float | None) -> None:
        left = None if deadline is None else deadline - time.monotonic()
        if (left is not None and left <= 0) or not wait_for(self._sock.fileno(), left, writing=True):
            raise SendTimeoutError(f"the system did not take the frame within {timeout} s")

    def send_some(self, matrix: Bytes, sizes: Numbers) -> int:
        """Send the first rows of a matrix, at least one; returns how many."""
        while True:
            try:
                if self._many:
                    return self._many.send(matrix, sizes)
                self._sock.send(bytes(matrix[0, : sizes[0]]))
                return 1
            except BlockingIOError:
                self._wait(None, None)

    def send_or_explain(self, datagram: bytes, timeout: float | None) -> None:
        """Like ``send``, but raises BusError with a sentence."""
        try:
            self.send(datagram, timeout)
        except OSError as error:
            raise BusError(f"cannot send on {self.link.name}: {_explanation(error)}") from error

    def close(self) -> None:
        """Close the socket."""
        self._sock.close()


def _complete(address: tuple[Any, ...], link: Link) -> tuple[Any, ...]:
    """A socket that is not tied to its interface does not name it in its own link-local address; peers do."""
    if len(address) == 4 and ipaddress.ip_address(address[0]).is_link_local:
        return (*address[:3], address[3] or link.index)
    return address


def _explanation(error: OSError) -> str:
    if error.errno in (errno.ENETDOWN, errno.ENETUNREACH, errno.ENODEV, errno.EADDRNOTAVAIL):
        return f"{error.strerror}; bring the interface up, give it an address, or choose another one"
    if error.errno in (errno.EPERM, errno.EACCES):
        return f"{error.strerror}; a firewall rule of this computer forbids it"
    if error.errno == errno.EHOSTUNREACH:
        return f"{error.strerror}; is this program allowed to use the local network?"
    return str(error.strerror)
