"""Send on one interface: the socket and its errors, and many datagrams in one call if the system can.

Linux's sendmmsg with UDP_SEGMENT takes consecutive datagrams of equal size as one large datagram, which the
kernel splits again: receivers get ordinary datagrams. If the kernel or the interface does not support that,
datagrams are sent separately, but still many in one call.
"""

from __future__ import annotations

import ctypes
import errno
import ipaddress
import os
import socket
import struct
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames.arrays import Bytes, Numbers
from canmcast_gui.processes.channel import wait_for
from canmcast_gui.transport.errors import BusError
from canmcast_gui.transport.settings import BusSettings
from canmcast_gui.transport.sockets import platforms
from canmcast_gui.transport.sockets.addresses import Group
from canmcast_gui.transport.sockets.interfaces import Link
from canmcast_gui.transport.sockets.linux_receive import HEADER_DTYPE, libc
from canmcast_gui.transport.sockets.opening import open_sending_socket
from canmcast_gui.transport.sockets.origins import source_of

# Each kernel with this option takes this number (UDP_MAX_SEGMENTS); all must have one size.
MOST_SEGMENTS = 64
# The limit of the kernel for messages in one call (UIO_MAXIOV).
_MOST_MESSAGES = 1024
# Up to this number of rows of one size a call for each run takes less time than preparing one for all.
_FEW_ROWS = 4 * MOST_SEGMENTS
_MSG_DONTWAIT = 0x40
_SOL_UDP = 17
_CONTROL = 24  # a cmsghdr of 16 bytes and a uint16, padded to whole words

# Errors of systems that cannot split a large datagram: no such option, an interface that computes no
# checksums, segments larger than the packets of the interface.
_CANNOT_SEGMENT = (errno.EINVAL, errno.EIO, errno.EMSGSIZE, errno.ENOPROTOOPT, errno.EOPNOTSUPP)


class SendTimeoutError(BusError):
    """The system, or the rate limit, did not take a frame in time."""


class InterfaceSender:
    """A socket connected to the group. Raises BusError if it cannot be opened; sending raises OSError."""

    def __init__(self, group: Group, settings: BusSettings, link: Link) -> None:
        self.link = link
        self._sock = open_sending_socket(group, settings.port, link, settings.hop_limit)
        #: Sends one datagram. Raises BlockingIOError if the system does not take it now.
        self.send_now: Callable[[bytes], int] = self._sock.send
        self._many = ManySender(self._sock) if has_sendmmsg() else None
        self.address = source_of(_complete(self._sock.getsockname(), link))

    def send(self, datagram: bytes, timeout: float | None) -> None:
        """Send one datagram; wait up to ``timeout`` seconds until the system takes it."""
        try:
            self.send_now(datagram)
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

    def send_run(self, joined: bytes | memoryview, size: int) -> None:
        """Send up to MOST_SEGMENTS joined datagrams of one ``size``, in one call if the system can."""
        if self._many and self._many.can_segment:
            try:
                self._many.send_joined(joined, size)
            except BlockingIOError:
                self._wait(None, None)
            except OSError as error:
                if error.errno not in _CANNOT_SEGMENT:
                    raise
                self._many.can_segment = False
            else:
                return
        for datagram in split(joined, size):
            self.send(datagram, None)

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
        """As ``send``, but raises BusError with a sentence."""
        try:
            self.send(datagram, timeout)
        except OSError as error:
            raise BusError(f"cannot send on {self.link.name}: {_explanation(error)}") from error

    def close(self) -> None:
        """Close the socket."""
        self._sock.close()


def _complete(address: tuple[Any, ...], link: Link) -> tuple[Any, ...]:
    """The address with the interface in a link-local one, which the socket itself does not report."""
    if len(address) == 4 and ipaddress.ip_address(address[0]).is_link_local:
        return (*address[:3], address[3] or link.index)
    return address


def _explanation(error: OSError) -> str:
    if error.errno in (errno.ENETDOWN, errno.ENETUNREACH, errno.ENODEV, errno.EADDRNOTAVAIL):
        return f"{error.strerror}; bring the interface up, give it an address, or choose another one"
    if error.errno in (errno.EPERM, errno.EACCES):
        return f"{error.strerror}; a firewall rule of this computer forbids it"
    if error.errno == errno.EHOSTUNREACH:
        return f"{error.strerror}; check that this program is allowed to use the local network"
    return str(error.strerror)


def has_sendmmsg() -> bool:
    """Whether this system has sendmmsg with the layouts of receive.py."""
    return platforms.IS_LINUX and struct.calcsize("P") == 8 and hasattr(libc(), "sendmmsg")


