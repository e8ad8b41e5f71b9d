"""Reads the socket of SocketCAN into columns, many frames with each call.

python-can reads one frame with two calls, and marks each frame of this computer as sent, also those of other
programs. Only MSG_CONFIRM marks those that were sent through the same socket. Layouts are those of
linux/can.h (struct can_frame, struct canfd_frame) and of 64-bit Linux (see transport/sockets/receive.py).
"""

from __future__ import annotations

import ctypes
import errno
import os
import select
import socket
import sys
import time
from typing import Any

import can
import numpy as np
import numpy.typing as npt

from canmcast_gui.frames import LENGTH_TO_DLC, FrameBatch, bits
from canmcast_gui.frames.arrays import Numbers
from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.frames.validity import valid_rows
from canmcast_gui.transport.sockets.linux_receive import HEADER_DTYPE, has_recvmmsg
from canmcast_gui.transport.sockets.platforms import ArrivalStamp

MOST_FRAMES = 1024

_CLASSIC_SIZE, _FD_SIZE = 16, 72
_FRAME_DTYPE = np.dtype(
    {
        "names": ["id", "length", "flags", "data"],
        "formats": ["=u4", "u1", "u1", "(64,)u1"],
        "offsets": [0, 4, 5, 8],
        "itemsize": _FD_SIZE,
    }
)
_EXTENDED, _REMOTE, _ERROR = 0x80000000, 0x40000000, 0x20000000
_BRS, _ESI = 0x01, 0x02
_MSG_DONTWAIT, _MSG_CONFIRM = 0x40, 0x800
# A cmsghdr of 16 bytes and a timespec.
_CONTROL_SIZE = 32
# The kernel filters by up to this number of filters (CAN_RAW_FILTER_MAX); python-can filters by more.
_MOST_FILTERS = 512


def can_read(bus: can.BusABC) -> bool:
    """Whether the bus is one of SocketCAN, of one interface, whose frames this module can read."""
    if not sys.platform.startswith("linux"):
        return False
    return (
        type(bus).__module__ == "can.interfaces.socketcan.socketcan"
        and isinstance(getattr(bus, "socket", None), socket.socket)
        and len(bus.filters or ()) <= _MOST_FILTERS
        and has_recvmmsg(ArrivalStamp.KERNEL_NANOSECONDS)
    )


class SocketCanReader:
    """Reads batches from the socket of a bus for which can_read() is true. Times are those of the kernel.

    All frames get the channel ``number``. ``refused`` counts datagrams that are not frames.
    """

    times_text = "the system, in UTC"
    stamps_on_reading = False
    # Each of its errors is one of the system.
    errors_in_a_row = 0

    def __init__(self, bus: Any, number: int) -> None:
        self.refused = 0
        self._socket: socket.socket = bus.socket
        self._number = number
        self._recvmmsg = ctypes.PyDLL(None, use_errno=True).recvmmsg  # which never waits here
        self._frames = np.zeros(MOST_FRAMES, dtype=_FRAME_DTYPE)
        self._control = np.zeros((MOST_FRAMES, _CONTROL_SIZE // 8), dtype=np.int64)
        self._iovs = np.zeros((MOST_FRAMES, 2), dtype=np.uint64)
        self._headers = np.zeros(MOST_FRAMES, dtype=HEADER_DTYPE)
        slots = np.arange(MOST_FRAMES, dtype=np.uint64)
        self._iovs[:, 0] = self._frames.ctypes.data + slots * _FD_SIZE
        self._iovs[:, 1] = _FD_SIZE
        self._headers["iov"] = self._iovs.ctypes.data + slots * 16
        self._headers["iov_count"] = 1
        self._headers["control"] = self._control.ctypes.data + slots * _CONTROL_SIZE
        self._headers["control_size"] = _CONTROL_SIZE
        self._headers_at = ctypes.c_void_p(self._headers.ctypes.data)

    def read(self, timeout: float) -> FrameBatch:
        """The frames that wait, at most MOST_FRAMES; waits up to ``timeout`` seconds for the first.

        Raises OSError if the interface is down or gone.
        """
        readable, _, _ = select.select([self._socket], [], [], timeout)
        count = self._receive() if readable else 0
        return self._batch(count) if count else FrameBatch.empty()

    def _receive(self) -> int:
        count: int = self._recvmmsg(self._socket.fileno(), self._headers_at, MOST_FRAMES, _MSG_DONTWAIT, None)
        if count < 0:
            number = ctypes.get_errno()
            if number not in (errno.EAGAIN, errno.EINTR):
                raise OSError(number, os.strerror(number))
            return 0
        return count

    def _batch(self, count: int) -> FrameBatch:
        frames, headers = self._frames[:count], self._headers[:count]
        sizes = headers["size"].copy()
        remote, fd = frames["id"] & _REMOTE != 0, sizes == _FD_SIZE
        lengths = np.minimum(frames["length"], 64)
        batch = FrameBatch.from_columns(
            self._times_ns(headers),
            _ids(frames["id"]),
            frames["data"] if fd.any() else frames["data"][:, :8],
            np.where(remote, 0, lengths if fd.any() else np.minimum(lengths, 8)),
            _flags(frames, headers["flags"], fd),
            self._number,
            dlc=LENGTH_TO_DLC[lengths],
        )
        headers["control_size"] = _CONTROL_SIZE  # the kernel writes what it has used
        valid = valid_rows(batch) & (fd | (sizes == _CLASSIC_SIZE))
        if valid.all():
            return batch
        self.refused += count - int(np.count_nonzero(valid))
        return batch[valid]

    def _times_ns(self, headers: npt.NDArray[np.void]) -> Numbers:
        control = self._control[: len(headers)]
        times: Numbers = control[:, 2] * NS_PER_SECOND + control[:, 3]
        return np.where(headers["control_size"] == _CONTROL_SIZE, times, time.time_ns())


def _ids(numbers: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    wide = numbers & (_EXTENDED | _ERROR) != 0
    ids: npt.NDArray[np.uint32] = numbers & np.where(wide, np.uint32(0x1FFFFFFF), np.uint32(0x7FF))
    return ids


def _flags(
    frames: npt.NDArray[np.void], message_flags: npt.NDArray[np.int32], fd: npt.NDArray[np.bool_]
) -> npt.NDArray[np.uint16]:
    numbers = frames["id"]
    flags = np.where(fd, np.uint16(bits.FD), np.uint16(0))
    flags |= np.where(numbers & _EXTENDED, np.uint16(bits.EXTENDED), np.uint16(0))
    flags |= np.where(numbers & _REMOTE, np.uint16(bits.REMOTE), np.uint16(0))
    flags |= np.where(numbers & _ERROR, np.uint16(bits.ERROR), np.uint16(0))
    flags |= np.where(fd & (frames["flags"] & _BRS != 0), np.uint16(bits.BRS), np.uint16(0))
    flags |= np.where(fd & (frames["flags"] & _ESI != 0), np.uint16(bits.ESI), np.uint16(0))
    flags |= np.where(message_flags & _MSG_CONFIRM, np.uint16(bits.TX), np.uint16(0))
    return flags
