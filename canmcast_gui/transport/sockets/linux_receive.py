"""Receiving with the system calls of Linux: many datagrams in one call, or one in less time.

recvmmsg and recvmsg are called directly and fill memory that is reused: Python's own ``recvmsg`` creates
objects for the address, the control messages and their lists, and releases the interpreter lock although it
never waits; that takes longer than the kernel.

Layouts of msghdr, mmsghdr, iovec, cmsghdr and sockaddr are those of 64-bit Linux.
"""

from __future__ import annotations

import ctypes
import errno
import mmap
import os
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from typing import Any, Generic

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames.arrays import Bytes, Numbers
from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.transport.sockets import platforms
from canmcast_gui.transport.sockets.origins import STAMP_SIZE, Origin, Origins
from canmcast_gui.transport.sockets.platforms import ArrivalStamp
from canmcast_gui.transport.sockets.receive import Arrival, OnDatagram, T
from canmcast_gui.transport.wire.codec import MAX_DATAGRAM
from canmcast_gui.transport.wire.templates import ROWS, WIDTH

_OVERFLOW = MAX_DATAGRAM + 1 - WIDTH
# Bytes for the control messages of each datagram, followed by a socket address.
_SIDE_BYTES = 128
_MSG_DONTWAIT = 0x40

HEADER_DTYPE = np.dtype(
    {
        "names": ["name", "name_size", "iov", "iov_count", "control", "control_size", "flags", "size"],
        "formats": ["u8", "u4", "u8", "u8", "u8", "u8", "i4", "u4"],
        "offsets": [0, 8, 16, 24, 32, 40, 48, 56],
        "itemsize": 64,
    }
)
# Positions in a header as words of 4 bytes.
_HEADER_WORDS, _SIZE_WORD = HEADER_DTYPE.itemsize // 4, 56 // 4
# After a cmsghdr of 16 bytes.
_TIMESPEC = struct.Struct("@16x2q")


def has_recvmmsg(stamp: ArrivalStamp) -> bool:
    """Whether this system has recvmmsg with the layouts described above."""
    return (
        platforms.IS_LINUX
        and struct.calcsize("P") == 8
        and stamp is ArrivalStamp.KERNEL_NANOSECONDS
        and hasattr(libc(), "recvmmsg")
    )


def libc() -> ctypes.CDLL:
    """The C library, for functions that Python does not have."""
    return ctypes.CDLL(None, use_errno=True)


