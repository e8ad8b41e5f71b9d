"""Events of a measurement, such as markers, as times and texts."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import suppress

from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.logfile.mf4.blocks import BlockError, Blocks
from canmcast_gui.logfile.times import LONGEST_TIME_NS

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
            if sync == BY_TIME and abs(exact) < LONGEST_TIME_NS:
                yield start_ns + round(exact), text


def _comment(text: str) -> str:
    """The words of a comment, which may be XML."""
    if not text.startswith("<"):
        return text
    _, _, rest = text.partition("<TX>")
    return rest.partition("</TX>")[0]
