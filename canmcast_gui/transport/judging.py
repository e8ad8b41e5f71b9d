"""From datagrams to frames: which are valid, which are for this bus, and what is counted of the others."""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np

from canmcast_gui.frames import FRAME_DTYPE, INLINE_BYTES, Flag, FrameBatch
from canmcast_gui.frames.batch import Records
from canmcast_gui.transport.codec import Refusal
from canmcast_gui.transport.columns import decode_columns
from canmcast_gui.transport.layout import Bytes, Mask, Numbers
from canmcast_gui.transport.ledger import Ledger, Peer
from canmcast_gui.transport.reading import Arrival
from canmcast_gui.transport.recvmmsg import ManyReader
from canmcast_gui.transport.repetition import Decoder, Meaning

# A frame as it arrived: what the datagram said, its payload, from whom, and when (UTC nanoseconds).
Heard = tuple[Meaning, bytes, Peer, int]

# Fewer datagrams than this are decoded faster one by one than as columns.
FEW = 64

_RECORD = struct.Struct("<q8sIIHHBBBB")  # FRAME_DTYPE
_FD = int(Flag.FD)
_TX = int(Flag.TX)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a bus delivers: its own frames or not, CAN FD frames or not."""

    own: bool
    fd: bool


class Judge:
    """Decodes datagrams one by one or by the block, and keeps the ledger. Nothing in a datagram can raise."""

    def __init__(self, ledger: Ledger, wanted: Wanted) -> None:
        self._ledger = ledger
        self._wanted = wanted
        self._decoder = Decoder()

    def judge(self, arrival: Arrival) -> Heard | Refusal:
        """The frame that a datagram brings, or why it brings none."""
        data, address, timestamp_ns, foreign = arrival
        ledger = self._ledger
        peer = ledger.peer(address)
        if foreign or peer.is_refused:
            ledger.foreign += 1
            return Refusal.FOREIGN
        decoded = self._decoder.decode(data)
        if not isinstance(decoded, tuple):
            ledger.count_malformed(peer, decoded, timestamp_ns, data)
            return decoded
        meaning, payload = decoded
        if peer.is_own and not self._wanted.own:
            return Refusal.OWN
        if meaning.fd and not self._wanted.fd:
            ledger.ignored += 1
            return Refusal.FD
        peer.received += 1
        return meaning, payload, peer, timestamp_ns

    def judge_block(self, reader: ManyReader) -> FrameBatch:
        """The frames among the datagrams of the last read."""
        if len(reader.sizes) < FEW:
            return batch_of(
                [heard for heard in map(self.judge, reader.arrivals()) if isinstance(heard, tuple)]
            )
        return self._judge_columns(reader)

    def _judge_columns(self, reader: ManyReader) -> FrameBatch:
        count = len(reader.sizes)
        addresses, which = reader.senders()
        peers = [self._ledger.peer(address) for address in addresses]
        foreign = reader.foreign() | np.array([peer.is_refused for peer in peers])[which]
        self._ledger.foreign += int(np.count_nonzero(foreign))
        records = np.zeros(count, dtype=FRAME_DTYPE)
        good, heap = decode_columns(reader.matrix[:count], reader.sizes, records)
        timestamps = reader.timestamps_ns()
        heap = self._decode_rest(reader, np.flatnonzero(~good & ~foreign), timestamps, records, good, heap)
        records["timestamp_ns"] = timestamps
        records["source"] = np.array([peer.row for peer in peers], dtype=np.uint16)[which]
        own = np.array([peer.is_own for peer in peers])[which]
        records["flags"] |= np.where(own, np.uint16(Flag.TX), np.uint16(0))
        good &= ~foreign
        if not self._wanted.own:
            good &= ~own
        if not self._wanted.fd:
            good &= ~self._ignored(records, good)
        for peer, received in zip(
            peers, np.bincount(which[good], minlength=len(peers)).tolist(), strict=True
        ):
            peer.received += received
        return FrameBatch(records if good.all() else records[good], heap)

    def _ignored(self, records: Records, good: Mask) -> Mask:
        ignored: Mask = good & (records["flags"] & _FD != 0)
        self._ledger.ignored += int(np.count_nonzero(ignored))
        return ignored

    def _decode_rest(
        self,
        reader: ManyReader,
        rows: Numbers,
        timestamps: Numbers,
        records: Records,
        good: Mask,
        heap: Bytes,
    ) -> Bytes:
        """Decode one by one what is not laid out as usual; returns the heap with what they add to it."""
        added = bytearray()
        for row in rows.tolist():
            datagram = reader.datagram(row)
            decoded = self._decoder.decode(datagram)
            if not isinstance(decoded, tuple):
                peer = self._ledger.peer(reader.sender(row))
                self._ledger.count_malformed(peer, decoded, int(timestamps[row]), datagram)
                continue
            record = _record(*decoded, 0, 0, 0, len(heap) + len(added))
            records[row] = np.frombuffer(record, dtype=FRAME_DTYPE)[0]
            good[row] = True
            if len(decoded[1]) > INLINE_BYTES:
                added += decoded[1]
        return np.concatenate([heap, np.frombuffer(bytes(added), dtype=np.uint8)]) if added else heap


def batch_of(heard: list[Heard]) -> FrameBatch:
    """The frames as a batch; its source column holds the rows of their peers."""
    records = []
    heap = bytearray()
    for meaning, payload, peer, timestamp_ns in heard:
        tx = _TX if peer.is_own else 0
        records.append(_record(meaning, payload, timestamp_ns, tx, peer.row, len(heap)))
        if len(payload) > INLINE_BYTES:
            heap += payload
    array = np.frombuffer(b"".join(records), dtype=FRAME_DTYPE)
    return FrameBatch(array, np.frombuffer(bytes(heap), dtype=np.uint8))


def _record(meaning: Meaning, payload: bytes, timestamp_ns: int, tx: int, row: int, heap_size: int) -> bytes:
    return _RECORD.pack(
        timestamp_ns,
        payload[:INLINE_BYTES],
        meaning.arbitration_id,
        heap_size if len(payload) > INLINE_BYTES else 0,
        meaning.flags | tx,
        row,
        meaning.channel_number,
        meaning.dlc_code,
        len(payload),
        0,
    )
