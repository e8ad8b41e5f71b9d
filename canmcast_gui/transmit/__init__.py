"""Sending on time: jobs, their schedule, and the process that keeps it."""

from canmcast_gui.transmit.client.transmitter import Transmitter
from canmcast_gui.transmit.errors import TransmitError
from canmcast_gui.transmit.fuzz.options import FuzzOptions
from canmcast_gui.transmit.news import (
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
    TransmitNews,
)
from canmcast_gui.transmit.replay.options import ReplayOptions
from canmcast_gui.transmit.triggers import Trigger

__all__ = [
    "AddressChanged",
    "Discarded",
    "FuzzAnswer",
    "FuzzOptions",
    "FuzzSent",
    "FuzzStatus",
    "HeldBack",
    "JobStatus",
    "ReplayOptions",
    "ReplayStatus",
    "SendFailed",
    "SequenceStatus",
    "TransmitError",
    "TransmitNews",
    "Transmitter",
    "Trigger",
]
