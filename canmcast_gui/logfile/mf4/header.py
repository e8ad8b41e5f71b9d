"""The blocks of a file that is written, except its data: what its records hold, and the events of marks."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from canmcast_gui.frames.marks import Mark
from canmcast_gui.logfile.mf4.blocks import HEAD, PROGRAM
from canmcast_gui.logfile.mf4.groups import BY_TIME, BY_USER, DATA, ERROR, EVENT, MARKER, NANOSECOND, REMOTE
from canmcast_gui.logfile.mf4.names import comment_of

_HEAD = [("number", "u1"), ("time", "<i8"), ("BusChannel", "u1"), ("ID", "<u4"), ("IDE", "u1"), ("DLC", "u1")]
_REMOTE = [*_HEAD, ("Dir", "u1")]
_SHORT = [
    *_HEAD,
    *[("DataLength", "u1"), ("Dir", "u1"), ("EDL", "u1"), ("BRS", "u1"), ("ESI", "u1"), ("DataBytes", "V8")],
]
_LONG = [*_SHORT[:-1], ("DataBytes", "V64")]

# The groups of a file: the name of their event, and the layout of their records.
KINDS: tuple[tuple[str, np.dtype[Any]], ...] = (
    (DATA, np.dtype(_SHORT)),
    (DATA, np.dtype(_LONG)),
    (REMOTE, np.dtype(_REMOTE)),
    (ERROR, np.dtype(_LONG)),
)

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


class Header:
    """The blocks before the data of a file that starts at a time; ``size`` is their number of bytes.

    ``names`` are the names of channels by number that are in the header.
    """

    def __init__(self, start_ns: int, names: Mapping[int, str] = MappingProxyType({})) -> None:
        self.start_ns = start_ns
        self.names = dict(names)
        self._comment = comment_block(names)
        self.size = 0
        self.size = len(self.content([0] * len(KINDS), 0, 0, finished=False))

    def content(
        self, counts: list[int], data_bytes: int, events: int, finished: bool, later_comment: int = 0
    ) -> bytes:
        """The blocks, given the records of each kind, the size of the data and where events start.

        ``later_comment`` is the position of a comment that replaces that of the header; 0 without one.
        """
        out = Blocks()
        unfinished = 0 if finished else _INCOMPLETE
        name = b"MDF     " if finished else b"UnFinMF "
        out.raw(_IDENTIFICATION.pack(name, b"4.10    ", PROGRAM, _VERSION, unfinished, 0))
        date = _DATE.pack(self.start_ns, 0, 0, _OFFSETS_VALID, 0, 0, 0, 0)
        header = out.position
        history = header + HEAD.size + 6 * 8 + len(date)
        comment = history + len(self._history())
        group = comment + len(self._comment)
        comment = later_comment or (comment if self._comment else 0)
        out.block(b"HD", [group, history, 0, 0, events, comment], date)
        out.raw(self._history())
        out.raw(self._comment)
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
    def _groups(out: Blocks, counts: list[int]) -> None:
        source = out.block(b"SI", [out.text("CAN"), 0, 0], struct.pack("<BBB5x", _BUS, _CAN, 0))
        seconds = struct.pack("<BBHHHdddd", 1, 0, 0, 0, 2, 0, 0, 0, NANOSECOND)
        conversion = out.block(b"CC", [0, 0, 0, 0], seconds)
        unit = out.text("s")
        following = 0
        for kind in reversed(range(len(KINDS))):
            name, form = KINDS[kind]
            text = out.text(name)
            first = _channels(out, name, text, form, (conversion, unit, source))
            size = form.itemsize - 1
            numbers = (kind + 1, counts[kind], _BUS_EVENT | _EVENT, ord("."), size, 0)
            data = struct.pack("<QQHH4xLL", *numbers)
            following = out.block(b"CG", [following, first, text, source, 0, 0], data)
        out.patch("DG", 1, following)


# The position of the comment of the history, which follows the identification, the header and the history.
_HISTORY_TEXT = 64 + (HEAD.size + 6 * 8 + _DATE.size) + (HEAD.size + 2 * 8 + 16)


def _channels(out: Blocks, name: str, text: int, form: np.dtype[Any], shared: tuple[int, int, int]) -> int:
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


def event_blocks(marks: list[Mark], position: int, start_ns: int) -> bytes:
    """Event blocks for marks, the first at a position in the file."""
    out = Blocks(position)
    for number, mark in enumerate(marks):
        start = out.position
        size = HEAD.size + 5 * 8 + EVENT.size
        text = text_block(mark.text)
        following = start + size + len(text) if number + 1 < len(marks) else 0
        data = EVENT.pack(MARKER, BY_TIME, 0, BY_USER, 0, 0, 0, 0, mark.timestamp_ns - start_ns, NANOSECOND)
        out.block(b"EV", [following, 0, 0, start + size, 0], data)
        out.raw(text)
    return out.content()


def text_block(text: str, kind: bytes = b"##TX") -> bytes:
    """A block with a text: plain, or XML in one of the kind ##MD."""
    raw = text.replace("\0", " ").encode()
    padded = raw + bytes(8 - len(raw) % 8)
    return HEAD.pack(kind, 0, HEAD.size + len(padded), 0) + padded


def comment_block(names: Mapping[int, str]) -> bytes:
    """The block of a header's comment with names of channels; empty without names."""
    comment = comment_of(names)
    return text_block(comment, b"##MD") if comment else b""


class Blocks:
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
        return self.raw(text_block(text))

    def content(self) -> bytes:
        """All blocks."""
        return bytes(self._out)
