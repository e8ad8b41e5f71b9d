"""Columns of tables whose cells say themselves what they are: "Dlc:8", "RX ch:1", or "data:" before the data.

Loggers on top of Vector's XL library write such tables for a CANcaseXL.
"""

from __future__ import annotations

import re

from canmcast_gui.logfile.table.names import field_of

_LABEL = re.compile(r"([A-Za-z]\w*):")
_SENDER = re.compile(r"(rx|tx)\s+ch(annel)?\s*:?\s*\d+$", re.IGNORECASE)
_OTHER_NAMES = {"idx": "identifier"}


def labelled_columns(rows: list[list[str]]) -> dict[str, int]:
    """Fields of TableLayout by the labels that all cells of a column have, each with its column."""
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
