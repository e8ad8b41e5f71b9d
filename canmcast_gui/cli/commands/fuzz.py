"""``canmcast fuzz``: random frames within ranges, repeatable, until another node responds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from canmcast_gui.channels.measurement import Measurement
from canmcast_gui.cli.bus import open_transmitter
from canmcast_gui.cli.fuzzer import Fuzzer
from canmcast_gui.cli.options import (
    NEW_FILE,
    FiniteRange,
    ask_before_overwriting,
    bus_options,
    channel_option,
    check_filter,
    measurement_from,
    open_channel,
    valid_bus_filter,
    without_bus_options,
)
from canmcast_gui.cli.program import Failure
from canmcast_gui.cli.terminal import print_note
from canmcast_gui.logfile import Recorder
from canmcast_gui.transmit import FuzzOptions
from canmcast_gui.transmit.conditions import with_channels
from canmcast_gui.transmit.fuzz.options import (
    KINDS,
    MAX_SEED,
    parse_byte_ranges,
    parse_data,
    parse_id_ranges,
    parse_lengths,
    period_of,
)


@click.command("fuzz")
@bus_options
@click.option(
    "--ids",
    multiple=True,
    default=("000..7FF",),
    metavar="A..B",
    help="Ids in hex; 4 to 8 digits: extended ids.  [default: all standard ids]",
)
@click.option(
    "--length",
    "lengths",
    default="0..64",
    metavar="A..B",
    help="Data length in bytes.  [default: all lengths of the kind]",
)
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice(tuple(KINDS)),
    help="Kind of frames, several are mixed: classic, CAN FD, CAN FD with bit rate switch, remote."
    "  [default: classic]",
)
@click.option("--can-fd", is_flag=True, help="Send CAN FD frames of up to 64 bytes; same as --kind fd.")
@click.option(
    "--data", default="", metavar="HEX", help="Values of the fixed bits; x is a random digit.  [default: 0]"
)
@click.option("--mask", default="", metavar="HEX", help="Random bits.  [default: all]")
@click.option(
    "--byte",
    "ranges",
    multiple=True,
    metavar="N=A..B",
    help="Byte N (from 0) is random between A and B, in hex.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, MAX_SEED),
    default=0,
    show_default=True,
    metavar="N",
    help="The same seed gives the same frames on every computer.",
)
@click.option(
    "--rate",
    type=FiniteRange(0, min_open=True),
    default=100.0,
    show_default=True,
    metavar="N",
    help="Frames per second.",
)
@click.option(
    "--count",
    type=click.IntRange(min=0),
    default=1000,
    show_default=True,
    metavar="N",
    help="Number of frames (0: unlimited).",
)
@click.option(
    "--stop-at",
    default="",
    metavar="FILTER",
    callback=valid_bus_filter,
    help="Stop when another source sends a matching frame.",
)
@click.option(
    "--wait",
    type=FiniteRange(0, 3600),
    default=0.5,
    show_default=True,
    metavar="S",
    help="Wait this long for --stop-at after the last frame.",
)
@click.option(
    "--log", type=NEW_FILE, metavar="FILE", help="Write the sent frames and their times to this file."
)
@channel_option("Send on channel N, the Nth --bus.  [default: the first]")
@click.option("--step", is_flag=True, help="Start paused; . sends one frame, the space bar resumes.")
def command(**values: Any) -> None:
    """Send random frames: ids, lengths and bits within the given ranges.

    When a frame from another source matches --stop-at, sending stops, and the last frames sent before it are
    printed in the format of "candump -L": it can be the response to any of them.

    In a terminal, the space bar pauses and resumes, . sends one frame while paused, and q quits.
    """
    settings = measurement_from(values)
    _fuzz(settings, FuzzArguments(**without_bus_options(values)))


@dataclass(frozen=True)
class FuzzArguments:
    """The options of ``canmcast fuzz`` without those of the bus; ``wait`` is in seconds."""

    ids: tuple[str, ...]
    lengths: str
    kinds: tuple[str, ...]
    can_fd: bool
    data: str
    mask: str
    ranges: tuple[str, ...]
    seed: int
    rate: float
    count: int
    stop_at: str
    wait: float
    log: Path | None
    channel: int | None
    step: bool

    def options(self, first_channel: int) -> FuzzOptions:
        """The options of the transmit process. Raises UserError for values that it rejects."""
        base, random = parse_data(self.data, self.mask)
        kinds = (*self.kinds, "fd") if self.can_fd else self.kinds
        return FuzzOptions(
            ids=parse_id_ranges(" ".join(self.ids)),
            lengths=parse_lengths(self.lengths),
            kinds=tuple(dict.fromkeys(kinds)) or ("classic",),
            base=base,
            mask=random,
            ranges=parse_byte_ranges(" ".join(self.ranges)),
            seed=self.seed,
            period_ns=period_of(self.rate),
            count=self.count or None,
            channel=self.channel or first_channel,
        ).validated()


def _fuzz(measurement: Measurement, arguments: FuzzArguments) -> None:
    open_channel(measurement, arguments.channel)
    check_filter("--stop-at", arguments.stop_at, measurement.names())
    options = arguments.options(measurement.enabled[0].number)
    if not measurement.carries_fd and any(KINDS[kind] & KINDS["fd"] for kind in options.kinds):
        raise Failure("--no-fd excludes CAN FD frames: use --kind classic or remote.")
    if arguments.log is not None:
        ask_before_overwriting(arguments.log)
    with open_transmitter(measurement, receives=True) as transmitter:
        recorder = None if arguments.log is None else Recorder(arguments.log)
        print_note(measurement.reach())
        stop_at = with_channels(arguments.stop_at, measurement.names())
        Fuzzer(transmitter, options, stop_at, arguments.wait, recorder).run(paused=arguments.step)
