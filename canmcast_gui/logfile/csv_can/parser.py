"""python-can's CSV: timestamp,arbitration_id,extended,remote,error,dlc,data with base64 data."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Hashable

from canmcast_gui.frames import FrameBatch, bits
from canmcast_gui.frames.arrays import Places
from canmcast_gui.logfile.csv_can import columns
from canmcast_gui.logfile.text.lines import Lines
from canmcast_gui.logfile.text.rows import Row, code_of, nanoseconds, whole_number

_CELLS = 7


class CsvParser:
    """Lines of one file. It has no channels and no directions: channel 0 is unknown, all frames are Rx."""

    start_ns = 0

    @property
    def state(self) -> Hashable:
        """Lines do not change how those behind them are to be read."""
        return None

    def columns(self, lines: Lines) -> list[tuple[Places, FrameBatch]]:
        """The frames on usual lines."""
        return columns.frames(lines)

    def parse(self, line: str) -> Row | None:
        """The frame in a line."""
        if not line or line.startswith("timestamp,"):
            return None
        cells = line.split(",")
        if len(cells) != _CELLS:
            raise ValueError(f"{len(cells)} cells, not {_CELLS},")
        time, number, extended, remote, error, dlc, data = cells
        flags = bits.EXTENDED if extended == "1" else 0
        flags |= bits.REMOTE if remote == "1" else 0
        flags |= bits.ERROR if error == "1" else 0
        code = code_of(dlc, 10) if remote == "1" else None
        return Row(nanoseconds(time), whole_number(number, "an id", 16), flags, 0, _payload(data), code)


def _payload(data: str) -> bytes:
    try:
        return b64decode(data, validate=True)
    except ValueError:
        raise ValueError(f"data of {data!r}, which is not base64,") from None
