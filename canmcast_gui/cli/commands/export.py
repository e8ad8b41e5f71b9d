"""``canmcast export``: signal values of a log file as a table."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from canmcast_gui.cli.options import EXISTING_FILE, NEW_FILE, FiniteFloat, FiniteRange
from canmcast_gui.cli.program import Failure
from canmcast_gui.cli.terminal import Interrupt, print_note, progress_bar
from canmcast_gui.database import Database, load_database
from canmcast_gui.database.export import Heading, Rows, between, evenly, rows_of, save_table, signals_in
from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.logfile import read_batches
from canmcast_gui.wording import counted

_ALWAYS = 1 << 62

# More signals than these are counted in a message, not named.
MOST_NAMED = 5


@click.command("export")
@click.argument("file", type=EXISTING_FILE)
@click.argument("out", type=NEW_FILE)
@click.option(
    "--database", "database_path", type=EXISTING_FILE, required=True, help="Database of the signals."
)
@click.option(
    "--signal",
    "signals",
    multiple=True,
    metavar="NAME",
    help="Message.Signal. Repeatable. Default: all signals of the messages that occur in FILE.",
)
@click.option("--from", "first_s", type=FiniteFloat(), metavar="SECONDS", help="Start at this time.")
@click.option("--to", "last_s", type=FiniteFloat(), metavar="SECONDS", help="Stop at this time.")
@click.option(
    "--every",
    "every_s",
    type=FiniteRange(min=1e-9),
    metavar="SECONDS",
    help="One row every SECONDS instead of one for each frame; values hold until the next.",
)
def command(
    file: Path,
    out: Path,
    database_path: Path,
    signals: tuple[str, ...],
    first_s: float | None,
    last_s: float | None,
    every_s: float | None,
) -> None:
    """Write signal values of FILE to OUT: .csv, .parquet (needs pyarrow) or .mf4 (needs asammdf).

    There is one row for each frame that carries one of the signals: time_s as in FILE, then a column for
    each signal, empty if the frame does not carry it.
    """
    database = load_database(database_path)
    signals = signals or _all_signals(file, database)
    headings = [Heading(name, database.signal(name).unit) for name in signals]
    reader = read_batches(file)

    def rows() -> Iterator[Rows]:
        for batch in reader:
            found = rows_of(batch, database.decode_rows, signals, reader.start_ns)
            first_ns, last_ns = (
                default if second is None else reader.start_ns + round(second * NS_PER_SECOND)
                for second, default in ((first_s, -_ALWAYS), (last_s, _ALWAYS))
            )
            yield between(found, first_ns, last_ns)

    portions = rows() if every_s is None else evenly(rows(), max(round(every_s * NS_PER_SECOND), 1))
    with Interrupt() as interrupt, progress_bar(reader.path.name) as show:

        def progress() -> bool:
            show(reader.progress)
            return not interrupt.requested

        count = save_table(out, headings, portions, progress)
        if interrupt.requested:
            raise Failure("interrupted; nothing was written")
    if not count:
        raise Failure(f"{file.name} has no frame that carries {_names(signals)}")
    print_note(f"{counted(count, 'row')} in {out}")


def _all_signals(file: Path, database: Database) -> tuple[str, ...]:
    """All signals of the messages that occur in a file."""
    signals = tuple(signals_in(read_batches(file), database.message))
    if not signals:
        raise Failure(f"{file.name} has no frame that the database describes")
    return signals


def _names(signals: tuple[str, ...]) -> str:
    return " or ".join(signals) if len(signals) <= MOST_NAMED else f"any of {len(signals)} signals"
