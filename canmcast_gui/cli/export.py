"""``canmcast export``: signal values of a log file as a table."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click
import numpy as np

from canmcast_gui.cli.interrupt import Interrupt
from canmcast_gui.cli.parameters import EXISTING_FILE, NEW_FILE
from canmcast_gui.cli.program import Failure
from canmcast_gui.cli.progress import progress_bar
from canmcast_gui.database import Database, load_database
from canmcast_gui.frames import FrameBatch
from canmcast_gui.logfile import read_batches

_NANOSECONDS = 1_000_000_000


@click.command("export")
@click.argument("file", type=EXISTING_FILE)
@click.argument("out", type=NEW_FILE)
@click.option("--database", "database_path", type=EXISTING_FILE, required=True, help="What describes it.")
@click.option("--signal", "signals", multiple=True, required=True, metavar="NAME", help="Message.Signal")
def command(file: Path, out: Path, database_path: Path, signals: tuple[str, ...]) -> None:
    """Write the values of signals in FILE to OUT, a .csv table.

    A row for each frame that carries one of the signals: time_s as in FILE, then a column for each signal,
    empty where that frame does not carry it. Repeat --signal for several.
    """
    if out.suffix.lower() != ".csv":
        raise Failure(f"{out.name} cannot be written: tables are written as .csv in this version")
    database = load_database(database_path)
    titles = [_title(database, name) for name in signals]
    reader = read_batches(file)
    with Interrupt() as interrupt, progress_bar(out.name) as show:
        rows = 0
        temporary = out.with_name(f".{out.name}.part")
        try:
            with temporary.open("w", encoding="utf-8", newline="") as target:
                table = csv.writer(target)
                table.writerow(["time_s", *titles])
                for batch in reader:
                    rows += _write(table, batch, database, signals, reader.start_ns)
                    show(reader.progress)
                    if interrupt.requested:
                        raise Failure(f"interrupted; {out.name} was not written")
            temporary.replace(out)
        finally:
            temporary.unlink(missing_ok=True)
    click.echo(f"canmcast: {rows:,} rows in {out}", err=True)


def _title(database: Database, name: str) -> str:
    unit = database.signal(name).unit
    return f"{name} [{unit}]" if unit else name


def _write(table: Any, batch: FrameBatch, database: Database, signals: Iterable[str], start_ns: int) -> int:
    """Write the rows of one batch; returns how many."""
    columns = [database.decode_rows(batch, name) for name in signals]
    rows = np.unique(np.concatenate([frames for frames, _ in columns]))
    times = ((batch.timestamp_ns[rows] - start_ns) / _NANOSECONDS).tolist()
    cells = [_spread(rows, frames, values) for frames, values in columns]
    table.writerows([f"{time:.9f}", *values] for time, *values in zip(times, *cells, strict=True))
    return len(rows)


def _spread(rows: Any, frames: Any, values: Any) -> Iterator[Any]:
    """The values of a signal over all rows of the table, "" where it has none."""
    column: list[Any] = [""] * len(rows)
    for place, value in zip(np.searchsorted(rows, frames).tolist(), values.tolist(), strict=True):
        column[place] = f"{value:.15g}" if isinstance(value, float) else value
    return iter(column)
