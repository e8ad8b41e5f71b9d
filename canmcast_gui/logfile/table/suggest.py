"""Suggests a layout for a table without titles, by the form of its cells, for the user to correct."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

from canmcast_gui.logfile.table.guess import (
    DATE,
    HEX,
    MOST_LINES,
    NUMBER,
    base_of_cells,
    clock_kind,
    column_of,
    continues,
    guess_layout,
    unit_of_cells,
)
from canmcast_gui.logfile.table.layout import (
    COLUMN_FIELDS,
    DELIMITERS,
    RUN_OF_BLANKS,
    SAMPLE,
    TableLayout,
    cells_of,
    whole_lines,
)
from canmcast_gui.logfile.table.names import field_of

# No column looks like ids: the user must choose it.
NO_COLUMN = -1

_CLOCK = re.compile(r"\d+:\d\d(:\d\d)?([.,]\d+|:\d{3,})?$")
_PAYLOAD = re.compile(r"(0x)?([0-9A-Fa-f]{2}([ .:_-]|$)?){1,64}$")
_DIRECTION = re.compile(r"(rx|tx|receive|transmit|in|out|r|t)$", re.IGNORECASE)


def suggest_layout(head: bytes) -> TableLayout:
    """The most likely layout of a table, for the user to correct."""
    return guess_layout(head) or _by_cells(whole_lines(head))


def _by_cells(lines: list[str]) -> TableLayout:
    filled = [line for line in lines[:MOST_LINES] if line.strip() and not line.startswith("#")]
    counts = {mark: Counter(len(cells_of(line, mark)) for line in filled) for mark in DELIMITERS}
    # Bytes with spaces between them are one cell, unless there is no other delimiter.
    visible = [mark for mark in DELIMITERS if mark not in (RUN_OF_BLANKS, " ")]
    delimiter = max(visible, key=lambda mark: _regularity(counts[mark]))
    if not _regularity(counts[delimiter])[0]:
        lines_in_runs = _regularity(counts[RUN_OF_BLANKS])[0]
        delimiter = RUN_OF_BLANKS if lines_in_runs * 2 > len(filled) else " "
    width = counts[delimiter].most_common(1)[0][0] if counts[delimiter] else 1
    first = next(
        (number for number, line in enumerate(lines) if any(c.isdigit() for c in line[:1])), 0
    )  # frames start with the first line that starts with a digit
    below = [line for line in lines[first:] if line.strip() and not line.startswith("#")]
    rows = [cells_of(line, delimiter) for line in (below or filled)[-SAMPLE:]]
    rows = [row for row in rows if len(row) == width]
    found: dict[str, object] = {"delimiter": delimiter, "skip_lines": first}
    labeled = labeled_columns(rows)
    found |= labeled
    taken = set(labeled)
    for column in set(range(width)) - set(labeled.values()):
        field = _field_by_cells(column_of(rows, column), taken)
        if field is not None:
            found[field] = column
            taken.add(field)
    return _checked(found, rows, width)


def _regularity(counts: Counter[int]) -> tuple[int, int]:
    """How many lines have the same number of cells, if more than one; and that number."""
    several = [(lines, cells) for cells, lines in counts.items() if cells > 1]
    return max(several, default=(0, 0))


def _field_by_cells(cells: list[str], taken: set[str]) -> str | None:
    """What the cells of a column may be, tried in the usual order of such columns."""
    if not cells:
        return None
    longest = len(max(cells, key=len))
    timed = all(NUMBER.match(cell) or DATE.match(cell) or _CLOCK.match(cell) for cell in cells)
    small = all(cell.isdigit() and int(cell) <= 64 for cell in cells)
    tests = (
        ("direction", all(map(_DIRECTION.match, cells))),
        ("time", timed and (longest > 5 or any(mark in "".join(cells) for mark in ".,:"))),
        ("data", all(map(_PAYLOAD.match, cells)) and (longest > 8 or " " in "".join(cells))),
        ("identifier", all(map(HEX.match, cells)) and longest >= 3),
        ("dlc", small and "identifier" in taken),
    )
    return next((field for field, fits in tests if field not in taken and fits), None)


def _checked(found: dict[str, object], rows: list[list[str]], width: int) -> TableLayout:
    layout = TableLayout(**{"identifier": NO_COLUMN, **found})  # type: ignore[arg-type]
    if layout.data is not None and continues([], layout.data, rows):
        layout = replace(layout, data_cells=min(8, width - layout.data))
    if "data" not in found and layout.dlc is not None and width > layout.dlc + 1:
        layout = replace(layout, data=layout.dlc + 1, data_cells=min(64, width - layout.dlc - 1))
    if layout.time is not None:
        cells = column_of(rows, layout.time)
        dated, timed = bool(cells and DATE.match(cells[0])), ":" in "".join(cells)
        if timed and not dated:
            layout = replace(layout, **clock_kind(cells))  # type: ignore[arg-type]
        else:
            layout = replace(layout, time_kind="date" if dated else unit_of_cells(cells))
    ids = column_of(rows, layout.identifier) if layout.identifier != NO_COLUMN else []
    return replace(layout, id_base=base_of_cells(ids))


def problems_of(layout: TableLayout) -> str | None:
    """Why a layout is invalid, as a sentence; None for a valid one."""
    if layout.time is not None and layout.time == layout.identifier:
        return "Time and id cannot be the same column."
    if layout.data is not None and layout.data == layout.identifier:
        return "Id and data cannot be the same column."
    used = [getattr(layout, field) for field in COLUMN_FIELDS]
    if any(column is not None and column < 0 for column in used):
        return "Columns are counted from 1."
    return None


_LABEL = re.compile(r"([A-Za-z]\w*):")
_SENDER = re.compile(r"(rx|tx)\s+ch(annel)?\s*:?\s*\d+$", re.IGNORECASE)
_OTHER_NAMES = {"idx": "identifier"}


def labeled_columns(rows: list[list[str]]) -> dict[str, int]:
    """The fields and columns of a table whose cells have labels: "Dlc:8", "RX ch:1", "data:" before data.

    Loggers on top of Vector's XL library write such tables for a CANcaseXL.
    """
    found: dict[str, int] = {}
    for column, cells in enumerate(zip(*rows, strict=False)):
        if all(map(_SENDER.match, cells)):
            found |= {"direction": column, "channel": column}
            continue
        labels = {label[1].lower() if (label := _LABEL.match(cell)) else "" for cell in cells}
        if len(labels) != 1 or not (name := labels.pop()):
            continue
        field = _OTHER_NAMES.get(name) or field_of(name)
        if field is not None:
            is_alone = all(cell.endswith(":") for cell in cells)
            found.setdefault(field, column + is_alone)
    return found
