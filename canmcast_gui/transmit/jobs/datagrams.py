"""What makes a job's datagrams: always the same one, or data that changes from frame to frame."""

from __future__ import annotations

from functools import partial
from typing import Any

from canmcast_gui.transmit import messages as wire
from canmcast_gui.transmit.jobs.job import MakeDatagram
from canmcast_gui.transmit.payload.generators import ChangingData
from canmcast_gui.transmit.sender import Sender


class Changing:
    """Makes the datagrams of a job whose data changes."""

    def __init__(self, sender: Sender, plain: wire.Plain, data: ChangingData) -> None:
        self.data = data
        self._sender = sender
        self._plain = plain

    def __call__(self, due_ns: int) -> bytes:
        number, flags, channel, dlc, _payload = self._plain
        return self._sender.encode(number, flags, channel, dlc, self.data.at(due_ns), 0.0)


def maker(
    sender: Sender, plain: wire.Plain, changes: list[dict[str, Any]], earlier: MakeDatagram | None
) -> MakeDatagram:
    """What makes a job's datagrams; it counts on from what made them ``earlier``.

    Raises ValueError for a frame that is not for this bus, TransmitError for a wrong change.
    """
    datagram = sender.encode(*plain, 0.0)
    if not changes:
        return partial(_same, datagram)
    data = ChangingData(plain[4], changes)
    if isinstance(earlier, Changing):
        data.go_on_from(earlier.data)
    return Changing(sender, plain, data)


def _same(datagram: bytes, _due_ns: int) -> bytes:
    return datagram
