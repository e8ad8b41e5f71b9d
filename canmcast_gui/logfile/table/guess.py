"""Guesses the layout of a table from its first lines, by the titles in its header."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from canmcast_gui.frames.units import MAX_STANDARD_ID, NS_PER_HOUR, NS_PER_MINUTE
from canmcast_gui.logfile.table.layout import (
    DELIMITERS,
    RUN_OF_BLANKS,
    SAMPLE,
    TIME_UNITS,
    TableLayout,
    cells_of,
    text_lines,
)
from canmcast_gui.logfile.table.names import base_of, data_cell, field_of, plain, to_english, unit_of
from canmcast_gui.logfile.table.values import logger_start

# The header is near the top: some tools write some tens of lines before it.
MOST_LINES = 200

# Tables without titles, recognized by a line; and the number of lines between that line and the frames.
# CANHacker's seconds start again at 0 each minute. Microchip's columns are milliseconds, direction, id,
# length and eight bytes, below a header between two lines of "//---".
_KNOWN = (
    (
        re.compile(r"@ TEXT @"),
        1,
        TableLayout(delimiter="\t", time=0, wraps_ns=NS_PER_MINUTE, identifier=3, dlc=4, data=5),
    ),
    (
        re.compile(r"Time\s+ID\s+DLC\s+Data\s+Comment", re.IGNORECASE),
        1,
        TableLayout(delimiter=" ", time=0, wraps_ns=NS_PER_MINUTE, identifier=1, dlc=2, data=3, data_cells=8),
    ),
    (
        re.compile(r"\d+;[RT]X;0x[0-9A-F]+;\d;", re.IGNORECASE),
        0,
        TableLayout(
            delimiter=";", time=0, time_kind="ms", direction=1, identifier=2, dlc=3, data=4, data_cells=8
        ),
    ),
)
_CANHACKER_DURATION = re.compile(r"@ TEXT @(?: \d+ @){4} (\d{1,12}) @")
_CHUANGXIN = re.compile(r"index[,;\t]system time[,;\t]", re.IGNORECASE)
_LOGGER_TIME = re.compile(r"(\d\dT\d{6}|(\d\dT)?\d\d:\d\d:\d\d)\d{3}$")
_LOGGER_NAMES = ["timestamp", "type", "id", "data"]
_TYPE_NAMES = {"type", "frametype", "frameformat", "format", "idtype"}
_ID_KINDS = {
    "0",
    "1",
    "s",
    "x",
    "e",
    "std",
    "ext",
    "standard",
    "extended",
    "standard frame",
    "extended frame",
}
_FRAME_KINDS = {"data", "remote", "data frame", "remote frame"}
_BYTE = re.compile(r"((0x)?[0-9A-Fa-f]{1,2})?$")
_LOGGER_DATE = re.compile(r"#\s*Time:\s*(\d{8})")
DATE = re.compile(r"\d{4}[-/]\d\d[-/]\d\d[ T]\d\d?:")
NUMBER = re.compile(r"-?\d+([.,]\d+)?$")
_TIME_CELL = re.compile(r"-?\d[\d.,:/TE +-]*([nuµμm]?s\w*)?$", re.IGNORECASE)
_LENGTH = re.compile(r"(0x)?\d{1,2}$")
_WITH_UNIT = re.compile(r"(-?\d+(?:[.,]\d+)?) ?(ns|[uµμ]s|ms|s)(?:ecs?|econds?)?$", re.IGNORECASE)
HEX = re.compile(r"(0x)?[0-9A-Fa-f]+[xXhH]?$")


def is_frame_header(line: str) -> bool:
    """Whether a line has the titles of a table of frames: at least id and data."""
    return next(_headers(line), None) is not None


def is_chinese_header(line: str) -> bool:
    """Whether a line, with one character for each byte, has the titles of a Chinese USB-CAN tool."""
    raw = line.encode("latin-1", "replace")
    english = to_english(raw)
    if english == raw and _CHUANGXIN.match(line) is None:
        return False
    return is_frame_header(english.decode("latin-1"))


def guess_layout(head: bytes) -> TableLayout | None:
    """The layout of a table with titles or in a known format; None where the user must be asked."""
    lines = text_lines(head)
    for number, line in enumerate(lines[:MOST_LINES]):
        for pattern, after, layout in _KNOWN:
            if pattern.match(line.strip()):
                skip = _after_comments(lines[:number], number + after)
                return replace(layout, skip_lines=skip, duration_ns=_duration_ns(line))
        layouts = list(_headers(line))
        if layouts:
            skip = _after_headers(lines, number)
            rows = lines[skip : skip + SAMPLE]
            layout = max(layouts, key=lambda layout: _count_frames(rows, layout))
            return _with_samples(replace(layout, skip_lines=skip), line, lines)
    return None


def _headers(line: str) -> Iterator[TableLayout]:
    """A layout for each delimiter that splits a line into titles of a table of frames."""
    for delimiter in DELIMITERS:
        names = cells_of(line.lstrip("#"), delimiter)
        if len(names) >= 2 and (layout := _by_names(names, delimiter)) is not None:
            yield layout


def _count_frames(lines: list[str], layout: TableLayout) -> int:
    """How many of the lines have a time, an id and a length in the columns of the layout."""
    tests = [
        (column, pattern)
        for column, pattern in (
            (layout.identifier, HEX),
            (layout.time, _TIME_CELL),
            (layout.length if layout.length is not None else layout.dlc, _LENGTH),
        )
        if column is not None
    ]
    rows = [cells_of(line, layout.delimiter) for line in lines]
    return sum(
        all(column < len(row) and pattern.match(row[column]) for column, pattern in tests) for row in rows
    )


def _by_names(names: list[str], delimiter: str) -> TableLayout | None:
    found: dict[str, int] = {}
    for column, name in enumerate(names):
        field = field_of(name)
        if field is not None:
            found.setdefault(field, column)
    cells = [(column, data_cell(name)) for column, name in enumerate(names)]
    bytes_at = [column for column, number in cells if number is not None]
    width = 1
    if len(bytes_at) > 1 and bytes_at == list(range(bytes_at[0], bytes_at[-1] + 1)):
        found["data"], width = bytes_at[0], len(bytes_at)
    if not {"identifier", "data"} <= found.keys() or (
        delimiter in (" ", RUN_OF_BLANKS) and "time" not in found
    ):
        return None
    # As in "ID Data" with spaces between the bytes.
    if width == 1 and delimiter == " ":
        width = 64
    return replace(TableLayout(delimiter=delimiter, data_cells=width), **found)  # type: ignore[arg-type]


def _after_headers(lines: list[str], number: int) -> int:
    """The first line after a header; some tools write several, one for each kind of bus."""
    first = lines[number].split(",")[0]
    after = number + 1
    while after < len(lines) and first and lines[after].split(",")[0] == first:
        after += 1
    return after


def _duration_ns(line: str) -> int:
    """The duration in CANHacker's first line; 0 for other lines."""
    found = _CANHACKER_DURATION.match(line)
    return int(found[1]) * TIME_UNITS["ms"] if found is not None else 0


