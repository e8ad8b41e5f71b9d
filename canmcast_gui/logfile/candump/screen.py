"""What candump shows on the screen, with every option: ``(time)  can0  RX - -  123   [8]  11 22 33 ...``.

Format: can-utils' candump.c and lib.c (snprintf_long_canframe). Times are absolute, from zero, from the line
before, or dates in local time; remote frames and errors say so in words; reversed bytes have backquotes
between them. Early versions wrote "<0x123> [8]", and devices that imitate it leave out leading zeros of ids.
"""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

from canmcast_gui.frames import bits
from canmcast_gui.frames.units import MAX_EXTENDED_ID, NS_PER_SECOND
from canmcast_gui.logfile.candump.interfaces import is_sending
from canmcast_gui.logfile.opening import open_log
from canmcast_gui.logfile.text.rows import Row, nanoseconds, whole_number

_LINE = re.compile(
    r"(?:\(([^)]+)\)\s+)?"
    r"(?:(\S+)\s+(?:([RT])X ([-B]) ([-E])\s+)?([0-9A-Fa-f]{1,8})|(?:(\S+)\s+)?<0x([0-9A-Fa-f]{1,8})>)\s+"
    r"(?:\[(\d+)\]|\{([0-9A-Fa-f])\})(?:\s+(.*))?$"
)
_DATE = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?:\.(\d{1,9}))?$")
_BYTES = re.compile(r"(?:[0-9A-Fa-f]{2}(?:[ `]|$))*")
_BITS = re.compile(r"(?:[01]{8}(?: |$))+")

_ERROR_CLASS = 0x20000000
_USUAL_DIGITS = 3  # of an id of 11 bits; longer ones have 29 bits

# Enough lines to see times go back where they count from the line before.
_HEAD_BYTES = 65536


def is_screen_line(line: str) -> bool:
    """Whether a line looks like one; a short number that is not an id may stand in other texts."""
    found = _LINE.match(line)
    if found is None:
        return False
    if found[8] or len(found[6]) >= _USUAL_DIGITS:
        return True
    try:
        row = parse(line, {})
    except (ValueError, IndexError):
        return False
    return row is not None and bool(found[1] or row[2].payload)


def parse(line: str, channel_of: dict[str, int]) -> tuple[str, str, Row] | None:
    """The time as it stands there, or nothing, the interface and the frame, its time 0; None for others.

    Raises ValueError for a line that is damaged.
    """
    found = _LINE.match(line)
    if found is None:
        return None
    time, interface, turn, brs, esi, number, old_interface, old_number, length, code, rest = found.groups()
    interface, number = interface or old_interface or "", number or old_number
    flags = bits.TX if turn == "T" or is_sending(interface) else 0
    arbitration_id = int(number, 16)
    if len(number) > _USUAL_DIGITS:
        is_error = bool(arbitration_id & _ERROR_CLASS)
        flags |= bits.ERROR if is_error else bits.EXTENDED
        arbitration_id &= MAX_EXTENDED_ID if is_error else 0xFFFFFFFF
    size = int(length) if length else 8
    rest = rest or ""
    channel = channel_of.get(interface, 0)
    if rest.startswith("remote request"):
        return time or "", interface, Row(0, arbitration_id, flags | bits.REMOTE, channel, b"", min(size, 8))
    if size > 8 or brs == "B" or esi == "E":
        flags |= bits.FD | (bits.BRS if brs == "B" else 0) | (bits.ESI if esi == "E" else 0)
    payload = _payload(rest, size)
    dlc = int(code, 16) if code else None
    return (
        time or "",
        interface,
        Row(0, arbitration_id, flags, channel, payload, dlc),
    )


def _payload(text: str, size: int) -> bytes:
    """Bytes in hexadecimal, forwards or reversed, or as bits; behind them they may stand in ASCII."""
    if size and _BITS.match(text):
        cells = text.split()[:size]
        payload = bytes(whole_number(cell, "a data byte", 2) for cell in cells)
    else:
        found = _BYTES.match(text)
        digits = found[0] if found else ""
        payload = bytes.fromhex(digits.replace("`", " "))[:size]
        payload = payload[::-1] if "`" in digits else payload
    if len(payload) < size:
        raise IndexError
    return payload


def time_of(text: str) -> int:
    """A time in parentheses in nanoseconds; a date is local time. Raises ValueError."""
    date = _DATE.match(text)
    if date is None:
        return nanoseconds(text.strip())
    seconds = int(datetime.fromisoformat(date[1]).timestamp())
    return seconds * NS_PER_SECOND + int((date[2] or "").ljust(9, "0"))


def counts_from_line_before(path: Path) -> bool:
    """Whether times on the screen are differences (-td): then they go up and down."""
    try:
        with open_log(path) as file:
            head = file.read(_HEAD_BYTES).decode("latin-1").splitlines()
    except OSError:
        return False
    last = -1
    for line in head:
        found = _LINE.match(line.strip())
        if found is None or found[1] is None or _DATE.match(found[1]):
            continue
        try:
            time = nanoseconds(found[1])
        except ValueError:
            continue
        if time < last:
            return time < _EPOCH_NS
        last = time
    return False


# Times from there on are absolute; they may go back for other reasons.
_EPOCH_NS = 100_000_000 * NS_PER_SECOND
