"""A job: one frame that is sent periodically or when triggered; as it is asked for, and as it is armed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.units import MAX_PERIOD_NS, MIN_PERIOD_NS
from canmcast_gui.frames.validity import first_problem
from canmcast_gui.transmit.errors import TransmitError

# Intervals that the measured period and jitter look back at: long enough to be read, short enough to follow.
MEASURED_INTERVALS = 100

# What makes a frame's datagram for the time at which it is due, in int nanoseconds.
MakeDatagram = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class Trigger:
    """What makes a job send: a received frame that meets ``condition``, ``delay_ns`` after its arrival.

    ``condition`` is a filter's text, or what conditions.py makes of one that asks databases.
    """

    condition: str | dict[str, Any]
    delay_ns: int = 0

    def validated(self) -> Trigger:
        """Raises TransmitError for a delay that is not possible."""
        if not 0 <= self.delay_ns <= MAX_PERIOD_NS:
            raise TransmitError(
                f"A delay of {self.delay_ns / 1e6:g} ms is not possible; choose one up to 24 hours."
            )
        return self


@dataclass(frozen=True, slots=True)
class Job:
    """What Transmitter.jobs is to send: one frame every ``period_ns``, ``count`` times or without end (None).

    With a ``trigger`` it is not sent periodically, but once for each received frame that meets it.
    ``changes`` are applied to the data of each frame for the time at which it is due; see payload/generators.
    ``name`` is how messages call the job; without one they give its frame's id.
    """

    job_id: int
    frame: FrameBatch
    period_ns: int
    count: int | None = None
    changes: Sequence[dict[str, Any]] = ()
    name: str = ""
    trigger: Trigger | None = None

    def validate(self) -> None:
        """Raise TransmitError for anything but one valid frame, a possible period and a positive count."""
        if len(self.frame) != 1:
            raise TransmitError(f"A periodic job sends one frame, not {len(self.frame)}.")
        validate_frame(self.frame)
        if not MIN_PERIOD_NS <= self.period_ns <= MAX_PERIOD_NS:
            raise TransmitError(
                f"A period of {self.period_ns / 1e6:g} ms is not possible;"
                " choose one between 0.1 ms and 24 hours."
            )
        if self.count is not None and self.count < 1:
            raise TransmitError(f"A job cannot send {self.count} frames; choose at least 1, or no limit.")


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
class ArmedJob:
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
