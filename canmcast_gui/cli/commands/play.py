"""``canmcast play``: the transmit process sends the frames of log files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any

import click

from canmcast_gui.channels.measurement import Measurement
from canmcast_gui.cli.bus import open_transmitter
from canmcast_gui.cli.options import (
    EXISTING_FILE,
    FiniteFloat,
    FiniteRange,
    bus_options,
    check_filter,
    log_parts,
    measurement_from,
    valid_bus_filter,
    without_bus_options,
)
from canmcast_gui.cli.player import Player
from canmcast_gui.cli.program import Failure
from canmcast_gui.cli.terminal import print_note
from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.logfile import Order, Reader, open_reader
from canmcast_gui.transmit import ReplayOptions
from canmcast_gui.transmit.replay.options import LongestGap, parse_channels, parse_ids, within

# Small batches, so that the first frame leaves before much of the file was read.
_BATCH_FRAMES = 4096


@click.command("play")
@click.argument("files", type=EXISTING_FILE, nargs=-1, required=True)
@bus_options
@click.option(
    "--offset",
    "offsets",
    type=FiniteFloat(),
    multiple=True,
    metavar="SECONDS",
    help="Add this to the times of the first FILE; repeat for the second, and so on.",
)
@click.option("--align", is_flag=True, help="Start all FILES at the time of the first one.")
@click.option("--in-turn", is_flag=True, help="Play the FILES one after the other.")
@click.option(
    "--speed",
    type=FiniteRange(min=0.001, max=1000),
    default=1.0,
    show_default=True,
    metavar="X",
    help="Speed factor: 2 is twice as fast as recorded.",
)
@click.option("--fast", is_flag=True, help="Send as fast as possible, or as --limit allows.")
@click.option(
    "--limit", type=FiniteRange(min=0, min_open=True), metavar="N", help="Send at most N frames per second."
)
@click.option("--loop", is_flag=True, help="Repeat until Ctrl+C.")
@click.option(
    "--from", "start", type=FiniteRange(min=0), default=0.0, metavar="S", help="Start at S seconds."
)
@click.option("--to", "stop", type=FiniteRange(min=0, min_open=True), metavar="S", help="Stop at S seconds.")
@click.option(
    "--filter",
    "text",
    default="",
    metavar="EXPRESSION",
    callback=valid_bus_filter,
    help="Send only frames that match this filter.",
)
@click.option(
    "--id", "ids", multiple=True, metavar="OLD=NEW", help="Send an id as another one, in hex. Repeatable."
)
@click.option(
    "--channel",
    "channels",
    multiple=True,
    metavar="OLD=NEW",
    help="Send a channel as another one. Repeatable.",
)
@click.option("--skip-live", is_flag=True, help="Skip ids that another source on the bus sends.")
@click.option("--step", is_flag=True, help="Start paused; . sends one frame, the space bar resumes.")
@click.option("--error-frames", is_flag=True, help="Send error frames as well.")
def command(**values: Any) -> None:
    """Send the frames of FILES with their recorded timing.

    Several files are merged on one time line, by their absolute times or as the options say. A channel that
    occurs in two files is renumbered in the later one.

    In a terminal, the space bar pauses and resumes, . sends one frame while paused, the left and right keys
    move by ten seconds, and q quits.
    """
    settings = measurement_from(values)
    _play(settings, PlayArguments(**without_bus_options(values)))


@dataclass(frozen=True)
class PlayArguments:
    """The options of ``canmcast play`` without those of the bus; ``start`` and ``stop`` are seconds."""

    files: tuple[Path, ...]
    offsets: tuple[float, ...]
    align: bool
    in_turn: bool
    speed: float
    fast: bool
    limit: float | None
    loop: bool
    start: float
    stop: float | None
    text: str
    ids: tuple[str, ...]
    channels: tuple[str, ...]
    skip_live: bool
    step: bool
    error_frames: bool

    def order(self) -> Order:
        """How several files are combined. Raises click.UsageError for two ways at once."""
        if self.align and self.in_turn:
            raise click.UsageError("--align and --in-turn cannot be combined: use one of them")
        return "together" if self.align else "in turn" if self.in_turn else "times"

    def replay(self, names: Mapping[int, str]) -> ReplayOptions:
        """The options of the transmit process; ``names`` are those of channels by number.

        Raises UserError for values that it rejects.
        """
        return ReplayOptions(
            speed=None if self.fast else self.speed,
            rate=self.limit if self.fast else None,
            loop=self.loop,
            filter=self.text,
            ids=parse_ids(" ".join(self.ids)),
            channels=parse_channels(" ".join(self.channels)),
            skip_live=self.skip_live,
            error_frames=self.error_frames,
            paused=self.step,
            channel_names=tuple(names.items()),
        ).validated()


def _play(measurement: Measurement, arguments: PlayArguments) -> None:
    parts, order = log_parts(arguments.files, arguments.offsets), arguments.order()
    if arguments.stop is not None and arguments.stop <= arguments.start:
        raise Failure("--to must be after --from")
    reader = open_reader(parts, order, _BATCH_FRAMES)
    batches = iter(reader)
    first = next(batches, FrameBatch.empty())
    of_bus = {number: name for number, name in measurement.names().items() if name}
    names = {**reader.channel_names, **of_bus}
    check_filter("--filter", arguments.text, names)
    replay = arguments.replay(names)
    if len(first):  # times in the filter are relative to the first frame, also with --from
        replay = replace(replay, start_ns=int(first.timestamp_ns[0]))
    stop_ns = None if arguments.stop is None else round(arguments.stop * NS_PER_SECOND)
    played = within(
        _with_remarks(chain([first], batches), reader, len(parts)),
        round(arguments.start * NS_PER_SECOND),
        stop_ns,
    )
    with open_transmitter(measurement, receives=True) as transmitter:
        if arguments.limit is not None and not arguments.fast:
            transmitter.set_rate_limit(arguments.limit)
        Player(transmitter, played, replay).play(", ".join(file.name for file in arguments.files))


def _with_remarks(batches: Iterator[FrameBatch], reader: Reader, files: int) -> Iterator[FrameBatch]:
    """The batches; when all are read, remarks about the files go to stderr."""
    gap = LongestGap()
    for batch in batches:
        gap.add(batch)
        yield batch
    for remark in reader.remarks:
        print_note(remark)
    if files > 1 and gap.sentence():
        print_note(f"{gap.sentence()}; --align starts all files together")
