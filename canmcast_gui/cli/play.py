"""``canmcast play``: the frames of log files, sent again by the transmit process."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from canmcast_gui.cli.interrupt import Interrupt
from canmcast_gui.cli.keys import Keys
from canmcast_gui.cli.options import bus_options, bus_settings_from
from canmcast_gui.cli.parameters import EXISTING_FILE
from canmcast_gui.cli.program import Failure
from canmcast_gui.cli.progress import live_line
from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.filters import FilterError
from canmcast_gui.logfile import read_batches
from canmcast_gui.recording import Recording
from canmcast_gui.transmit import ReplayOptions, ReplayStatus, SendFailed, TransmitError, Transmitter
from canmcast_gui.transmit.playlist import one_after_the_other, within
from canmcast_gui.transmit.replay_text import parse_channels, parse_ids

SENDER = "canmcast_gui.transport.sender:open_sender"
RECEIVER = "canmcast_gui.transport.receiver:open_receiver"
ROWS = "canmcast_gui.recording.follower:open_rows"

# Small batches, so that the first frame leaves before much of the file was read.
_BATCH_FRAMES = 4096
_LOOK_SECONDS = 0.1
_SECOND_NS = 1_000_000_000
_REPLAY = 1
SECONDS = click.FloatRange(min=0)


@click.command("play")
@click.argument("files", type=EXISTING_FILE, nargs=-1, required=True)
@bus_options
@click.option(
    "--speed",
    type=click.FloatRange(min=0.001, max=1000),
    default=1.0,
    show_default=True,
    metavar="X",
    help="How many times as fast as it was recorded.",
)
@click.option("--fast", is_flag=True, help="As fast as possible, or as --limit allows.")
@click.option("--limit", type=click.FloatRange(min=0, min_open=True), metavar="N", help="At most N frames/s.")
@click.option("--loop", is_flag=True, help="Begin anew at the end, until Ctrl+C.")
@click.option(
    "--from", "start", type=click.FloatRange(min=0), default=0.0, metavar="S", help="Begin at S seconds."
)
@click.option(
    "--to", "stop", type=click.FloatRange(min=0, min_open=True), metavar="S", help="End at S seconds."
)
@click.option("--filter", "text", default="", metavar="TEXT", help="Send only frames that pass this filter.")
@click.option("--id", "ids", multiple=True, metavar="OLD=NEW", help="Send an id as another one, in hex.")
@click.option(
    "--channel", "channels", multiple=True, metavar="OLD=NEW", help="Send a channel as another one."
)
@click.option("--skip-live", is_flag=True, help="Leave out ids that somebody else on the bus sends.")
@click.option("--step", is_flag=True, help="Begin paused; . sends one frame, the space bar goes on.")
@click.option("--error-frames", is_flag=True, help="Send error frames as well.")
def command(
    files: tuple[Path, ...],
    speed: float,
    fast: bool,
    limit: float | None,
    loop: bool,
    start: float,
    stop: float | None,
    text: str,
    ids: tuple[str, ...],
    channels: tuple[str, ...],
    skip_live: bool,
    step: bool,
    error_frames: bool,
    **bus: Any,
) -> None:
    """Send the frames of FILES, one file after the other, with the times between them as recorded.

    On a terminal the space bar pauses and goes on, . sends one frame while paused, the left and right keys
    go back and forth by ten seconds, and q ends.
    """
    settings = bus_settings_from(bus)
    try:
        options = ReplayOptions(
            speed=None if fast else speed,
            rate=limit if fast else None,
            loop=loop,
            filter=text,
            ids=parse_ids(" ".join(ids)),
            channels=parse_channels(" ".join(channels)),
            skip_live=skip_live,
            error_frames=error_frames,
            paused=step,
        ).validated()
    except (TransmitError, FilterError) as error:
        raise Failure(str(error)) from None
    readers = [read_batches(file, _BATCH_FRAMES) for file in files]
    stop_ns = None if stop is None else round(stop * _SECOND_NS)
    batches = within(one_after_the_other(readers), round(start * _SECOND_NS), stop_ns)
    try:
        with Transmitter(SENDER, settings.to_dict(), RECEIVER) as transmitter:
            if limit is not None and not fast:
                transmitter.set_rate_limit(limit)
            Player(transmitter, batches, options).play(", ".join(file.name for file in files))
    except TransmitError as error:
        raise Failure(str(error)) from None


class Player:
    """Reads batches into a recording of its own, which the transmit process sends meanwhile."""

    def __init__(
        self, transmitter: Transmitter, batches: Iterator[FrameBatch], options: ReplayOptions
    ) -> None:
        self._transmitter = transmitter
        self._batches = batches
        self._options = options
        self._status = ReplayStatus(_REPLAY, "playing", 0, 0, 0, 0, 0, None)
        self._problem: str | None = None
        self._ended_by_user = False
        self._found = False

    @property
    def sent(self) -> int:
        """How many frames have left, as far as it was told."""
        return self._status.sent

    def play(self, name: str) -> None:
        """Send everything. Raises Failure, FileError."""
        with (
            tempfile.TemporaryDirectory(prefix="canmcast-play-") as folder,
            Recording.create(Path(folder) / "frames") as recording,
            Interrupt() as interrupt,
            Keys() as keys,
            live_line() as show,
        ):
            self._begin(recording)
            for batch in self._batches:
                recording.append(batch)
                self._transmitter.replay_grown(_REPLAY, recording.end_row, False)
                if self._attend(interrupt, keys, recording, show, 0.0):
                    break
            else:
                self._transmitter.replay_grown(_REPLAY, recording.end_row, True)
                while self._status.state not in ("ended", "failed"):
                    if self._attend(interrupt, keys, recording, show, _LOOK_SECONDS):
                        break
        self._finish(name)

    def _begin(self, recording: Recording) -> None:
        self._transmitter.replay(_REPLAY, ROWS, {"folder": str(recording.folder)}, self._options)

    def _attend(self, interrupt: Interrupt, keys: Keys, recording: Recording, show: Any, wait: float) -> bool:
        """Hear what has happened, and what the user wants; whether that is an end."""
        transmitter = self._transmitter
        ended = interrupt.wait(wait, transmitter)
        for news in transmitter.poll():
            if isinstance(news, ReplayStatus):
                self._status = news
            elif isinstance(news, SendFailed):
                self._problem = news.sentence
        if sentence := transmitter.supervise():
            raise Failure(sentence)
        self._obey(keys.pressed(), recording)
        status, end = self._status, max(1, recording.end_row)
        show(
            f"{status.sent:,} frames, {status.row / end:.0%}"
            + (", paused" if status.state == "paused" else "")
        )
        self._ended_by_user |= ended
        self._found = bool(self._options.stop_at) and status.state == "paused"
        return self._ended_by_user or self._found or status.state == "failed"

    def _obey(self, key: str | None, recording: Recording) -> None:
        do = self._transmitter.replay_do
        if key == "page down":
            do(_REPLAY, "pause" if self._status.state == "playing" else "play")
        elif key == "step":
            do(_REPLAY, "step")
        elif key in ("left", "right"):
            do(_REPLAY, "seek", _row_from(recording, self._status.row, -10 if key == "left" else 10))
        elif key == "end":
            self._ended_by_user = True

    def _finish(self, name: str) -> None:
        status = self._status
        if not self._ended_by_user and not self._found and not status.sent:
            raise Failure(self._problem or f"{name} has no frames that could be sent")
        late = f", {status.late:,} of them late" if status.late else ""
        skipped = f", {status.skipped:,} not for this bus" if status.skipped else ""
        click.echo(f"canmcast: {self._transmitter.sent:,} frames sent{late}{skipped}", err=True)
        if self._found:
            click.echo(f"canmcast: {self._options.stop_at} was heard", err=True)
        elif self._problem:
            raise Failure(self._problem)


def _row_from(recording: Recording, row: int, seconds: float) -> int:
    """The row that is so many seconds away from another one, by halving."""
    low, high = (0, row) if seconds < 0 else (row, recording.end_row)
    if not recording.end_row:
        return row
    here = min(row, recording.end_row - 1)
    wanted_ns = int(recording.rows(here, here + 1).timestamp_ns[0]) + round(seconds * _SECOND_NS)
    while low < high:
        middle = (low + high) // 2
        if int(recording.rows(middle, middle + 1).timestamp_ns[0]) < wanted_ns:
            low = middle + 1
        else:
            high = middle
    return low
