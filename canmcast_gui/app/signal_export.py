"""Signals of a recording to a table: what the background task does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from canmcast_gui.app.tasks import Report
from canmcast_gui.database import DatabaseSet
from canmcast_gui.database.errors import TableError
from canmcast_gui.database.table_rows import Rows, between, evenly, rows_of
from canmcast_gui.database.tables import Heading, save_table
from canmcast_gui.recording import Recording

ALWAYS_NS = (-(1 << 62), 1 << 62)


@dataclass(frozen=True)
class SignalExport:
    """What of a recording becomes a table: signals "Message.Signal" from one time to another, both included,
    at the times of their frames or, with ``every_ns``, at even distances.
    """

    signals: tuple[str, ...]
    span_ns: tuple[int, int] = ALWAYS_NS
    every_ns: int | None = None


def export_signals(
    recording: Recording, databases: DatabaseSet, wanted: SignalExport, path: Path, report: Report
) -> int:
    """Write the table; returns how many rows. Raises TableError, or DatabaseError for an unknown signal."""
    headings = [Heading(name, databases.signal(name).unit) for name in wanted.signals]
    first, stop = recording.first_row, recording.end_row
    done = first

    def rows() -> Iterator[Rows]:
        nonlocal done
        for row, batch in recording.blocks(first, stop):
            found = rows_of(batch, databases.decode_rows, wanted.signals, recording.start_ns)
            done = row + len(batch)
            yield between(found, *wanted.span_ns)

    portions = rows() if wanted.every_ns is None else evenly(rows(), wanted.every_ns)
    count = save_table(path, headings, portions, lambda: report((done - first) / max(stop - first, 1)))
    if not count:
        raise TableError("There is nothing to export: no frame there carries these signals.")
    return count
