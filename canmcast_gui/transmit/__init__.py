"""Sending on time: periodic jobs, their schedule, and the process that keeps it."""

from canmcast_gui.transmit.client import Transmitter
from canmcast_gui.transmit.errors import TransmitError
from canmcast_gui.transmit.news import AddressChanged, HeldBack, JobStatus, SendFailed, TransmitNews

__all__ = [
    "AddressChanged",
    "HeldBack",
    "JobStatus",
    "SendFailed",
    "TransmitError",
    "TransmitNews",
    "Transmitter",
]
