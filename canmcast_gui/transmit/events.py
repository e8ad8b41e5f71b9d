"""What the transmit process tells: how jobs are doing, what could not be sent, where frames come from."""

from __future__ import annotations

from dataclasses import dataclass

from canmcast_gui.frames import FrameBatch


@dataclass(frozen=True, slots=True)
class JobStatus:
    """How a job is doing.

    ``sent`` frames since it was armed; ``late`` due times that were missed by more than a period, whether
    their frame left later or not at all, and frames that should have triggered it while too many sends
    waited; ``finished`` when its count is reached or it was told to end. ``period_ns`` and
    ``jitter_ns`` are measured over its last frames: the mean time between two, and how far from it they are
    on average; 0 before there are two.
    """

    job_id: int
    sent: int
    late: int
    finished: bool
    period_ns: float = 0.0
    jitter_ns: float = 0.0


@dataclass(frozen=True, slots=True)
class SendFailed:
    """Frames could not be sent; ``sentence`` says why."""

    sentence: str


@dataclass(frozen=True, slots=True)
class AddressChanged:
    """Frames come from other addresses from now on, because an interface has gone and returned."""

    addresses: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class HeldBack:
    """``frames`` were due and not sent since the last such news, because of the rate limit."""

    frames: int


@dataclass(frozen=True, slots=True)
class Discarded:
    """``frames`` single frames that were asked for were dropped before they left, by stop_all()."""

    frames: int


@dataclass(frozen=True, slots=True)
class ReplayStatus:
    """How a replay is doing.

    ``state`` is "playing", "paused", "ended", "stopped" or "failed"; the last two are over for good, an ended
    one can be moved and go on. ``row`` is the next row that will be sent; ``sent``
    and ``skipped`` frames (those that are not for this bus), ``late`` more than 1 ms, ``loops`` times that it
    began anew; ``position_ns`` the time in the recording, None while that is unknown.
    """

    number: int
    state: str
    row: int
    sent: int
    skipped: int
    late: int
    loops: int
    position_ns: int | None


@dataclass(frozen=True, slots=True)
class SequenceStatus:
    """How a sequence is doing.

    ``state`` is "running", "paused" or "ended"; ``at`` the step that is next; ``missed`` expected frames that
    did not come in time; ``outcome`` why it has ended: "done", "stopped", or a reason.
    """

    number: int
    state: str
    at: int
    sent: int
    missed: int
    outcome: str


@dataclass(frozen=True, slots=True)
class FuzzStatus:
    """How a fuzz run is doing.

    ``state`` is "playing", "paused", "answered" (it stands still, see FuzzAnswer), "ended", "stopped" or
    "failed"; the last two are over for good. ``sent`` frames have left, ``skipped`` are not for this bus,
    ``late`` left more than 1 ms late.
    """

    number: int
    state: str
    sent: int
    skipped: int
    late: int


@dataclass(frozen=True, slots=True)
class FuzzSent:
    """Frames of a fuzz run that have left, each with the time at which it began to."""

    number: int
    frames: FrameBatch


@dataclass(frozen=True, slots=True)
class FuzzAnswer:
    """A frame of somebody else at which a fuzz run was to stop.

    ``frame`` is a batch of one; ``before`` the last frames that had left when it came, oldest first: any of
    them may be what it answers. ``after`` frames more had left before it was heard.
    """

    number: int
    frame: FrameBatch
    before: FrameBatch
    after: int


TransmitNews = (
    JobStatus
    | SendFailed
    | AddressChanged
    | HeldBack
    | Discarded
    | ReplayStatus
    | SequenceStatus
    | FuzzStatus
    | FuzzSent
    | FuzzAnswer
)
