"""Writes MF4 files with ASAM bus logging.

They have one data group whose records are in the order of the frames: short and long data frames, remote
frames, error frames. Its data are the last block and grow with the file, so that an incomplete recording can
be read up to its end; marks follow as events when the file is complete.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames import FrameBatch, bits
from canmcast_gui.frames.marks import Mark
from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.logfile.mf4.header import KINDS, Header, comment_block, event_blocks

_SLICE_FRAMES = 16384


class Mf4Sink:
    """Writes one MF4 file, which starts at the whole second of the first batch; times are in nanoseconds."""

    def __init__(self, file: BinaryIO, _path: Path) -> None:
        self._file = file
        self._header: Header | None = None
        self._counts = [0] * len(KINDS)
        self._marks: list[Mark] = []
        self._names: Mapping[int, str] = {}
        self.renumbered: frozenset[int] = frozenset()

    def name_channels(self, names: Mapping[int, str]) -> frozenset[int]:
        """Give channels names; those that were not known at the start follow when the file is complete."""
        self._names = dict(names)
        return frozenset()

    def write(self, batch: FrameBatch) -> None:
        """Write all frames of a batch."""
        if not len(batch):
            return
        header = self._started(int(batch.timestamp_ns.min()))
        for start in range(0, len(batch), _SLICE_FRAMES):
            part = batch[start : start + _SLICE_FRAMES]
            content, counts = _rows(part, header.start_ns)
            self._counts = [old + new for old, new in zip(self._counts, counts, strict=True)]
            self._file.write(content)

    def write_mark(self, mark: Mark) -> None:
        """Add a mark, which is written after the frames."""
        self._marks.append(mark)

    def flush(self) -> None:
        """Pass the written data to the operating system, with a header for them."""
        header = self._started(0)
        self._rewrite(header, finished=False)
        self._file.flush()

    def finish(self) -> None:
        """Write the end of the file and close it."""
        first = min((mark.timestamp_ns for mark in self._marks), default=0)
        header = self._started(first)
        self._rewrite(header, finished=True)
        self._file.close()

    def _started(self, first_ns: int) -> Header:
        if self._header is None:
            start_ns = max(0, first_ns // NS_PER_SECOND * NS_PER_SECOND)
            self._header = Header(start_ns, self._names)
            self._file.write(self._header.content(self._counts, 0, 0, finished=False))
        return self._header

    def _rewrite(self, header: Header, finished: bool) -> None:
        """Write the header with the current counts; if finished, also what follows the data."""
        end = self._file.tell()
        data, events, comment = end - header.size, 0, 0
        if finished and self._marks:
            events = self._next_block()
            self._file.write(event_blocks(self._marks, events, header.start_ns))
        if finished and self._names != header.names:
            comment = self._next_block()
            self._file.write(comment_block(self._names))
        end = self._file.tell()
        self._file.seek(0)
        self._file.write(header.content(self._counts, data, events, finished, comment))
        self._file.seek(end)

    def _next_block(self) -> int:
        """The position where a block can start, after what was written."""
        self._file.write(bytes(-self._file.tell() % 8))
        return self._file.tell()


# -- frames as records ---------------------------------------------------------------------------------------


_BITS = {"EDL": bits.FD, "BRS": bits.BRS, "ESI": bits.ESI, "Dir": bits.TX, "IDE": bits.EXTENDED}


def _rows(batch: FrameBatch, start_ns: int) -> tuple[bytes, list[int]]:
    """A batch as records in its order, and the number of records of each kind."""
    flags = batch.flags
    kinds = np.where(batch.length > 8, 1, 0)
    kinds[(flags & bits.REMOTE) != 0] = 2
    kinds[(flags & bits.ERROR) != 0] = 3
    counts = np.bincount(kinds, minlength=len(KINDS)).tolist()
    made = [
        (np.flatnonzero(kinds == kind), _records(kind, batch[kinds == kind], start_ns))
        for kind in range(len(KINDS))
        if counts[kind]
    ]
    if len(made) == 1:
        return made[0][1].tobytes(), counts
    sizes = np.array([form.itemsize for _, form in KINDS])[kinds]
    starts = np.cumsum(sizes) - sizes
    content = np.zeros(int(sizes.sum()), dtype=np.uint8)
    for rows, records in made:
        width = records.dtype.itemsize
        every = np.ndarray((len(content) - width + 1,), f"V{width}", content, strides=(1,))
        every[starts[rows]] = records.view(f"V{width}")
    return content.tobytes(), counts


def _records(kind: int, batch: FrameBatch, start_ns: int) -> npt.NDArray[Any]:
    form = KINDS[kind][1]
    names = form.names or ()
    records = np.zeros(len(batch), dtype=form)
    records["number"] = kind + 1
    records["time"] = batch.timestamp_ns - start_ns
    records["BusChannel"] = batch.channel
    records["ID"] = batch.arbitration_id
    records["DLC"] = batch.dlc
    for name, bit in _BITS.items():
        if name in names:
            records[name] = (batch.flags & np.uint16(bit)) != 0
    if "DataBytes" in names:
        records["DataLength"] = batch.length
        width = form["DataBytes"].itemsize
        records["DataBytes"] = batch.payload_matrix(width).view(f"V{width}")[:, 0]
    return records
