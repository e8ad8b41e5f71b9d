"""The bus of a command: batches until a count, a time or Ctrl+C, counters, and the transmit process."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from canmcast_gui.channels.measurement import Measurement
from canmcast_gui.channels.reception import Reception
from canmcast_gui.cli.terminal import Interrupt, print_note
from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.files import write_json
from canmcast_gui.frames.filters import compile_filter

if TYPE_CHECKING:
    from canmcast_gui.transmit import Transmitter

# How often the capture process is checked; a time limit is noticed this late at most.
SUPERVISE_SECONDS = 0.25
# A batch is 2 MiB at most, a few hundredths of a second of work for its consumer.
MOST_FRAMES = 65536


@dataclass(frozen=True)
class ListenerReport:
    """The counters of a run, under the names that ``--report`` writes."""

    received: int
    sent: int
    dropped_kernel: int
    dropped_ring: int
    malformed: int
    foreign: int
    recorded: int
    duration_s: float
    receive_buffer_bytes: int
    priority: str

    @property
    def losses(self) -> str:
        """What was lost or refused, as a clause for the closing line; "" if nothing was."""
        losses = (
            (self.dropped_kernel, "lost in the receive buffer"),
            (self.dropped_ring, "lost in the capture ring"),
            (self.malformed, "malformed"),
            (self.foreign, "for another group"),
        )
        return "".join(f", {count:,} {reason}" for count, reason in losses if count)

    def write(self, path: Path | None) -> None:
        """Write them as JSON if a path is given. Raises OSError."""
        if path is not None:
            write_json(path, asdict(self))


class Listener:
    """Receives until ``count`` frames were taken, ``duration`` seconds have passed, or Ctrl+C.

    With a ``filter_text``, only matching frames are taken. Raises BusError if the bus cannot be opened,
    FilterError for an invalid filter. A context manager. With ``from_first_frame`` the duration starts when
    a frame arrives: starting the sender may take longer than that.
    """

    def __init__(
        self,
        measurement: Measurement,
        count: int | None = None,
        duration: float | None = None,
        filter_text: str = "",
        from_first_frame: bool = False,
    ) -> None:
        names = measurement.names()
        compile_filter(filter_text, channels=names)  # an invalid one fails before anything is started
        self._count = count
        self._duration = duration
        self._is_counting = not from_first_frame
        self._interrupt = Interrupt()
        self._start = time.monotonic()
        self.taken = 0
        self._problem: str | None = None
        self.reception = Reception(measurement)
        self._filter = compile_filter(filter_text, sources=self.reception.sources, channels=names)

    @property
    def seconds(self) -> float:
        """Seconds since listening started."""
        return time.monotonic() - self._start

    def batches(self, most_seconds: float = SUPERVISE_SECONDS) -> Iterator[FrameBatch]:
        """Batches as they arrive; an empty one if nothing arrives for ``most_seconds``."""
        ended = False
        while not ended:
            limits = (most_seconds, self._seconds_left(), self.reception.seconds_to_wait)
            seconds = min(limit for limit in limits if limit is not None)
            ended = self._interrupt.wait(seconds, *self.reception.readable)
            ended = ended or self._seconds_left() <= 0
            self._supervise()
            batch = self.reception.recv_batch(self._frames_wanted())
            if not self._filter.passes_all:
                batch = batch[self._filter.mask(batch)]
            if len(batch) and not self._is_counting:
                self._is_counting, self._start = True, time.monotonic()
            self.taken += len(batch)
            yield batch
            ended = ended or self.taken == self._count

    def announce(self) -> None:
        """Print on stderr that listening has started, and how to stop."""
        print_note(f"listening to {self.reception.measurement.label()}; press Ctrl+C to stop")

    def _seconds_left(self) -> float:
        if self._duration is None or not self._is_counting:
            return SUPERVISE_SECONDS
        return self._duration - self.seconds

    def _frames_wanted(self) -> int:
        return MOST_FRAMES if self._count is None else min(MOST_FRAMES, self._count - self.taken)

    def _supervise(self) -> None:
        for sentence in self.reception.supervise():
            print_note(sentence)
        problem, self._problem = self._problem, self.reception.problem
        if self._problem and self._problem != problem:
            print_note(f"reception problem: {self._problem}")
        elif problem and not self._problem:
            print_note("frames are received again")

    def report(self, recorded: int = 0) -> ListenerReport:
        """The counters so far."""
        counted = self.reception.statistics()
        return ListenerReport(
            received=counted.received,
            sent=counted.sent,
            dropped_kernel=counted.dropped_kernel,
            dropped_ring=counted.dropped_ring,
            malformed=counted.malformed,
            foreign=counted.foreign,
            recorded=recorded,
            duration_s=round(self.seconds, 3),
            receive_buffer_bytes=counted.receive_buffer_bytes,
            priority=counted.priority,
        )

    def __enter__(self) -> Listener:
        self._interrupt.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.reception.shutdown()
        self._interrupt.__exit__(kind, error, trace)


@contextmanager
def open_transmitter(measurement: Measurement, receives: bool = False) -> Iterator[Transmitter]:
    """Start the transmit process; with ``receives`` it also reads the bus, for triggers and live ids.

    Raises BusError or TransmitError.
    """
    from canmcast_gui.channels.processes import SendingChannels
    from canmcast_gui.transmit import Transmitter

    with SendingChannels(measurement) as channels:
        factory, settings, receiver = channels.sender
        with Transmitter(factory, settings, receiver if receives else "") as transmitter:
            yield transmitter
