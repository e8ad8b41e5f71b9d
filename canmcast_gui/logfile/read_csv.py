"""python-can's CSV: timestamp,arbitration_id,extended,remote,error,dlc,data with base64 data."""

from __future__ import annotations

from base64 import b64decode

from canmcast_gui.logfile import bits
from canmcast_gui.logfile.rows import Row, code_of, nanoseconds


class CsvParser:
    """Lines of one file. It has no channels and no directions: channel 0 is unknown, all frames are Rx."""

    start_ns = 0

    def parse(self, line: str) -> Row | None:
        """The frame in a line."""
        if not line or line.startswith("timestamp,"):
            return None
        time, number, extended, remote, error, dlc, data = line.split(",")
        flags = bits.EXTENDED if extended == "1" else 0
        flags |= bits.REMOTE if remote == "1" else 0
        flags |= bits.ERROR if error == "1" else 0
        code = code_of(dlc, 10) if remote == "1" else None
        return Row(nanoseconds(time), int(number, 16), flags, 0, b64decode(data, validate=True), code)
