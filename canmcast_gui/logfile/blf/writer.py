"""Writes BLF files.

Classic frames are CAN_MESSAGE objects, CAN FD frames CAN_FD_MESSAGE, error frames CAN_ERROR_EXT, marks global
markers. Files are those of python-can's writer, except that CAN FD objects have the 120 bytes of the format.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames import FrameBatch, bits
from canmcast_gui.frames.marks import Mark
from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.logfile.blf import layout
from canmcast_gui.logfile.blf.events import marker
from canmcast_gui.logfile.compression import deflate
from canmcast_gui.logfile.payloads import classic_dlcs

_CONTAINER_BYTES = 128 * 1024

# python-can's API number, which means dates in UTC, and the version of CANoe, 8.1.
_WRITTEN_BY = (layout.PYTHON_CAN_API, 2, 6, 8, 1)


class BlfSink:
    """Writes one BLF file, whose times count from the whole second of the first batch."""

    def __init__(self, file: BinaryIO, _path: Path) -> None:
        self._file = file
        self._stream = bytearray()
        self.start_ns: int | None = None
        self._last_ns = 0
        self._objects = 0
        self._inflated = layout.FILE_HEADER_BYTES
        file.write(self._header(layout.FILE_HEADER_BYTES))

    def write(self, batch: FrameBatch) -> None:
        """Write all frames of a batch."""
        if not len(batch):
            return
        start_ns = self._begun(int(batch.timestamp_ns.min()))
        self._last_ns = max(self._last_ns, int(batch.timestamp_ns.max()))
        self._objects += len(batch)
        self._add(objects_of_frames(batch, start_ns))

    def write_mark(self, mark: Mark) -> None:
        """Write a global marker."""
        self._write_marker(mark, self._begun(mark.timestamp_ns))

    def flush(self) -> None:
        """Pass the written data to the operating system, with a header for them."""
        if self._stream:
            self._write_container(bytes(self._stream))
            self._stream.clear()
        end = self._file.tell()
        self._file.seek(0)
        self._file.write(self._header(end))
        self._file.seek(end)
        self._file.flush()

    def finish(self) -> None:
        """Write the end of the file and close it."""
        self.flush()
        self._file.close()

    def begin(self, first_ns: int) -> None:
        """Start the file at the whole second of a time, or at 0 where its date cannot be written."""
        self._begun(first_ns)

    def _begun(self, first_ns: int) -> int:
        if self.start_ns is None:
            start = first_ns // NS_PER_SECOND * NS_PER_SECOND
            self.start_ns = start if start >= layout.FIRST_DATE_NS else 0
        return self.start_ns

    def _write_marker(self, mark: Mark, start_ns: int) -> None:
        body = marker(mark.text)
        size = layout.HEADER_BYTES + len(body)
        head = np.zeros(1, dtype=layout.OBJECT_HEAD)
        head["signature"], head["header_size"], head["version"] = layout.SIGNATURE, layout.HEADER_BYTES, 1
        head["size"], head["type"], head["unit"] = size, layout.MARKER, layout.ONE_NANOSECOND
        head["time"] = mark.timestamp_ns - start_ns
        self._objects += 1
        self._add(memoryview(head.tobytes() + body + bytes(size % 4)))

    def _add(self, objects: memoryview) -> None:
        """Append objects to the stream, and write the containers that are full."""
        start = 0
        while len(self._stream) + len(objects) - start >= _CONTAINER_BYTES:
            more = _CONTAINER_BYTES - len(self._stream)
            self._write_container(bytes(self._stream) + objects[start : start + more])
            self._stream.clear()
            start += more
        self._stream += objects[start:]

    def _write_container(self, content: bytes) -> None:
        data = deflate(content)
        size = layout.CONTAINER_HEAD + len(data)
        self._file.write(
            layout.OBJECT.pack(layout.SIGNATURE, layout.OBJECT.size, 1, size, layout.CONTAINER_TYPE)
            + layout.CONTAINER.pack(layout.DEFLATED, len(content))
            + data
            + bytes(size % 4)
        )
        self._inflated += layout.CONTAINER_HEAD + len(content)

    def _header(self, file_size: int) -> bytes:
        start = self.start_ns or 0
        packed = layout.FILE_HEADER.pack(
            b"LOGG",
            layout.FILE_HEADER_BYTES,
            *_WRITTEN_BY,
            file_size,
            self._inflated,
            self._objects,
            0,
            *layout.system_time(start),
            *layout.system_time(self._last_ns if start else 0),
        )
        return packed.ljust(layout.FILE_HEADER_BYTES, b"\0")


Records = npt.NDArray[Any]

_HEAD = layout.OBJECT_HEAD.descr
_CAN = [("channel", "<u2"), ("flags", "u1"), ("dlc", "u1"), ("id", "<u4")]
_MESSAGE = np.dtype([*_HEAD, *_CAN, ("data", "<u8")])
_FD = np.dtype(
    [
        *_HEAD,
        *_CAN,
        *[("frame_length", "<u4"), ("bit_count", "u1"), ("fd_flags", "u1"), ("valid", "u1")],
        *[("reserved", "u1", 5), ("data", "V64"), ("reserved_2", "<u4")],
    ]
)
_ERROR = np.dtype(
    [
        *_HEAD,
        *[("channel", "<u2"), ("length", "<u2"), ("flags", "<u4"), ("ecc", "u1"), ("position", "u1")],
        *[("dlc", "u1"), ("reserved", "u1"), ("frame_length", "<u4"), ("id", "<u4"), ("flags_ext", "<u2")],
        *[("reserved_2", "<u2"), ("data", "<u8")],
    ]
)
_TYPES = {_MESSAGE: layout.MESSAGE, _FD: layout.FD, _ERROR: layout.ERROR_EXT}

# Payload bytes as one word: copying words is many times as fast as rows of eight bytes.
_WORDS = np.dtype({"names": ["data"], "formats": ["<u8"], "offsets": [8], "itemsize": 32})


def objects_of_frames(batch: FrameBatch, start_ns: int) -> memoryview:
    """The frames of a batch as objects, in their order."""
    error = (batch.flags & bits.ERROR) != 0
    fd = ((batch.flags & bits.FD) != 0) & ~error
    kinds = [(~fd & ~error, _messages), (fd, _fd_messages), (error, _errors)]
    parts = [(rows, fill) for rows, fill in kinds if rows.any()]
    if len(parts) == 1:
        return parts[0][1](batch, start_ns).view(np.uint8).data
    sizes = np.zeros(len(batch), dtype=np.int64)
    made = [(np.flatnonzero(rows), fill(batch[rows], start_ns)) for rows, fill in parts]
    for rows, objects in made:
        sizes[rows] = objects.dtype.itemsize
    starts = np.cumsum(sizes) - sizes
    content = np.zeros(int(sizes.sum()), dtype=np.uint8)
    for rows, objects in made:
        width = objects.dtype.itemsize
        every = np.ndarray((len(content) - width + 1,), f"V{width}", content, strides=(1,))
        every[starts[rows]] = objects.view(f"V{width}")
    return content.data


def _new_objects(kind: np.dtype[Any], batch: FrameBatch, start_ns: int) -> Records:
    objects = np.zeros(len(batch), dtype=kind)
    objects["signature"] = layout.SIGNATURE
    objects["header_size"] = layout.HEADER_BYTES
    objects["version"] = 1
    objects["size"] = kind.itemsize
    objects["type"] = _TYPES[kind]
    objects["unit"] = layout.ONE_NANOSECOND
    objects["time"] = batch.timestamp_ns - start_ns
    objects["channel"] = np.maximum(batch.channel, 1)  # the format has no unknown channel
    extended = (batch.flags & np.uint16(bits.EXTENDED)).astype(np.uint32) << np.uint32(31)
    objects["id"] = batch.arbitration_id | extended
    objects["dlc"] = batch.dlc
    return objects


def _messages(batch: FrameBatch, start_ns: int) -> Records:
    objects = _new_objects(_MESSAGE, batch, start_ns)
    objects["flags"] = _direction_and_remote(batch)
    # Readers take the length of a data frame from its DLC.
    odd = (batch.dlc != batch.length) & (batch.flags & bits.REMOTE == 0)
    if odd.any():
        objects["dlc"][odd] = classic_dlcs(batch[odd])
    objects["data"] = batch.records.view(_WORDS)["data"]
    return objects


def _fd_messages(batch: FrameBatch, start_ns: int) -> Records:
    objects = _new_objects(_FD, batch, start_ns)
    objects["flags"] = _direction_and_remote(batch)
    # BRS and ESI are neighboring bits in BLF too.
    objects["fd_flags"] = 0x1 | (batch.flags & (bits.BRS | bits.ESI)) >> 3
    objects["valid"] = batch.length
    objects["data"] = batch.payload_matrix().view("V64")[:, 0]
    return objects


def _errors(batch: FrameBatch, start_ns: int) -> Records:
    objects = _new_objects(_ERROR, batch, start_ns)
    objects["dlc"] = np.minimum(batch.length, 8)
    objects["data"] = batch.records.view(_WORDS)["data"]
    return objects


def _direction_and_remote(batch: FrameBatch) -> npt.NDArray[np.uint16]:
    flags = batch.flags
    direction = np.where(flags & bits.TX, np.uint16(layout.TX_BIT), np.uint16(0))
    remote = np.where(flags & bits.REMOTE, np.uint16(layout.REMOTE_BIT), np.uint16(0))
    return np.bitwise_or(direction, remote)
