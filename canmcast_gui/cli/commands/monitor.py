"""``canmcast monitor``: the newest frame of each id, live in a terminal."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from canmcast_gui.channels.measurement import Measurement
from canmcast_gui.cli.bus import Listener
from canmcast_gui.cli.options import (
    EXISTING_FILE,
    bus_options,
    demo_settings_from,
    duration_option,
    measurement_from,
)
from canmcast_gui.cli.program import Failure
from canmcast_gui.cli.terminal import Keys
from canmcast_gui.database import DatabaseSet, load_database
from canmcast_gui.demo import DEMO_DATABASE
from canmcast_gui.demo.process import DemoProcess
from canmcast_gui.frames import Flag, FrameBatch, SourceTable
from canmcast_gui.frames.text import ERROR_FRAME, frame_id_text, type_text
from canmcast_gui.frames.units import NS_PER_MS, NS_PER_SECOND
from canmcast_gui.recording import NewestById, RateMeter
from canmcast_gui.recording.newest import Change
from canmcast_gui.resources_path import resource
from canmcast_gui.wording import counted, printable

REDRAW_SECONDS = 0.2
# A key or a change waits this long at most.
POLL_SECONDS = 0.05


# Lines around the rows: the headline, a blank line, the column titles, and the hint at the bottom.
LINES_AROUND = 4
# From these widths on there is room for one more column.
WIDE, VERY_WIDE = 96, 124
# How long a changed byte is highlighted.
HIGHLIGHT_NS = NS_PER_SECOND
_KIND_STYLE = ((Flag.ERROR, "red"), (Flag.REMOTE, "green"))
_CHANGE_STYLE = {Change.UP: "bold cyan", Change.DOWN: "bold underline magenta"}


@click.command("monitor")
@bus_options
@click.option(
    "--demo",
    is_flag=True,
    help="Start a simulated car on a private bus of this computer; with --local or --port, on that bus.",
)
@click.option(
    "--database", "databases", type=EXISTING_FILE, multiple=True, help="Database for names. Repeatable."
)
@duration_option
@click.pass_context
def command(
    context: click.Context, /, demo: bool, databases: tuple[Path, ...], duration: float | None, **bus: Any
) -> None:
    """Show one row for each id, with its newest data, count and mean cycle time.

    Arrow keys scroll, q or Ctrl+C quits. If stdout is not a terminal, the last state is printed at the end.
    """
    demo_bus = demo_settings_from(context, bus) if demo else None
    measurement = Measurement.of_bus(demo_bus) if demo_bus else measurement_from(bus)
    if demo:
        databases = (*databases, resource(DEMO_DATABASE))
    names = DatabaseSet()
    for path in databases:
        names.add(load_database(path))
    with ExitStack() as stack:
        listener = stack.enter_context(Listener(measurement, None, duration, from_first_frame=demo))
        car = stack.enter_context(DemoProcess(demo_bus)) if demo_bus else None
        label = "demonstration" if demo else measurement.label()
        monitor = Monitor(listener, names, label)
        with monitor.on_screen() as show:
            for _ in monitor.turns():
                show(monitor.picture())
                failure = car.failure() if car else None
                if failure:
                    raise Failure(failure)


class Monitor:
    """What the screen shows of a bus."""

    def __init__(self, listener: Listener, names: DatabaseSet, label: str) -> None:
        self._listener = listener
        self._names = names
        self._label = label
        self._console = Console()
        self._screen = Screen(80, 24, is_live=self._console.is_terminal)
        self._newest = NewestById()
        self._rates = RateMeter()

    @contextmanager
    def on_screen(self) -> Iterator[Callable[[Group], None]]:
        """Use the whole terminal; at the end it is as before, with one line added.

        If stdout is not a terminal, only the last picture is printed.
        """
        if not self._console.is_terminal:
            self._listener.announce()
            pictures: deque[Group] = deque(maxlen=1)
            yield pictures.append
            self._console.print(*pictures)
            return
        with Live(console=self._console, screen=True, auto_refresh=False, vertical_overflow="crop") as live:
            yield lambda picture: live.update(picture, refresh=True)
        self._console.print(Text(printable(self._headline())))

    def turns(self) -> Iterator[None]:
        """Receive frames and handle keys; yields whenever the screen is to be drawn."""
        drawn = 0.0
        with Keys() as keys:
            for batch in self._listener.batches(POLL_SECONDS):
                self._newest.update(batch, self._listener.taken - len(batch))
                self._rates.update(batch, time.monotonic_ns(), time.time_ns())
                key = keys.pressed()
                if key == "end":
                    break
                self._scroll(key)
                if key or time.monotonic() - drawn > REDRAW_SECONDS:
                    drawn = time.monotonic()
                    yield
        yield

    def _scroll(self, key: str | None) -> None:
        steps = {"up": -1, "down": 1, "page up": -self._screen.rows, "page down": self._screen.rows}
        self._screen.scroll(steps.get(key or "", 0), len(self._newest))

    def picture(self) -> Group:
        """The screen as it is now; all rows if there is no terminal."""
        self._screen.width, self._screen.height = self._console.size
        if not self._screen.is_live:
            self._screen.height = len(self._newest) + LINES_AROUND
        return draw(
            self._screen, self._newest, self._names, self._listener.reception.sources, self._headline()
        )

    def _headline(self) -> str:
        rate = self._rates.frames_per_second(time.monotonic_ns())
        problem = self._listener.reception.problem
        losses = self._listener.report().losses or ", 0 lost"
        frames = f"{rate:,.0f} frames/s · {counted(self._listener.taken, 'frame')}{losses}"
        trouble = [f"reception problem: {problem}"] if problem else []
        return " · ".join(["canmcast", *trouble, self._label, frames])


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
            "Cycle ms": ""
            if period != period
            else f"{period / NS_PER_MS:.1f}",  # NaN while there is one frame
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
