"""Reads CRTD, the text log of the Open Vehicle Monitoring System: seconds, kind, id and payload bytes.

Format: the project's "CRTD CAN log format" page. The kind is a bus number (not in the first version), R or T,
and 11 or 29; or C and two letters: a comment (XX), an error (ER, which gives counters and is not an error
frame), statistics (ST), an event (EV), a metric (MT), or a command to the module.
"""

from __future__ import annotations

import re

import numpy as np

from canmcast_gui.frames import INLINE_BYTES, FrameBatch, bits
from canmcast_gui.frames.arrays import Offsets
from canmcast_gui.logfile.text.lines import Layouts, Lines
from canmcast_gui.logfile.text.numbers import parse_decimal, parse_hex, parse_seconds
from canmcast_gui.logfile.text.payloads import batch_from, payloads
from canmcast_gui.logfile.text.reader import Passed, Remark
from canmcast_gui.logfile.text.rows import Row, parse_bytes, parse_int, parse_seconds_ns

is_line = re.compile(r"-?\d+(\.\d+)?\s+\d*([RT](11|29)\s+[0-9A-Fa-f]+\b|C[A-Z]{2}\b)").match
_KIND = re.compile(r"(\d*)([RT])(11|29)$")
_REMARK = re.compile(r"\d*(C[A-Z]{2})$")
_EVENTS = {
    "CER": Passed("error records"),
    "CST": Passed("statistics"),
    "CEV": Passed("system events"),
    "CMT": Passed("metrics"),
}
_COMMAND = Passed("commands")


class CrtdParser:
    """Parses the lines of one file."""

    start_ns = 0
    state = None

    def columns(self, lines: Lines) -> list[tuple[Offsets, FrameBatch]]:
        """The frames in lines of the usual form: time, kind, id, and pairs of digits with a space between."""
        text = lines.text
        found = Layouts(lines, np.flatnonzero(lines.plain), 3)
        times, good = parse_seconds(lines, found.start(0), found.end(0))
        end = found.end(1)
        letter = text[end - 3]
        extended = (text[end - 2] == ord("2")) & (text[end - 1] == ord("9"))
        good &= extended | ((text[end - 2] == ord("1")) & (text[end - 1] == ord("1")))
        good &= (letter == ord("R")) | (letter == ord("T"))
        bus, has_bus = parse_decimal(lines, end - 3, found.size(1) - 3)
        good &= (has_bus | (found.size(1) == 3)) & (bus < 256)
        ids, id_good = parse_hex(lines, found.end(2), found.size(2))
        starts = found.start(3)
        ends = lines.ends[found.rows] - (text[lines.ends[found.rows] - 1] == ord(" "))
        lengths = np.where(good & (ends > starts), (ends - starts + 1) // 3, 0)
        good &= id_good & (lengths <= INLINE_BYTES) & ((ends <= starts) | ((ends - starts + 1) % 3 == 0))
        content = payloads(lines, starts, np.where(good, lengths, 0), 3)
        good &= content.good
        flags = bits.TX * (letter == ord("T")) | bits.EXTENDED * extended
        batch = batch_from(times, ids, flags, np.where(has_bus, bus, 1), content)
        return [(found.rows[good], batch[good])]

    def parse(self, line: str) -> Row | Remark | Passed | None:
        """The frame or comment in a line, or what else it is about."""
        if not line or line.startswith("#"):
            return None
        cells = line.split()
        kind = _KIND.match(cells[1])
        if kind is None:
            return _remark(line, cells[1])
        flags = bits.TX if kind[2] == "T" else 0
        flags |= bits.EXTENDED if kind[3] == "29" else 0
        number = parse_int(cells[2], "id", 16)
        return Row(parse_seconds_ns(cells[0]), number, flags, int(kind[1] or 1), parse_bytes(cells[3:]))


def _remark(line: str, word: str) -> Remark | Passed | None:
    found = _REMARK.match(word)
    if found is None:
        raise ValueError(f"a line of kind {word!r}")
    if found[1] == "CVR":
        return None  # the version of the format
    if found[1] != "CXX":
        return _EVENTS.get(found[1], _COMMAND)
    time, _, *text = line.split(maxsplit=2)
    return Remark(parse_seconds_ns(time), text[0]) if text else None
