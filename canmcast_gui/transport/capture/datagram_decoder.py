"""Decode datagrams to frames and count them by sender; only valid frames for this bus are returned."""

from __future__ import annotations

import struct

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames import FRAME_DTYPE, INLINE_BYTES, FrameBatch, bits
from canmcast_gui.frames.arrays import Bytes, Mask, Numbers
from canmcast_gui.frames.batch import Records
from canmcast_gui.transport.capture.peers import BlockOfPeers, Peer, PeerTable, ReceiveOptions
from canmcast_gui.transport.sockets.linux_receive import ManyReader
from canmcast_gui.transport.sockets.origins import Origin
from canmcast_gui.transport.wire.batch_codec import RAW_RECORD, decode_columns
from canmcast_gui.transport.wire.codec import Refusal, WireFrame
from canmcast_gui.transport.wire.header_cache import (
    AFTER_TIME,
    DATA_KEY,
    HEAD,
    HEAD_SIZE,
    DecodedHeader,
    HeaderCache,
)
from canmcast_gui.transport.wire.uniform import UniformDatagrams, are_uniform, is_usual

# Fewer datagrams are decoded faster one by one than as columns: those that differ, and those that are alike.
FEW = 32
FEW_UNIFORM = 12

_RECORD = struct.Struct("<q8sIIHHBBBB")  # FRAME_DTYPE

# A received frame: header, payload, sender, and arrival time (UTC nanoseconds).
ReceivedFrame = tuple[DecodedHeader, bytes, Peer, int]


class DatagramDecoder:
    """Decodes datagrams one at a time or a block at once, and counts by peer. No datagram makes it raise."""

    def __init__(self, peers: PeerTable, options: ReceiveOptions) -> None:
        self._peers = peers
        self._options = options
        self._peer = peers.by_origin.get
        self._cache = HeaderCache()
        self._header = self._cache.headers.get
        self._uniform: UniformDatagrams | None = None

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
        count = len(reader)
        if count == 1:
            result = self.decode(reader.datagram(0), reader.origin(0), reader.timestamp_ns(0))
            return batch_of([result]) if isinstance(result, tuple) else FrameBatch.empty()
        same = self._decode_uniform(reader) if count >= FEW_UNIFORM else None
        if same is not None:
            return same
        if count >= FEW:
            return self._decode_columns(reader)
        decoded = [self.decode(*arrival) for arrival in reader.arrivals()]
        received = [result for result in decoded if isinstance(result, tuple)]
        batch = batch_of(received)
        if len(batch) == len(reader) >= FEW_UNIFORM and are_uniform(batch.records):
            self._learn(reader, received[0], batch)
        return batch

    def _learn(self, reader: ManyReader, first: ReceivedFrame, batch: FrameBatch) -> None:
        """Decode frames like these at once from now on, if the first of them has the usual layout."""
        header, payload, _peer, _time = first
        frame = WireFrame(header.arbitration_id, header.flags, header.channel, header.dlc, payload)
        if is_usual(reader.datagram(0), frame):
            self._uniform = UniformDatagrams(reader.matrix[0], batch.records[0])

    def _decode_uniform(self, reader: ManyReader) -> FrameBatch | None:
        """The batch if all datagrams are as those that were decoded last; else None."""
        if self._uniform is None:
            return None
        matrix = reader.matrix[: len(reader)]
        if not self._uniform.fits(matrix, reader.sizes):
            return None
        origin = reader.only_origin()
        return (
            None if origin is None else self._uniform_batch(self._uniform, reader, self._peers.peer(origin))
        )

    def _decode_columns(self, reader: ManyReader) -> FrameBatch:
        matrix, sizes, timestamps = reader.matrix[: len(reader)], reader.sizes, reader.timestamps_ns()
        peers = BlockOfPeers(self._peers, self._options, *reader.origins())
        records = np.zeros(len(reader), dtype=FRAME_DTYPE)
        usual, heap = decode_columns(matrix, sizes, records)
        records["timestamp_ns"] = timestamps
        if usual[0]:
            self._uniform = UniformDatagrams(matrix[0], records[0])
        good = peers.accept(records, usual)
        unusual = np.flatnonzero(~(usual | peers.foreign))
        if len(unusual):
            heap = self._decode_rest(reader, unusual, timestamps, records, good, heap)
        return FrameBatch(records if good.all() else records.view(RAW_RECORD)[good].view(FRAME_DTYPE), heap)

    def _uniform_batch(self, uniform: UniformDatagrams, reader: ManyReader, peer: Peer) -> FrameBatch:
        """The batch of datagrams of one peer that differ in time, id and payload only."""
        count = len(reader)
        if peer.is_refused:
            self._peers.foreign += count
        elif uniform.is_fd and not self._options.fd and not (peer.is_own and not self._options.own):
            self._peers.ignored += count
        elif not peer.is_own or self._options.own:
            peer.received += count
            flags = bits.TX if peer.is_own else 0
            return FrameBatch(*uniform.decode(reader.matrix[:count], reader.timestamps_ns(), peer.row, flags))
        return FrameBatch.empty()

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
    return FrameBatch(array, np.frombuffer(bytes(heap), dtype=np.uint8)) if heap else FrameBatch(array)


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
