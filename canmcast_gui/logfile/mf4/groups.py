"""The channel groups of a file that are frames, and those that hold payloads of any length for them."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from canmcast_gui.logfile.mf4.blocks import Block, BlockError, Blocks
from canmcast_gui.logfile.mf4.fields import VARIABLE, VIRTUAL, Field, field_of
from canmcast_gui.logfile.problems import Problems

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
