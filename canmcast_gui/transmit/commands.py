"""The commands that the program sends to the transmit process.

To add one: write its class here and add it to ``Command``, handle it in the runner that it is for, and send
it from the part of ``client`` that belongs to this runner.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from canmcast_gui.frames import FrameBatch
from canmcast_gui.transmit.conditions import Condition
from canmcast_gui.transmit.fuzz.options import FuzzOptions
from canmcast_gui.transmit.jobs.job import Job
from canmcast_gui.transmit.replay.options import ReplayOptions
from canmcast_gui.transmit.sender import Settings
from canmcast_gui.transmit.sequence import Step


class _Command(Struct, frozen=True, tag=True, array_like=True):
    """The base of all commands."""


# -- single frames and everything ----------------------------------------------------------------------------


class SendFrames(_Command, frozen=True):
    """Send frames once, now, in order."""

    frames: FrameBatch


class Flush(_Command, frozen=True):
    """Report Flushed when all single frames before it were sent or dropped."""

    token: int


class SetRateLimit(_Command, frozen=True):
    """Send at most this number of frames per second; None removes the limit."""

    frames_per_second: float | None


class StopAll(_Command, frozen=True):
    """End everything that is being sent, and drop the single frames that wait."""


# -- jobs ----------------------------------------------------------------------------------------------------


class ArmJob(_Command, frozen=True):
    """Begin a job, or change one that is armed. JobReport repeats ``version``."""

    job: Job
    version: int


class SetLateFrames(_Command, frozen=True):
    """Send periodic frames that are late by more than a period as soon as possible, or leave them out."""

    catch_up: bool


class DisarmJob(_Command, frozen=True):
    """End a job."""

    job_id: int


# -- replays -------------------------------------------------------------------------------------------------


class StartReplay(_Command, frozen=True):
    """Start a replay of the source that the factory makes, in place of an earlier one with this number."""

    number: int
    factory: str
    settings: Settings
    options: ReplayOptions


class GrowReplay(_Command, frozen=True):
    """The source has rows up to ``end_row`` now; if ``complete``, these are all."""

    number: int
    end_row: int
    complete: bool


class ControlReplay(_Command, frozen=True):
    """Continue, pause, send the next frame of a paused replay, or end it."""

    number: int
    action: Literal["play", "pause", "step", "stop"]


class SeekReplay(_Command, frozen=True):
    """Continue at another row."""

    number: int
    row: int


class SetReplaySpeed(_Command, frozen=True):
    """Change the factor; None is as fast as the rate limit allows."""

    number: int
    speed: float | None


# -- sequences -----------------------------------------------------------------------------------------------


class StartSequence(_Command, frozen=True):
    """Start a sequence, in place of an earlier one with this number."""

    number: int
    steps: tuple[Step, ...]
    paused: bool


class ControlSequence(_Command, frozen=True):
    """Continue, pause, do the next step of a paused sequence, or end it."""

    number: int
    action: Literal["resume", "pause", "step", "stop"]


# -- fuzz runs -----------------------------------------------------------------------------------------------


class StartFuzz(_Command, frozen=True):
    """Start a fuzz run, in place of an earlier one with this number.

    A received frame that meets ``stop_at`` ("": none) pauses it, up to ``wait_ns`` after the last frame.
    With ``report_frames``, FuzzSent reports each frame that was sent.
    """

    number: int
    options: FuzzOptions
    stop_at: Condition
    report_frames: bool
    paused: bool
    wait_ns: int


class ControlFuzz(_Command, frozen=True):
    """Continue, also after a response; pause; send the next frame of a paused run; or end it."""

    number: int
    action: Literal["play", "pause", "step", "stop"]


Command = (
    SendFrames
    | Flush
    | SetRateLimit
    | StopAll
    | ArmJob
    | SetLateFrames
    | DisarmJob
    | StartReplay
    | GrowReplay
    | ControlReplay
    | SeekReplay
    | SetReplaySpeed
    | StartSequence
    | ControlSequence
    | StartFuzz
    | ControlFuzz
)