def _after_comments(lines: list[str], otherwise: int) -> int:
    """The line after the last one that starts with //, if there is one."""
    return max((number + 1 for number, line in enumerate(lines) if line.startswith("//")), default=otherwise)


def _with_samples(layout: TableLayout, header: str, lines: list[str]) -> TableLayout:
    """The layout with what follows from the cells below the header: units and number bases."""
    names = cells_of(header.lstrip("#"), layout.delimiter)
    rows = [
        cells_of(line, layout.delimiter) for line in lines[layout.skip_lines : layout.skip_lines + SAMPLE]
    ]
    rows = [row for row in rows if len(row) > layout.identifier and row[layout.identifier]]
    if layout.data is not None and layout.data_cells == 1 and continues(names, layout.data, rows):
        layout = replace(layout, data_cells=64)
    changes: dict[str, object] = {
        "id_base": base_of(names[layout.identifier]) or base_of_cells(column_of(rows, layout.identifier)),
        "data_base": _data_base(names, layout, rows),
        "first_channel": _first_channel(layout, rows),
    }
    if layout.time is not None:
        changes |= _time(names, layout.time, rows, lines)
    changes |= _kinds(names, rows)
    return replace(layout, **changes)  # type: ignore[arg-type]


def continues(names: list[str], data: int, rows: list[list[str]]) -> bool:
    """Whether the bytes of the last column with a title continue in columns without one."""
    if any(names[data + 1 :]):
        return False
    cells = [row[data : data + 2] for row in rows if len(row) > data]
    return any(len(row) > 1 and row[1] for row in cells) and all(
        _BYTE.match(cell) for row in cells for cell in row
    )


