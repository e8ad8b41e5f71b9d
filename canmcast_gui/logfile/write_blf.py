"""Batches to Vector's BLF files, by columns; see read_blf and blf_objects for the format.

Classic frames become CAN_MESSAGE objects, CAN FD frames CAN_FD_MESSAGE, error frames CAN_ERROR_EXT: what
python-can's writer makes of them too, but CAN FD objects have the 120 bytes that the format says.
"""

from __future__ import annotations

import struct
import zlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.logfile.rows import NANOSECONDS

Places = npt.NDArray[np.int64]
Records = npt.NDArray[Any]

_FILE_HEADER = struct.Struct("<4sL8B2Q2L8H8H")
_FILE_HEADER_BYTES = 144
_CONTAINER = struct.Struct("<4sHHLLH6xL4x")
_CONTAINER_BYTES = 128 * 1024

# CANoe's number; versions of the library whose format this is.
_WRITTEN_BY = (5, 0, 0, 0, 2, 6, 8, 1)

# Windows' dates in the header begin in 1990 for all readers; what is older is a time since some start.
_FIRST_DATE_NS = 631_152_000 * NANOSECONDS

_HEADER = [
    ("signature", "S4"),
    ("header_size", "<u2"),
    ("version", "<u2"),
    ("size", "<u4"),
    ("type", "<u4"),
    ("unit", "<u4"),
    ("client", "<u2"),
    ("object_version", "<u2"),
    ("time", "<u8"),
]
_MESSAGE = np.dtype(
    [*_HEADER, ("channel", "<u2"), ("flags", "u1"), ("dlc", "u1"), ("id", "<u4"), ("data", "u1", 8)]
)
_FD = np.dtype(
    [
        *_HEADER,
        *[("channel", "<u2"), ("flags", "u1"), ("dlc", "u1"), ("id", "<u4"), ("frame_length", "<u4")],
        *[("bit_count", "u1"), ("fd_flags", "u1"), ("valid", "u1"), ("reserved", "u1", 5)],
        *[("data", "u1", 64), ("reserved_2", "<u4")],
    ]
)
_ERROR = np.dtype(
    [
        *_HEADER,
        *[("channel", "<u2"), ("length", "<u2"), ("flags", "<u4"), ("ecc", "u1"), ("position", "u1")],
        *[("dlc", "u1"), ("reserved", "u1"), ("frame_length", "<u4"), ("id", "<u4"), ("flags_ext", "<u2")],
        *[("reserved_2", "<u2"), ("data", "u1", 8)],
    ]
)
_TYPES = {_MESSAGE: 1, _FD: 100, _ERROR: 73}


class BlfSink:
    """One BLF file. Its start is the whole second of the first batch; what is older gets that time."""

    def __init__(self, file: BinaryIO, _path: Path) -> None:
        self._file = file
        self._waiting = bytearray()
        self._start_ns: int | None = None
        self._last_ns = 0
        self._objects = 0
        self._inflated = _FILE_HEADER_BYTES
        file.write(self._header(_FILE_HEADER_BYTES))

    def write(self, batch: FrameBatch) -> None:
        """Write all frames of a batch."""
        if not len(batch):
            return
        if self._start_ns is None:
            self._start_ns = _start_of(int(batch.timestamp_ns.min()))
        self._last_ns = max(self._last_ns, int(batch.timestamp_ns.max()))
        self._objects += len(batch)
        self._waiting += _objects(batch, self._start_ns)
        while len(self._waiting) >= _CONTAINER_BYTES:
            self._write_container(bytes(self._waiting[:_CONTAINER_BYTES]))
            del self._waiting[:_CONTAINER_BYTES]

    def flush(self) -> None:
        """Hand all that was written to the operating system, with a header that fits it."""
        if self._waiting:
            self._write_container(bytes(self._waiting))
            self._waiting.clear()
        end = self._file.tell()
        self._file.seek(0)
        self._file.write(self._header(end))
        self._file.seek(end)
        self._file.flush()

    def finish(self) -> None:
        """Write what belongs at the end and close the file."""
        self.flush()
        self._file.close()

    def _write_container(self, content: bytes) -> None:
        data = zlib.compress(content)
        size = _CONTAINER.size + len(data)
        self._file.write(_CONTAINER.pack(b"LOBJ", 16, 1, size, 10, 2, len(content)))
        self._file.write(data + bytes(size % 4))
        self._inflated += _CONTAINER.size + len(content)

    def _header(self, file_size: int) -> bytes:
        start = self._start_ns or 0
        packed = _FILE_HEADER.pack(
            b"LOGG",
            _FILE_HEADER_BYTES,
            *_WRITTEN_BY,
            file_size,
            self._inflated,
            self._objects,
            0,
            *_system_time(start),
            *_system_time(self._last_ns if start else 0),
        )
        return packed.ljust(_FILE_HEADER_BYTES, b"\0")


