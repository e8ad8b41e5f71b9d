"""The channel groups of a file that are frames, and those that hold payloads of any length for them."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

import numpy as np

from canmcast_gui.frames.arrays import Bytes, Column
from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.logfile.mf4.blocks import Block, BlockError, Blocks
from canmcast_gui.logfile.problems import Problems
from canmcast_gui.logfile.times import TIME_LIMIT_NS

_GROUP = struct.Struct("<QQHHLLL")
_VARIABLE_GROUP = 0x1
_MASTER = 2, 3
DATA, REMOTE, ERROR = "CAN_DataFrame", "CAN_RemoteFrame", "CAN_ErrorFrame"
_EVENTS = (DATA, REMOTE, ERROR)

# A record of a frame is some tens of bytes; what claims more is damage.
_LONGEST_RECORD = 1 << 20


@dataclass
class Group:
    """A channel group: the size of its records, and where in them frames have what, where it has frames.

    ``event`` is one of DATA, REMOTE, ERROR, or "" for a group that is about something else; ``fields`` are
    by name without the event's; ``variable`` is whether its records are payloads of any length. ``cycles`` is
    how many records it should have.
    """

    at: int
    record_id: int
    cycles: int
    size: int
    variable: bool
    event: str = ""
    time: Field | None = None
    fields: dict[str, Field] = field(default_factory=dict)


@dataclass
class DataGroup:
    """Channel groups whose records stand in one stream, each after its number of ``id_bytes`` bytes."""

    at: int
    id_bytes: int
    data: int
    groups: list[Group]


def data_groups(blocks: Blocks, first: int, problems: Problems) -> list[DataGroup]:
    """All data groups with frames; what cannot be understood goes to the problems."""
    found: list[DataGroup] = []
    try:
        for block in blocks.chain(first, "DG"):
            groups = _groups(blocks, block.link(1), problems)
            if block.data and block.data[0] in (0, 1, 2, 4, 8) and block.link(2):
                one = DataGroup(block.at, block.data[0], block.link(2), groups)
                if any(group.event for group in groups):
                    found.append(one)
    except BlockError as error:
        problems.add("in the list of groups", error)
    return found


def _groups(blocks: Blocks, first: int, problems: Problems) -> list[Group]:
    groups: list[Group] = []
    try:
        for block in blocks.chain(first, "CG"):
            if len(block.data) < _GROUP.size:
                raise BlockError(f"byte {block.at}: a channel group that is not whole")
            record_id, cycles, flags, _, _, size, invalid = _GROUP.unpack_from(block.data)
            variable = bool(flags & _VARIABLE_GROUP)
            if not variable and size + invalid > _LONGEST_RECORD:
                raise BlockError(f"byte {block.at}: records of {size + invalid:,} bytes")
            group = Group(block.at, record_id, cycles, 0 if variable else size + invalid, variable)
            _add_channels(blocks, block.link(1), group)
            groups.append(group)
    except BlockError as error:
        problems.add("in a group", error)
    return groups


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
        raise BlockError(f"byte {group.at}: frames without times")


def _add_parts(blocks: Blocks, first: int, group: Group) -> None:
    for channel in blocks.chain(first, "CN"):
        _add_field(blocks, channel, group)


def _add_field(blocks: Blocks, channel: Block, group: Group) -> None:
    event, _, name = blocks.text(channel.link(2)).rpartition(".")
    if event not in _EVENTS or event != (group.event or event):
        return
    one = field_of(blocks, channel)
    if one.kind == VIRTUAL or one.fits(group.size) or (one.kind == VARIABLE and one.fits(group.size)):
        group.event = event
        group.fields[name] = one


# Kinds of channels: of fixed length, of variable length, virtual (counted, not stored).
FIXED, VARIABLE, VIRTUAL_MASTER, VIRTUAL = 0, 1, 3, 6
_CHANNEL = struct.Struct("<BBBBLLL")
_CONVERSION = struct.Struct("<BBHHHdd")
_LINEAR, _TABLE_BETWEEN, _TABLE = 1, 4, 5

_UNSIGNED, _SIGNED, _FLOAT, _TEXT = "u", "i", "f", "S"
# Data types by number: unsigned, signed, float (each little and big endian), texts, bytes.
_TYPES = ("u<", "u>", "i<", "i>", "f<", "f>", "S<", "S<", "S<", "S<", "V<")
_MOST_BYTES = 9


@dataclass(frozen=True)
class Conversion:
    """From the stored value to the one that is meant: a line, or a table (keys ascending) without steps."""

    offset: float = 0.0
    factor: float = 1.0
    keys: Column | None = None
    values: Column | None = None

    def apply(self, raw: Column) -> Column:
        """The values that are meant; whole numbers stay so where they can."""
        if self.keys is not None and self.values is not None:
            places = np.clip(np.searchsorted(self.keys, raw), 0, len(self.keys) - 1)
            found: Column = self.values[places]
            return found
        if self.offset == 0 and self.factor == 1:
            return raw
        return raw * self.factor + self.offset


@dataclass(frozen=True)
class Field:
    """One channel: its kind, the type of its value, and its place in a record, in bytes and bits."""

    kind: int
    form: str
    byte: int
    bit: int
    bits: int
    conversion: Conversion
    data: int = 0

    @property
    def width(self) -> int:
        """The bytes in which the value stands."""
        return (self.bit + self.bits + 7) // 8

    def fits(self, record_bytes: int) -> bool:
        """Whether it lies in a record of that size and can be read as a number."""
        return self.byte + self.width <= record_bytes

    def raw(self, rows: Bytes) -> Column:
        """The stored values of records, uint8 (n, bytes); a virtual channel counts them."""
        if self.kind in (VIRTUAL, VIRTUAL_MASTER):
            return np.arange(len(rows), dtype=np.int64)
        part = np.ascontiguousarray(rows[:, self.byte : self.byte + self.width])
        if self.form[0] == _TEXT:
            return part.view(f"S{self.width}")[:, 0]
        if self.bit == 0 and self.bits in (8, 16, 32, 64) and self.form[0] in "uif" and self.form != "f8":
            return part.view(f"{self.form[1]}{self.form[0]}{self.width}")[:, 0]
        return self._bits(part)

    def values(self, rows: Bytes) -> Column:
        """What the records mean by this channel."""
        if self.kind == VIRTUAL:
            # Constants are virtual channels whose conversion has no slope.
            return self.conversion.apply(np.zeros(len(rows), dtype=np.int64))
        return self.conversion.apply(self.raw(rows))

    def _bits(self, part: Bytes) -> Column:
        number = np.zeros(len(part), dtype=np.uint64)
        order = range(self.width) if self.form[1] == "<" else range(self.width - 1, -1, -1)
        for place, column in enumerate(order):
            shift = 8 * place - self.bit
            value = part[:, column].astype(np.uint64)
            number |= value << np.uint64(shift) if shift >= 0 else value >> np.uint64(-shift)
        if self.bits < 64:
            number &= np.uint64((1 << self.bits) - 1)
        if self.form[0] == _SIGNED:
            if self.bits == 64:
                return number.view(np.int64)
            sign = np.int64(1 << (self.bits - 1))
            return (number.astype(np.int64) ^ sign) - sign
        return number


def field_of(blocks: Blocks, channel: Block) -> Field:
    """The channel that a block describes. Raises BlockError."""
    if len(channel.data) < _CHANNEL.size:
        raise BlockError(f"byte {channel.at}: a channel that is not whole")
    kind, _, form, bit, byte, bits, _ = _CHANNEL.unpack_from(channel.data)
    if form >= len(_TYPES) or bit > 7:
        raise BlockError(f"byte {channel.at}: a channel of unknown type {form}")
    name = _TYPES[form]
    if name[0] in "uif" and (bit + bits + 7) // 8 > _MOST_BYTES:
        raise BlockError(f"byte {channel.at}: a number of {bits} bits")
    if name[0] == _FLOAT and bits not in (16, 32, 64):
        raise BlockError(f"byte {channel.at}: a float of {bits} bits")
    return Field(kind, name, byte, bit, bits, _conversion(blocks, channel.link(4)), channel.link(5))


def _conversion(blocks: Blocks, at: int) -> Conversion:
    if not at:
        return Conversion()
    data = blocks.block(at, "CC").data
    if len(data) < _CONVERSION.size:
        raise BlockError(f"byte {at}: a conversion that is not whole")
    kind, _, _, _, count, _, _ = _CONVERSION.unpack_from(data)
    count = min(count, (len(data) - _CONVERSION.size) // 8)
    numbers = np.frombuffer(data, "<f8", count, _CONVERSION.size)
    if not np.isfinite(numbers).all():
        raise BlockError(f"byte {at}: a conversion with numbers that are none")
    if kind == _LINEAR and count >= 2:
        return Conversion(float(numbers[0]), float(numbers[1]))
    if kind in (_TABLE_BETWEEN, _TABLE) and count >= 2:
        pairs = numbers[: count // 2 * 2].reshape(-1, 2)
        pairs = pairs[np.argsort(pairs[:, 0], kind="stable")]
        return Conversion(keys=pairs[:, 0], values=pairs[:, 1])
    return Conversion()  # texts: the stored number says the same


EVENT = struct.Struct("<5B3xLHHqd")
_NANOSECOND = 1e-9
MARKER, BY_TIME, BY_USER = 6, 1, 4


def events_of(blocks: Blocks, first: int, start_ns: int) -> Iterator[tuple[int, str]]:
    """The times and texts of events that have any; what is damaged ends them: no frame is lost by that."""
    with suppress(BlockError):
        for block in blocks.chain(first, "EV"):
            parts = (blocks.text(block.link(3)), _comment(blocks.text(block.link(4))))
            text = ": ".join(filter(None, parts))
            if len(block.data) < EVENT.size or not text:
                continue
            _, sync, *_, base, factor = EVENT.unpack_from(block.data)
            exact = base if factor == _NANOSECOND else base * factor * NS_PER_SECOND
            if sync == BY_TIME and abs(exact) < TIME_LIMIT_NS:
                yield start_ns + round(exact), text


def _comment(text: str) -> str:
    """The words of a comment, which may be XML."""
    if not text.startswith("<"):
        return text
    _, _, rest = text.partition("<TX>")
    return rest.partition("</TX>")[0]