def _kinds(names: list[str], rows: list[list[str]]) -> dict[str, object]:
    """Columns with the kind of a frame or of its id, whose titles differ by tool."""
    found: dict[str, object] = {}
    types = [plain(name) for name in names]
    for column, name in enumerate(types):
        kinds = {cell.lower() for cell in column_of(rows, column)}
        if name not in _TYPE_NAMES or not kinds:
            continue
        if types == _LOGGER_NAMES and kinds <= {"0", "1", "8", "9"}:
            found["logger_type"] = column
        elif kinds <= _ID_KINDS:
            found["extended"] = column
        elif kinds <= _FRAME_KINDS:
            found["remote"] = column
    return found


def column_of(rows: list[list[str]], column: int) -> list[str]:
    """The cells of a column, without empty ones."""
    return [row[column] for row in rows if len(row) > column and row[column]]


def base_of_cells(cells: list[str]) -> int:
    """Ids are hexadecimal, unless all have decimal digits only and many would be too large."""
    digits = [cell for cell in cells if cell.isdigit()]
    if len(digits) < len(cells) or any(cell.startswith("0") and len(cell) > 1 for cell in digits):
        return 16
    beyond = sum(int(cell, 16) > MAX_STANDARD_ID and int(cell) <= MAX_STANDARD_ID for cell in digits)
    return 10 if beyond * 4 > len(digits) > 0 else 16


def _data_base(names: list[str], layout: TableLayout, rows: list[list[str]]) -> int:
    if layout.data is None or layout.data_cells == 1:
        return 16
    named = base_of(names[layout.data]) if layout.data < len(names) else None
    cells = [cell for row in rows for cell in row[layout.data : layout.data + layout.data_cells] if cell]
    return named or (10 if any(len(cell) == 3 and cell.isdigit() for cell in cells) else 16)


def _first_channel(layout: TableLayout, rows: list[list[str]]) -> int:
    if layout.channel is None:
        return 1
    return 0 if "0" in column_of(rows, layout.channel) else 1


def _time(names: list[str], time: int, rows: list[list[str]], lines: list[str]) -> dict[str, object]:
    """The kind of time in the cells of column ``time``, and what it counts from."""
    cells = column_of(rows, time)
    if cells and all(map(DATE.match, cells)):
        return {"time_kind": "date"}
    if cells and all(map(_LOGGER_TIME.match, cells)):
        dates = [found[1] for line in lines[:MOST_LINES] if (found := _LOGGER_DATE.match(line))]
        return {"time_kind": "logger", **logger_start(dates[0] if dates else "", "T" in cells[0])}
    if cells and any(":" in cell for cell in cells):
        return clock_kind(cells)
    marked = [found[2].lower() for cell in cells if (found := _WITH_UNIT.match(cell))]
    if marked:
        return {"time_kind": marked[0] if marked[0] in TIME_UNITS else "us"}
    unit = unit_of(names[time])
    if unit is not None:
        return {"time_kind": unit}
    if {"extended", "len", "d1"} <= {plain(name) for name in names}:
        return {"time_kind": "us"}  # SavvyCAN and GVRET
    if plain(names[0]) == "parserflags":
        return {"time_kind": "ms"}  # CANCapture
    return {"time_kind": unit_of_cells(cells)}


def clock_kind(cells: list[str]) -> dict[str, object]:
    """The kind of a time of day, or of minutes and seconds of an hour."""
    most = max(cell.count(":") for cell in cells)
    return {"time_kind": "clock", "wraps_ns": NS_PER_HOUR if most == 1 else 0}


def unit_of_cells(cells: list[str]) -> str:
    """Seconds if there are decimals; otherwise by the size of dates, or by the steps between frames."""
    numbers = [float(cell.replace(",", ".")) for cell in cells if NUMBER.match(cell)]
    if not numbers or any("." in cell or "," in cell for cell in cells):
        return "s"
    for unit, least in (("ns", 1e17), ("us", 1e14), ("ms", 1e11)):
        if abs(numbers[0]) > least:
            return unit
    steps = (max(numbers) - min(numbers)) / max(1, len(numbers) - 1)
    return "s" if steps < 0.05 or numbers[0] > 1e9 else "ms" if steps < 100 else "us"
