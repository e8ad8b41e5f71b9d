"""Many datagrams off the socket in one call: Linux' recvmmsg, into arrays that are columns at once.

Layouts of msghdr, mmsghdr, iovec, cmsghdr and sockaddr are those of 64-bit Linux.
"""

from __future__ import annotations

import ctypes
import errno
import os
import socket
import struct
import time
from collections.abc import Collection, Iterator

import numpy as np
import numpy.typing as npt

from canmcast_gui.transport import platforms
from canmcast_gui.transport.addresses import Group
from canmcast_gui.transport.codec import MAX_DATAGRAM
from canmcast_gui.transport.layout import WIDTH, Bytes, Mask, Numbers
from canmcast_gui.transport.platforms import ArrivalStamp
from canmcast_gui.transport.reading import Address, Arrival

# One call's worth: as much as stays in a processor's second-level cache while it is decoded.
SLOTS = 512

# Raw addresses whose text is remembered; a network that invents more makes us work it out again, not grow.
_KNOWN_ADDRESSES = 4096

_OVERFLOW = MAX_DATAGRAM + 1 - WIDTH
_NAME = 32
_CONTROL = 96
_STAMP_SIZE = 32  # a cmsghdr of 16 bytes and a timespec
_MSG_DONTWAIT = 0x40

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


def libc() -> ctypes.CDLL:
    """The C library, which has what Python does not offer."""
    return ctypes.CDLL(None, use_errno=True)


class ManyReader:
    """Reads up to SLOTS datagrams at once. What a read brought is valid until the next one.

    ``matrix`` uint8 (SLOTS, WIDTH) holds the beginnings, a datagram a row; ``sizes`` (n,) their full lengths.
    """

    def __init__(
        self,
        sock: socket.socket,
        group: Group,
        reports_destinations: bool,
        interface_indexes: Collection[int],
    ) -> None:
        self._sock = sock
        self._is_ipv6 = group.is_ipv6
        self._reports_destinations = reports_destinations
        self._interface_indexes = interface_indexes
        self._group = np.frombuffer(group.packed, dtype=np.uint8)
        self._addresses: dict[bytes, Address] = {}
        self._recvmmsg = libc().recvmmsg
        self._recvmmsg.argtypes = [
            ctypes.c_int,
            ctypes.c_void_p,
            ctypes.c_uint,
            ctypes.c_int,
            ctypes.c_void_p,
        ]
        self.matrix: Bytes = np.zeros((SLOTS, WIDTH), dtype=np.uint8)
        self.sizes: Numbers = np.zeros(0, dtype=np.int64)
        # Rarely touched, so the system hardly ever gives it real memory.
        self._overflow: Bytes = np.zeros((SLOTS, _OVERFLOW), dtype=np.uint8)
        self._names: Bytes = np.zeros((SLOTS, _NAME), dtype=np.uint8)
        self._controls: Bytes = np.zeros((SLOTS, _CONTROL), dtype=np.uint8)
        self._iovs = np.zeros((SLOTS, 4), dtype=np.uint64)
        self._headers = np.zeros(SLOTS, dtype=HEADER_DTYPE)
        self._prepare()

    def _prepare(self) -> None:
        slots = np.arange(SLOTS, dtype=np.uint64)
        self._iovs[:, 0] = self.matrix.ctypes.data + slots * WIDTH
        self._iovs[:, 1] = WIDTH
        self._iovs[:, 2] = self._overflow.ctypes.data + slots * _OVERFLOW
        self._iovs[:, 3] = _OVERFLOW
        headers = self._headers
        headers["name"] = self._names.ctypes.data + slots * _NAME
        headers["iov"] = self._iovs.ctypes.data + slots * 32
        headers["iov_count"] = 2
        headers["control"] = self._controls.ctypes.data + slots * _CONTROL
        self._reset(SLOTS)

    def _reset(self, count: int) -> None:
        """The kernel overwrites these with what it has used."""
        headers = self._headers[:count]
        headers["name_size"] = _NAME
        headers["control_size"] = _CONTROL

    def read(self, limit: int) -> int:
        """Read what waits, at most ``limit`` datagrams; returns how many. Never waits. Raises OSError."""
        self._reset(len(self.sizes))
        count = self._recvmmsg(
            self._sock.fileno(), self._headers.ctypes.data, min(limit, SLOTS), _MSG_DONTWAIT, None
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
        """When each arrived, UTC nanoseconds, int64 (n,)."""
        count = len(self.sizes)
        numbers = self._controls[:count].view(np.int64)
        stamped = self._has_control(0, _STAMP_SIZE, socket.SOL_SOCKET, platforms.LINUX_SO_TIMESTAMPNS)
        return np.where(stamped, numbers[:, 2] * 1_000_000_000 + numbers[:, 3], time.time_ns())

    def foreign(self) -> Mask:
        """Which came for another group or from another interface, bool (n,)."""
        count = len(self.sizes)
        if not self._reports_destinations:
            return np.zeros(count, dtype=np.bool_)
        at = _STAMP_SIZE + 16
        if self._is_ipv6:
            right = self._has_control(_STAMP_SIZE, 36, socket.IPPROTO_IPV6, platforms.IPV6_PKTINFO)
            group, index = slice(at, at + 16), at + 16
        else:
            right = self._has_control(_STAMP_SIZE, 28, socket.IPPROTO_IP, platforms.IP_PKTINFO)
            group, index = slice(at + 8, at + 12), at
        controls = self._controls[:count]
        indexes = controls.view(np.uint32)[:, index // 4]
        right &= (controls[:, group] == self._group).all(axis=1)
        right &= np.isin(indexes, list(self._interface_indexes))
        return ~right

    def _has_control(self, at: int, size: int, level: int, kind: int) -> Mask:
        """Which rows have that control message there; the kernel writes the arrival time first."""
        controls = self._controls[: len(self.sizes)]
        lengths = controls.view(np.uint64)[:, at // 8]
        kinds = controls.view(np.int32)[:, at // 4 + 2 : at // 4 + 4]
        result: Mask = (lengths == size) & (kinds[:, 0] == level) & (kinds[:, 1] == kind)
        return result

    def senders(self) -> tuple[list[Address], npt.NDArray[np.intp]]:
        """The different senders, and for each datagram which of them it came from, (n,)."""
        words = self._names[: len(self.sizes)].view(np.uint64)
        if (words == words[0]).all():
            return [self.sender(0)], np.zeros(len(words), dtype=np.intp)
        _, first, which = np.unique(self._names[: len(words)].view(f"V{_NAME}")[:, 0], True, True)
        return [self.sender(int(row)) for row in first], which

    def sender(self, row: int) -> Address:
        """Who sent one datagram."""
        raw = self._names[row].tobytes()
        known = self._addresses.get(raw)
        if known is None:
            if len(self._addresses) >= _KNOWN_ADDRESSES:
                self._addresses.clear()
            known = self._addresses[raw] = parse_socket_address(raw)
        return known


def parse_socket_address(raw: bytes) -> Address:
    """A sockaddr_in or sockaddr_in6 as Python's sockets would give it."""
    (family,) = struct.unpack_from("=H", raw)
    (port,) = struct.unpack_from("!H", raw, 2)
    if family == socket.AF_INET:
        return (socket.inet_ntoa(raw[4:8]), port)
    (flow,) = struct.unpack_from("!I", raw, 4)
    (scope,) = struct.unpack_from("=I", raw, 24)
    return (socket.inet_ntop(socket.AF_INET6, raw[8:24]), port, flow & 0xFFFFF, scope)
