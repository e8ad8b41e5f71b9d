"""Frames for tests of the transmit process, and waiting for what comes back."""

import time

from canmcast_gui.frames import FrameBatch
from canmcast_gui.processes.channel import wait_for
from canmcast_gui.transmit import Transmitter
from canmcast_gui.transport.receiver import Receiver

SENDER = "canmcast_gui.transport.sender:open_sender"
EARS = "canmcast_gui.transport.receiver:open_receiver"
PATIENCE = 20.0
MS = 1_000_000


def frame(arbitration_id: int = 0x123, data: bytes = b"\1\2\3", flags: int = 0) -> FrameBatch:
    return FrameBatch.from_columns(0, [arbitration_id], [list(data)], flags=flags)


def receive(receiver: Receiver, count: int) -> FrameBatch:
    """The frames that come, at least ``count`` of them."""
    batches, end = [], time.monotonic() + PATIENCE
    while sum(map(len, batches)) < count and time.monotonic() < end:
        wait_for(receiver.fileno(), 1.0)
        batches.append(receiver.drain())
    return FrameBatch.concatenate(batches)


def news(transmitter: Transmitter, wanted) -> list:
    """News as they come, until one is as wanted."""
    found, end = [], time.monotonic() + PATIENCE
    while not any(wanted(one) for one in found):
        assert time.monotonic() < end, f"only {found[-5:]}"
        wait_for(transmitter.fileno(), 1.0)
        found += transmitter.poll()
    return found


def ready(transmitter: Transmitter) -> None:
    """What was asked for before is done: a trigger is armed and its ears are open."""
    assert transmitter.flush(PATIENCE)
