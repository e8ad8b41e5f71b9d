"""Many datagrams off the socket in one call: Linux' recvmmsg, into arrays that are columns at once.

Layouts of msghdr, mmsghdr, iovec, cmsghdr and sockaddr are those of 64-bit Linux.
"""

from __future__ import annotations

import ctypes
import errno
import os
import socket
import struct
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from canmcast_gui.transport import platforms
from canmcast_gui.transport.addresses import Group
from canmcast_gui.transport.codec import MAX_DATAGRAM
from canmcast_gui.transport.destinations import Destinations
from canmcast_gui.transport.layout import ROWS, WIDTH, Bytes, Mask, Numbers
from canmcast_gui.transport.platforms import ArrivalStamp
from canmcast_gui.transport.reading import Address, Arrival

_OVERFLOW = MAX_DATAGRAM + 1 - WIDTH
NAME = 32
CONTROL = 96
STAMP_SIZE = 32  # a cmsghdr of 16 bytes and a timespec
_MSG_DONTWAIT = 0x40
_CMSGHDR = struct.Struct("@Qii")

HEADER_DTYPE = np.dtype(
    {
        "names": ["name", "name_size", "iov", "iov_count", "control", "control_size", "flags", "size"],
        "formats": ["u8", "u4", "u8", "u8", "u8", "u8", "i4", "u4"],
        "offsets": [0, 8, 16, 24, 32, 40, 48, 56],
        "itemsize": 64,
    }
)


def available(stamp: ArrivalStamp) -> bool:
    """Whether this system has recvmmsg with the layouts that we know."""
    return (
        platforms.IS_LINUX
        and struct.calcsize("P") == 8
        and stamp is ArrivalStamp.KERNEL_NANOSECONDS
        and hasattr(libc(), "recvmmsg")
    )


def name_size(group: Group) -> int:
    """The bytes of a sockaddr_in or sockaddr_in6."""
    return 28 if group.is_ipv6 else 16


def libc() -> ctypes.CDLL:
    """The C library, which has what Python does not offer."""
    return ctypes.CDLL(None, use_errno=True)


