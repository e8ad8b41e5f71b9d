"""Reads the structure of a file: groups with frames, groups with payloads of any length, events."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from canmcast_gui.frames.arrays import Bytes, Column
from canmcast_gui.frames.bitfield import WORD_BITS, BitField, rows_reader
from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.logfile.mf4.blocks import Block, BlockError, Blocks
from canmcast_gui.logfile.problems import Problems
from canmcast_gui.logfile.times import TIME_LIMIT_NS

_GROUP = struct.Struct("<QQHHLLL")
_VARIABLE_GROUP = 0x1
_MASTER = 2, 3
DATA, REMOTE, ERROR = "CAN_DataFrame", "CAN_RemoteFrame", "CAN_ErrorFrame"
_EVENTS = (DATA, REMOTE, ERROR)

# Records of frames have some tens of bytes; a larger size is damage.
_LONGEST_RECORD = 1 << 20


@dataclass
class Group:
    """A channel group: the size of its records, and the fields of frames in them.

    ``event`` is DATA, REMOTE, ERROR, or "" for a group without frames; ``fields`` are by name, without that
    of the event; ``variable`` is whether its records are payloads of any length.
    """

    start: int
    record_id: int
    size: int
    variable: bool
    event: str = ""
    time: Field | None = None
    fields: dict[str, Field] = field(default_factory=dict)


@dataclass
class DataGroup:
    """Channel groups with a common stream of records, each after its record id of ``id_bytes`` bytes."""

    id_bytes: int
    data: int
    groups: list[Group]


def data_groups(blocks: Blocks, first: int, problems: Problems) -> list[DataGroup]:
    """All data groups with frames; damaged ones are added to the problems."""
    found: list[DataGroup] = []
    try:
        for block in blocks.chain(first, "DG"):
            groups = _channel_groups(blocks, block.link(1), problems)
            has_data = block.data and block.data[0] in (0, 1, 2, 4, 8) and block.link(2)
            if has_data and any(group.event for group in groups):
                found.append(DataGroup(block.data[0], block.link(2), groups))
    except BlockError as error:
        problems.add("in the list of groups", error)
    return found


def _channel_groups(blocks: Blocks, first: int, problems: Problems) -> list[Group]:
    groups: list[Group] = []
    try:
        for block in blocks.chain(first, "CG"):
            groups.append(_channel_group(blocks, block))  # noqa: PERF401 - kept when a later one is damaged
    except BlockError as error:
        problems.add("in a group", error)
    return groups


def _channel_group(blocks: Blocks, block: Block) -> Group:
    if len(block.data) < _GROUP.size:
        raise BlockError(f"byte {block.start}: an incomplete channel group")
    record_id, _, flags, _, _, data_bytes, invalidation_bytes = _GROUP.unpack_from(block.data)
    variable = bool(flags & _VARIABLE_GROUP)
    size = data_bytes + invalidation_bytes
    if not variable and size > _LONGEST_RECORD:
        raise BlockError(f"byte {block.start}: records of {size:,} bytes")
    group = Group(block.start, record_id, 0 if variable else size, variable)
    _add_channels(blocks, block.link(1), group)
    return group


def _add_channels(blocks: Blocks, first: int, group: Group) -> None:
    for channel in blocks.chain(first, "CN"):
        name = blocks.text(channel.link(2))
        if channel.data and channel.data[0] in _MASTER:
            group.time = field_of(blocks, channel)
        elif name in _EVENTS:
            group.event = name
            if channel.link(1):
                _add_parts(blocks, channel.link(1), group)
        elif name.partition(".")[0] in _EVENTS:
            _add_field(blocks, channel, group)
    if group.event and (group.time is None or not group.time.fits(group.size)):
        raise BlockError(f"byte {group.start}: frames without times")


def _add_parts(blocks: Blocks, first: int, group: Group) -> None:
    for channel in blocks.chain(first, "CN"):
        _add_field(blocks, channel, group)


def _add_field(blocks: Blocks, channel: Block, group: Group) -> None:
    event, _, name = blocks.text(channel.link(2)).rpartition(".")
    if event not in _EVENTS or event != (group.event or event):
        return
    found = field_of(blocks, channel)
    if found.kind == VIRTUAL or found.fits(group.size):
        group.event = event
        group.fields[name] = found


# -- fields of records ---------------------------------------------------------------------------------------

# Kinds of channels: with values of variable length; virtual ones, which are counted or constant, not stored.
VARIABLE, VIRTUAL_MASTER, VIRTUAL = 1, 3, 6
_CHANNEL = struct.Struct("<BBBBLLL")
_CONVERSION = struct.Struct("<BBHHHdd")
_LINEAR, _TABLE_BETWEEN, _TABLE = 1, 4, 5

_SIGNED, _FLOAT, _TEXT = "i", "f", "S"
# Data types by number: unsigned, signed, float (each little and big endian), texts, bytes.
_TYPES = ("u<", "u>", "i<", "i>", "f<", "f>", "S<", "S<", "S<", "S<", "V<")
_MOST_BYTES = 9


@dataclass(frozen=True)
class Conversion:
    """From stored to physical values: linear, or a table (keys ascending) without interpolation."""

    offset: float = 0.0
    factor: float = 1.0
    keys: Column | None = None
    values: Column | None = None

    def apply(self, raw: Column) -> Column:
        """The physical values; integers where the conversion allows it."""
        if self.keys is not None and self.values is not None:
            indices = np.clip(np.searchsorted(self.keys, raw), 0, len(self.keys) - 1)
            found: Column = self.values[indices]
            return found
        if self.offset == 0 and self.factor == 1:
            return raw
        return raw * self.factor + self.offset


@dataclass(frozen=True)
class Field:
    """A channel: its kind, the type of its value, and its position in a record.

    ``form`` is the type and the byte order: "u<" is unsigned, little endian.
    """

    kind: int
    form: str
    byte: int
    bit: int
    bits: int
    conversion: Conversion
    data: int = 0

    @property
    def width(self) -> int:
        """The bytes that contain the value."""
        return (self.bit + self.bits + 7) // 8

    def fits(self, record_bytes: int) -> bool:
        """Whether the value is within a record of that size."""
        return self.byte + self.width <= record_bytes

    def raw(self, rows: Bytes) -> Column:
        """The stored values of records, uint8 (n, bytes); a virtual channel counts the records."""
        if self.kind in (VIRTUAL, VIRTUAL_MASTER):
            return np.arange(len(rows), dtype=np.int64)
        part = rows[:, self.byte : self.byte + self.width]
        kind, order = self.form[0], self.form[1]
        if kind == _TEXT:
            return np.ascontiguousarray(part).view(f"S{self.width}")[:, 0]
        if self.bit == 0 and self.bits in (8, 16, 32, 64) and kind in "uif":
            return np.ascontiguousarray(part).view(f"{order}{kind}{self.width}")[:, 0]
        return self._read_bits(part)

    def values(self, rows: Bytes) -> Column:
        """The physical values of records."""
        if self.kind == VIRTUAL:
            # A constant: a virtual channel whose conversion has the factor 0.
            return self.conversion.apply(np.zeros(len(rows), dtype=np.int64))
        return self.conversion.apply(self.raw(rows))

    @cached_property
    def _read_bits(self) -> Callable[[Bytes], Column]:
        """Reads values that are not whole bytes.

        In big endian order MDF counts bits from the least significant bit of the last byte.
        """
        kind, order = self.form[0], self.form[1]
        big_endian = order == ">" and self.width > 1
        bits = min(self.bits, WORD_BITS)
        first_bit = 8 * self.width - self.bit - bits
        start = 8 * (first_bit // 8) + 7 - first_bit % 8 if big_endian else self.bit
        return rows_reader(BitField(start, bits, big_endian, kind == _SIGNED, kind == _FLOAT))


def field_of(blocks: Blocks, channel: Block) -> Field:
    """The field of a channel block. Raises BlockError."""
    if len(channel.data) < _CHANNEL.size:
        raise BlockError(f"byte {channel.start}: an incomplete channel")
    kind, _, form, bit, byte, bits, _ = _CHANNEL.unpack_from(channel.data)
    if form >= len(_TYPES) or bit > 7:
        raise BlockError(f"byte {channel.start}: a channel of unknown type {form}")
    name = _TYPES[form]
    if name[0] in "uif" and (bit + bits + 7) // 8 > _MOST_BYTES:
        raise BlockError(f"byte {channel.start}: a number of {bits} bits")
    if name[0] == _FLOAT and bits not in (16, 32, 64):
        raise BlockError(f"byte {channel.start}: a float of {bits} bits")
    return Field(kind, name, byte, bit, bits, _conversion(blocks, channel.link(4)), channel.link(5))


def _conversion(blocks: Blocks, start: int) -> Conversion:
    if not start:
        return Conversion()
    data = blocks.block(start, "CC").data
    if len(data) < _CONVERSION.size:
        raise BlockError(f"byte {start}: an incomplete conversion")
    kind, _, _, _, count, _, _ = _CONVERSION.unpack_from(data)
    count = min(count, (len(data) - _CONVERSION.size) // 8)
    numbers = np.frombuffer(data, "<f8", count, _CONVERSION.size)
    if not np.isfinite(numbers).all():
        raise BlockError(f"byte {start}: a conversion with invalid numbers")
    if kind == _LINEAR and count >= 2:
        return Conversion(float(numbers[0]), float(numbers[1]))
    if kind in (_TABLE_BETWEEN, _TABLE) and count >= 2:
        pairs = numbers[: count // 2 * 2].reshape(-1, 2)
        pairs = pairs[np.argsort(pairs[:, 0], kind="stable")]
        return Conversion(keys=pairs[:, 0], values=pairs[:, 1])
    return Conversion()  # to texts: the stored number is used


# -- events --------------------------------------------------------------------------------------------------

EVENT = struct.Struct("<5B3xLHHqd")
NANOSECOND = 1e-9  # in seconds
MARKER, BY_TIME, BY_USER = 6, 1, 4


def events_of(blocks: Blocks, first: int, start_ns: int) -> Iterator[tuple[int, str]]:
    """The times and texts of events, up to the first damaged one."""
    with suppress(BlockError):
        for block in blocks.chain(first, "EV"):
            parts = (blocks.text(block.link(3)), _comment(blocks.text(block.link(4))))
            text = ": ".join(filter(None, parts))
            if len(block.data) < EVENT.size or not text:
                continue
            _, sync, *_, base, factor = EVENT.unpack_from(block.data)
            time_ns = base if factor == NANOSECOND else base * factor * NS_PER_SECOND
            if sync == BY_TIME and abs(time_ns) < TIME_LIMIT_NS:
                yield start_ns + round(time_ns), text


def _comment(text: str) -> str:
    """The text of a comment, which may be XML."""
    if not text.startswith("<"):
        return text
    _, _, rest = text.partition("<TX>")
    return rest.partition("</TX>")[0]
