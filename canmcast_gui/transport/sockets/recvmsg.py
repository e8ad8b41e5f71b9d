"""One datagram off the socket by Linux' recvmsg itself, into memory that is used again and again.

Python's own ``recvmsg`` makes objects for the address, the control messages and their lists, and gives the
interpreter lock away although nothing is waited for: that takes longer than the kernel does.
"""

from __future__ import annotations

import ctypes
import errno
import socket
import struct
import threading
from collections.abc import Callable
from typing import Any, Generic

import numpy as np

from canmcast_gui.transport.sockets.origins import STAMP_SIZE, Origins
from canmcast_gui.transport.sockets.reading import OnDatagram, T
from canmcast_gui.transport.sockets.recvmmsg import HEADER_DTYPE
from canmcast_gui.transport.wire.codec import MAX_DATAGRAM

_MSG_DONTWAIT = 0x40
# Behind a cmsghdr of 16 bytes.
_TIMESPEC = struct.Struct("@16x2q")


class DirectReader(Generic[T]):
    """``receive()`` is what ``reading.make_reader`` would return, only faster; ``otherwise`` is that.

    Needs recvmmsg.available(). May be called from several threads.
    """

    def __init__(
        self,
        sock: socket.socket,
        origins: Origins,
        on_datagram: OnDatagram[T],
        otherwise: Callable[[], T | None],
    ) -> None:
        self._descriptor = ctypes.c_int(sock.fileno())
        self._data = ctypes.create_string_buffer(MAX_DATAGRAM + 1)
        # Control messages and, right behind them, the sender's address.
        self._aside = (ctypes.c_char * origins.end)()
        self._iov = np.array([ctypes.addressof(self._data), MAX_DATAGRAM + 1], dtype=np.uint64)
        # What the kernel writes into the header is the same each time, so it is filled in once only.
        self._header = np.zeros(1, dtype=HEADER_DTYPE)
        self._header["name"] = ctypes.addressof(self._aside) + origins.control_size
        self._header["name_size"] = origins.name_size
        self._header["iov"], self._header["iov_count"] = self._iov.ctypes.data, 1
        self._header["control"] = ctypes.addressof(self._aside)
        self._header["control_size"] = origins.control_size
        self.receive = self._make(on_datagram, otherwise)

    def _make(self, on_datagram: OnDatagram[T], otherwise: Callable[[], T | None]) -> Callable[[], T | None]:
        recvmsg = ctypes.PyDLL(None, use_errno=True).recvmsg  # does not give the interpreter lock away
        recvmsg.restype = ctypes.c_ssize_t
        descriptor, header = self._descriptor, ctypes.c_void_p(self._header.ctypes.data)
        flags = ctypes.c_int(_MSG_DONTWAIT)
        data: Any = self._data
        aside = self._aside
        origin_in_aside = (ctypes.c_char * (len(aside) - STAMP_SIZE)).from_buffer(aside, STAMP_SIZE)
        unpack = _TIMESPEC.unpack_from
        lock = threading.Lock()

        def receive() -> T | None:
            with lock:
                size = recvmsg(descriptor, header, flags)
                if size >= 0:
                    datagram = data[:size]
                    origin = origin_in_aside.raw
                    seconds, nanoseconds = unpack(aside)
            if size < 0:
                return None if ctypes.get_errno() == errno.EAGAIN else otherwise()
            return on_datagram(datagram, origin, seconds * 1_000_000_000 + nanoseconds)

        return receive

    def close(self) -> None:
        """Forget the descriptor, which another file of this process may get next."""
        self._descriptor.value = -1