class ManyReader:
    """Reads up to ROWS datagrams at once. The result of a read is valid until the next one.

    ``matrix`` uint8 (ROWS, WIDTH) holds the first bytes of one datagram in each row.
    """

    def __init__(self, sock: socket.socket, origins: Origins) -> None:
        self._sock = sock
        self._origins = origins
        # Does not release the interpreter lock, because it never waits.
        self._recvmmsg = ctypes.PyDLL(None, use_errno=True).recvmmsg
        self.matrix: Bytes = np.zeros((ROWS, WIDTH), dtype=np.uint8)
        self._count = 0
        self._overflow: Bytes = _untouched(ROWS, _OVERFLOW)
        self._side: Bytes = np.zeros((ROWS, _SIDE_BYTES), dtype=np.uint8)
        self._iovs = np.zeros((ROWS, 4), dtype=np.uint64)
        self._headers = np.zeros(ROWS, dtype=HEADER_DTYPE)
        self._prepare()
        self._header_bytes = self._headers.view(np.uint8).data
        self._fresh_bytes = bytes(self._header_bytes)
        self._header_words = self._header_bytes.cast("I")
        self._headers_at = ctypes.c_void_p(self._headers.ctypes.data)
        self._matrix_bytes = self.matrix.reshape(-1).data
        self._side_bytes = self._side.reshape(-1).data

    def _prepare(self) -> None:
        slots = np.arange(ROWS, dtype=np.uint64)
        self._iovs[:, 0] = self.matrix.ctypes.data + slots * WIDTH
        self._iovs[:, 1] = WIDTH
        self._iovs[:, 2] = self._overflow.ctypes.data + slots * _OVERFLOW
        self._iovs[:, 3] = _OVERFLOW
        headers = self._headers
        headers["name"] = self._side.ctypes.data + self._origins.control_size + slots * _SIDE_BYTES
        headers["iov"] = self._iovs.ctypes.data + slots * 32
        headers["iov_count"] = 2
        headers["control"] = self._side.ctypes.data + slots * _SIDE_BYTES
        headers["name_size"] = self._origins.name_size
        headers["control_size"] = self._origins.control_size

    def __len__(self) -> int:
        """The number of datagrams of the last read."""
        return self._count

    @property
    def sizes(self) -> Numbers:
        """Their full lengths, (n,)."""
        return self._headers["size"][: self._count].astype(np.int64)

    def read(self, limit: int) -> int:
        """Read what waits, at most ``limit`` datagrams; returns how many. Never waits. Raises OSError."""
        used = self._count * HEADER_DTYPE.itemsize  # the kernel writes the sizes that it has used
        self._header_bytes[:used] = self._fresh_bytes[:used]
        self._count = 0
        count = self._recvmmsg(self._sock.fileno(), self._headers_at, min(limit, ROWS), _MSG_DONTWAIT, None)
        if count < 0:
            number = ctypes.get_errno()
            if number not in (errno.EAGAIN, errno.EINTR):
                raise OSError(number, os.strerror(number))
            return 0
        self._count = int(count)
        return self._count

    def datagram(self, row: int) -> bytes:
        """One complete datagram."""
        size = self._header_words[row * _HEADER_WORDS + _SIZE_WORD]
        if size <= WIDTH:
            start = row * WIDTH
            return self._matrix_bytes[start : start + size].tobytes()
        return bytes(self.matrix[row]) + bytes(self._overflow[row, : size - WIDTH])

    def arrivals(self) -> Iterator[Arrival]:
        """The datagrams one by one."""
        for row in range(self._count):
            yield self.datagram(row), self.origin(row), self.timestamp_ns(row)

    def timestamp_ns(self, row: int) -> int:
        """The arrival time of one datagram, UTC nanoseconds."""
        seconds, nanoseconds = _TIMESPEC.unpack_from(self._side_bytes, row * _SIDE_BYTES)
        return int(seconds * NS_PER_SECOND + nanoseconds)

    def timestamps_ns(self) -> Numbers:
        """The arrival times, UTC nanoseconds, int64 (n,)."""
        numbers = self._side[: self._count].view(np.int64)
        return numbers[:, 2] * NS_PER_SECOND + numbers[:, 3]

    def origin(self, row: int) -> Origin:
        """The origin of one datagram."""
        start = row * _SIDE_BYTES
        return self._side_bytes[start + STAMP_SIZE : start + self._origins.end].tobytes()

    def only_origin(self) -> Origin | None:
        """The origin of all datagrams; None if they have several."""
        words = self._origin_words()
        first = words[0].tobytes()
        return self.origin(0) if words.tobytes() == first * self._count else None

    def _origin_words(self) -> npt.NDArray[np.uint64]:
        return self._side[: self._count].view(np.uint64)[:, STAMP_SIZE // 8 : -(-self._origins.end // 8)]

    def origins(self) -> tuple[list[Origin], npt.NDArray[np.intp]]:
        """The distinct origins, and for each datagram the index of its origin, (n,)."""
        first, indexes = _distinct(self._origin_words())
        return [self.origin(int(row)) for row in first], indexes


def _untouched(rows: int, width: int) -> Bytes:
    """Zeros that take no memory until they are written, which is rare here.

    The allocator would clear memory that was used before, and so take it at once.
    """
    memory = mmap.mmap(-1, rows * width, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    return np.frombuffer(memory, dtype=np.uint8).reshape(rows, width)


def _distinct(words: npt.NDArray[np.uint64]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """The first row of each distinct content, and for each row the index of its content."""
    if (words == words[0]).all():  # the usual case, which takes less time to check
        return np.zeros(1, dtype=np.intp), np.zeros(len(words), dtype=np.intp)
    rows = np.ascontiguousarray(words)
    _, first, indexes = np.unique(rows.view(f"V{rows.shape[1] * 8}")[:, 0], True, True)
    return first, indexes


class DirectReader(Generic[T]):
    """``receive()`` does the same as the function of ``make_reader``, which is ``fallback``, but faster.

    Needs has_recvmmsg(). May be called from several threads.
    """

    def __init__(
        self,
        sock: socket.socket,
        origins: Origins,
        on_datagram: OnDatagram[T],
        fallback: Callable[[], T | None],
    ) -> None:
        self._descriptor = ctypes.c_int(sock.fileno())
        self._data = ctypes.create_string_buffer(MAX_DATAGRAM + 1)
        # Control messages, followed by the sender's address.
        self._side = (ctypes.c_char * origins.end)()
        self._iov = np.array([ctypes.addressof(self._data), MAX_DATAGRAM + 1], dtype=np.uint64)
        # The kernel writes the same values into the header each time, so it is filled in only once.
        self._header = np.zeros(1, dtype=HEADER_DTYPE)
        self._header["name"] = ctypes.addressof(self._side) + origins.control_size
        self._header["name_size"] = origins.name_size
        self._header["iov"], self._header["iov_count"] = self._iov.ctypes.data, 1
        self._header["control"] = ctypes.addressof(self._side)
        self._header["control_size"] = origins.control_size
        self.receive = self._make(on_datagram, fallback)

    def _make(self, on_datagram: OnDatagram[T], fallback: Callable[[], T | None]) -> Callable[[], T | None]:
        recvmsg = ctypes.PyDLL(None, use_errno=True).recvmsg  # does not release the interpreter lock
        recvmsg.restype = ctypes.c_ssize_t
        descriptor, header = self._descriptor, ctypes.c_void_p(self._header.ctypes.data)
        flags = ctypes.c_int(_MSG_DONTWAIT)
        data: Any = self._data
        aside = self._side
        origin_in_side = (ctypes.c_char * (len(aside) - STAMP_SIZE)).from_buffer(aside, STAMP_SIZE)
        unpack = _TIMESPEC.unpack_from
        lock = threading.Lock()

        def receive() -> T | None:
            with lock:
                size = recvmsg(descriptor, header, flags)
                if size >= 0:
                    datagram = data[:size]
                    origin = origin_in_side.raw
                    seconds, nanoseconds = unpack(aside)
            if size < 0:
                return None if ctypes.get_errno() == errno.EAGAIN else fallback()
            return on_datagram(datagram, origin, seconds * NS_PER_SECOND + nanoseconds)

        return receive

    def close(self) -> None:
        """Forget the descriptor, whose number another file of this process may get."""
        self._descriptor.value = -1
