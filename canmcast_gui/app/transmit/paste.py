"""Frames in text that was pasted or dropped: as candump and cansend write them, or rows of the trace."""

from __future__ import annotations

import re

from canmcast_gui.app.transmit.row import RowError, TransmitRow
from canmcast_gui.app.transmit.row_text import parse_data, parse_id, parse_length
from canmcast_gui.frames import Flag
from canmcast_gui.frames.cansend import parse_frame
from canmcast_gui.frames.errors import UserError

# A frame in cansend's notation at the end of a line of candump -l, with or without the direction.
_LOG = re.compile(r"(?:^|\s)(?P<frame>[0-9A-Fa-f]{3,8}#\S*)(?:\s+[RT])?\s*$")
# candump's screen: can0  123   [4]  DE AD BE EF, where a length of two digits marks CAN FD.
_SCREEN = re.compile(
    r"(?:^|\s)(?P<id>[0-9A-Fa-f]{3}|[0-9A-Fa-f]{8})\s+\[(?P<length>\d{1,2})\]\s*"
    r"(?P<data>(?:[0-9A-Fa-f]{2}\s*)*|remote request)(?:\s*'.*')?\s*$"
)


def parse_frames(text: str, decimal: bool = False) -> list[TransmitRow]:
    """Rows of pasted text; raises RowError.

    The text has one frame a line in candump's or cansend's notation, or is a table copied from the trace,
    whose numbers are decimal where ``decimal`` is set. Empty lines are passed over; a line that is no frame
    refuses the whole text and is named.
    """
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if not lines:
        raise RowError("There is no frame in the text: paste lines such as 123#DEADBEEF.")
    titles = lines[0][1].split("\t")
    if not _TITLES.issubset(titles):
        return [_parse_line(number, line) for number, line in lines]
    rows = [
        _parse_cells(number, dict(zip(titles, line.split("\t"), strict=False)), decimal)
        for number, line in lines[1:]
    ]
    return [row for row in rows if row is not None]


# Of a table that was copied from the trace.
_TITLES = {"ID", "Type", "Data"}
_TYPE_FLAGS = {"S": 0, "X": Flag.EXTENDED, "R": Flag.REMOTE, "FD": Flag.FD, "BRS": Flag.BRS, "ESI": Flag.ESI}


def _parse_cells(number: int, cells: dict[str, str], decimal: bool) -> TransmitRow | None:
    """The frame of a table's line; None for lines below a frame, which name its signals."""
    letters = cells.get("Type", "").split()
    if not letters:
        return None
    try:
        if not all(letter in _TYPE_FLAGS for letter in letters):
            raise RowError("only data frames and remote frames can be sent.")
        flags = sum(int(_TYPE_FLAGS[letter]) for letter in letters)
        data = parse_data(cells.get("Data", ""), bool(flags & Flag.FD), decimal)
        if flags & Flag.REMOTE:
            data = bytes(parse_length(cells.get("DLC", "0").split(" ")[0], fd=False))
        arbitration_id = parse_id(cells["ID"], bool(flags & Flag.EXTENDED), decimal)
        return TransmitRow(cells.get("Name", "").strip(), arbitration_id, flags, data)
    except RowError as error:
        raise RowError(f"Line {number}: {error}") from None


def _parse_line(number: int, line: str) -> TransmitRow:
    try:
        if match := _LOG.search(line):
            return _from_log(match["frame"])
        if match := _SCREEN.search(line):
            return _from_screen(match)
    except UserError as error:
        raise RowError(f"Line {number}: {error}") from None
    shown = line.strip()[:40]
    raise RowError(f"Line {number} is no frame such as 123#DEADBEEF: {shown}")


def _from_log(text: str) -> TransmitRow:
    """A frame as cansend takes it."""
    frame = parse_frame(text)
    flags = int(frame.flags[0])
    data = bytes(int(frame.dlc[0])) if flags & Flag.REMOTE else frame.payload(0)
    return TransmitRow(arbitration_id=int(frame.arbitration_id[0]), flags=flags, data=data)


def _from_screen(match: re.Match[str]) -> TransmitRow:
    fd = len(match["length"]) == 2
    if match["data"] == "remote request":
        return _row(match["id"], Flag.REMOTE, bytes(parse_length(match["length"], fd=False)))
    return _row(match["id"], Flag.FD if fd else 0, parse_data(match["data"], fd))


def _row(digits: str, flags: int, data: bytes) -> TransmitRow:
    extended = len(digits) == 8
    return TransmitRow(
        arbitration_id=parse_id(digits, extended), flags=flags | (Flag.EXTENDED if extended else 0), data=data
    )
