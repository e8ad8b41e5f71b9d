"""``canmcast send``: frames as ``cansend`` takes them, once or periodically."""

from __future__ import annotations

import time
from typing import Any

import click

from canmcast_gui.cli.bus import open_transmitter
from canmcast_gui.cli.options import FiniteRange, bus_options, bus_settings_from
from canmcast_gui.cli.program import Failure
from canmcast_gui.cli.terminal import Interrupt, print_note
from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.text import FrameSyntaxError, parse_frame
from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.transmit import Job, JobStatus, SendFailed, Transmitter
from canmcast_gui.transport.sender import FrameSender
from canmcast_gui.transport.settings import BusSettings
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
def command(frames: tuple[str, ...], period: float | None, count: int | None, **bus: Any) -> None:
    """Send frames in cansend's syntax.

    \b
    123#DEADBEEF       standard id, four data bytes
    123#R, 123#R8      remote frame
    1F334455##1AABB    extended id, CAN FD; flags: 1 bit rate switch, 2 error state
    """
    if count is not None and period is None:
        raise click.UsageError("--count needs --period, the time between the frames")
    batches = [_parse(text) for text in frames]
    settings = bus_settings_from(bus)
    if period is None:
        sender = FrameSender(settings)
        try:
            sender.send_batch(FrameBatch.concatenate(batches))
        finally:
            sender.close()
    else:
        _repeat(settings, batches, period, count)


def _parse(text: str) -> FrameBatch:
    try:
        return parse_frame(text)
    except FrameSyntaxError as error:
        raise click.UsageError(str(error)) from None


def _repeat(settings: BusSettings, batches: list[FrameBatch], period_ms: float, count: int | None) -> None:
    with Interrupt() as interrupt, open_transmitter(settings) as transmitter:
        start = time.monotonic()
        for job_id, batch in enumerate(batches):
            transmitter.jobs.arm(Job(job_id, batch, round(period_ms * NS_PER_SECOND / 1000), count))
        late = _wait_for_jobs(interrupt, transmitter)
        transmitter.stop_all()
        transmitter.flush(1.0)
        print_note(
            f"{counted(transmitter.sent, 'frame')} sent in {time.monotonic() - start:.1f} s"
            + (f", {late:,} of them late" if late else "")
        )


def _wait_for_jobs(interrupt: Interrupt, transmitter: Transmitter) -> int:
    """Wait until all jobs have ended or Ctrl+C; returns how often a frame could not be sent in time."""
    late: dict[int, int] = {}
    while transmitter.jobs.armed and not interrupt.wait(_POLL_SECONDS, transmitter):
        sentence = transmitter.supervise()
        if sentence:
            raise Failure(sentence)
        for event in transmitter.poll():
            if isinstance(event, SendFailed):
                raise Failure(event.sentence)
            if isinstance(event, JobStatus):
                late[event.job_id] = event.late
    return sum(late.values())
