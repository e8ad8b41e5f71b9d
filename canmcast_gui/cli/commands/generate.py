"""``canmcast generate``: numbered frames at a steady rate, to find what a bus and its receivers sustain."""

from __future__ import annotations

import time
from contextlib import closing
from typing import Any

import click
import numpy as np

from canmcast_gui.channels.processes import SendingChannels
from canmcast_gui.cli.options import (
    FiniteRange,
    bus_options,
    count_option,
    duration_option,
    measurement_from,
)
from canmcast_gui.cli.terminal import Interrupt, print_note
from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.transmit.sender import Sender
from canmcast_gui.wording import counted

FIRST_ID = 0x100
# Frames that are due within this time go out together.
STEP_SECONDS = 0.002


@click.command("generate")
@bus_options
@click.option(
    "--rate",
    type=FiniteRange(min=0, min_open=True),
    default=100.0,
    show_default=True,
    metavar="N",
    help="Frames per second.",
)
@count_option
@duration_option
@click.option(
    "--ids",
    type=click.IntRange(1, 0x700),
    default=80,
    show_default=True,
    metavar="N",
    help="Number of arbitration ids.",
)
@click.option("--fd", is_flag=True, help="Send CAN FD frames of 64 bytes.")
def command(rate: float, count: int | None, duration: float | None, ids: int, fd: bool, **bus: Any) -> None:
    """Send numbered frames: --rate frames per second, with --ids ids starting at 100 (hex).

    The payload starts with a sequence number (8 bytes, big endian), so that a receiver can find missing
    frames. Stops at --count, --duration or Ctrl+C.
    """
    with (
        SendingChannels(measurement_from(bus)) as channels,
        closing(channels.open_sender()) as sender,
        Interrupt() as interrupt,
    ):
        sent, seconds = _send(sender, interrupt, rate, _limit(rate, count, duration), ids, fd)
    print_note(f"{counted(sent, 'frame')} sent in {seconds:.1f} s, {sent / seconds:,.0f} frames/s")


def _limit(rate: float, count: int | None, duration: float | None) -> int | None:
    """Number of frames to send; None: unlimited."""
    limits = [count] if count is not None else []
    if duration is not None:
        limits.append(round(rate * duration))
    return min(limits, default=None)


def _send(
    sender: Sender, interrupt: Interrupt, rate: float, limit: int | None, ids: int, fd: bool
) -> tuple[int, float]:
    """Send until the limit or Ctrl+C; returns the number of frames and the seconds it took."""
    start = time.monotonic()
    sent = 0
    while limit is None or sent < limit:
        due = int((time.monotonic() - start) * rate) + 1
        due = due if limit is None else min(due, limit)
        if due > sent:
            sender.send_batch(numbered_frames(sent, due, ids, fd))
            sent = due
        next_time = start + sent / rate
        if sent != limit and interrupt.wait(max(next_time - time.monotonic(), STEP_SECONDS)):
            break
    return sent, max(time.monotonic() - start, 1e-6)


def numbered_frames(start: int, stop: int, ids: int, fd: bool = False) -> FrameBatch:
    """Frames ``start`` to ``stop``: number n has id 0x100 + n % ids and begins with n, 8 bytes big endian."""
    numbers = np.arange(start, stop, dtype=np.int64)
    data = np.zeros((len(numbers), 64 if fd else 8), dtype=np.uint8)
    data[:, :8] = numbers.astype(">i8").view(np.uint8).reshape(-1, 8)
    return FrameBatch.from_columns(
        timestamp_ns=0,
        arbitration_id=FIRST_ID + numbers % ids,
        data=data,
        flags=Flag.FD if fd else 0,
    )
