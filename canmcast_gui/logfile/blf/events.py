"""BLF objects that become marks: markers, comments, texts, triggers, overload frames, driver errors.

Layouts from vector_blf (GlobalMarker.h, EventComment.h, AppText.h, AppTrigger.h, CanDriverError.h, …).
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.logfile.blf import layout
from canmcast_gui.logfile.blf.objects import Chain
from canmcast_gui.logfile.interfaces import Marks
from canmcast_gui.logfile.times import TIME_LIMIT_NS

_MARKER_LENGTHS = struct.Struct("<16xLLL")
_MARKER_BYTES = 40
_ATTRIBUTE = re.compile(r'(\w+)="([^"]+)"')
_PYTHON_CAN = "python-can"

# The bytes of a longer object are not read.
_LONGEST_TEXT = 8192


def add_event_marks(
    content: npt.NDArray[np.uint8],
    chain: Chain,
    frames: npt.NDArray[np.int64],
    start: tuple[int, int],
    marks: Marks,
) -> None:
    """Add the marks among the objects of a stream.

    ``frames`` are the indices of the objects that are frames, ascending; ``start`` is the number of frames
    before the stream and the start of the file in nanoseconds.
    """
    events = np.flatnonzero(np.isin(chain.kinds, list(_TEXTS)))
    rows = np.searchsorted(frames, events)
    for index, (event, row) in enumerate(zip(events.tolist(), rows.tolist(), strict=True)):
        if marks.full:
            marks.count += len(events) - index
            return
        begin, kind = int(chain.starts[event]), int(chain.kinds[event])
        size = min(int(chain.sizes[event]), _LONGEST_TEXT)
        whole = content[begin : begin + size].tobytes()
        body = whole[int(chain.headers[event]) :]
        text = _text_of(kind, body)
        if text:
            marks.add(start[0] + row, start[1] + _time(whole), text)


def _time(content: bytes) -> int:
    if len(content) < layout.HEADER_BYTES:
        return 0
    unit, time = struct.unpack_from("<L4xQ", content, 16)
    time *= 10_000 if unit == layout.TEN_MICROSECONDS else 1
    return int(time) if time < TIME_LIMIT_NS else 0


def _text_of(kind: int, body: bytes) -> str:
    try:
        return _TEXTS[kind](body)
    except struct.error:  # shorter than its type needs
        return ""


def marker(text: str) -> bytes:
    """The body of a global marker with that text."""
    name = text.replace("\0", " ").encode()
    # The colors of python-can's markers: white on orange.
    head = struct.pack("<LLLLLLLL8x", 0, 0xFFFFFF, 0xFF3300, 0, 0, len(name), 0, 0)
    return head + name


def _marker_text(body: bytes) -> str:
    lengths = _MARKER_LENGTHS.unpack_from(body)
    parts, offset = [], _MARKER_BYTES
    for length in lengths:
        parts.append(_decoded(body[offset : offset + length]))
        offset += length
    group, name, description = parts
    if name == _PYTHON_CAN:
        return group
    texts = dict.fromkeys(part for part in (group, name, description) if part)
    return ": ".join(texts)


def _comment(body: bytes) -> str:
    (length,) = struct.unpack_from("<4xL", body)
    return _decoded(body[16 : 16 + length])


def _application_text(body: bytes) -> str:
    (length,) = struct.unpack_from("<8xL", body)
    text = _decoded(body[16 : 16 + length])
    if text.startswith("<?xml"):  # tool, configuration and channels
        _, _, text = text.partition("?>")
        return ", ".join(f"{name} {value}" for name, value in _ATTRIBUTE.findall(text))
    return " ".join(text.split())


def _trigger(body: bytes) -> str:
    before, after = struct.unpack_from("<QQ", body)
    return f"Trigger, {before / NS_PER_SECOND:g} s before and {after / NS_PER_SECOND:g} s after it"


def _overload(body: bytes) -> str:
    (channel,) = struct.unpack_from("<H", body)
    return f"Overload frame on channel {channel}"


def _driver_error(body: bytes) -> str:
    channel, sending, receiving, code = struct.unpack_from("<HBBL", body)
    return f"Driver error {code:#x} on channel {channel}, error counters Tx {sending} Rx {receiving}"


def _decoded(raw: bytes) -> str:
    """A text up to its NUL: UTF-16 of newer tools, UTF-8, or Windows' Western code page."""
    if len(raw) >= 4 and not len(raw) % 2 and not any(raw[1::2]):
        return raw.decode("utf-16-le").partition("\0")[0]
    raw = raw.partition(b"\0")[0]
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


_TEXTS: dict[int, Callable[[bytes], str]] = {
    layout.OVERLOAD: _overload,
    layout.TRIGGER: _trigger,
    layout.DRIVER_ERROR: _driver_error,
    layout.DRIVER_ERROR_EXT: _driver_error,
    layout.TEXT: _application_text,
    layout.COMMENT: _comment,
    layout.MARKER: _marker_text,
}
