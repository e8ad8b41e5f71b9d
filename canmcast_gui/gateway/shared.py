"""Channels whose driver another process of this program has open: most devices can be opened only once.

The gateway then receives and sends through that process, as the transmit process does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from canmcast_gui.channels.kinds import kind_of
from canmcast_gui.channels.settings import ChannelSettings
from canmcast_gui.frames import FrameBatch, Source, SourceTable
from canmcast_gui.processes.factories import load_factory
from canmcast_gui.transmit.listener import Receiver
from canmcast_gui.transport.capture.client import ProcessCapture
from canmcast_gui.transport.statistics import BusStatistics

# By channel number: the factory of the sender and its settings, and those of the receiver; plain values.
Shared = Mapping[int, Mapping[str, Any]]


def shared_drivers(channels: Sequence[ChannelSettings], captures: Sequence[ProcessCapture]) -> Shared:
    """How to use the processes that have the drivers of these channels; ``captures`` are their clients.

    Channels without a driver are not part of it: they can be opened again.
    """
    return {
        channel.number: {
            "sender": kind_of(channel).sender(channel, capture),
            "receiver": kind_of(channel).receiver(channel, capture),
        }
        for channel, capture in zip(channels, captures, strict=True)
        if kind_of(channel).has_driver_process
    }


class SharedCapture:
    """Receives through the process that has the driver; its owner supervises that process.

    It has those methods of ProcessCapture that a port needs. Frames that this program sends are marked Tx.
    """

    def __init__(self, factory: str, settings: Mapping[str, Any]) -> None:
        self._receiver: Receiver = load_factory(factory)(settings)

    @property
    def sources(self) -> SourceTable:
        """The senders of the frames."""
        return self._receiver.sources

    def fileno(self) -> int:
        """Readable while frames wait."""
        (waiting,) = self._receiver.inputs()
        return waiting if isinstance(waiting, int) else waiting.fileno()

    def recv_batch(self, max_frames: int) -> FrameBatch:
        """The frames that wait, never waiting for more."""
        return self._receiver.drain(max_frames)

    def mark_own(self, source: Source) -> None:
        """Frames from this source are own ones."""
        self._receiver.mark_own(source)

    def supervise(self) -> str | None:
        """Nothing to say: the owner of the process does."""
        return None

    def statistics(self) -> BusStatistics:
        """The frames that did not arrive here, because they were read too slowly."""
        return BusStatistics(dropped_ring=self._receiver.missed)

    def shutdown(self) -> None:
        """Stop receiving."""
        self._receiver.close()
