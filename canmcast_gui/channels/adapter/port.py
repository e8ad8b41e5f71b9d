"""The connection over which the transmit process sends through the process of a channel.

A driver lets one process open a device, so the process that receives also sends. It listens at an address
that its parent has chosen; multiprocessing.connection makes that a local socket or, on Windows, a pipe.
The frames of a connection go in one direction only, to the driver, or after RECEIVE from it: what the driver
refused is counted by the process that has it.
"""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import struct
import sys
import tempfile
from contextlib import suppress
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path

import numpy as np

from canmcast_gui.frames import FRAME_DTYPE, INLINE_BYTES, LENGTH_TO_DLC, FrameBatch
from canmcast_gui.processes.channel import wait_for

_RECORD = struct.Struct("<q8sIIHHBBBB")  # FRAME_DTYPE
_DLC_CODES = LENGTH_TO_DLC.tolist()
_ONE = (1).to_bytes(4, "little")
# The bytes of frames that wait for the driver, at most: what is in the buffer is sent even if the user stops.
# Linux doubles it, and takes a socket for writable while a quarter is used.
_BUFFER_BYTES = 32_768
# The frames in a message at most, so that it fits into the rest of the buffer.
MOST_FRAMES = 64
#: The first message of a connection that gets received frames.
RECEIVE = b"receive"
#: The size of encode() without frames.
EMPTY_BYTES = 4
_MISSED_BYTES = 8


class PortAddress:
    """An address for one channel, which only this user can reach. ``text`` is for command lines."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        if sys.platform == "win32":
            self.text = rf"\\.\pipe\canmcast-{secrets.token_hex(8)}"
        else:
            self._folder = Path(tempfile.mkdtemp(prefix="canmcast-"))  # with mode 0700
            self.text = str(self._folder / "port")

    def close(self) -> None:
        """Remove what a socket leaves."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)


def listen(address: str) -> Listener:
    """The listener of a channel's process, in place of that of a process that has ended."""
    if sys.platform != "win32":
        Path(address).unlink(missing_ok=True)
    return Listener(address)


def connect(address: str) -> Connection:
    """A connection to the process of a channel. Raises OSError while it does not listen."""
    connection: Connection = Client(address)
    if sys.platform != "win32":
        with socket.socket(fileno=os.dup(connection.fileno())) as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER_BYTES)
    return connection


def has_room(connection: Connection, seconds: float) -> bool:
    """Whether a message of MOST_FRAMES can be sent without waiting; waits for that up to ``seconds``.

    On Windows it is not known, and sending may wait.
    """
    return sys.platform == "win32" or wait_for(connection.fileno(), seconds, writing=True)


def encode(batch: FrameBatch) -> bytes:
    """Frames as bytes: their number, their records, their heap."""
    batch = batch.compact()
    return len(batch).to_bytes(4, "little") + batch.records.tobytes() + batch.heap.tobytes()


def encode_frame(arbitration_id: int, flags: int, dlc: int, data: bytes) -> bytes:
    """One frame as encode() makes it, without the work of a batch; ``dlc`` is a number of bytes."""
    record = _RECORD.pack(
        0, data[:INLINE_BYTES], arbitration_id, 0, flags, 0, 0, _DLC_CODES[dlc], len(data), 0
    )
    return _ONE + record + (data if len(data) > INLINE_BYTES else b"")


def decode(message: bytes) -> FrameBatch:
    """The frames of encode()."""
    count = int.from_bytes(message[:4], "little")
    records = np.frombuffer(message, dtype=FRAME_DTYPE, count=count, offset=4)
    return FrameBatch(records, np.frombuffer(message, dtype=np.uint8, offset=4 + records.nbytes))


def encode_received(missed: int, message: bytes) -> bytes:
    """A message of encode() after the number of frames that the subscriber has missed so far."""
    return missed.to_bytes(_MISSED_BYTES, "little") + message


def decode_received(message: bytes) -> tuple[int, bytes]:
    """The number of missed frames, and the message of encode()."""
    return int.from_bytes(message[:_MISSED_BYTES], "little"), message[_MISSED_BYTES:]


def close(connection: Connection | None) -> None:
    """Close a connection, also one whose other end is gone."""
    if connection is not None:
        with suppress(OSError):
            connection.close()
