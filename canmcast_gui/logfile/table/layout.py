"""The layout of a table of frames: its columns, the meaning of their cells, and its first rows."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields

from canmcast_gui.frames.units import NS_PER_DAY, NS_PER_MS, NS_PER_SECOND, NS_PER_US
from canmcast_gui.logfile.table.names import to_english

# The units of numbers in the time column, in nanoseconds; "clock" is hours:minutes:seconds, "date" a date and
# a time of day, "logger" the day of the month, T, and a time of day as nine digits, down to milliseconds.
TIME_UNITS = {"s": NS_PER_SECOND, "ms": NS_PER_MS, "us": NS_PER_US, "ns": 1}

_PERIODS = {"clock": NS_PER_DAY, "us": (1 << 32) * TIME_UNITS["us"]}

# Two or more spaces, or any tabs: cells may contain single spaces.
RUN_OF_BLANKS = "  "
DELIMITERS = {
    ",": "comma",
    ";": "semicolon",
    "\t": "tab",
    "|": "bar",
    RUN_OF_BLANKS: "two or more spaces",
    " ": "space",
}


@dataclass(frozen=True, slots=True)
class TableLayout:
    """Columns by their index, None without such a column.

    ``skip_lines`` is the number of lines before the first frame. ``data_cells`` is 1 if all bytes are in one
    cell, otherwise the number of columns of one byte from ``data`` on. ``first_channel`` is the number of
    channel 1 in the file. ``logger_type`` has 0, 1, 8 or 9, as CL2000 loggers write it: 1 and 9 are extended,
    8 and 9 sent. ``start_ns`` is added to all times. ``wraps_ns`` is the period after which they start again
    at 0, unless it follows from the kind of time: a day for times of day, 2**32 for microseconds.
    ``duration_ns`` is the duration in the head of the file, 0 without one.
    """

    delimiter: str = ","
    skip_lines: int = 0
    time: int | None = None
    time_kind: str = "s"
    identifier: int = 0
    id_base: int = 16
    data: int | None = None
    data_cells: int = 1
    data_base: int = 16
    length: int | None = None
    dlc: int | None = None
    channel: int | None = None
    first_channel: int = 1
    direction: int | None = None
    extended: int | None = None
    remote: int | None = None
    error: int | None = None
    fd: int | None = None
    brs: int | None = None
    esi: int | None = None
    logger_type: int | None = None
    start_ns: int = 0
    wraps_ns: int = 0
    duration_ns: int = 0
    relative: bool = False

    @property
    def columns(self) -> int:
        """The number of columns that a line needs."""
        named = [getattr(self, field.name) for field in fields(self) if field.name in COLUMN_FIELDS]
        last = max((column for column in named if column is not None), default=0)
        return max(last, (self.data or 0) + self.data_cells - 1 if self.data is not None else 0) + 1

    @property
    def separator(self) -> str:
        """The character between cells, after runs of blanks were replaced."""
        return "\t" if self.delimiter == RUN_OF_BLANKS else self.delimiter

    @property
    def period_ns(self) -> int:
        """The period after which times start again at 0; 0 without one."""
        return self.wraps_ns or _PERIODS.get(self.time_kind, 0)


COLUMN_FIELDS = (
    "time",
    "identifier",
    "data",
    "length",
    "dlc",
    "channel",
    "direction",
    "extended",
    "remote",
    "error",
    "fd",
    "brs",
    "esi",
    "logger_type",
)


HEAD_BYTES = 65536
SAMPLE = 50

# A space between a number and its unit, in tables with spaces between cells.
UNIT_APART = r"(?<=\d) (?=(?:ns|us|ms|s|secs?|seconds?)(?:[ \n]|$))"


def text_lines(head: bytes) -> list[str]:
    """The lines at the start of a file, with any line ends."""
    return to_english(head).decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n").split("\n")


def whole_lines(head: bytes) -> list[str]:
    """The lines at the start of a file, without the last one if it may be incomplete."""
    lines = text_lines(head)
    return lines[:-1] if len(head) >= HEAD_BYTES and len(lines) > 1 else lines


def rows_of(head: bytes, layout: TableLayout, most: int = SAMPLE) -> list[list[str]]:
    """The cells of the first lines with frames."""
    lines = [line for line in whole_lines(head)[layout.skip_lines :] if line.strip()]
    return [cells_of(line, layout.delimiter) for line in lines[:most]]


def header_names(head: bytes, layout: TableLayout) -> list[str]:
    """The titles in the line before the first frame, [] if it has fewer cells than the layout."""
    lines = text_lines(head)[: layout.skip_lines]
    found = [line for line in lines if line.strip()]
    cells = cells_of(found[-1], layout.delimiter) if found else []
    return cells if len(cells) >= layout.columns else []


def cells_of(line: str, delimiter: str) -> list[str]:
    """The cells of a line, without blanks and quotes around them."""
    if delimiter == " ":
        cells = re.sub(UNIT_APART, "", " ".join(line.split()), flags=re.IGNORECASE).split(" ")
    elif delimiter == RUN_OF_BLANKS:
        cells = re.split(r"(?:\t|  )[ \t]*", line.strip())
    else:
        cells = line.split(delimiter)
    return [cell.strip(" \t\r\"'") for cell in cells]