class ManyReader:
    """Reads up to ROWS datagrams at once. What a read brought is valid until the next one.

    ``matrix`` uint8 (ROWS, WIDTH) holds the beginnings, a datagram a row; ``sizes`` (n,) their full lengths.
    """

    def __init__(self, sock: socket.socket, group: Group, destinations: Destinations | None) -> None:
        self._sock = sock
        self._is_ipv6 = group.is_ipv6
        self._destinations = destinations
        self._group = np.frombuffer(group.packed, dtype=np.uint8)
        self.name_size = name_size(group)
        self._recvmmsg = libc().recvmmsg
        self._recvmmsg.argtypes = [
            ctypes.c_int,
            ctypes.c_void_p,
            ctypes.c_uint,
            ctypes.c_int,
            ctypes.c_void_p,
        ]
        self.matrix: Bytes = np.zeros((ROWS, WIDTH), dtype=np.uint8)
        self.sizes: Numbers = np.zeros(0, dtype=np.int64)
        # Rarely touched, so the system hardly ever gives it real memory.
        self._overflow: Bytes = np.zeros((ROWS, _OVERFLOW), dtype=np.uint8)
        self._names: Bytes = np.zeros((ROWS, NAME), dtype=np.uint8)
        self._controls: Bytes = np.zeros((ROWS, CONTROL), dtype=np.uint8)
        self._iovs = np.zeros((ROWS, 4), dtype=np.uint64)
        self._headers = np.zeros(ROWS, dtype=HEADER_DTYPE)
        self._prepare()

    def _prepare(self) -> None:
        slots = np.arange(ROWS, dtype=np.uint64)
        self._iovs[:, 0] = self.matrix.ctypes.data + slots * WIDTH
        self._iovs[:, 1] = WIDTH
        self._iovs[:, 2] = self._overflow.ctypes.data + slots * _OVERFLOW
        self._iovs[:, 3] = _OVERFLOW
        headers = self._headers
        headers["name"] = self._names.ctypes.data + slots * NAME
        headers["iov"] = self._iovs.ctypes.data + slots * 32
        headers["iov_count"] = 2
        headers["control"] = self._controls.ctypes.data + slots * CONTROL
        self._reset(ROWS)

    def _reset(self, count: int) -> None:
        """The kernel overwrites these with what it has used."""
        headers = self._headers[:count]
        headers["name_size"] = NAME
        headers["control_size"] = CONTROL

    def read(self, limit: int) -> int:
        """Read what waits, at most ``limit`` datagrams; returns how many. Never waits. Raises OSError."""
        self._reset(len(self.sizes))
        count = self._recvmmsg(
            self._sock.fileno(), self._headers.ctypes.data, min(limit, ROWS), _MSG_DONTWAIT, None
        )
        if count < 0:
            count = 0
            self._raise_unless_empty(ctypes.get_errno())
        self.sizes = self._headers["size"][:count].astype(np.int64)
        return int(count)

    def _raise_unless_empty(self, number: int) -> None:
        if number not in (errno.EAGAIN, errno.EINTR):
            self.sizes = np.zeros(0, dtype=np.int64)
            raise OSError(number, os.strerror(number))

    def datagram(self, row: int) -> bytes:
        """One datagram, whole."""
        size = int(self.sizes[row])
        if size <= WIDTH:
            return bytes(self.matrix[row, :size])
        return bytes(self.matrix[row]) + bytes(self._overflow[row, : size - WIDTH])

    def arrivals(self) -> Iterator[Arrival]:
        """The datagrams one by one."""
        foreign = self.foreign().tolist()
        for row, timestamp_ns in enumerate(self.timestamps_ns().tolist()):
            yield self.datagram(row), self.sender(row), timestamp_ns, foreign[row]

    def timestamps_ns(self) -> Numbers:
        """When each arrived, UTC nanoseconds, int64 (n,). The kernel writes this control message first."""
        numbers = self._controls[: len(self.sizes)].view(np.int64)
        return numbers[:, 2] * 1_000_000_000 + numbers[:, 3]

    def foreign(self) -> Mask:
        """Which came for another group or from another interface, bool (n,)."""
        count = len(self.sizes)
        if self._destinations is None:
            return np.zeros(count, dtype=np.bool_)
        start = STAMP_SIZE // 8
        first, which = _different(self._controls[:count].view(np.uint64)[:, start : start + 5])
        return np.array([self._is_foreign(int(row)) for row in first])[which]

    def _is_foreign(self, row: int) -> bool:
        if not self._destinations:
            return False
        size = 20 if self._is_ipv6 else 12
        level, kind = (
            (socket.IPPROTO_IPV6, platforms.IPV6_PKTINFO)
            if self._is_ipv6
            else (socket.IPPROTO_IP, platforms.IP_PKTINFO)
        )
        message = bytes(self._controls[row, STAMP_SIZE : STAMP_SIZE + 16 + size])
        return message[:16] != _CMSGHDR.pack(16 + size, level, kind) or self._destinations.is_foreign(
            message[16:]
        )

    def senders(self) -> tuple[list[Address], npt.NDArray[np.intp]]:
        """The different senders, and for each datagram which of them it came from, (n,)."""
        first, which = _different(self._names[: len(self.sizes)].view(np.uint64))
        return [self.sender(int(row)) for row in first], which

    def sender(self, row: int) -> Address:
        """Who sent one datagram, as the kernel says it."""
        return bytes(self._names[row, : self.name_size])


def _different(words: npt.NDArray[np.uint64]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """The first row of each kind, and for each row which kind it is."""
    if (words == words[0]).all():  # the usual case, and cheaper to find out
        return np.zeros(1, dtype=np.intp), np.zeros(len(words), dtype=np.intp)
    rows = np.ascontiguousarray(words)
    _, first, which = np.unique(rows.view(f"V{rows.shape[1] * 8}")[:, 0], True, True)
    return first, which
