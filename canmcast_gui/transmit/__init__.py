"""Sending on time: periodic jobs, their schedule, and the process that keeps it."""

from canmcast_gui.transmit.client import Transmitter
from canmcast_gui.transmit.errors import TransmitError
from canmcast_gui.transmit.news import (
    AddressChanged,
    HeldBack,
    JobStatus,
    ReplayStatus,
    SendFailed,
    SequenceStatus,
    TransmitNews,
)
from canmcast_gui.transmit.replay_options import ReplayOptions

__all__ = [
    "AddressChanged",
    "HeldBack",
    "JobStatus",
    "ReplayOptions",
    "ReplayStatus",
    "SendFailed",
    "SequenceStatus",
    "TransmitError",
    "TransmitNews",
    "Transmitter",
]
