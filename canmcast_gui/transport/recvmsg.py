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

from canmcast_gui.transport.addresses import Group
from canmcast_gui.transport.codec import MAX_DATAGRAM
from canmcast_gui.transport.destinations import Destinations
from canmcast_gui.transport.reading import Judge, T
from canmcast_gui.transport.recvmmsg import CONTROL, HEADER_DTYPE, STAMP_SIZE, name_size

_MSG_DONTWAIT = 0x40
# A timespec behind a cmsghdr of 16 bytes; the kernel writes the arrival time before the destination.
_TIMESPEC = struct.Struct("@16x2q")
_DESTINATION_AT = STAMP_SIZE + 16


class DirectReader(Generic[T]):
    """``receive()`` is what ``reading.choose_way`` would return, only faster; ``otherwise`` is that.

    Needs recvmmsg.available(). May be called from several threads.
    """

    def __init__(
        self,
        sock: socket.socket,
        group: Group,
        destinations: Destinations | None,
        judge: Judge[T],
        otherwise: Callable[[], T | None],
    ) -> None:
        self._descriptor = ctypes.c_int(sock.fileno())
        self._data = ctypes.create_string_buffer(MAX_DATAGRAM + 1)
        self._name = (ctypes.c_char * name_size(group))()
        self._control = (ctypes.c_char * CONTROL)()
        self._iov = np.array([ctypes.addressof(self._data), MAX_DATAGRAM + 1], dtype=np.uint64)
        # What the kernel writes into the header is the same each time, so it is filled in once only.
        self._header = np.zeros(1, dtype=HEADER_DTYPE)
        self._header["name"], self._header["name_size"] = ctypes.addressof(self._name), name_size(group)
        self._header["iov"], self._header["iov_count"] = self._iov.ctypes.data, 1
        self._header["control"], self._header["control_size"] = ctypes.addressof(self._control), CONTROL
        self.receive = self._make(destinations, judge, otherwise)

    def _make(
        self, destinations: Destinations | None, judge: Judge[T], otherwise: Callable[[], T | None]
    ) -> Callable[[], T | None]:
        recvmsg = ctypes.PyDLL(None, use_errno=True).recvmsg  # does not give the interpreter lock away
        recvmsg.restype = ctypes.c_ssize_t
        descriptor, header = self._descriptor, ctypes.c_void_p(self._header.ctypes.data)
        flags = ctypes.c_int(_MSG_DONTWAIT)
        data: Any = self._data
        name, control = self._name, self._control
        info_size = 20 if len(name) == 28 else 12
        destination = (ctypes.c_char * info_size).from_buffer(control, _DESTINATION_AT)
        verdict = destinations.verdicts.get if destinations else None
        lock = threading.Lock()

        def receive() -> T | None:
            with lock:
                size = recvmsg(descriptor, header, flags)
                datagram = data[:size] if size >= 0 else None
                address = name.raw
                seconds, nanoseconds = _TIMESPEC.unpack_from(control)
                info = destination.raw if verdict else b""
            if datagram is None:
                return None if ctypes.get_errno() == errno.EAGAIN else otherwise()
            foreign = verdict(info) if verdict else False
            if foreign is None:
                foreign = destinations is not None and destinations.is_foreign(info)
            return judge(datagram, address, seconds * 1_000_000_000 + nanoseconds, foreign)

        return receive

    def close(self) -> None:
        """Forget the descriptor, which another file of this process may get next."""
        self._descriptor.value = -1
