"""Decodes DroneCAN datagrams for the transport's receiver, and makes receivers for other processes."""

from __future__ import annotations

from typing import Any

import numpy as np

from canmcast_gui.channels.dronecan import wire
from canmcast_gui.channels.dronecan.columns import decode_columns
from canmcast_gui.frames import FRAME_DTYPE, FrameBatch, bits
from canmcast_gui.transport.capture.datagram_decoder import ReceivedFrame, batch_of
from canmcast_gui.transport.capture.peers import BlockOfPeers, PeerTable, ReceiveOptions
from canmcast_gui.transport.receiver import Receiver
from canmcast_gui.transport.settings import BusSettings
from canmcast_gui.transport.sockets.linux_receive import ManyReader
from canmcast_gui.transport.sockets.origins import Origin
from canmcast_gui.transport.wire.codec import Refusal
from canmcast_gui.transport.wire.header_cache import decoded_header

# Fewer datagrams are decoded faster one by one than as columns.
FEW = 16


class DroneCanDecoder:
    """Decodes datagrams one at a time or a block at once, and counts by peer. No datagram makes it raise."""

    def __init__(self, peers: PeerTable, options: ReceiveOptions) -> None:
        self._peers = peers
        self._options = options

    def decode(self, data: bytes, origin: Origin, timestamp_ns: int) -> ReceivedFrame | Refusal:
        """The frame of a datagram, or the reason why it has none. The arguments are those of an Arrival."""
        peer = self._peers.peer(origin)
        if peer.is_refused:
            self._peers.foreign += 1
            return Refusal.FOREIGN
        frame = wire.decode(data)
        if isinstance(frame, Refusal):
            self._peers.count_malformed(peer, frame, timestamp_ns, data)
            return frame
        if peer.is_own and not self._options.own:
            return Refusal.OWN
        if frame.flags & bits.FD and not self._options.fd:
            self._peers.ignored += 1
            return Refusal.FD
        peer.received += 1
        return decoded_header(frame), frame.data, peer, timestamp_ns

    def decode_block(self, reader: ManyReader) -> FrameBatch:
        """The frames among the datagrams of the last read."""
        if len(reader) >= FEW:
            return self._decode_columns(reader)
        decoded = [self.decode(*arrival) for arrival in reader.arrivals()]
        return batch_of([result for result in decoded if isinstance(result, tuple)])

    def _decode_columns(self, reader: ManyReader) -> FrameBatch:
        peers = BlockOfPeers(self._peers, self._options, *reader.origins())
        records = np.zeros(len(reader), dtype=FRAME_DTYPE)
        valid, heap = decode_columns(reader.matrix[: len(reader)], reader.sizes, records)
        records["timestamp_ns"] = times = reader.timestamps_ns()
        good = peers.accept(records, valid)
        for row in np.flatnonzero(~(valid | peers.foreign)).tolist():
            self.decode(reader.datagram(row), reader.origin(row), int(times[row]))  # counts the reason
        return FrameBatch(records if good.all() else records[good], heap)


def open_receiver(settings: dict[str, Any], watched: bool = True) -> Receiver:
    """The receiver of a bus whose settings come from another process (BusSettings.to_dict)."""
    return Receiver(BusSettings.from_dict(settings), watched=watched, decoder=DroneCanDecoder)
