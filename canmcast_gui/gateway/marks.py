"""Marks of forwarded frames in multicast datagrams: the bus that a frame comes from, and its gateways so far.

The mark is in the time of a datagram, which peers replace by the time of arrival: stock python-can does, and
so do we. It is a time of a day in March 1970, which no clock has. So a gateway knows that a frame comes from
the bus to which it would forward it, also where another gateway has brought it, on any computer.

In the columns of a gateway the mark is in the high byte of the flags: the channel of this gateway that the
frame comes from (5 bits, 0 for others), and the number of gateways before (3 bits).
"""

from __future__ import annotations

import hashlib
import socket
import struct
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from canmcast_gui.channels.settings import ChannelSettings
from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.arrays import Numbers
from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.transport.capture.datagram_decoder import DatagramDecoder, ReceivedFrame, batch_of
from canmcast_gui.transport.capture.peers import PeerTable, ReceiveOptions
from canmcast_gui.transport.receiver import Receiver
from canmcast_gui.transport.settings import BusSettings
from canmcast_gui.transport.sockets.linux_receive import ManyReader
from canmcast_gui.transport.sockets.origins import Origin
from canmcast_gui.transport.wire.codec import Refusal
from canmcast_gui.transport.wire.header_cache import HEAD, HEAD_SIZE

RECEIVER = "canmcast_gui.gateway.marks:open_receiver"
#: The setting of open_receiver() beside those of a bus: the numbers of channels and their bus ids.
BUS_IDS = "gateway_bus_ids"

# A frame that has passed this number of gateways is not forwarded again: a longer way is a loop that does not
# lead back to the bus that the frame comes from.
MOST_HOPS = 4

_BUS_BITS, _HOP_BITS = 36, 4
# Times are floats of seconds: multiples of 8 ns are exact after the conversion in both directions.
_STEP = 8
_VALUES = 1 << (_BUS_BITS + _HOP_BITS)
_START_NS = 0x2D5 << 43
_LOW, _HIGH = _START_NS / NS_PER_SECOND, (_START_NS + _VALUES * _STEP) / NS_PER_SECOND
_TIME = struct.Struct(">d")
_TIME_AT = HEAD_SIZE

# In the high byte of flags.
SHIFT = 8
_CHANNEL_BITS = 5


def bus_id(settings: ChannelSettings) -> int:
    """The same number in all gateways on the same bus, as far as that is known.

    A group whose frames stay on this computer, on a named interface, or a driver is a bus of this computer.
    """
    if settings.kind != "multicast":
        text = f"{settings.kind}:{settings.address}@{socket.gethostname()}"
    else:
        from canmcast_gui.channels.multicast import to_bus_settings

        bus = to_bus_settings(settings)
        is_shared = bus.leaves_host and not bus.interface
        text = f"{bus.group}:{bus.port}" + ("" if is_shared else f"%{bus.interface}@{socket.gethostname()}")
    digest = hashlib.sha256(text.encode()).digest()
    return int.from_bytes(digest[:8], "big") >> (64 - _BUS_BITS)


def mark_times(bus_ids: npt.NDArray[np.int64], hops: npt.NDArray[np.int64]) -> Numbers:
    """The times that carry marks, nanoseconds, int64 (n,)."""
    times: Numbers = _START_NS + ((hops << _BUS_BITS) | bus_ids) * _STEP
    return times


def channels_and_hops(batch: FrameBatch) -> tuple[Numbers, Numbers]:
    """The channel of this gateway that each frame comes from (0 for others), and the gateways before."""
    marks = (batch.flags >> np.uint16(SHIFT)).astype(np.int64)
    return marks & ((1 << _CHANNEL_BITS) - 1), marks >> _CHANNEL_BITS


class MarkDecoder:
    """Decodes as DatagramDecoder, and adds marks to flags. ``channels`` are numbers by bus id."""

    def __init__(self, peers: PeerTable, options: ReceiveOptions, channels: Mapping[int, int]) -> None:
        self._decoder = DatagramDecoder(peers, options)
        self._channels = channels

    def decode(self, data: bytes, origin: Origin, timestamp_ns: int) -> ReceivedFrame | Refusal:
        """The frame of a datagram, or the reason why it has none."""
        received = self._decoder.decode(data, origin, timestamp_ns)
        if isinstance(received, Refusal) or data[:HEAD_SIZE] != HEAD:
            return received
        mark = self._mark(_TIME.unpack_from(data, _TIME_AT)[0])
        if not mark:
            return received
        header, payload, peer, time_ns = received
        return replace(header, flags=header.flags | mark << SHIFT), payload, peer, time_ns

    def decode_block(self, reader: ManyReader) -> FrameBatch:
        """The frames of the last read; one by one if another gateway has sent some of them."""
        times = np.ascontiguousarray(reader.matrix[: len(reader), _TIME_AT : _TIME_AT + 8]).view(">f8")
        if not ((times >= _LOW) & (times < _HIGH)).any():
            return self._decoder.decode_block(reader)
        decoded = [self.decode(*arrival) for arrival in reader.arrivals()]
        return batch_of([result for result in decoded if isinstance(result, tuple)])

    def _mark(self, seconds: float) -> int:
        if not _LOW <= seconds < _HIGH:
            return 0
        value = round((seconds * NS_PER_SECOND - _START_NS) / _STEP)
        hops = min(value >> _BUS_BITS, (1 << (8 - _CHANNEL_BITS)) - 1)
        return hops << _CHANNEL_BITS | self._channels.get(value & ((1 << _BUS_BITS) - 1), 0)


def open_receiver(settings: dict[str, Any], watched: bool = True) -> Receiver:
    """The receiver of a multicast bus for a gateway; BUS_IDS in the settings are pairs of number and id."""
    pairs: Sequence[Sequence[int]] = settings[BUS_IDS]
    channels = {bus: number for number, bus in pairs}

    def decoder(peers: PeerTable, options: ReceiveOptions) -> MarkDecoder:
        return MarkDecoder(peers, options, channels)

    return Receiver(BusSettings.from_dict(settings), watched=watched, decoder=decoder)
