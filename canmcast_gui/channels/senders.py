"""The sender of all channels of a measurement, for the transmit process: the channel of a frame chooses."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from canmcast_gui.channels.settings import not_open_text
from canmcast_gui.frames import FrameBatch, Source
from canmcast_gui.frames.arrays import RowNumbers
from canmcast_gui.processes.factories import load_factory
from canmcast_gui.transmit.sender import Sender
from canmcast_gui.transport.errors import FrameError

# The function that opens the senders of channels, by name for the transmit process.
SENDERS_FACTORY = "canmcast_gui.channels.senders:open_senders"


def open_senders(settings: Mapping[str, Any]) -> Sender:
    """The sender for ``{"senders": [[number, factory, settings], …]}``, also if there is only one of them."""
    return ChannelSender(
        {number: load_factory(factory)(each) for number, factory, each in settings["senders"]}
    )


@dataclass(frozen=True)
class _Part:
    """The rows of one channel in frames that were encoded ahead."""

    sender: Sender
    rows: RowNumbers
    encoded: object


class ChannelSender:
    """Sends each frame on its channel; frames without one go to the first. Takes the senders by number.

    Raises FrameError before any frame is sent, if one is not possible on its channel or that is not open. If
    a channel cannot send, the frames of the others are sent before its error is raised. The order of the
    frames of one channel is kept.
    """

    def __init__(self, senders: Mapping[int, Sender]) -> None:
        self._senders = senders
        self._first = min(senders)

    @property
    def addresses(self) -> tuple[Source, ...]:
        """The sources of the frames of all channels."""
        return tuple(address for sender in self._senders.values() for address in sender.addresses)

    def send_batch(self, batch: FrameBatch) -> int:
        """Send all frames; returns their number."""
        return self.send_encoded(self.encode_ahead(batch), 0, len(batch))

    def encode(
        self, arbitration_id: int, flags: int, channel: int | None, dlc: int, data: bytes, timestamp: float
    ) -> bytes:
        """The datagram of one frame after the number of its channel. ``channel`` counts from 0."""
        number = self._first if channel is None else channel + 1
        sender = self._sender(number)
        return bytes([number]) + sender.encode(arbitration_id, flags, None, dlc, data, timestamp)

    def send_datagram(self, datagram: bytes) -> None:
        """Send what encode() made."""
        self._senders[datagram[0]].send_datagram(datagram[1:])

    def send_datagrams(self, datagrams: Sequence[bytes]) -> int:
        """Send what encode() made of several frames; returns their number."""
        by_number: dict[int, list[bytes]] = {}
        for datagram in datagrams:
            by_number.setdefault(datagram[0], []).append(datagram[1:])
        _for_each(list(by_number.items()), lambda item: self._senders[item[0]].send_datagrams(item[1]))
        return len(datagrams)

    def encode_ahead(self, batch: FrameBatch) -> list[_Part]:
        """Encode frames before they are due, for send_encoded()."""
        return [
            _Part(self._senders[number], rows, self._senders[number].encode_ahead(part))
            for number, rows, part in self._parts(batch)
        ]

    def send_encoded(self, encoded: Any, start: int, stop: int) -> int:
        """Send rows ``start`` to ``stop`` of the frames; returns their number."""

        def send(part: _Part) -> None:
            first, last = np.searchsorted(part.rows, (start, stop)).tolist()
            if first < last:
                part.sender.send_encoded(part.encoded, first, last)

        _for_each(encoded, send)
        return stop - start

    def close(self) -> None:
        """Close all senders."""
        for sender in self._senders.values():
            sender.close()

    def _parts(self, batch: FrameBatch) -> list[tuple[int, RowNumbers, FrameBatch]]:
        """The number of each channel in a batch, its rows, and its frames, without their channel."""
        numbers = np.where(batch.channel == 0, self._first, batch.channel)
        parts = []
        for number in np.unique(numbers).tolist():
            self._sender(number)
            rows = np.flatnonzero(numbers == number)
            part = FrameBatch(batch.records[rows], batch.heap)
            part.records["channel"] = 0
            parts.append((number, rows, part))
        return parts

    def _sender(self, number: int) -> Sender:
        sender = self._senders.get(number)
        if sender is None:
            raise FrameError(not_open_text(number, self._senders))
        return sender


T = TypeVar("T")


def _for_each(items: Sequence[T], send: Callable[[T], object]) -> None:
    """Send all items; raises the first error afterwards."""
    errors = []
    for item in items:
        try:
            send(item)
        except Exception as error:  # noqa: BLE001 – a channel that fails must not stop the others
            errors.append(error)
    if errors:
        raise errors[0]
