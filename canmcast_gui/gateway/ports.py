"""The open channels of a gateway: each receives through a capture process and has a sender.

A channel whose driver is open already is used through the process that has it, see shared.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import numpy as np

from canmcast_gui.channels.kinds import Kind, kind_of
from canmcast_gui.channels.multicast import longest_pause, to_bus_settings
from canmcast_gui.channels.settings import ChannelSettings
from canmcast_gui.frames import FrameBatch, Source
from canmcast_gui.frames.arrays import Mask
from canmcast_gui.gateway.marks import BUS_IDS, RECEIVER
from canmcast_gui.gateway.shared import Shared, SharedCapture
from canmcast_gui.processes.factories import load_factory
from canmcast_gui.transport.capture.client import Capture, ProcessCapture
from canmcast_gui.transport.errors import BusError, FrameError

# How long a frame may wait in the socket of a multicast channel.
LATENCY_MS = 0.8
# Frames that are taken at once.
MOST_FRAMES = 8192


class Port:
    """One open channel. Raises BusError if it cannot be opened, and then leaves nothing running."""

    def __init__(
        self, settings: ChannelSettings, bus_ids: Mapping[int, int], shared: Mapping[str, Any] | None = None
    ) -> None:
        kind = kind_of(settings)
        self.settings = kind.with_latency(kind.checked(settings), LATENCY_MS)
        self.capture: ProcessCapture | SharedCapture = (
            SharedCapture(*shared["receiver"]) if shared else self._open_capture(kind, bus_ids)
        )
        self._own: set[Source] = set()
        try:
            factory, values = shared["sender"] if shared else self._sender_of(kind)
            self._sender: Any = load_factory(factory)(values)
        except BaseException:
            self.capture.shutdown()
            raise
        self.mark_own()

    @property
    def number(self) -> int:
        """The number of the channel."""
        return self.settings.number

    @property
    def carries_marks(self) -> bool:
        """Whether its datagrams carry marks (marks.py) and a channel number."""
        return self.settings.kind == "multicast"

    def _open_capture(self, kind: Kind, bus_ids: Mapping[int, int]) -> ProcessCapture:
        if not self.carries_marks:
            return kind.open_capture(self.settings)
        further = {BUS_IDS: [list(pair) for pair in bus_ids.items()]}
        bus, pause = to_bus_settings(self.settings), longest_pause(self.settings)
        return Capture(bus, receiver=RECEIVER, longest_pause=pause, further=further)

    def _sender_of(self, kind: Kind) -> tuple[str, dict[str, Any]]:
        assert isinstance(self.capture, ProcessCapture)
        return kind.sender(self.settings, self.capture)

    def mark_own(self) -> None:
        """Treat the frames of its sender as own; an interface that returns gives it another address."""
        for address in set(self._sender.addresses) - self._own:
            self.capture.mark_own(address)
            self._own.add(address)

    def send(self, batch: FrameBatch) -> tuple[Mask, str]:
        """Send frames in order; returns which were sent, bool (n,), and the reason of the last failure."""
        try:
            self._sender.send_batch(batch)
        except FrameError:
            return self._send_one_by_one(batch)
        except BusError as error:
            return np.zeros(len(batch), dtype=np.bool_), str(error)
        return np.ones(len(batch), dtype=np.bool_), ""

    def _send_one_by_one(self, batch: FrameBatch) -> tuple[Mask, str]:
        """Send the frames that are possible on this channel."""
        sent, failure = np.zeros(len(batch), dtype=np.bool_), ""
        for row in range(len(batch)):
            try:
                self._sender.send_batch(batch[row : row + 1])
                sent[row] = True
            except BusError as error:
                failure = str(error)
        return sent, failure

    @property
    def lost(self) -> int:
        """Frames that were lost before the gateway could take them."""
        counted = self.capture.statistics()
        return counted.dropped_kernel + counted.dropped_ring

    def close(self) -> None:
        """End its process and close its sender."""
        with suppress(OSError, BusError):
            self._sender.close()
        self.capture.shutdown()


def open_ports(
    channels: Sequence[ChannelSettings], bus_ids: Mapping[int, int], shared: Shared | None = None
) -> list[Port]:
    """Open channels; ``bus_ids`` are those of marks.py by channel number, ``shared`` the drivers in use.

    Raises BusError if one cannot be opened, and then leaves nothing open.
    """
    ports: list[Port] = []
    try:
        ports.extend(Port(each, bus_ids, (shared or {}).get(each.number)) for each in channels)
    except BaseException:
        for port in ports:
            port.close()
        raise
    return ports
