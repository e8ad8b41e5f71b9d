"""Writes MF4 files with ASAM bus logging.

They have one data group whose records are in the order of the frames: short and long data frames, remote
frames, error frames. Its data are the last block and grow with the file, so that an incomplete recording can
be read up to its end; marks follow as events when the file is complete.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames import FrameBatch, bits
from canmcast_gui.frames.marks import Mark
from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.logfile.mf4.blocks import HEAD, PROGRAM
from canmcast_gui.logfile.mf4.groups import BY_TIME, BY_USER, DATA, ERROR, EVENT, MARKER, NANOSECOND, REMOTE

_SLICE_FRAMES = 16384


class Mf4Sink:
    """Writes one MF4 file, which starts at the whole second of the first batch; times are in nanoseconds."""

    def __init__(self, file: BinaryIO, _path: Path) -> None:
        self._file = file
        self._header: _Header | None = None
        self._counts = [0] * len(_KINDS)
        self._marks: list[Mark] = []

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

    def _started(self, first_ns: int) -> _Header:
        if self._header is None:
            self._header = _Header(max(0, first_ns // NS_PER_SECOND * NS_PER_SECOND))
            self._file.write(self._header.content(self._counts, 0, 0, finished=False))
        return self._header

    def _rewrite(self, header: _Header, finished: bool) -> None:
        """Write the header with the current counts; if finished, also the events after the data."""
        end = self._file.tell()
        data, events = end - header.size, 0
        if finished and self._marks:
            self._file.write(bytes(-end % 8))
            events = self._file.tell()
            self._file.write(_event_blocks(self._marks, events, header.start_ns))
            end = self._file.tell()
        self._file.seek(0)
        self._file.write(header.content(self._counts, data, events, finished))
        self._file.seek(end)


# -- frames as records ---------------------------------------------------------------------------------------

_HEAD = [("number", "u1"), ("time", "<i8"), ("BusChannel", "u1"), ("ID", "<u4"), ("IDE", "u1"), ("DLC", "u1")]
_REMOTE = [*_HEAD, ("Dir", "u1")]
_SHORT = [
    *_HEAD,
    *[("DataLength", "u1"), ("Dir", "u1"), ("EDL", "u1"), ("BRS", "u1"), ("ESI", "u1"), ("DataBytes", "V8")],
]
_LONG = [*_SHORT[:-1], ("DataBytes", "V64")]

# The groups of a file: the name of their event, and the layout of their records.
_KINDS: tuple[tuple[str, np.dtype[Any]], ...] = (
    (DATA, np.dtype(_SHORT)),
    (DATA, np.dtype(_LONG)),
    (REMOTE, np.dtype(_REMOTE)),
    (ERROR, np.dtype(_LONG)),
)
_BITS = {"EDL": bits.FD, "BRS": bits.BRS, "ESI": bits.ESI, "Dir": bits.TX, "IDE": bits.EXTENDED}


def _rows(batch: FrameBatch, start_ns: int) -> tuple[bytes, list[int]]:
    """A batch as records in its order, and the number of records of each kind."""
    flags = batch.flags
    kinds = np.where(batch.length > 8, 1, 0)
    kinds[(flags & bits.REMOTE) != 0] = 2
    kinds[(flags & bits.ERROR) != 0] = 3
    counts = np.bincount(kinds, minlength=len(_KINDS)).tolist()
    made = [
        (np.flatnonzero(kinds == kind), _records(kind, batch[kinds == kind], start_ns))
        for kind in range(len(_KINDS))
        if counts[kind]
    ]
    if len(made) == 1:
        return made[0][1].tobytes(), counts
    sizes = np.array([form.itemsize for _, form in _KINDS])[kinds]
    starts = np.cumsum(sizes) - sizes
    content = np.zeros(int(sizes.sum()), dtype=np.uint8)
    for rows, records in made:
        width = records.dtype.itemsize
        every = np.ndarray((len(content) - width + 1,), f"V{width}", content, strides=(1,))
        every[starts[rows]] = records.view(f"V{width}")
    return content.tobytes(), counts


def _records(kind: int, batch: FrameBatch, start_ns: int) -> npt.NDArray[Any]:
    form = _KINDS[kind][1]
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


# -- blocks --------------------------------------------------------------------------------------------------

_VERSION = 410
_IDENTIFICATION = struct.Struct("<8s8s8s4xH30xHH")
_INCOMPLETE = 0x01 | 0x04  # numbers of records, length of the last data block
_DATE = struct.Struct("<QhhBBBxdd")
_OFFSETS_VALID = 0x2
_BUS, _CAN = 2, 2
_BUS_EVENT, _EVENT = 0x2, 0x4
_MASTER, _VALUE, _TIME = 2, 0, 1
_UNSIGNED, _SIGNED, _BYTES = 0, 2, 10
_CHANNEL_BUS_EVENT = 0x400


class _Header:
    """The blocks before the data of a file that starts at a time; ``size`` is their number of bytes."""

    def __init__(self, start_ns: int) -> None:
        self.start_ns = start_ns
        self.size = 0
        self.size = len(self.content([0] * len(_KINDS), 0, 0, finished=False))

    def content(self, counts: list[int], data_bytes: int, events: int, finished: bool) -> bytes:
        """The blocks, given the records of each kind, the size of the data and where events start."""
        out = _Blocks()
        unfinished = 0 if finished else _INCOMPLETE
        name = b"MDF     " if finished else b"UnFinMF "
        out.raw(_IDENTIFICATION.pack(name, b"4.10    ", PROGRAM, _VERSION, unfinished, 0))
        date = _DATE.pack(self.start_ns, 0, 0, _OFFSETS_VALID, 0, 0, 0, 0)
        header = out.position
        history = header + HEAD.size + 6 * 8 + len(date)
        group = history + len(self._history())
        out.block(b"HD", [group, history, 0, 0, events, 0], date)
        out.raw(self._history())
        out.named_block("DG", b"DG", [0, 0, 0, 0], b"\1" + bytes(7))
        self._groups(out, counts)
        data = out.position
        out.patch("DG", 2, data)
        out.raw(HEAD.pack(b"##DT", 0, HEAD.size + data_bytes, 0))
        return out.content()

    def _history(self) -> bytes:
        comment = (
            b"<FHcomment><TX>recorded</TX><tool_id>canmcast</tool_id>"
            b"<tool_vendor>canmcast</tool_vendor><tool_version>1</tool_version></FHcomment>"
        )
        size = HEAD.size + 2 * 8 + 16
        padded = comment + bytes(8 - len(comment) % 8)
        head = HEAD.pack(b"##FH", 0, size, 2) + struct.pack("<QQ", 0, _HISTORY_TEXT)
        date = struct.pack("<QhhB3x", self.start_ns, 0, 0, _OFFSETS_VALID)
        return head + date + HEAD.pack(b"##MD", 0, HEAD.size + len(padded), 0) + padded

    @staticmethod
    def _groups(out: _Blocks, counts: list[int]) -> None:
        source = out.block(b"SI", [out.text("CAN"), 0, 0], struct.pack("<BBB5x", _BUS, _CAN, 0))
        seconds = struct.pack("<BBHHHdddd", 1, 0, 0, 0, 2, 0, 0, 0, NANOSECOND)
        conversion = out.block(b"CC", [0, 0, 0, 0], seconds)
        unit = out.text("s")
        following = 0
        for kind in reversed(range(len(_KINDS))):
            name, form = _KINDS[kind]
            text = out.text(name)
            first = _channels(out, name, text, form, (conversion, unit, source))
            size = form.itemsize - 1
            numbers = (kind + 1, counts[kind], _BUS_EVENT | _EVENT, ord("."), size, 0)
            data = struct.pack("<QQHH4xLL", *numbers)
            following = out.block(b"CG", [following, first, text, source, 0, 0], data)
        out.patch("DG", 1, following)


# The position of the comment of the history, which follows the identification, the header and the history.
_HISTORY_TEXT = 64 + (HEAD.size + 6 * 8 + _DATE.size) + (HEAD.size + 2 * 8 + 16)


def _channels(out: _Blocks, name: str, text: int, form: np.dtype[Any], shared: tuple[int, int, int]) -> int:
    """The channels of a group: its time, and the event with its parts. Returns the position of the first."""
    conversion, unit, source = shared
    parts = [part for part in form.names or () if part not in ("number", "time")]
    following = 0
    for part in reversed(parts):
        field, offset = _field(form, part)
        kind = _BYTES if field.kind == "V" else _UNSIGNED
        data = _channel(_VALUE, 0, kind, offset - 1, field.itemsize * 8)
        following = out.block(b"CN", [following, 0, out.text(f"{name}.{part}"), source, 0, 0, 0, 0], data)
    event = _channel(_VALUE, 0, _BYTES, 8, (form.itemsize - 9) * 8)
    structure = out.block(b"CN", [0, following, text, source, 0, 0, 0, 0], event)
    time = _channel(_MASTER, _TIME, _SIGNED, 0, 64, flags=0)
    return out.block(b"CN", [structure, 0, out.text("Timestamp"), 0, conversion, 0, unit, 0], time)


def _field(form: np.dtype[Any], name: str) -> tuple[np.dtype[Any], int]:
    """The type of a field and its offset."""
    assert form.fields is not None
    field, offset, *_ = form.fields[name]
    return field, offset


def _channel(
    kind: int, sync: int, form: int, byte: int, bit_count: int, flags: int = _CHANNEL_BUS_EVENT
) -> bytes:
    return struct.pack("<BBBBLLLLBBH6d", kind, sync, form, 0, byte, bit_count, flags, 0, 0, 0, 0, *[0.0] * 6)


def _event_blocks(marks: list[Mark], position: int, start_ns: int) -> bytes:
    """Event blocks for marks, the first at a position in the file."""
    out = _Blocks(position)
    for number, mark in enumerate(marks):
        start = out.position
        size = HEAD.size + 5 * 8 + EVENT.size
        text = _text_block(mark.text)
        following = start + size + len(text) if number + 1 < len(marks) else 0
        data = EVENT.pack(MARKER, BY_TIME, 0, BY_USER, 0, 0, 0, 0, mark.timestamp_ns - start_ns, NANOSECOND)
        out.block(b"EV", [following, 0, 0, start + size, 0], data)
        out.raw(text)
    return out.content()


def _text_block(text: str) -> bytes:
    raw = text.replace("\0", " ").encode()
    padded = raw + bytes(8 - len(raw) % 8)
    return HEAD.pack(b"##TX", 0, HEAD.size + len(padded), 0) + padded


class _Blocks:
    """Consecutive blocks; links to blocks that are added later can be set with patch()."""

    def __init__(self, start: int = 0) -> None:
        self._start = start
        self._out = bytearray()
        self._offsets: dict[str, int] = {}

    @property
    def position(self) -> int:
        """The position in the file of the next block."""
        return self._start + len(self._out)

    def raw(self, content: bytes) -> int:
        """Add bytes; returns their position."""
        position = self.position
        self._out += content
        return position

    def block(self, kind: bytes, links: list[int], data: bytes) -> int:
        """Add a block; returns its position."""
        data += bytes(-len(data) % 8)
        size = HEAD.size + 8 * len(links) + len(data)
        head = HEAD.pack(b"##" + kind, 0, size, len(links))
        return self.raw(head + struct.pack(f"<{len(links)}Q", *links) + data)

    def named_block(self, name: str, kind: bytes, links: list[int], data: bytes) -> None:
        """Add a block whose links are set later."""
        self._offsets[name] = self.block(kind, links, data) - self._start

    def patch(self, name: str, link: int, position: int) -> None:
        """Set a link of a named block."""
        struct.pack_into("<Q", self._out, self._offsets[name] + HEAD.size + 8 * link, position)

    def text(self, text: str) -> int:
        """Add a text; returns its position."""
        return self.raw(_text_block(text))

    def content(self) -> bytes:
        """All blocks."""
        return bytes(self._out)
