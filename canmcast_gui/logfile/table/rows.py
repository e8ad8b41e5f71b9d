"""The first lines of a table as rows of cells, to be looked at before any layout is sure."""

from __future__ import annotations

import re

from canmcast_gui.logfile.table.chinese import plain_words
from canmcast_gui.logfile.table.layout import RUN_OF_BLANKS, TableLayout

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
