"""Where a table of frames has what: the columns of a CSV file, and how their cells are to be understood."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, fields
from typing import Any

from canmcast_gui.frames.units import NS_PER_DAY, NS_PER_MS, NS_PER_SECOND, NS_PER_US
from canmcast_gui.logfile.table.names import plain_words

# What a number in the time column counts, in nanoseconds; "clock" is hours:minutes:seconds, "date" a date and
# a time of day, "logger" the day of the month, T, and a time of day as nine digits, the last of milliseconds.
TIME_UNITS = {"s": NS_PER_SECOND, "ms": NS_PER_MS, "us": NS_PER_US, "ns": 1}
TIME_KINDS = (*TIME_UNITS, "clock", "date", "logger")

_PERIODS = {"clock": NS_PER_DAY, "us": (1 << 32) * TIME_UNITS["us"]}

# Two or more spaces, or any tabs: cells may hold single spaces.
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
    """Columns by their number from 0, None where the table has no such column.

    ``skip_lines`` are what stands before the first frame. ``data_cells`` is 1 where all bytes stand in one
    cell, else how many columns of one byte each begin at ``data``. ``first_channel`` is what the file calls
    channel 1. ``logger_type`` holds 0, 1, 8 or 9, as CL2000 loggers write it: 1 and 9 are extended, 8 and 9
    sent. ``start_ns`` is added to all times. ``wraps_ns`` is after how long they begin again at 0, where the
    kind of time does not say that: times of day do after a day, microseconds after 2**32 of them.
    ``duration_ns`` is how long the file says that it lasts, 0 where it does not.
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
        """How many columns a line needs to have for all that is named here."""
        named = [getattr(self, field.name) for field in fields(self) if field.name in COLUMN_FIELDS]
        last = max((column for column in named if column is not None), default=0)
        return max(last, (self.data or 0) + self.data_cells - 1 if self.data is not None else 0) + 1

    @property
    def separator(self) -> str:
        """The character between cells, once runs of blanks are made one."""
        return "\t" if self.delimiter == RUN_OF_BLANKS else self.delimiter

    @property
    def period_ns(self) -> int:
        """After how long times begin again at 0; 0 where they do not."""
        return self.wraps_ns or _PERIODS.get(self.time_kind, 0)

    def to_dict(self) -> dict[str, Any]:
        """As plain values, for settings."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> TableLayout:
        """From what to_dict() gave; what is unknown or of the wrong kind is left out."""
        default = cls()
        known = {field.name: getattr(default, field.name) for field in fields(cls)}
        kept = {
            name: value
            for name, value in values.items()
            if name in known and (isinstance(value, type(known[name])) or _is_column(name, value))
        }
        return cls(**kept)


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


def _is_column(name: str, value: object) -> bool:
    return name in COLUMN_FIELDS and (value is None or isinstance(value, int))


HEAD_BYTES = 65536
SAMPLE = 50

# The space between a number and its unit, where spaces separate cells.
UNIT_APART = r"(?<=\d) (?=(?:ns|us|ms|s|secs?|seconds?)(?:[ \n]|$))"


def text_lines(head: bytes) -> list[str]:
    """The first lines of a file, whatever ends them."""
    return plain_words(head).decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n").split("\n")


def whole_lines(head: bytes) -> list[str]:
    """The first lines of a file, without the last one where it may be cut, as the file goes on."""
    lines = text_lines(head)
    return lines[:-1] if len(head) >= HEAD_BYTES and len(lines) > 1 else lines


def rows_of(head: bytes, layout: TableLayout, most: int = SAMPLE) -> list[list[str]]:
    """The cells of the first lines with frames."""
    lines = [line for line in whole_lines(head)[layout.skip_lines :] if line.strip()]
    return [cells_of(line, layout.delimiter) for line in lines[:most]]


def header_names(head: bytes, layout: TableLayout) -> list[str]:
    """The names of the columns, where the line before the first frame has such."""
    lines = text_lines(head)[: layout.skip_lines]
    found = [line for line in lines if line.strip()]
    cells = cells_of(found[-1], layout.delimiter) if found else []
    return cells if len(cells) >= layout.columns else []


def cells_of(line: str, delimiter: str) -> list[str]:
    """The cells of one line, without the blanks and quotes around them."""
    if delimiter == " ":
        cells = re.sub(UNIT_APART, "", " ".join(line.split()), flags=re.IGNORECASE).split(" ")
    elif delimiter == RUN_OF_BLANKS:
        cells = re.split(r"(?:\t|  )[ \t]*", line.strip())
    else:
        cells = line.split(delimiter)
    return [cell.strip(" \t\r\"'") for cell in cells]
