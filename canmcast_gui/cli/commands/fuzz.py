"""``canmcast fuzz``: random frames within ranges, repeatable, until another node responds."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from canmcast_gui.cli.bus import open_transmitter
from canmcast_gui.cli.options import (
    NEW_FILE,
    FiniteRange,
    ask_before_overwriting,
    bus_options,
    bus_settings_from,
    without_bus_options,
)
from canmcast_gui.cli.program import Failure
from canmcast_gui.cli.terminal import Interrupt, Keys, live_line, print_note
from canmcast_gui.frames.filters import FilterError, compile_filter
from canmcast_gui.frames.text import candump_lines, frame_texts
from canmcast_gui.logfile import Recorder
from canmcast_gui.transmit import FuzzOptions, FuzzResponse, FuzzSent, FuzzStatus, SendFailed, Transmitter
from canmcast_gui.transmit.fuzz.options import (
    KINDS,
    MAX_SEED,
    parse_byte_ranges,
    parse_data,
    parse_id_ranges,
    parse_lengths,
    period_of,
)
from canmcast_gui.transport.settings import BusSettings
from canmcast_gui.wording import counted

_RUN = 1
_POLL_SECONDS = 0.1
# If the transmit process does not respond within this time, the rest of the log is not written.
_PATIENCE_SECONDS = 5.0


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
    "--stop-at", default="", metavar="FILTER", help="Stop when another source sends a matching frame."
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
@click.option("--step", is_flag=True, help="Start paused; . sends one frame, the space bar resumes.")
def command(**values: Any) -> None:
    """Send random frames: ids, lengths and bits within the given ranges.

    When a frame from another source matches --stop-at, sending stops, and the last frames sent before it are
    printed in the format of "candump -L": it can be the response to any of them.

    In a terminal, the space bar pauses and resumes, . sends one frame while paused, and q quits.
    """
    settings = bus_settings_from(values)
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
    step: bool

    def options(self) -> FuzzOptions:
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
        ).validated()


def _fuzz(settings: BusSettings, arguments: FuzzArguments) -> None:
    options = arguments.options()
    try:
        compile_filter(arguments.stop_at)
    except FilterError as error:
        raise Failure(f"--stop-at is not a valid filter: {error}") from None
    if not settings.fd and any(KINDS[kind] & KINDS["fd"] for kind in options.kinds):
        raise Failure("--no-fd excludes CAN FD frames: use --kind classic or remote.")
    if arguments.log is not None:
        ask_before_overwriting(arguments.log)
    with open_transmitter(settings, receives=True) as transmitter:
        recorder = None if arguments.log is None else Recorder(arguments.log)
        print_note(settings.reach())
        Fuzzer(transmitter, options, arguments.stop_at, arguments.wait, recorder).run(paused=arguments.step)


class Fuzzer:
    """One run; ``recorder`` receives the sent frames and is closed at the end."""

    def __init__(
        self,
        transmitter: Transmitter,
        options: FuzzOptions,
        stop_at: str,
        wait: float,
        recorder: Recorder | None,
    ) -> None:
        self._transmitter = transmitter
        self._options = options
        self._stop_at = stop_at
        self._wait_seconds = wait if stop_at else 0.0
        self._recorder = recorder
        self._status = FuzzStatus(_RUN, "playing", 0, 0, 0)
        self._response: FuzzResponse | None = None
        self._problem: str | None = None
        self._ended_at = 0.0
        self._ended_by_user = False

    def run(self, paused: bool) -> None:
        """Send until the last frame, a response, or the user stops it. Raises Failure."""
        with_log, patience = self._recorder is not None, self._wait_seconds
        self._transmitter.fuzz.start(_RUN, self._options, self._stop_at, with_log, paused, patience)
        try:
            with Interrupt() as interrupt, Keys() as keys, live_line() as show:
                while not self._is_over():
                    self._poll(interrupt, keys, show)
            self._transmitter.fuzz.stop_and_wait(_RUN, _PATIENCE_SECONDS)
            self._read_events()
        finally:
            if self._recorder is not None:
                self._recorder.close()
        self._finish()

    def _is_over(self) -> bool:
        if self._ended_by_user or self._response is not None or self._status.state == "failed":
            return True
        if self._status.state != "ended":
            self._ended_at = time.monotonic()
            return False
        return time.monotonic() - self._ended_at >= self._wait_seconds

    def _poll(self, interrupt: Interrupt, keys: Keys, show: Any) -> None:
        """Process events of the transmit process and keys."""
        self._ended_by_user |= interrupt.wait(_POLL_SECONDS, self._transmitter)
        self._read_events()
        if sentence := self._transmitter.supervise():
            raise Failure(f"{sentence} Sent before: {counted(self._status.sent, 'frame')}.")
        if self._recorder is not None and self._recorder.failed:
            raise Failure(f"{self._recorder.error}; sent before: {counted(self._status.sent, 'frame')}")
        self._handle_key(keys.pressed())
        show(self._progress())

    def _read_events(self) -> None:
        for event in self._transmitter.poll():
            if isinstance(event, FuzzStatus) and event.state != "stopped":
                self._status = event
            elif isinstance(event, FuzzStatus):  # only the final counts: the state is the one requested here
                self._status = FuzzStatus(_RUN, self._status.state, event.sent, event.skipped, event.late)
            elif isinstance(event, FuzzSent) and self._recorder is not None:
                self._recorder.write(event.frames)
            elif isinstance(event, FuzzResponse):
                self._response = event
            elif isinstance(event, SendFailed):
                self._problem = event.sentence

    def _handle_key(self, key: str | None) -> None:
        runs, playing = self._transmitter.fuzz, self._status.state == "playing"
        if playing and key in ("page down", "step"):
            runs.pause(_RUN)
        elif key == "page down":
            runs.play(_RUN)
        if key == "step":
            runs.step(_RUN)
        elif key == "end":
            self._ended_by_user = True

    def _progress(self) -> str:
        status, count = self._status, self._options.count
        parts = [counted(status.sent, "frame") + ("" if count is None else f", {status.sent / count:.0%}")]
        parts += ["paused"] if status.state == "paused" else []
        parts += ["waiting for a response"] if status.state == "ended" else []
        return ", ".join(parts)

    def _finish(self) -> None:
        status = self._status
        if not status.sent and not self._ended_by_user:
            raise Failure(self._problem or "no frame could be sent")
        late = f", {status.late:,} of them late" if status.late else ""
        skipped = f", {status.skipped:,} skipped that this bus does not carry" if status.skipped else ""
        seed = self._options.seed
        print_note(f"{counted(status.sent, 'frame')} sent{late}{skipped}, seed {seed}")
        if self._response is not None:
            self._print_response(self._response)
        elif self._problem:
            raise Failure(self._problem)
        elif self._stop_at and not self._ended_by_user:
            print_note(f"no frame matched {self._stop_at}")
        if self._recorder is not None and self._recorder.losses:
            print_note(self._recorder.losses)
        if self._recorder is not None and self._recorder.error:
            raise Failure(self._recorder.error)

    def _print_response(self, response: FuzzResponse) -> None:
        """Print the response on stderr and the frames sent before it on stdout."""
        frame = next(frame_texts(response.frame))
        after = f", {response.after:,} more sent after it arrived" if response.after else ""
        last = (
            f"the last {counted(len(response.before), 'frame')} sent before it"
            if len(response.before)
            else "no frame sent before it"
        )
        print_note(f"received {frame}{after}; {last}:")
        sys.stdout.write(candump_lines(response.before))
        sys.stdout.flush()
