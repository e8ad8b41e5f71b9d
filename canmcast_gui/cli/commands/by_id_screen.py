"""The by-id view as a screenful of text: which rows and columns fit, and how they look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from rich.console import Group
from rich.table import Table
from rich.text import Text

from canmcast_gui.database import DatabaseSet
from canmcast_gui.frames import Flag, FrameBatch, SourceTable
from canmcast_gui.frames.text import ERROR_FRAME, frame_id_text, type_text
from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.recording import NewestById
from canmcast_gui.recording.newest import Change
from canmcast_gui.wording import printable

# Lines around the rows: the headline, a blank line, the column titles, and the hint at the bottom.
LINES_AROUND = 4
# From these widths on there is room for one more column.
WIDE, VERY_WIDE = 96, 124
# How long a changed byte is highlighted.
HIGHLIGHT_NS = NS_PER_SECOND

_KIND_STYLE = ((Flag.ERROR, "red"), (Flag.REMOTE, "green"))
_CHANGE_STYLE = {Change.UP: "bold cyan", Change.DOWN: "bold underline magenta"}


@dataclass
class Screen:
    """What the view shows beside the frames: its size, the first row after scrolling, whether keys work."""

    width: int
    height: int
    first_row: int = 0
    is_live: bool = True

    @property
    def rows(self) -> int:
        """How many frames fit."""
        return max(self.height - LINES_AROUND, 1)

    def scroll(self, rows: int, total: int) -> None:
        """Scroll by ``rows``, within the ``total`` rows."""
        self.first_row = min(max(self.first_row + rows, 0), max(total - self.rows, 0))


def _name(databases: DatabaseSet, number: int, flags: int) -> str:
    return ERROR_FRAME if flags & Flag.ERROR else databases.name(number, bool(flags & Flag.EXTENDED))


def draw(
    screen: Screen, newest: NewestById, databases: DatabaseSet, sources: SourceTable, headline: str
) -> Group:
    """The whole screen as something that rich can print."""
    screen.scroll(0, len(newest))
    order = np.lexsort((newest.arbitration_id, newest.flags & Flag.EXTENDED))
    shown = order[screen.first_row : screen.first_row + screen.rows]
    table = _empty_table(screen.width, bool(len(databases)))
    frames, now_ns = newest.frames, int(newest.last_timestamp_ns.max(initial=0))
    counts, periods = newest.count[shown], newest.period_mean_ns[shown]
    for entry, count, period in zip(shown.tolist(), counts.tolist(), periods.tolist(), strict=True):
        record = frames.records[entry]
        flags, number = int(record["flags"]), int(record["arbitration_id"])
        cells: dict[str, str | Text] = {
            "ID": frame_id_text(number, flags),
            "Name": _name(databases, number, flags),
            "Type": type_text(flags),
            "Len": str(record["length"]),
            "Data": _data(frames, entry, newest, now_ns),
            "Count": f"{count:,}",
            "Cycle ms": "" if period != period else f"{period / 1e6:.1f}",  # NaN while there is one frame
            "Source": str(sources[int(record["source"])]),
        }
        style = next((style for flag, style in _KIND_STYLE if flags & flag), None)
        table.add_row(*(_plain(cells[str(column.header)]) for column in table.columns), style=style)
    parts: list[Any] = [Text(printable(headline), no_wrap=True, overflow="ellipsis"), Text(), table]
    return Group(*parts, *([_hint(screen, len(newest))] if screen.is_live else []))


def _plain(cell: str | Text) -> Text:
    """Plain text: rich would interpret brackets in a string as markup."""
    return cell if isinstance(cell, Text) else Text(printable(cell))


def _empty_table(width: int, named: bool) -> Table:
    """The columns that fit; the data takes what is left."""
    table = Table(box=None, expand=True, pad_edge=False, padding=(0, 1, 0, 0), header_style="dim")
    table.add_column("ID", no_wrap=True, min_width=8)
    if named:
        table.add_column("Name", no_wrap=True, min_width=12, max_width=22)
    if width >= WIDE:
        table.add_column("Type", no_wrap=True, min_width=8)
    table.add_column("Len", no_wrap=True, justify="right", min_width=3)
    table.add_column("Data", no_wrap=True, ratio=1, min_width=23)
    table.add_column("Count", no_wrap=True, justify="right", min_width=7)
    table.add_column("Cycle ms", no_wrap=True, justify="right", min_width=8)
    if width >= VERY_WIDE:
        table.add_column("Source", no_wrap=True, min_width=21)
    return table


def _data(frames: FrameBatch, entry: int, newest: NewestById, now_ns: int) -> Text:
    """A payload in hex; recently changed bytes are highlighted, up and down by more than color."""
    text = Text(no_wrap=True, overflow="ellipsis")
    fresh = now_ns - newest.changed_at_ns[entry] < HIGHLIGHT_NS
    for byte, change, is_fresh in zip(frames.payload(entry), newest.changed[entry], fresh, strict=False):
        text.append(f"{byte:02X}", _CHANGE_STYLE.get(Change(int(change))) if is_fresh else None)
        text.append(" ")
    return text


def _hint(screen: Screen, total: int) -> Text:
    last = min(screen.first_row + screen.rows, total)
    where = f"{screen.first_row + 1}–{last} of {total} ids · ↑ ↓ scroll · " if total > screen.rows else ""
    return Text(f"{where}q or Ctrl+C quits", style="dim", no_wrap=True)
