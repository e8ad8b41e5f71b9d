"""``canmcast fuzz``: random frames within ranges, repeatable, until somebody answers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import click

from canmcast_gui.cli.options import bus_options, bus_settings_from
from canmcast_gui.cli.parameters import NEW_FILE
from canmcast_gui.cli.player import RECEIVER, SENDER, Player
from canmcast_gui.cli.program import Failure
from canmcast_gui.frames.filters import FilterError
from canmcast_gui.frames.validity import MAX_STANDARD_ID
from canmcast_gui.logfile import open_writer
from canmcast_gui.transmit import ReplayOptions, TransmitError, Transmitter
from canmcast_gui.transmit.fuzz import FuzzOptions

_IDS = re.compile(r"(?P<first>[0-9A-Fa-f]{1,8})(?:\.\.(?P<last>[0-9A-Fa-f]{1,8}))?")
_LENGTHS = re.compile(r"(?P<first>\d{1,2})(?:\.\.(?P<last>\d{1,2}))?")


@click.command("fuzz")
@bus_options
@click.option(
    "--ids",
    multiple=True,
    default=("000..7FF",),
    metavar="A..B",
    help="Ids, in hex; with 4 to 8 digits extended ones.  [default: all standard ones]",
)
@click.option("--length", "lengths", default="0..8", show_default=True, metavar="A..B", help="Bytes of data.")
@click.option("--can-fd", is_flag=True, help="CAN FD frames, of up to 64 bytes.")
@click.option("--data", default="", metavar="HEX", help="Bits that are not random.  [default: 0]")
@click.option("--mask", default="", metavar="HEX", help="Bits that are random.  [default: all]")
@click.option("--seed", type=click.IntRange(min=0), default=0, help="The same seed, the same frames.")
@click.option("--rate", type=click.FloatRange(0.001, 1e6), default=100.0, show_default=True, help="Frames/s.")
@click.option("--count", type=click.IntRange(min=1), default=1000, show_default=True, help="How many.")
@click.option("--stop-at", default="", metavar="FILTER", help="End when somebody sends such a frame.")
@click.option("--log", type=NEW_FILE, help="Write what went out to this log file.")
def command(
    ids: tuple[str, ...],
    lengths: str,
    can_fd: bool,
    data: str,
    mask: str,
    seed: int,
    rate: float,
    count: int,
    stop_at: str,
    log: Path | None,
    **bus: Any,
) -> None:
    """Send random frames: ids, lengths and bits within the given ranges."""
    settings = bus_settings_from(bus)
    try:
        options = FuzzOptions(
            ids=tuple(_ids(one) for one in ids),
            lengths=_lengths(lengths),
            fd=can_fd,
            base=_bytes(data),
            mask=_bytes(mask),
            seed=seed,
            period_ns=round(1e9 / rate),
            count=count,
        ).validated()
        replay = ReplayOptions(stop_at=stop_at).validated()
        with Transmitter(SENDER, settings.to_dict(), RECEIVER) as transmitter:
            player = Player(transmitter, options.frames(), replay)
            try:
                player.play("the fuzz run")
            finally:
                if log is not None:
                    _write(log, options, player.sent)
    except (TransmitError, FilterError) as error:
        raise Failure(str(error)) from None


def _write(path: Path, options: FuzzOptions, sent: int) -> None:
    """What went out: the first frames, for they are the same every time."""
    with open_writer(path) as writer:
        for batch in options.frames():
            writer.write(batch[:sent])
            sent -= min(sent, len(batch))


def _ids(text: str) -> tuple[int, int, bool]:
    match = _IDS.fullmatch(text.strip())
    if match is None:
        raise TransmitError(f"{text} is no range of ids: write 100..1FF.")
    first, last = match["first"], match["last"] or match["first"]
    extended = max(len(first), len(last)) > 3 or int(last, 16) > MAX_STANDARD_ID
    return int(first, 16), int(last, 16), extended


def _lengths(text: str) -> tuple[int, int]:
    match = _LENGTHS.fullmatch(text.strip())
    if match is None:
        raise TransmitError(f"{text} is no range of lengths: write 0..8.")
    return int(match["first"]), int(match["last"] or match["first"])


def _bytes(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise TransmitError(f"{text} is not made of bytes in hex: write for example 02FF00.") from None
