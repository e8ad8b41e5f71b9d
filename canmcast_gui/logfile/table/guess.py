"""The layout of a table from its first lines: by the names in its header, else by how its cells look."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from canmcast_gui.logfile.table.dates import logger_start
from canmcast_gui.logfile.table.layout import (
    COLUMN_FIELDS,
    DELIMITERS,
    RUN_OF_BLANKS,
    TIME_UNITS,
    TableLayout,
)
from canmcast_gui.logfile.table.names import base_of, data_cell, field_of, plain, unit_of
from canmcast_gui.logfile.table.rows import SAMPLE, cells_of, text_lines
from canmcast_gui.logfile.unwrapping import HOUR_NS, MINUTE_NS

# A header stands near the top: tools put some tens of lines about themselves before it.
_MOST_LINES = 200

_CANHACKER = re.compile(r"@ TEXT @")
# The seconds are those of a minute: they begin again at 0.
_CANHACKER_COLUMNS = TableLayout(
    delimiter="\t", skip_lines=1, time=0, wraps_ns=MINUTE_NS, identifier=3, dlc=4, data=5
)
_OLD_CANHACKER = re.compile(r"Time\s+ID\s+DLC\s+Data\s+Comment", re.IGNORECASE)
_OLD_CANHACKER_COLUMNS = TableLayout(
    delimiter=" ", time=0, wraps_ns=MINUTE_NS, identifier=1, dlc=2, data=3, data_cells=8
)
_LOGGER_TIME = re.compile(r"(\d\dT\d{6}|(\d\dT)?\d\d:\d\d:\d\d)\d{3}$")
_LOGGER_NAMES = ["timestamp", "type", "id", "data"]
_LOGGER_DATE = re.compile(r"#\s*Time:\s*(\d{8})")
_DATE = re.compile(r"\d{4}[-/]\d\d[-/]\d\d[ T]\d\d?:")
_CLOCK = re.compile(r"\d+:\d\d(:\d\d)?([.,]\d+)?$")
_NUMBER = re.compile(r"-?\d+([.,]\d+)?$")
_TIME_CELL = re.compile(r"-?\d[\d.,:/TE +-]*([nuµμm]?s\w*)?$", re.IGNORECASE)
_LENGTH = re.compile(r"(0x)?\d{1,2}$")
_WITH_UNIT = re.compile(r"(-?\d+(?:[.,]\d+)?) ?(ns|[uµμ]s|ms|s)(?:ecs?|econds?)?$", re.IGNORECASE)
_HEX = re.compile(r"(0x)?[0-9A-Fa-f]+[xXhH]?$")
_PAYLOAD = re.compile(r"(0x)?([0-9A-Fa-f]{2}([ .:_-]|$)?){1,64}$")
_DIRECTION = re.compile(r"(rx|tx|receive|transmit|in|out|r|t)$", re.IGNORECASE)


def is_frame_header(line: str) -> bool:
    """Whether a line names the columns of a table of frames: an id and data at least."""
    return next(_headers(line), None) is not None


def guess_layout(head: bytes) -> TableLayout | None:
    """The layout of a table that says what it is; None where the user must be asked."""
    lines = text_lines(head)
    for number, line in enumerate(lines[:_MOST_LINES]):
        if _CANHACKER.match(line):
            return replace(_CANHACKER_COLUMNS, skip_lines=number + 1)
        if _OLD_CANHACKER.match(line.strip()):
            return replace(_OLD_CANHACKER_COLUMNS, skip_lines=number + 1)
        layouts = list(_headers(line))
        if layouts:
            skip = _after_headers(lines, number)
            rows = lines[skip : skip + SAMPLE]
            layout = max(layouts, key=lambda one: _frames_among(rows, one))
            return _with_samples(replace(layout, skip_lines=skip), line, lines)
    return None


def suggest_layout(head: bytes) -> TableLayout:
    """The layout that a table most likely has, for the user to correct."""
    return guess_layout(head) or _by_cells(text_lines(head))


# -- by the header ---------------------------------------------------------------------------------------


def _headers(line: str) -> Iterator[TableLayout]:
    """A layout for each delimiter that makes names of frames' columns of a line."""
    for delimiter in DELIMITERS:
        names = cells_of(line.lstrip("#"), delimiter)
        if len(names) >= 2 and (layout := _by_names(names, delimiter)) is not None:
            yield layout


