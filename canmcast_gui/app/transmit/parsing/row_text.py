"""Reads what users type into cells of the transmit table, and frames in pasted text."""

from __future__ import annotations

import re

from canmcast_gui.app.transmit.row import RowError, TransmitRow, check_id, check_length, check_period
from canmcast_gui.frames import Flag
from canmcast_gui.frames.errors import UserError
from canmcast_gui.frames.text import parse_frame
from canmcast_gui.frames.units import NS_PER_MS

_MAX_DIGITS = 18


def parse_id(text: str, extended: bool, decimal: bool = False) -> int:
    """An arbitration id in hex digits, with or without 0x, or in decimal ones; raises RowError."""
    digits = text.strip()
    prefixed = digits[:2].lower() == "0x"
    try:
        value = int(digits, 10 if decimal and not prefixed else 16) if digits[:1] not in "+-" else -1
    except ValueError:
        value = -1
    if value < 0:
        raise RowError(f"An id is {'a decimal number' if decimal else 'made of hex digits, such as 1A0'}.")
    check_id(value, extended)
    return value


def parse_data(text: str, fd: bool | None, decimal: bool = False) -> bytes:
    """A payload in hex pairs, with or without spaces, commas or 0x, or in decimal numbers; raises RowError.

    ``fd`` says which lengths are valid; None allows any.
    """
    tokens = [token for token in re.split(r"[\s,;:.\-]+", text.strip()) if token]
    data = b"".join(_decimal_byte(token) if decimal else _hex_bytes(token, len(tokens)) for token in tokens)
    if fd is not None:
        check_length(len(data), fd)
    return data


def _decimal_byte(token: str) -> bytes:
    if not _is_number(token) or int(token) > 255:
        raise RowError(f"{token} is not a byte: type decimal numbers from 0 to 255 with spaces between.")
    return bytes([int(token)])


def _hex_bytes(token: str, tokens: int) -> bytes:
    digits = token[2:] if token[:2].lower() == "0x" else token
    if not re.fullmatch(r"[0-9A-Fa-f]+", digits):
        raise RowError(f"{token} is not made of hex digits: type bytes such as DE AD 01.")
    if len(digits) == 1 and (tokens > 1 or digits is not token):
        digits = "0" + digits
    if len(digits) % 2:
        raise RowError(f"{token} has an odd number of hex digits: type two for each byte.")
    return bytes.fromhex(digits)


def parse_length(text: str, fd: bool) -> int:
    """A payload length in bytes; raises RowError."""
    if not _is_number(text.strip()):
        raise RowError("A length is a number of bytes.")
    check_length(int(text), fd)
    return int(text)


def parse_period(text: str) -> int:
    """A period in milliseconds, with up to six decimals, as nanoseconds; raises RowError."""
    try:
        milliseconds = float(text.replace(",", "."))
        period_ns = round(milliseconds * NS_PER_MS)
    except (ValueError, OverflowError):
        raise RowError("A period is a number of milliseconds, such as 100 or 2.5.") from None
    check_period(period_ns)
    return period_ns


def parse_count(text: str) -> int | None:
    """How many frames a row sends; None, for no limit, if the text is empty or ∞. Raises RowError."""
    digits = text.strip().replace(",", "")
    if digits in ("", "∞"):
        return None
    if not _is_number(digits):
        raise RowError("A count is a number of frames; leave it empty to send without limit.")
    return int(digits)


def _is_number(digits: str) -> bool:
    """Whether it is a whole number of a plausible length: Python refuses thousands of digits."""
    return digits.isascii() and digits.isdigit() and len(digits) <= _MAX_DIGITS


def period_text(period_ns: int) -> str:
    """A period in milliseconds without trailing zeros."""
    return f"{period_ns / NS_PER_MS:.6f}".rstrip("0").rstrip(".")


# A frame in cansend's notation at the end of a line of candump -l, with or without the direction.
_LOG = re.compile(r"(?:^|\s)(?P<frame>[0-9A-Fa-f]{3,8}#\S*)(?:\s+[RT])?\s*$")
# candump's screen: can0  123   [4]  DE AD BE EF, where a length of two digits marks CAN FD.
_SCREEN = re.compile(
    r"(?:^|\s)(?P<id>[0-9A-Fa-f]{3}|[0-9A-Fa-f]{8})\s+\[(?P<length>\d{1,2})\]\s*"
    r"(?P<data>(?:[0-9A-Fa-f]{2}\s*)*|remote request)(?:\s*'.*')?\s*$"
)


def parse_frames(text: str, decimal: bool = False) -> list[TransmitRow]:
    """The rows of pasted text; raises RowError, which names the first line that is not a frame.

    The text has one frame a line in the notation of candump or cansend, or is a table copied from the trace,
    with decimal numbers if ``decimal`` is set. Empty lines are ignored.
    """
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if not lines:
        raise RowError("The text contains no frame: paste lines such as 123#DEADBEEF.")
    titles = lines[0][1].split("\t")
    if not _TITLES.issubset(titles):
        return [_parse_line(number, line) for number, line in lines]
    rows = [
        _parse_cells(number, dict(zip(titles, line.split("\t"), strict=False)), decimal)
        for number, line in lines[1:]
    ]
    return [row for row in rows if row is not None]


# The titles of a table copied from the trace.
_TITLES = {"ID", "Type", "Data"}
_TYPE_FLAGS = {"S": 0, "X": Flag.EXTENDED, "R": Flag.REMOTE, "FD": Flag.FD, "BRS": Flag.BRS, "ESI": Flag.ESI}


def _parse_cells(number: int, cells: dict[str, str], decimal: bool) -> TransmitRow | None:
    """The frame in a line of a table; None for the lines of its signals."""
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
    raise RowError(f"Line {number} is not a frame such as 123#DEADBEEF: {shown}")


def _from_log(text: str) -> TransmitRow:
    """A frame in cansend's notation."""
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
