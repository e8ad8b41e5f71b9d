"""A plain CSV for spreadsheets and scripts, with everything that a frame has.

The first line names the columns::

    time,channel,direction,id,extended,remote,error,fd,brs,esi,dlc,length,data

``time`` is in seconds since 1970, UTC, with nine decimals; ``channel`` counts from 1, 0 is unknown;
``direction`` is Rx or Tx; ``id`` is hexadecimal; the six columns behind it are 0 or 1; ``dlc`` is the code 0
to 15, ``length`` the number of bytes in ``data``, which are pairs of hexadecimal digits without anything
between. A line that begins with # is a note about what follows it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TextIO

from canmcast_gui.frames import INLINE_BYTES, Flag, FrameBatch
from canmcast_gui.frames.bits import TX
from canmcast_gui.frames.notes import Note
from canmcast_gui.logfile.problems import Problems
from canmcast_gui.logfile.read_table import TableLog
from canmcast_gui.logfile.table_layout import TableLayout

NAMES = [
    "time",
    "channel",
    "direction",
    "id",
    "extended",
    "remote",
    "error",
    "fd",
    "brs",
    "esi",
    "dlc",
    "length",
    "data",
]
is_header = re.compile(",".join(NAMES) + r"\s*$").match
LAYOUT = TableLayout(
    skip_lines=1,
    identifier=NAMES.index("id"),
    **{name: column for column, name in enumerate(NAMES) if name != "id"},  # type: ignore[arg-type]
)
_BITS = (Flag.EXTENDED, Flag.REMOTE, Flag.ERROR, Flag.FD, Flag.BRS, Flag.ESI)
_TEXTS = {
    flags: ",".join("1" if flags & bit else "0" for bit in map(int, _BITS))
    for flags in range(2 * max(map(int, Flag)))
}
_DIRECTIONS = ("Rx", "Tx")
_NS = 1_000_000_000


def plain_csv_log(path: Path, problems: Problems) -> TableLog:
    """What reads it."""
    return TableLog(path, problems, LAYOUT)


class PlainCsvSink:
    """Writes one line for each frame."""

    def __init__(self, file: TextIO, _path: Path) -> None:
        self._file = file
        file.write(",".join(NAMES) + "\n")

    def write(self, batch: FrameBatch) -> None:
        """Write all frames of a batch."""
        lines = [
            f"{_seconds(time)},{channel},{_DIRECTIONS[flags & TX > 0]},{number:X},{_TEXTS[flags]},"
            f"{dlc},{length},{data}\n"
            for time, channel, flags, number, dlc, length, data in zip(
                batch.timestamp_ns.tolist(),
                batch.channel.tolist(),
                batch.flags.tolist(),
                batch.arbitration_id.tolist(),
                batch.dlc.tolist(),
                batch.length.tolist(),
                _payloads(batch),
                strict=True,
            )
        ]
        self._file.write("".join(lines))

    def note(self, note: Note) -> None:
        """Write a note, in one line."""
        self._file.write(f"# {' '.join(note.text.split())}\n")

    def flush(self) -> None:
        """Hand all that was written to the operating system, so that it outlives this process."""
        self._file.flush()

    def finish(self) -> None:
        """Close the file."""
        self._file.close()


def _seconds(time_ns: int) -> str:
    whole, part = divmod(abs(time_ns), _NS)
    return f"{'-' if time_ns < 0 else ''}{whole}.{part:09d}"


def _payloads(batch: FrameBatch) -> list[str]:
    """Payloads as hexadecimal digits."""
    text = batch.data.tobytes().hex().upper()
    width = 2 * INLINE_BYTES
    return [
        text[row * width : row * width + 2 * length]
        if length <= INLINE_BYTES
        else batch.payload(row).hex().upper()
        for row, length in enumerate(batch.length.tolist())
    ]
