"""Plain CSV for spreadsheets and scripts, with all fields of a frame.

The first line names the columns::

    time,channel,direction,id,extended,remote,error,fd,brs,esi,dlc,length,data

``time`` is in seconds since 1970, UTC, with nine decimals; ``channel`` counts from 1, 0 is unknown;
``direction`` is Rx or Tx; ``id`` is hexadecimal; the six columns after it are 0 or 1; ``dlc`` is 0 to 15,
``length`` the number of bytes in ``data``, which are pairs of hexadecimal digits without separators. A line
that starts with # is a mark.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from canmcast_gui.frames import MAX_PAYLOAD, Flag, FrameBatch
from canmcast_gui.frames.marks import Mark
from canmcast_gui.logfile.problems import Problems
from canmcast_gui.logfile.table.layout import TableLayout
from canmcast_gui.logfile.table.reader import TableReader
from canmcast_gui.logfile.text.packed_digits import (
    format_fixed,
    format_hex,
    format_payloads,
    pack_texts,
    page,
    unpack_text,
)
from canmcast_gui.logfile.text.sink import MarkTextSink

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

# By channel and direction, Rx first; by flags; by DLC code and length.
_SENDERS = pack_texts([f",{channel},{direction}," for channel in range(256) for direction in ("Rx", "Tx")])
_FLAGS = pack_texts(
    [
        "," + "".join(f"{flags & bit > 0:d}," for bit in map(int, _BITS))
        for flags in range(2 * max(map(int, Flag)))
    ]
)
_LENGTHS = pack_texts([f"{dlc},{length}," for dlc in range(16) for length in range(MAX_PAYLOAD + 1)])
_LINE_FEED = ord("\n")


def plain_csv_reader(path: Path, problems: Problems) -> TableReader:
    """A reader for a plain CSV file."""
    return TableReader(path, problems, LAYOUT)


class PlainCsvSink(MarkTextSink):
    """Writes one line for each frame."""

    def head(self, start_s: int) -> str:  # noqa: ARG002
        """The names of the columns."""
        return ",".join(NAMES) + "\n"

    def lines(self, batch: FrameBatch) -> bytes:
        """Thirteen cells, the payload in hexadecimal."""
        channels = batch.channel.astype(np.int64)
        lengths = batch.dlc.astype(np.int64) * (MAX_PAYLOAD + 1) + batch.length
        columns = [
            *format_fixed(batch.timestamp_ns, 9),
            _SENDERS.take(channels << 1 | batch.has(Flag.TX), axis=0),
            *format_hex(batch.arbitration_id.astype(np.int64)),
            _FLAGS.take(batch.flags, axis=0),
            _LENGTHS.take(lengths, axis=0),
            format_payloads(batch),
            _LINE_FEED,
        ]
        return unpack_text(page(len(batch), columns))

    def mark_line(self, mark: Mark) -> str:
        """A mark, in one line."""
        return f"# {' '.join(mark.text.split())}\n"