def _start_of(first_ns: int) -> int:
    start = first_ns // NANOSECONDS * NANOSECONDS
    return 0 if 0 <= start < _FIRST_DATE_NS else start


def _system_time(time_ns: int) -> tuple[int, ...]:
    """Windows' SYSTEMTIME, all zero for what is no date."""
    if time_ns < _FIRST_DATE_NS:
        return (0,) * 8
    moment = datetime.fromtimestamp(time_ns // NANOSECONDS, tz=UTC)
    milliseconds = time_ns % NANOSECONDS // 1_000_000
    day = (moment.year, moment.month, moment.isoweekday() % 7, moment.day)
    return (*day, moment.hour, moment.minute, moment.second, milliseconds)


def _objects(batch: FrameBatch, start_ns: int) -> bytes:
    """A batch's frames as objects, in their order."""
    error = batch.has(Flag.ERROR)
    fd = batch.has(Flag.FD) & ~error
    parts = [
        (np.flatnonzero(rows), fill)
        for rows, fill in ((~fd & ~error, _messages), (fd, _fd_messages), (error, _errors))
    ]
    sizes = np.zeros(len(batch), dtype=np.int64)
    made = [(rows, fill(batch[rows], start_ns)) for rows, fill in parts if len(rows)]
    for rows, objects in made:
        sizes[rows] = objects.dtype.itemsize
    starts = np.cumsum(sizes) - sizes
    content = np.zeros(int(sizes.sum()), dtype=np.uint8)
    for rows, objects in made:
        width = objects.dtype.itemsize
        content[starts[rows, None] + np.arange(width)] = objects.view(np.uint8).reshape(-1, width)
    return content.tobytes()


def _new_objects(kind: np.dtype[Any], batch: FrameBatch, start_ns: int) -> Records:
    objects = np.zeros(len(batch), dtype=kind)
    objects["signature"] = b"LOBJ"
    objects["header_size"] = 32
    objects["version"] = 1
    objects["size"] = kind.itemsize
    objects["type"] = _TYPES[kind]
    objects["unit"] = 2  # nanoseconds
    objects["time"] = np.maximum(batch.timestamp_ns - start_ns, 0)
    objects["channel"] = np.maximum(batch.channel, 1)  # there is no "unknown"
    extended = np.where(batch.has(Flag.EXTENDED), np.uint32(0x80000000), np.uint32(0))
    objects["id"] = batch.arbitration_id | extended
    objects["dlc"] = batch.dlc
    return objects


def _messages(batch: FrameBatch, start_ns: int) -> Records:
    objects = _new_objects(_MESSAGE, batch, start_ns)
    objects["flags"] = _direction_and_remote(batch)
    objects["data"] = batch.data
    return objects


def _fd_messages(batch: FrameBatch, start_ns: int) -> Records:
    objects = _new_objects(_FD, batch, start_ns)
    objects["flags"] = _direction_and_remote(batch)
    objects["fd_flags"] = 0x1 | 0x2 * batch.has(Flag.BRS) | 0x4 * batch.has(Flag.ESI)
    objects["valid"] = batch.length
    objects["data"] = batch.payload_matrix()
    return objects


def _errors(batch: FrameBatch, start_ns: int) -> Records:
    objects = _new_objects(_ERROR, batch, start_ns)
    objects["dlc"] = np.minimum(batch.length, 8)
    objects["data"] = batch.data
    return objects


def _direction_and_remote(batch: FrameBatch) -> npt.NDArray[np.uint8]:
    flags: npt.NDArray[np.uint8] = (0x01 * batch.has(Flag.TX) | 0x80 * batch.has(Flag.REMOTE)).astype(
        np.uint8
    )
    return flags
