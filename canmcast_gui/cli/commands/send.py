"""``canmcast send``: frames as ``cansend`` takes them, once or periodically."""

from __future__ import annotations

import time
from collections.abc import Collection
from typing import Any

import click

from canmcast_gui.channels.processes import SendingChannels
from canmcast_gui.cli.bus import open_transmitter
from canmcast_gui.cli.options import FiniteRange, bus_options, channel_option, measurement_from, open_channel
from canmcast_gui.cli.program import Failure
from canmcast_gui.cli.terminal import Interrupt, print_note
from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.text import FrameSyntaxError, parse_frame
from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.transmit import Job, JobStatus, SendFailed, Transmitter
from canmcast_gui.wording import counted

_POLL_SECONDS = 0.1


@click.command("send")
@click.argument("frames", metavar="FRAME...", nargs=-1, required=True)
@bus_options
@click.option(
    "--period",
    type=FiniteRange(min=0, min_open=True),
    metavar="MS",
    help="Send each frame every MS milliseconds, until --count or Ctrl+C.",
)
@click.option("--count", type=click.IntRange(min=1), metavar="N", help="Send each frame N times.")
@click.option(
    "--catch-up",
    is_flag=True,
    help="Send frames that are late by more than a period. Without it they are left out.",
)
@channel_option("Send on channel N, the Nth --bus.  [default: the first]")
def command(
    frames: tuple[str, ...],
    period: float | None,
    count: int | None,
    catch_up: bool,
    channel: int | None,
    **bus: Any,
) -> None:
    """Send frames in cansend's syntax.

    \b
    123#DEADBEEF       standard id, four data bytes
    123#R, 123#R8      remote frame
    1F334455##1AABB    extended id, CAN FD; flags: 1 bit rate switch, 2 error state
    """
    if count is not None and period is None:
        raise click.UsageError("--count needs --period, the time between the frames")
    if catch_up and period is None:
        raise click.UsageError("--catch-up needs --period, the time between the frames")
    batches = [_parse(text) for text in frames]
    measurement = measurement_from(bus)
    for batch in batches:
        batch.records["channel"] = open_channel(measurement, channel) or 0
    if period is None:
        with SendingChannels(measurement) as channels:
            channels.send_now(FrameBatch.concatenate(batches))
    else:
        with open_transmitter(measurement) as transmitter:
            transmitter.set_late_frames(catch_up)
            _repeat(transmitter, batches, period, count)


def _parse(text: str) -> FrameBatch:
    try:
        return parse_frame(text)
    except FrameSyntaxError as error:
        raise click.UsageError(str(error)) from None


def _repeat(transmitter: Transmitter, batches: list[FrameBatch], period_ms: float, count: int | None) -> None:
    with Interrupt() as interrupt:
        start = time.monotonic()
        for job_id, batch in enumerate(batches):
            transmitter.jobs.arm(Job(job_id, batch, round(period_ms * NS_PER_SECOND / 1000), count))
        last = _wait_for_jobs(interrupt, transmitter)
        transmitter.stop_all()
        transmitter.flush(1.0)
        sent = f"{counted(transmitter.sent, 'frame')} sent in {time.monotonic() - start:.1f} s"
        print_note(sent + late_text(last))


def late_text(statuses: Collection[JobStatus]) -> str:
    """The late frames of all jobs, as the end of a sentence."""
    left_out = sum(status.left_out for status in statuses)
    late = sum(status.late for status in statuses) - left_out
    parts = [f"{late:,} of them late"] if late else []
    parts += [f"{left_out:,} left out because they were late"] if left_out else []
    return "".join(f", {part}" for part in parts)


def _wait_for_jobs(interrupt: Interrupt, transmitter: Transmitter) -> Collection[JobStatus]:
    """Wait until all jobs have ended or Ctrl+C; returns the last status of each."""
    last: dict[int, JobStatus] = {}
    while transmitter.jobs.armed and not interrupt.wait(_POLL_SECONDS, transmitter):
        sentence = transmitter.supervise()
        if sentence:
            raise Failure(sentence)
        for event in transmitter.poll():
            if isinstance(event, SendFailed):
                raise Failure(event.sentence)
            if isinstance(event, JobStatus):
                last[event.job_id] = event
    return last.values()
