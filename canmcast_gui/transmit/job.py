"""A periodic job: one frame, how often, and how many times; and what may be asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.units import MAX_PERIOD_NS, MIN_PERIOD_NS
from canmcast_gui.frames.validity import first_problem
from canmcast_gui.transmit.errors import TransmitError

# Intervals that the measured period and jitter look back at: long enough to be read, short enough to follow.
MEASURED_INTERVALS = 100

# What makes a frame's datagram for the time at which it is due, in int nanoseconds.
MakeDatagram = Callable[[int], bytes]


@dataclass(slots=True, eq=False)
class Measured:
    """The time between frames as it was: a mean, and how far intervals are from it on average, in ns."""

    period_ns: float = 0.0
    jitter_ns: float = 0.0
    _last_ns: int = 0
    _intervals: int = 0

    def note(self, now_ns: int) -> None:
        """A frame has left."""
        last_ns, self._last_ns = self._last_ns, now_ns
        if last_ns:
            intervals = self._intervals
            if intervals < MEASURED_INTERVALS:
                self._intervals = intervals = intervals + 1
            off_ns = now_ns - last_ns - self.period_ns
            self.period_ns += off_ns / intervals
            self.jitter_ns += (abs(off_ns) - self.jitter_ns) / intervals if intervals > 1 else 0.0

    def restart(self) -> None:
        """Measure anew from the last frame on, because another period is wanted."""
        self._intervals = 0
        self.period_ns = self.jitter_ns = 0.0


@dataclass(slots=True, eq=False)
class Job:
    """A job in the schedule: what is sent, and how often.

    ``make`` gives the frame in its sender's form for a due time. ``remaining`` frames are still to be sent,
    None without end; the next of them belongs to ``grid_ns``, the last one belonged to ``due_ns``.
    ``version`` is the client's number for the last command that shaped the job; ``ended`` that it was told to
    end.
    """

    job_id: int
    make: MakeDatagram
    period_ns: int
    remaining: int | None
    grid_ns: int
    due_ns: int = 0
    sent: int = 0
    late: int = 0
    version: int = 0
    ended: bool = False
    measured: Measured = field(default_factory=Measured)

    @property
    def finished(self) -> bool:
        """Whether the job has sent all that it was asked for, or was told to end."""
        return self.ended or self.remaining == 0


def validate_frame(batch: FrameBatch) -> None:
    """Raises TransmitError, naming the first of them, where frames are no valid CAN frames."""
    problem = first_problem(batch)
    if problem is not None:
        row, sentence = problem
        which = "The frame" if len(batch) == 1 else f"Frame {row + 1} of {len(batch)}"
        raise TransmitError(f"{which} was not sent: {sentence}.")


def validate_job(frame: FrameBatch, period_ns: int, count: int | None) -> None:
    """Raises TransmitError for anything but one valid frame, a possible period and a positive count."""
    if len(frame) != 1:
        raise TransmitError(f"A periodic job sends one frame, not {len(frame)}.")
    validate_frame(frame)
    if not MIN_PERIOD_NS <= period_ns <= MAX_PERIOD_NS:
        raise TransmitError(
            f"A period of {period_ns / 1e6:g} ms is not possible; choose one between 0.1 ms and 24 hours."
        )
    if count is not None and count < 1:
        raise TransmitError(f"A job cannot send {count} frames; choose at least 1, or no limit.")