def _frames_among(lines: list[str], layout: TableLayout) -> int:
    """How many of some lines have a time, an id and a length where the layout says."""
    tests = [
        (column, pattern)
        for column, pattern in (
            (layout.identifier, _HEX),
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
    if not {"identifier", "data"} <= found.keys() or (delimiter == " " and "time" not in found):
        return None
    # The bytes of the last column may go on in columns without a name, as in "ID Data" with spaces between.
    if width == 1 and delimiter == " ":
        width = 64
    return replace(TableLayout(delimiter=delimiter, data_cells=width), **found)  # type: ignore[arg-type]


def _after_headers(lines: list[str], number: int) -> int:
    """The first line behind a header; some tools write one for each kind of bus, below each other."""
    first = lines[number].split(",")[0]
    after = number + 1
    while after < len(lines) and first and lines[after].split(",")[0] == first:
        after += 1
    return after


def _with_samples(layout: TableLayout, header: str, lines: list[str]) -> TableLayout:
    """The layout with what only the cells below the header tell: units and bases."""
    names = cells_of(header.lstrip("#"), layout.delimiter)
    rows = [
        cells_of(line, layout.delimiter) for line in lines[layout.skip_lines : layout.skip_lines + SAMPLE]
    ]
    rows = [row for row in rows if len(row) > layout.identifier and row[layout.identifier]]
    changes: dict[str, object] = {
        "id_base": base_of(names[layout.identifier]) or _base(_column(rows, layout.identifier)),
        "data_base": _data_base(names, layout, rows),
        "first_channel": _first_channel(layout, rows),
    }
    if (
        layout.delimiter == RUN_OF_BLANKS
        and layout.data == len(names) - 1
        and max(map(len, rows), default=0) > len(names)
    ):
        changes["data_cells"] = 64  # each byte is a cell
    if layout.time is not None:
        changes |= _time(names, layout.time, rows, lines)
    if layout.extended is None and "type" in (types := [plain(name) for name in names]):
        kinds = {cell.lower() for cell in _column(rows, types.index("type"))}
        if types == _LOGGER_NAMES and kinds <= {"0", "1", "8", "9"}:
            changes["logger_type"] = types.index("type")
        elif kinds <= {"0", "1", "s", "x", "e", "std", "ext", "standard", "extended", ""}:
            changes["extended"] = types.index("type")
    return replace(layout, **changes)  # type: ignore[arg-type]


def _column(rows: list[list[str]], column: int) -> list[str]:
    return [row[column] for row in rows if len(row) > column and row[column]]


def _base(cells: list[str]) -> int:
    """Ids are hexadecimal unless nothing speaks for it and most of them would be too large."""
    digits = [cell for cell in cells if cell.isdigit()]
    if len(digits) < len(cells) or any(cell.startswith("0") and len(cell) > 1 for cell in digits):
        return 16
    beyond = sum(int(cell, 16) > 0x7FF and int(cell) <= 0x7FF for cell in digits)
    return 10 if beyond * 4 > len(digits) > 0 else 16


def _data_base(names: list[str], layout: TableLayout, rows: list[list[str]]) -> int:
    if layout.data is None or layout.data_cells == 1:
        return 16
    said = base_of(names[layout.data]) if layout.data < len(names) else None
    cells = [cell for row in rows for cell in row[layout.data : layout.data + layout.data_cells] if cell]
    return said or (10 if any(len(cell) == 3 and cell.isdigit() for cell in cells) else 16)


def _first_channel(layout: TableLayout, rows: list[list[str]]) -> int:
    if layout.channel is None:
        return 1
    return 0 if "0" in _column(rows, layout.channel) else 1


def _time(names: list[str], time: int, rows: list[list[str]], lines: list[str]) -> dict[str, object]:
    """What kind of time the cells of column ``time`` are, and what they count from."""
    cells = _column(rows, time)
    if cells and all(map(_DATE.match, cells)):
        return {"time_kind": "date"}
    if cells and all(map(_LOGGER_TIME.match, cells)):
        dates = [found[1] for line in lines[:_MOST_LINES] if (found := _LOGGER_DATE.match(line))]
        return {"time_kind": "logger", **logger_start(dates[0] if dates else "", "T" in cells[0])}
    if cells and any(":" in cell for cell in cells):
        return _clock(cells)
    marked = [found[2].lower() for cell in cells if (found := _WITH_UNIT.match(cell))]
    if marked:
        return {"time_kind": marked[0] if marked[0] in TIME_UNITS else "us"}
    said = unit_of(names[time])
    if said is not None:
        return {"time_kind": said}
    if {"extended", "len", "d1"} <= {plain(name) for name in names}:
        return {"time_kind": "us"}  # SavvyCAN and GVRET
    if plain(names[0]) == "parserflags":
        return {"time_kind": "ms"}  # CANCapture
    return {"time_kind": _unit(cells)}


def _clock(cells: list[str]) -> dict[str, object]:
    """A time of day, or minutes and seconds of an hour."""
    most = max(cell.count(":") for cell in cells)
    return {"time_kind": "clock", "wraps_ns": HOUR_NS if most == 1 else 0}


def _unit(cells: list[str]) -> str:
    """Seconds where there are decimals; else by the size of dates, or by how quick frames can follow."""
    numbers = [float(cell.replace(",", ".")) for cell in cells if _NUMBER.match(cell)]
    if not numbers or any("." in cell or "," in cell for cell in cells):
        return "s"
    for unit, least in (("ns", 1e17), ("us", 1e14), ("ms", 1e11)):
        if abs(numbers[0]) > least:
            return unit
    steps = (max(numbers) - min(numbers)) / max(1, len(numbers) - 1)
    return "s" if steps < 0.05 or numbers[0] > 1e9 else "ms" if steps < 100 else "us"


# -- by the cells ----------------------------------------------------------------------------------------


def _by_cells(lines: list[str]) -> TableLayout:
    filled = [line for line in lines[:_MOST_LINES] if line.strip() and not line.startswith("#")]
    counts = {one: Counter(len(cells_of(line, one)) for line in filled) for one in DELIMITERS}
    # Bytes with spaces between are cells of one column, unless nothing else separates columns.
    marks = [one for one in DELIMITERS if one not in (RUN_OF_BLANKS, " ")]
    delimiter = max(marks, key=lambda one: _regularity(counts[one]))
    if not _regularity(counts[delimiter])[0]:
        lines_in_runs = _regularity(counts[RUN_OF_BLANKS])[0]
        delimiter = RUN_OF_BLANKS if lines_in_runs * 2 > len(filled) else " "
    width = counts[delimiter].most_common(1)[0][0] if counts[delimiter] else 1
    rows = [cells_of(line, delimiter) for line in filled[-SAMPLE - 1 : -1] or filled]
    rows = [row for row in rows if len(row) == width]
    first = next(
        (number for number, line in enumerate(lines) if any(c.isdigit() for c in line[:1])), 0
    )  # where a line begins with a digit, frames do
    found: dict[str, object] = {"delimiter": delimiter, "skip_lines": first}
    taken: set[str] = set()
    for column in range(width):
        field = _field_by_cells(_column(rows, column), taken)
        if field is not None:
            found[field] = column
            taken.add(field)
    return _checked_guess(found, rows, width)


def _regularity(counts: Counter[int]) -> tuple[int, int]:
    """How many lines have the same number of cells, more than one; then, how many cells."""
    several = [(lines, cells) for cells, lines in counts.items() if cells > 1]
    return max(several, default=(0, 0))


def _field_by_cells(cells: list[str], taken: set[str]) -> str | None:
    """What a column's cells may be, in the order in which such columns usually stand."""
    if not cells:
        return None
    longest = len(max(cells, key=len))
    timed = all(_NUMBER.match(cell) or _DATE.match(cell) or _CLOCK.match(cell) for cell in cells)
    small = all(cell.isdigit() and int(cell) <= 64 for cell in cells)
    tests = (
        ("direction", all(map(_DIRECTION.match, cells))),
        ("time", timed and (longest > 5 or any(mark in "".join(cells) for mark in ".,:"))),
        ("data", all(map(_PAYLOAD.match, cells)) and longest > 8),
        ("identifier", all(map(_HEX.match, cells)) and longest >= 3),
        ("dlc", small and "identifier" in taken),
    )
    return next((field for field, fits in tests if field not in taken and fits), None)


def _checked_guess(found: dict[str, object], rows: list[list[str]], width: int) -> TableLayout:
    layout = TableLayout(**found)  # type: ignore[arg-type]
    if "data" not in found and layout.dlc is not None and width > layout.dlc + 1:
        layout = replace(layout, data=layout.dlc + 1, data_cells=min(64, width - layout.dlc - 1))
    if layout.time is not None:
        cells = _column(rows, layout.time)
        dated, timed = bool(cells and _DATE.match(cells[0])), ":" in "".join(cells)
        kind = {"time_kind": "date"} if dated else _clock(cells) if timed else {"time_kind": _unit(cells)}
        layout = replace(layout, **kind)
    return replace(layout, id_base=_base(_column(rows, layout.identifier)))


def problems_of(layout: TableLayout) -> str | None:
    """Why a layout cannot be read with, as a sentence; None where it can."""
    if layout.time is not None and layout.time == layout.identifier:
        return "Time and id cannot be the same column."
    if layout.data is not None and layout.data == layout.identifier:
        return "Id and data cannot be the same column."
    used = [getattr(layout, field) for field in COLUMN_FIELDS]
    if any(column is not None and column < 0 for column in used):
        return "Columns are counted from 1."
    return None
