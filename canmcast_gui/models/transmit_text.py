"""What a user types into the transmit table or pastes into it, as values; refused with a sentence."""

from __future__ import annotations

import re

from canmcast_gui.frames import Flag
from canmcast_gui.models.transmit_row import (
    FD_LENGTHS,
    NS_PER_MS,
    RowError,
    TransmitRow,
    check_id,
    check_length,
    check_period,
)


def parse_id(text: str, extended: bool, decimal: bool = False) -> int:
    """An arbitration id: hex digits (0x is allowed), or decimal ones where ``decimal`` is set."""
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
    """A payload: hex pairs with or without spaces, commas or 0x; or decimal numbers, where that is set.

    ``fd`` says which lengths are allowed; None: any.
    """
    tokens = [token for token in re.split(r"[\s,;:.\-]+", text.strip()) if token]
    data = b"".join(_decimal_byte(token) if decimal else _hex_bytes(token, len(tokens)) for token in tokens)
    if fd is not None:
        check_length(len(data), fd)
    return data


def _decimal_byte(token: str) -> bytes:
    if not token.isascii() or not token.isdigit() or int(token) > 255:
        raise RowError(f"{token} is no byte: type decimal numbers from 0 to 255 with spaces between.")
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
    """A payload length in bytes."""
    if not text.strip().isascii() or not text.strip().isdigit():
        raise RowError("A length is a number of bytes.")
    check_length(int(text), fd)
    return int(text)


def parse_period(text: str) -> int:
    """A period in milliseconds, with up to six decimals, as nanoseconds."""
    try:
        milliseconds = float(text.replace(",", "."))
        period_ns = round(milliseconds * NS_PER_MS)
    except (ValueError, OverflowError):
        raise RowError("A period is a number of milliseconds, such as 100 or 2.5.") from None
    check_period(period_ns)
    return period_ns


def period_text(period_ns: int) -> str:
    """A period in milliseconds without needless zeros."""
    return f"{period_ns / NS_PER_MS:.6f}".rstrip("0").rstrip(".")


# candump -l and cansend: 123#DEADBEEF, 123#R4, 12345678##1AABB (8 digits are an extended id; the digit after
# ## holds the CAN FD flags, bit 0 is the bit rate switch), and candump's screen: can0  123   [4]  DE AD BE
# EF, where a length of two digits marks CAN FD.
_LOG = re.compile(
    r"(?:^|\s)(?P<id>[0-9A-Fa-f]{3}|[0-9A-Fa-f]{8})"
    r"(?:#(?P<remote>[Rr])(?P<asked>[0-8]?)|##(?P<fd>[0-9A-Fa-f])(?P<fddata>[0-9A-Fa-f.]*)|#(?P<data>[0-9A-Fa-f.]*))"
    r"(?:\s+[RT])?\s*$"
)
_SCREEN = re.compile(
    r"(?:^|\s)(?P<id>[0-9A-Fa-f]{3}|[0-9A-Fa-f]{8})\s+\[(?P<length>\d{1,2})\]\s*"
    r"(?P<data>(?:[0-9A-Fa-f]{2}\s*)*|remote request)(?:\s*'.*')?\s*$"
)


def parse_frames(text: str) -> list[TransmitRow]:
    """Rows of pasted text, one frame a line in candump's or cansend's notation; raises RowError.

    Empty lines are passed over; a line that is no frame refuses the whole text and is named.
    """
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if not lines:
        raise RowError("There is no frame in the text: paste lines such as 123#DEADBEEF.")
    return [_parse_line(number, line) for number, line in lines]


def _parse_line(number: int, line: str) -> TransmitRow:
    try:
        if match := _LOG.search(line):
            return _from_log(match)
        if match := _SCREEN.search(line):
            return _from_screen(match)
    except RowError as error:
        raise RowError(f"Line {number}: {error}") from None
    shown = line.strip()[:40]
    raise RowError(f"Line {number} is no frame such as 123#DEADBEEF: {shown}")


def _from_log(match: re.Match[str]) -> TransmitRow:
    if match["remote"]:
        return _row(match["id"], Flag.REMOTE, bytes(int(match["asked"] or 0)))
    if match["fd"]:
        flags = Flag.FD | (Flag.BRS if int(match["fd"], 16) & 1 else 0)
        return _row(match["id"], flags, _filled(match["fddata"]))
    return _row(match["id"], 0, parse_data(match["data"], fd=False))


def _filled(text: str) -> bytes:
    """CAN FD data, filled with zeros up to a length that a frame can have, as cansend does."""
    data = parse_data(text, fd=None)
    return data.ljust(next((length for length in FD_LENGTHS if length >= len(data)), len(data)), b"\0")


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
