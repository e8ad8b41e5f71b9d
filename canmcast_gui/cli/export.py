"""``canmcast export``: signal values of a log file as a table."""

from __future__ import annotations

from pathlib import Path

import click
import numpy as np

from canmcast_gui.cli.interrupt import Interrupt
from canmcast_gui.cli.parameters import EXISTING_FILE, NEW_FILE
from canmcast_gui.cli.program import Failure
from canmcast_gui.cli.progress import progress_bar
from canmcast_gui.cli.tables import TABLES, Heading, Rows, TableWriter, open_table
from canmcast_gui.database import Database, load_database
from canmcast_gui.frames import FrameBatch
from canmcast_gui.logfile import FrameReader, read_batches


@click.command("export")
@click.argument("file", type=EXISTING_FILE)
@click.argument("out", type=NEW_FILE)
@click.option("--database", "database_path", type=EXISTING_FILE, required=True, help="What describes it.")
@click.option("--signal", "signals", multiple=True, required=True, metavar="NAME", help="Message.Signal")
def command(file: Path, out: Path, database_path: Path, signals: tuple[str, ...]) -> None:
    """Write the values of signals in FILE to OUT: .csv, .parquet (needs pyarrow) or .mf4 (needs asammdf).

    A row for each frame that carries one of the signals: time_s as in FILE, then a column for each signal,
    empty where that frame does not carry it. Repeat --signal for several.
    """
    kind = out.suffix.lower()
    if kind not in TABLES:
        raise Failure(f"{out.name} cannot be written: the name of a table must end in {', '.join(TABLES)}")
    database = load_database(database_path)
    headings = [Heading(name, database.signal(name).unit) for name in signals]
    reader = read_batches(file)
    temporary = out.with_name(f".{out.stem}.part{kind}")
    try:
        table = open_table(kind, temporary, headings)
        try:
            rows = _write_all(table, reader, database, signals)
        finally:
            table.close()
        if not rows:
            raise Failure(f"{file.name} has no frame that carries {' or '.join(signals)}")
        temporary.replace(out)
    finally:
        temporary.unlink(missing_ok=True)
    click.echo(f"canmcast: {rows:,} rows in {out}", err=True)


def _write_all(table: TableWriter, reader: FrameReader, database: Database, signals: tuple[str, ...]) -> int:
    """Write what the file holds; returns how many rows."""
    count = 0
    with Interrupt() as interrupt, progress_bar(reader.path.name) as show:
        for batch in reader:
            rows = _decode(batch, database, signals, reader.start_ns)
            table.write(rows)
            count += len(rows.times_ns)
            show(reader.progress)
            if interrupt.requested:
                raise Failure("interrupted; nothing was written")
    return count


def _decode(batch: FrameBatch, database: Database, signals: tuple[str, ...], start_ns: int) -> Rows:
    columns = [database.decode_rows(batch, name) for name in signals]
    frames = np.unique(np.concatenate([rows for rows, _ in columns]))
    placed = [(np.searchsorted(frames, rows), values) for rows, values in columns]
    return Rows(batch.timestamp_ns[frames], placed, start_ns)
