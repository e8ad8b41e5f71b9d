"""The events that the transmit process reports: progress, failures, and where frames come from.

``TransmitEvent`` are those that Transmitter.poll() returns, ``ProcessEvent`` all that the process sends.
"""

from __future__ import annotations

from msgspec import Struct

from canmcast_gui.frames import FrameBatch
from canmcast_gui.wording import counted, were


class _Event(Struct, frozen=True, tag=True, array_like=True):
    """The base of all events."""


class JobStatus(_Event, frozen=True):
    """The progress of a job.

    ``sent`` frames since it was armed; ``late`` due times that were missed by more than a period or held back
    by the rate limit, and received frames that should have triggered it while too many sends were pending;
    ``left_out`` of them were not sent later either; ``finished`` when its count is reached or it was told to
    end. ``period_ns`` and ``jitter_ns`` are measured over its last frames: the mean time between two, and its
    mean deviation; 0 before there are two.
    """

    job_id: int
    sent: int
    late: int
    finished: bool
    period_ns: float = 0.0
    jitter_ns: float = 0.0
    left_out: int = 0


class SendFailed(_Event, frozen=True):
    """Something could not be sent or started; ``sentence`` says why."""

    sentence: str


class AddressChanged(_Event, frozen=True):
    """Frames come from other addresses (ip and port) from now on, because an interface was gone."""

    addresses: tuple[tuple[str, int], ...]


class HeldBack(_Event, frozen=True):
    """``frames`` were due and not sent since the last such event, because of the rate limit."""

    frames: int


class FramesMissed(_Event, frozen=True):
    """``frames`` were received and not looked at since the last such event, as they arrived too fast.

    Triggers, steps that expect a frame, and what ends a fuzz run did not see them.
    """

    frames: int

    @property
    def sentence(self) -> str:
        """What it means for what is sent."""
        return (
            f"{counted(self.frames, 'received frame')} {were(self.frames)} not compared with triggers and "
            "conditions: traffic was faster than it was read."
        )


class Discarded(_Event, frozen=True):
    """``frames`` single frames were dropped by stop_all() before they were sent."""

    frames: int


class ReplayStatus(_Event, frozen=True):
    """The progress of a replay.

    ``state`` is "playing", "paused", "ended", "stopped" or "failed"; the last two are final, an ended replay
    can seek and continue. ``row`` is the next row that will be sent; ``sent`` and ``skipped`` frames (those
    that this bus cannot carry), ``late`` those sent more than 1 ms late, ``loops`` completed repetitions;
    ``position_ns`` the time in the recording, None while that is unknown.
    """

    number: int
    state: str
    row: int = 0
    sent: int = 0
    skipped: int = 0
    late: int = 0
    loops: int = 0
    position_ns: int | None = None


class SequenceStatus(_Event, frozen=True):
    """The progress of a sequence.

    ``state`` is "running", "paused" or "ended". ``at`` is the index of the next step; ``missed`` counts
    expected frames that did not arrive in time; ``outcome`` says why it has ended: "done", "stopped", or a
    reason.
    """

    number: int
    state: str
    at: int = 0
    sent: int = 0
    missed: int = 0
    outcome: str = ""


class FuzzStatus(_Event, frozen=True):
    """The progress of a fuzz run.

    ``state`` is "playing", "paused", "responded" (paused by a response, see FuzzResponse), "ended", "stopped"
    or "failed"; the last two are final. ``sent`` frames were sent, ``skipped`` are not possible on this bus,
    ``late`` were sent more than 1 ms late.
    """

    number: int
    state: str
    sent: int = 0
    skipped: int = 0
    late: int = 0


class FuzzSent(_Event, frozen=True):
    """Frames of a fuzz run that were sent, each with the time at which sending it began."""

    number: int
    frames: FrameBatch


class FuzzResponse(_Event, frozen=True):
    """A received frame at which a fuzz run was to stop.

    ``frame`` is a batch of one; ``before`` the last frames that were sent before it arrived, oldest first:
    any of them may have caused it. ``after`` frames more were sent before the run stopped.
    """

    number: int
    frame: FrameBatch
    before: FrameBatch
    after: int


# -- for the client only -------------------------------------------------------------------------------------


class SendProgress(_Event, frozen=True):
    """``sent`` frames of all kinds since the process started; ``done`` single frames that no longer wait."""

    sent: int
    done: int


class Flushed(_Event, frozen=True):
    """All single frames before the command Flush with this token were sent or dropped."""

    token: int


class JobReport(_Event, frozen=True):
    """The status of a job, with the ``version`` of the command that armed it last."""

    version: int
    status: JobStatus


TransmitEvent = (
    JobStatus
    | SendFailed
    | AddressChanged
    | HeldBack
    | FramesMissed
    | Discarded
    | ReplayStatus
    | SequenceStatus
    | FuzzStatus
    | FuzzSent
    | FuzzResponse
)
ProcessEvent = (
    SendFailed
    | AddressChanged
    | HeldBack
    | FramesMissed
    | Discarded
    | ReplayStatus
    | SequenceStatus
    | FuzzStatus
    | FuzzSent
    | FuzzResponse
    | SendProgress
    | Flushed
    | JobReport
)
