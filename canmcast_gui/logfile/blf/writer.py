"""Batches to Vector's BLF files.

Files are what python-can's writer makes, but CAN FD objects have the 120 bytes that the format says. Notes
become global markers.
"""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import numpy as np

from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.marks import Mark
from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.logfile.blf import layout
from canmcast_gui.logfile.blf.events import marker
from canmcast_gui.logfile.blf.objects import objects_of_frames
from canmcast_gui.logfile.compression import deflate

_CONTAINER_BYTES = 128 * 1024

# CANoe 8.1; before it python-can's API number, which tells readers that dates are UTC.
_WRITTEN_BY = (layout.PYTHON_CAN_API, 2, 6, 8, 1)


class BlfSink:
    """One BLF file. Its start is the whole second of the first batch; times count from there."""

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

    def note(self, note: Mark) -> None:
        """Write a global marker."""
        self._mark(note, self._begun(note.timestamp_ns))

    def flush(self) -> None:
        """Hand all that was written to the operating system, with a header that fits it."""
        if self._stream:
            self._write_container(bytes(self._stream))
            self._stream.clear()
        end = self._file.tell()
        self._file.seek(0)
        self._file.write(self._header(end))
        self._file.seek(end)
        self._file.flush()

    def finish(self) -> None:
        """Write what belongs at the end and close the file."""
        self.flush()
        self._file.close()

    def begin(self, first_ns: int) -> None:
        """Let the file start with the whole second of a time, or with 0 where its date cannot be written."""
        self._begun(first_ns)

    def _begun(self, first_ns: int) -> int:
        if self.start_ns is None:
            start = first_ns // NS_PER_SECOND * NS_PER_SECOND
            self.start_ns = start if start >= layout.FIRST_DATE_NS else 0
        return self.start_ns

    def _mark(self, note: Mark, start_ns: int) -> None:
        body = marker(note.text)
        size = layout.HEADER_BYTES + len(body)
        head = np.zeros(1, dtype=layout.OBJECT_HEAD)
        head["signature"], head["header_size"], head["version"] = layout.SIGNATURE, layout.HEADER_BYTES, 1
        head["size"], head["type"], head["unit"] = size, layout.MARKER, layout.ONE_NANOSECOND
        head["time"] = note.timestamp_ns - start_ns
        self._objects += 1
        self._add(memoryview(head.tobytes() + body + bytes(size % 4)))

    def _add(self, objects: memoryview) -> None:
        """Put objects at the stream's end, and into containers what is enough for them."""
        place = 0
        while len(self._stream) + len(objects) - place >= _CONTAINER_BYTES:
            more = _CONTAINER_BYTES - len(self._stream)
            self._write_container(bytes(self._stream) + objects[place : place + more])
            self._stream.clear()
            place += more
        self._stream += objects[place:]

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
