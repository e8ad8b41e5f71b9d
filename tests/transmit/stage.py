"""Frames for tests of the transmit process, and waiting for frames and events."""

import time

from canmcast_gui.frames import FrameBatch
from canmcast_gui.processes.channel import wait_for
from canmcast_gui.transmit import Transmitter
from canmcast_gui.transport.receiver import Receiver

SENDER = "canmcast_gui.transport.sender:open_sender"
RECEIVER = "canmcast_gui.transport.receiver:open_receiver"
PATIENCE = 20.0
MS = 1_000_000


def frame(arbitration_id: int = 0x123, data: bytes = b"\1\2\3", flags: int = 0) -> FrameBatch:
    return FrameBatch.from_columns(0, [arbitration_id], [list(data)], flags=flags)


def receive(receiver: Receiver, count: int) -> FrameBatch:
    """The frames that arrive, at least ``count``."""
    batches, end = [], time.monotonic() + PATIENCE
    while sum(map(len, batches)) < count and time.monotonic() < end:
        wait_for(receiver.fileno(), 1.0)
        batches.append(receiver.drain())
    return FrameBatch.concatenate(batches)


def events(transmitter: Transmitter, wanted) -> list:
    """Events as they arrive, until ``wanted`` is true for one."""
    found, end = [], time.monotonic() + PATIENCE
    while not any(wanted(event) for event in found):
        assert time.monotonic() < end, f"only {found[-5:]}"
        wait_for(transmitter.fileno(), 1.0)
        found += transmitter.poll()
    return found


def ready(transmitter: Transmitter) -> None:
    """Wait until earlier commands are executed: a trigger is armed and its receiver open."""
    assert transmitter.flush(PATIENCE)
