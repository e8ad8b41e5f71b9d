"""A job: one frame that is sent periodically or when triggered; as it is requested, and as it is armed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from msgspec import Struct

from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.filters import FilterError
from canmcast_gui.frames.units import MAX_PERIOD_NS, MIN_PERIOD_NS
from canmcast_gui.frames.validity import first_problem
from canmcast_gui.transmit.conditions import Condition, compile_condition
from canmcast_gui.transmit.errors import TransmitError
from canmcast_gui.transmit.payload import AnyGenerator
from canmcast_gui.transmit.payload.generator import start_all

# Intervals over which period and jitter are measured: enough for a steady reading, few enough to follow.
MEASURED_INTERVALS = 100

# What makes a frame's datagram for the time at which it is due, in int nanoseconds.
MakeDatagram = Callable[[int], bytes]


class Trigger(Struct, frozen=True, array_like=True):
    """What makes a job send: a received frame that meets ``condition``, ``delay_ns`` after its arrival."""

    condition: Condition
    delay_ns: int = 0

    def validated(self) -> Trigger:
        """The same; raises TransmitError for a delay or a condition that is not possible."""
        if not 0 <= self.delay_ns <= MAX_PERIOD_NS:
            raise TransmitError(
                f"A delay of {self.delay_ns / 1e6:g} ms is not possible; choose one up to 24 hours."
            )
        try:
            compile_condition(self.condition)
        except FilterError as error:
            raise TransmitError(f"The trigger of this job is wrong: {error}.") from error
        return self


class Job(Struct, frozen=True, eq=False, array_like=True):
    """What Transmitter.jobs is to send: one frame every ``period_ns``, ``count`` times or without end (None).

    With a ``trigger`` it is not sent periodically, but once for each received frame that meets it.
    ``generators`` change the payload for the time at which each frame is due. ``name`` is how messages call
    the job; without one they give its frame's id.
    """

    job_id: int
    frame: FrameBatch
    period_ns: int
    count: int | None = None
    generators: tuple[AnyGenerator, ...] = ()
    name: str = ""
    trigger: Trigger | None = None

    def validated(self) -> Job:
        """The same; raises TransmitError for anything that cannot be sent.

        Frames are checked here so that the program can report it, and again by the sender, which alone knows
        what its bus can carry. What edits a row of the window checks it earlier, to refuse the edit.
        """
        if len(self.frame) != 1:
            raise TransmitError(f"A periodic job sends one frame, not {len(self.frame)}.")
        validate_frames(self.frame)
        if not MIN_PERIOD_NS <= self.period_ns <= MAX_PERIOD_NS:
            raise TransmitError(
                f"A period of {self.period_ns / 1e6:g} ms is not possible;"
                " choose one between 0.1 ms and 24 hours."
            )
        if self.count is not None and self.count < 1:
            raise TransmitError(f"A job cannot send {self.count} frames; choose at least 1, or no limit.")
        start_all(self.generators, int(self.frame.length[0]))
        if self.trigger is not None:
            self.trigger.validated()
        return self


def validate_frames(batch: FrameBatch) -> None:
    """Raise TransmitError, naming the first of them, if frames are not valid CAN frames."""
    problem = first_problem(batch)
    if problem is not None:
        row, sentence = problem
        which = "The frame" if len(batch) == 1 else f"Frame {row + 1} of {len(batch)}"
        raise TransmitError(f"{which} was not sent: {sentence}.")


@dataclass(slots=True, eq=False)
class Measured:
    """The measured time between frames: its mean, and the mean deviation from it, in ns."""

    period_ns: float = 0.0
    jitter_ns: float = 0.0
    _last_ns: int = 0
    _intervals: int = 0

    def note(self, now_ns: int) -> None:
        """A frame was sent."""
        last_ns, self._last_ns = self._last_ns, now_ns
        if last_ns:
            intervals = self._intervals
            if intervals < MEASURED_INTERVALS:
                self._intervals = intervals = intervals + 1
            off_ns = now_ns - last_ns - self.period_ns
            self.period_ns += off_ns / intervals
            self.jitter_ns += (abs(off_ns) - self.jitter_ns) / intervals if intervals > 1 else 0.0

    def restart(self) -> None:
        """Measure again from the last frame on, because the period was changed."""
        self._intervals = 0
        self.period_ns = self.jitter_ns = 0.0


@dataclass(slots=True, eq=False)
class ArmedJob:
    """A job in the transmit process.

    ``make`` gives the frame in its sender's form for a due time. ``remaining`` frames are still to be sent,
    None without end; the next of them belongs to ``grid_ns``, the last one belonged to ``due_ns``.
    ``late`` and ``left_out`` are those of JobStatus. ``version`` is the client's number for the last command
    that armed the job; ``ended`` is true if it was told to end.
    """

    job_id: int
    make: MakeDatagram
    period_ns: int
    remaining: int | None
    grid_ns: int
    due_ns: int = 0
    sent: int = 0
    late: int = 0
    left_out: int = 0
    version: int = 0
    ended: bool = False
    measured: Measured = field(default_factory=Measured)

    @property
    def finished(self) -> bool:
        """Whether the job has sent all that was requested, or was told to end."""
        return self.ended or self.remaining == 0

    def leave_out(self, frames: int) -> None:
        """Count frames that are not sent at their time, and not later either."""
        self.late += frames
        self.left_out += frames
