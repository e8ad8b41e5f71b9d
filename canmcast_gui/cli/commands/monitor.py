"""``canmcast monitor``: the newest frame of each id, live in a terminal."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import click
from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from canmcast_gui.cli.bus import Listener, losses_text
from canmcast_gui.cli.commands.by_id_screen import LINES_AROUND, Screen, draw
from canmcast_gui.cli.options import (
    EXISTING_FILE,
    bus_options,
    bus_settings_from,
    demo_settings_from,
    duration_option,
)
from canmcast_gui.cli.program import Failure
from canmcast_gui.cli.terminal import Keys
from canmcast_gui.database import DatabaseSet, load_database
from canmcast_gui.demo import DEMO_DATABASE
from canmcast_gui.demo.process import DemoProcess
from canmcast_gui.recording import NewestById, RateMeter
from canmcast_gui.resources_path import resource
from canmcast_gui.wording import counted, printable

REDRAW_SECONDS = 0.2
# A key or a change waits this long at most.
POLL_SECONDS = 0.05


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
    settings = demo_settings_from(context, bus) if demo else bus_settings_from(bus)
    if demo:
        databases = (*databases, resource(DEMO_DATABASE))
    names = DatabaseSet()
    for path in databases:
        names.add(load_database(path))
    with ExitStack() as stack:
        listener = stack.enter_context(Listener(settings, None, duration, from_first_frame=demo))
        car = stack.enter_context(DemoProcess(settings)) if demo else None
        label = "demonstration" if demo else settings.label()
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
        return draw(self._screen, self._newest, self._names, self._listener.capture.sources, self._headline())

    def _headline(self) -> str:
        rate = self._rates.frames_per_second(time.monotonic_ns())
        problem = self._listener.capture.problem
        losses = losses_text(self._listener.report()) or ", 0 lost"
        frames = f"{rate:,.0f} frames/s · {counted(self._listener.taken, 'frame')}{losses}"
        trouble = [f"reception problem: {problem}"] if problem else []
        return " · ".join(["canmcast", *trouble, self._label, frames])
