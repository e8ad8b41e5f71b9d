"""CRTD, the text log of Open Vehicle Monitoring System: seconds, kind, id and payload bytes.

Format: the project's "CRTD CAN log format" page. A kind is a bus number, which the first version lacks, R or
T, and 11 or 29; or C and what kind of remark the line is.
"""

from __future__ import annotations

import re

from canmcast_gui.logfile import bits
from canmcast_gui.logfile.rows import Row, nanoseconds, payload_of

LINE = re.compile(r"-?\d+(\.\d+)?\s+\d*([RT](11|29)\s+[0-9A-Fa-f]+\b|C[A-Z]{2}\b)")
_KIND = re.compile(r"(\d*)([RT])(11|29)$")
_REMARK = re.compile(r"\d*C[A-Z]{2}$")


class CrtdParser:
    """Lines of one file."""

    start_ns = 0

    def parse(self, line: str) -> Row | None:
        """The frame in a line."""
        if not line or line.startswith("#"):
            return None
        cells = line.split()
        kind = _KIND.match(cells[1])
        if kind is None:
            if _REMARK.match(cells[1]):
                return None
            raise ValueError(f"a line of kind {cells[1]}")
        flags = bits.TX if kind[2] == "T" else 0
        flags |= bits.EXTENDED if kind[3] == "29" else 0
        payload = payload_of(cells[3:])
        return Row(nanoseconds(cells[0]), int(cells[2], 16), flags, int(kind[1] or 1), payload)