class ManySender:
    """Sends the rows of a matrix through a connected socket."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        #: Whether kernel and interface split large datagrams, as far as is known.
        self.can_segment = True
        self._sendmmsg = libc().sendmmsg
        self._sendmmsg.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_uint, ctypes.c_int]

    def send(self, matrix: Bytes, sizes: Numbers) -> int:
        """Send the first ``sizes`` bytes of rows in order; returns how many rows the system took.

        ``matrix`` uint8 (n, width) C-contiguous. Raises BlockingIOError if it takes none at the moment, or
        OSError.
        """
        if self.can_segment and len(sizes) <= _FEW_ROWS and (sizes == matrix.shape[1]).all():
            return self._send_alike(matrix[:MOST_SEGMENTS])
        starts, counts = runs_of(sizes, MOST_SEGMENTS if self.can_segment else 1)
        starts, counts = starts[:_MOST_MESSAGES], counts[:_MOST_MESSAGES]
        pieces = _pieces(matrix, sizes, starts, counts)
        controls = _controls(sizes[starts])
        headers = np.zeros(len(starts), dtype=HEADER_DTYPE)
        is_packed = len(pieces) == len(starts)
        headers["iov"] = pieces.ctypes.data + (np.arange(len(starts)) if is_packed else starts) * 16
        headers["iov_count"] = 1 if is_packed else counts
        headers["control"] = np.where(counts > 1, controls.ctypes.data + np.arange(len(starts)) * _CONTROL, 0)
        headers["control_size"] = np.where(counts > 1, _CONTROL, 0)
        done = self._sendmmsg(self._sock.fileno(), headers.ctypes.data, len(headers), _MSG_DONTWAIT)
        if done >= 0:
            return int(counts[:done].sum())
        number = ctypes.get_errno()
        if number in _CANNOT_SEGMENT and counts[0] > 1:
            self.can_segment = False
            return self.send(matrix, sizes)
        raise OSError(number, os.strerror(number))

    def _send_alike(self, matrix: Bytes) -> int:
        """Send rows of one size without gaps, at most MOST_SEGMENTS."""
        try:
            self.send_joined(matrix.data, matrix.shape[1])
        except OSError as error:
            if error.errno not in _CANNOT_SEGMENT or len(matrix) == 1:
                raise
            self.can_segment = False
            return self.send(matrix, np.full(len(matrix), matrix.shape[1]))
        return len(matrix)

    def send_joined(self, joined: bytes | memoryview, size: int) -> None:
        """Send datagrams of one size that are joined, at most MOST_SEGMENTS. Raises OSError."""
        segment = (_SOL_UDP, platforms.LINUX_UDP_SEGMENT, size.to_bytes(2, sys.byteorder))
        self._sock.sendmsg([joined], [segment])


def _pieces(matrix: Bytes, sizes: Numbers, starts: Numbers, counts: Numbers) -> npt.NDArray[np.uint64]:
    """The positions of the bytes, as struct iovec: one for each run if rows have no gaps, else one for each
    row.

    The kernel takes one piece in half the time of sixty.
    """
    width = matrix.shape[1]
    if (sizes != width).any():
        starts, counts = np.arange(len(sizes)), sizes
    else:
        counts = counts * width
    pieces = np.empty((len(starts), 2), dtype=np.uint64)
    pieces[:, 0] = matrix.ctypes.data + starts * width
    pieces[:, 1] = counts
    return pieces


def run_length(datagrams: Sequence[bytes], start: int) -> int:
    """How many datagrams from ``start`` on have one size, at most MOST_SEGMENTS."""
    size = len(datagrams[start])
    stop = start + 1
    end = min(len(datagrams), start + MOST_SEGMENTS)
    while stop < end and len(datagrams[stop]) == size:
        stop += 1
    return stop - start


def split(joined: bytes | memoryview, size: int) -> list[bytes]:
    """The datagrams of one size that are joined."""
    whole = bytes(joined)
    return [whole[start : start + size] for start in range(0, len(whole), size)]


def runs_of(sizes: Numbers, longest: int) -> tuple[Numbers, Numbers]:
    """The starts and lengths of runs of equal sizes, none longer than ``longest``."""
    changes = np.flatnonzero(sizes[1:] != sizes[:-1]) + 1
    starts = np.concatenate([[0], changes])
    counts = np.diff(np.concatenate([starts, [len(sizes)]]))
    pieces = -(-counts // longest)
    first = np.repeat(starts, pieces)
    piece = np.arange(len(first)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    return first + piece * longest, np.minimum(np.repeat(counts, pieces) - piece * longest, longest)


def _controls(sizes: Numbers) -> Bytes:
    """For each message the control message with the size of its segments."""
    controls = np.zeros((len(sizes), _CONTROL), dtype=np.uint8)
    controls.view(np.uint64)[:, 0] = 18
    controls.view(np.int32)[:, 2] = _SOL_UDP
    controls.view(np.int32)[:, 3] = platforms.LINUX_UDP_SEGMENT
    controls.view(np.uint16)[:, 8] = sizes
    return controls
