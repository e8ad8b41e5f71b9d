"""Sending on time: jobs, triggers, sequences, replay and fuzzing, in a process that keeps their timing.

``Transmitter`` starts the process and talks to it; ``Job``, ``ReplayOptions`` and ``FuzzOptions``
describe what to send, the classes of ``events`` (such as ``JobStatus`` and ``SendFailed``, together
``TransmitEvent``) say what happened, ``TransmitError`` what is not possible. The process gets its sender by
the name of a factory, so the package knows no transport. May import ``processes`` and ``frames``.
"""

from canmcast_gui.transmit.client.runs import FuzzRuns, Replays, Sequences
from canmcast_gui.transmit.client.transmitter import Transmitter
from canmcast_gui.transmit.errors import TransmitError
from canmcast_gui.transmit.events import (
    AddressChanged,
    Discarded,
    FuzzAnswer,
    FuzzSent,
    FuzzStatus,
    HeldBack,
    JobStatus,
    ReplayStatus,
    SendFailed,
    SequenceStatus,
    TransmitEvent,
)
from canmcast_gui.transmit.fuzz.options import FuzzOptions
from canmcast_gui.transmit.jobs.job import Job, Trigger
from canmcast_gui.transmit.replay.options import ReplayOptions

__all__ = [
    "AddressChanged",
    "Discarded",
    "FuzzAnswer",
    "FuzzOptions",
    "FuzzRuns",
    "FuzzSent",
    "FuzzStatus",
    "HeldBack",
    "Job",
    "JobStatus",
    "ReplayOptions",
    "ReplayStatus",
    "Replays",
    "SendFailed",
    "SequenceStatus",
    "Sequences",
    "TransmitError",
    "TransmitEvent",
    "Transmitter",
    "Trigger",
]
