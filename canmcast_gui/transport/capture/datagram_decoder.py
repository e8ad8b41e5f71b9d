"""Decode datagrams to frames. Those that are not valid or not for this bus are counted."""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames import FRAME_DTYPE, INLINE_BYTES, FrameBatch, bits
from canmcast_gui.frames.arrays import Bytes, Mask, Numbers
from canmcast_gui.frames.batch import Records
from canmcast_gui.transport.capture.peers import Peer, PeerTable
from canmcast_gui.transport.sockets.origins import Origin
from canmcast_gui.transport.sockets.receive import ManyReader
from canmcast_gui.transport.wire.codec import Refusal
from canmcast_gui.transport.wire.decode_batch import RAW_RECORD, decode_columns
from canmcast_gui.transport.wire.header_cache import (
    AFTER_TIME,
    DATA_KEY,
    HEAD,
    HEAD_SIZE,
    DecodedHeader,
    HeaderCache,
)

# A received frame: header, payload, sender, and arrival time (UTC nanoseconds).
ReceivedFrame = tuple[DecodedHeader, bytes, Peer, int]

# Fewer datagrams are decoded faster one by one than as columns.
FEW = 64

_RECORD = struct.Struct("<q8sIIHHBBBB")  # FRAME_DTYPE


@dataclass(frozen=True, slots=True)
class ReceiveOptions:
    """Whether a bus delivers its own frames (``own``) and CAN FD frames (``fd``)."""

    own: bool
    fd: bool


class DatagramDecoder:
    """Decodes datagrams one at a time or a block at once, and counts by peer. No datagram makes it raise."""

    def __init__(self, peers: PeerTable, options: ReceiveOptions) -> None:
        self._peers = peers
        self._options = options
        self._peer = peers.by_origin.get
        self._cache = HeaderCache()
        self._header = self._cache.headers.get

    def decode(self, data: bytes, origin: Origin, timestamp_ns: int) -> ReceivedFrame | Refusal:
        """The frame of a datagram, or the reason why it has none. The arguments are those of an Arrival."""
        peer = self._peer(origin) or self._peers.add(origin)
        if peer.is_refused:
            self._peers.foreign += 1
            return Refusal.FOREIGN
        # All but time and payload is nearly always known. The lookup is inline because a function call would
        # take as long as the lookup.
        header, constant, length = None, b"", 0
        start = data.find(DATA_KEY, AFTER_TIME) + 7
        if 7 <= start <= len(data):
            length = data[start - 1]
            payload = data[start : start + length]
            constant = data[AFTER_TIME:start] + data[start + length :]
            header = self._header(constant)
        if header is None or len(payload) != header.length or data[:HEAD_SIZE] != HEAD:
            decoded = self._cache.decode(data, constant, length)
            if isinstance(decoded, Refusal):
                self._peers.count_malformed(peer, decoded, timestamp_ns, data)
                return decoded
            header, payload = decoded
        if peer.is_own and not self._options.own:
            return Refusal.OWN
        if header.fd and not self._options.fd:
            self._peers.ignored += 1
            return Refusal.FD
        peer.received += 1
        return header, payload, peer, timestamp_ns

    def decode_block(self, reader: ManyReader) -> FrameBatch:
        """The frames among the datagrams of the last read."""
        if len(reader.sizes) < FEW:
            decoded = (self.decode(*arrival) for arrival in reader.arrivals())
            return batch_of([received for received in decoded if isinstance(received, tuple)])
        return self._decode_columns(reader)

    def _decode_columns(self, reader: ManyReader) -> FrameBatch:
        count = len(reader.sizes)
        records = np.zeros(count, dtype=FRAME_DTYPE)
        usual, heap = decode_columns(reader.matrix[:count], reader.sizes, records)
        timestamps = reader.timestamps_ns()
        records["timestamp_ns"] = timestamps
        origins, indexes = reader.origins()
        peers = [self._peers.peer(origin) for origin in origins]
        records["source"] = np.array([peer.row for peer in peers], dtype=np.uint16)[indexes]
        foreign = np.array([peer.is_refused for peer in peers])[indexes]
        self._peers.foreign += int(np.count_nonzero(foreign))
        unusual = np.flatnonzero(~(usual | foreign))
        good = usual & ~foreign
        if any(peer.is_own for peer in peers):
            own = np.array([peer.is_own for peer in peers])[indexes]
            records["flags"][own] |= np.uint16(bits.TX)
            if not self._options.own:
                good &= ~own
        if not self._options.fd:
            fd = good & (records["flags"] & np.uint16(bits.FD) != 0)
            self._peers.ignored += int(np.count_nonzero(fd))
            good &= ~fd
        received = np.bincount(indexes, weights=good, minlength=len(peers))
        for peer, number in zip(peers, received.tolist(), strict=True):
            peer.received += int(number)
        if len(unusual):
            heap = self._decode_rest(reader, unusual, timestamps, records, good, heap)
        return FrameBatch(records if good.all() else records.view(RAW_RECORD)[good].view(FRAME_DTYPE), heap)

    def _decode_rest(
        self,
        reader: ManyReader,
        rows: npt.NDArray[np.intp],
        timestamps: Numbers,
        records: Records,
        good: Mask,
        heap: Bytes,
    ) -> Bytes:
        """Decode datagrams of an unusual layout one at a time; returns the heap with their payloads added."""
        added = bytearray()
        for row in rows.tolist():
            received = self.decode(reader.datagram(row), reader.origin(row), int(timestamps[row]))
            if isinstance(received, tuple):
                records[row] = np.frombuffer(_record(received, len(heap) + len(added)), dtype=FRAME_DTYPE)[0]
                good[row] = True
                if len(received[1]) > INLINE_BYTES:
                    added += received[1]
        return np.concatenate([heap, np.frombuffer(bytes(added), dtype=np.uint8)])


def batch_of(received: list[ReceivedFrame]) -> FrameBatch:
    """The frames as a batch; its source column holds the rows of their peers."""
    records = []
    heap = bytearray()
    for frame in received:
        records.append(_record(frame, len(heap)))
        payload = frame[1]
        if len(payload) > INLINE_BYTES:
            heap += payload
    array = np.frombuffer(b"".join(records), dtype=FRAME_DTYPE)
    return FrameBatch(array, np.frombuffer(bytes(heap), dtype=np.uint8))


def _record(received: ReceivedFrame, heap_size: int) -> bytes:
    header, payload, peer, timestamp_ns = received
    return _RECORD.pack(
        timestamp_ns,
        payload[:INLINE_BYTES],
        header.arbitration_id,
        heap_size if len(payload) > INLINE_BYTES else 0,
        header.flags | bits.TX if peer.is_own else header.flags,
        peer.row,
        header.channel_number,
        header.dlc_code,
        len(payload),
        0,
    )
