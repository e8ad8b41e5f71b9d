"""``canmcast play``: the frames of a log file, sent in their own time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import numpy as np

from canmcast_gui.cli.interrupt import Interrupt
from canmcast_gui.cli.options import bus_options, bus_settings_from
from canmcast_gui.cli.parameters import EXISTING_FILE
from canmcast_gui.cli.program import Failure
from canmcast_gui.cli.progress import live_line
from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.logfile import read_batches
from canmcast_gui.transport.sender import FrameSender

# Frames that are due within this time go out together.
STEP_SECONDS = 0.001
# Small batches, so that the first frame leaves before much of the file was read.
_BATCH_FRAMES = 4096
_NANOSECONDS = 1_000_000_000


@click.command("play")
@click.argument("file", type=EXISTING_FILE)
@bus_options
@click.option(
    "--speed",
    type=click.FloatRange(min=0, min_open=True),
    default=1.0,
    show_default=True,
    metavar="X",
    help="How many times as fast as it was recorded.",
)
@click.option("--loop", is_flag=True, help="Begin anew at the end, until Ctrl+C.")
@click.option("--error-frames", is_flag=True, help="Send error frames as well.")
def command(file: Path, speed: float, loop: bool, error_frames: bool, **bus: Any) -> None:
    """Send the frames of FILE with the times between them that they were recorded with."""
    sender = FrameSender(bus_settings_from(bus))
    try:
        with Interrupt() as interrupt, live_line() as show:
            player = Player(sender, interrupt, speed, error_frames)
            while player.play(file, show) and loop:
                pass
    finally:
        sender.close()
    click.echo(f"canmcast: {sender.sent:,} frames sent", err=True)


class Player:
    """Sends the frames of files at their times, ``speed`` times as fast."""

    def __init__(
        self, sender: FrameSender, interrupt: Interrupt, speed: float, error_frames: bool = False
    ) -> None:
        self._sender = sender
        self._interrupt = interrupt
        self._speed = speed
        self._error_frames = error_frames

    def play(self, file: Path, show: Any) -> bool:
        """Send the frames of one file; False where the user wants an end. Raises FileError, BusError."""
        timeline = Timeline(time.monotonic(), self._speed)
        sent_before = self._sender.sent
        reader = read_batches(file, _BATCH_FRAMES)
        for batch in reader:
            for part, due in timeline.parts(self._wanted(batch)):
                while (left := due - time.monotonic()) > 0:
                    if self._interrupt.wait(left):
                        return False
                self._sender.send_batch(part)
                show(f"{self._sender.sent:,} frames, {reader.progress:.0%}")
            if self._interrupt.requested:
                return False
        if self._sender.sent == sent_before:
            raise Failure(f"{file.name} has no frames that could be sent")
        return True

    def _wanted(self, batch: FrameBatch) -> FrameBatch:
        return batch if self._error_frames else batch[~batch.has(Flag.ERROR)]


class Timeline:
    """When the frames of a file are due. Its first frame is due at ``start``; no time runs backwards."""

    def __init__(self, start: float, speed: float) -> None:
        self._start = start
        self._speed = speed
        self._first_ns: int | None = None
        self._last_ns = 0

    def parts(self, batch: FrameBatch) -> Iterator[tuple[FrameBatch, float]]:
        """Pieces of a batch that are due together, each with its time."""
        if not len(batch):
            return
        if self._first_ns is None:
            self._first_ns = self._last_ns = int(batch.timestamp_ns[0])
        times = np.maximum.accumulate(np.maximum(batch.timestamp_ns, self._last_ns))
        self._last_ns = int(times[-1])
        offsets = (times - self._first_ns) / (_NANOSECONDS * self._speed)
        first = 0
        while first < len(batch):
            end = int(np.searchsorted(offsets, offsets[first] + STEP_SECONDS, side="right"))
            yield batch[first:end], self._start + float(offsets[first])
            first = end
