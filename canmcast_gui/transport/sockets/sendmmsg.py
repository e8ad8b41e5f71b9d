"""Many datagrams onto the socket in one call: Linux' sendmmsg with UDP_SEGMENT.

Neighbours of equal size go down as one large datagram, which the kernel cuts apart again: stock peers
receive each as an ordinary one. Where a kernel or an interface cannot do that, each goes by itself, still
many a call.
"""

from __future__ import annotations

import ctypes
import errno
import os
import socket
import struct

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames.arrays import Bytes, Numbers
from canmcast_gui.transport.sockets import platforms
from canmcast_gui.transport.sockets.recvmmsg import HEADER_DTYPE, libc

# As many as every kernel with this option takes (UDP_MAX_SEGMENTS); all of them must have one size.
_MOST_SEGMENTS = 64
# The kernel's limit of messages a call (UIO_MAXIOV).
_MOST_MESSAGES = 1024
_MSG_DONTWAIT = 0x40
_SOL_UDP = 17
_CONTROL = 24  # a cmsghdr of 16 bytes and a uint16, padded to whole words

# What systems answer that cannot cut a large datagram apart: no such option, an interface that computes no
# checksums, segments larger than the interface's packets.
_CANNOT_SEGMENT = (errno.EINVAL, errno.EIO, errno.EMSGSIZE, errno.ENOPROTOOPT, errno.EOPNOTSUPP)


def available() -> bool:
    """Whether this system has sendmmsg with the layouts that we know."""
    return platforms.IS_LINUX and struct.calcsize("P") == 8 and hasattr(libc(), "sendmmsg")


class ManySender:
    """Sends the rows of a matrix through a connected socket."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._segments = _MOST_SEGMENTS
        self._sendmmsg = libc().sendmmsg
        self._sendmmsg.argtypes = [ctypes.c_int, ctypes.c_void_p, ctypes.c_uint, ctypes.c_int]

    def send(self, matrix: Bytes, sizes: Numbers) -> int:
        """Send rows in order, of which ``sizes`` bytes count; returns how many the system took.

        ``matrix`` uint8 (n, width) C-contiguous. Raises BlockingIOError where it takes none at the moment, or
        OSError.
        """
        starts, counts = runs_of(sizes, self._segments)
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
            self._segments = 1
            return self.send(matrix, sizes)
        raise OSError(number, os.strerror(number))


def _pieces(matrix: Bytes, sizes: Numbers, starts: Numbers, counts: Numbers) -> npt.NDArray[np.uint64]:
    """Where the bytes stand, as struct iovec: one for each run where rows have no gaps, else one a row.

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


def runs_of(sizes: Numbers, longest: int) -> tuple[Numbers, Numbers]:
    """Where runs of equal sizes start and how long they are, none longer than ``longest``."""
    changes = np.flatnonzero(sizes[1:] != sizes[:-1]) + 1
    starts = np.concatenate([[0], changes])
    counts = np.diff(np.concatenate([starts, [len(sizes)]]))
    pieces = -(-counts // longest)
    first = np.repeat(starts, pieces)
    piece = np.arange(len(first)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    return first + piece * longest, np.minimum(np.repeat(counts, pieces) - piece * longest, longest)


def _controls(sizes: Numbers) -> Bytes:
    """For each message the control message that says how large its segments are."""
    controls = np.zeros((len(sizes), _CONTROL), dtype=np.uint8)
    controls.view(np.uint64)[:, 0] = 18
    controls.view(np.int32)[:, 2] = _SOL_UDP
    controls.view(np.int32)[:, 3] = platforms.LINUX_UDP_SEGMENT
    controls.view(np.uint16)[:, 8] = sizes
    return controls
