"""Sends frames on time: jobs, sequences, replays and fuzz runs, in a process that keeps their timing.

``Transmitter`` starts the process and controls it, with the parts ``Jobs``, ``Replays``, ``Sequences`` and
``FuzzRuns``. ``Job``, ``ReplayOptions``, ``FuzzOptions`` and the steps in ``sequence`` describe what to send,
generators in ``payload`` how payloads change. ``TransmitEvent`` are the events that report on it, such as
``JobStatus``; ``TransmitError`` says why something cannot be sent. The process gets its sender by the name of
a factory, so that the package is independent of the transport. May import ``processes`` and ``frames``.
"""

from canmcast_gui.transmit.client.parts import FuzzRuns, Jobs, Replays, Sequences
from canmcast_gui.transmit.client.transmitter import Transmitter
from canmcast_gui.transmit.errors import TransmitError
from canmcast_gui.transmit.events import (
    AddressChanged,
    Discarded,
    FramesMissed,
    FuzzResponse,
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
    "FramesMissed",
    "FuzzOptions",
    "FuzzResponse",
    "FuzzRuns",
    "FuzzSent",
    "FuzzStatus",
    "HeldBack",
    "Job",
    "JobStatus",
    "Jobs",
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
