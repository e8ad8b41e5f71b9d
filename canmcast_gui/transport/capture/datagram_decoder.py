"""From datagrams to frames: which are valid, which are for this bus, and what is counted of the others."""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames import FRAME_DTYPE, INLINE_BYTES, FrameBatch, bits
from canmcast_gui.frames.arrays import Bytes, Mask, Numbers
from canmcast_gui.frames.batch import Records
from canmcast_gui.transport.capture.peers import Ledger, Peer
from canmcast_gui.transport.sockets.origins import Origin
from canmcast_gui.transport.sockets.recvmmsg import ManyReader
from canmcast_gui.transport.wire.codec import Refusal
from canmcast_gui.transport.wire.decode_batch import RAW_RECORD, decode_columns
from canmcast_gui.transport.wire.header_cache import AFTER_TIME, DATA_KEY, HEAD, HEAD_SIZE, Meaning, Memory

# A frame as it arrived: what the datagram said, its payload, from whom, and when (UTC nanoseconds).
Heard = tuple[Meaning, bytes, Peer, int]

# Fewer datagrams than this are decoded faster one by one than as columns.
FEW = 64

_RECORD = struct.Struct("<q8sIIHHBBBB")  # FRAME_DTYPE


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
        self._peer = ledger.peers.get
        self._memory = Memory()
        self._meaning = self._memory.meanings.get

    def judge(self, data: bytes, origin: Origin, timestamp_ns: int) -> Heard | Refusal:
        """The frame that a datagram brings, or why it brings none. The arguments are those of an Arrival."""
        peer = self._peer(origin) or self._ledger.meet(origin)
        if peer.is_refused:
            self._ledger.foreign += 1
            return Refusal.FOREIGN
        # All but time and payload has most probably been seen before. This stands here, and is not a function
        # of its own, because calling one would take as long as doing it.
        meaning, constant, length = None, b"", 0
        start = data.find(DATA_KEY, AFTER_TIME) + 7
        if 7 <= start <= len(data):
            length = data[start - 1]
            payload = data[start : start + length]
            constant = data[AFTER_TIME:start] + data[start + length :]
            meaning = self._meaning(constant)
        if meaning is None or len(payload) != meaning.length or data[:HEAD_SIZE] != HEAD:
            learnt = self._memory.learn(data, constant, length)
            if isinstance(learnt, Refusal):
                self._ledger.count_malformed(peer, learnt, timestamp_ns, data)
                return learnt
            meaning, payload = learnt
        if peer.is_own and not self._wanted.own:
            return Refusal.OWN
        if meaning.fd and not self._wanted.fd:
            self._ledger.ignored += 1
            return Refusal.FD
        peer.received += 1
        return meaning, payload, peer, timestamp_ns

    def judge_block(self, reader: ManyReader) -> FrameBatch:
        """The frames among the datagrams of the last read."""
        if len(reader.sizes) < FEW:
            judged = (self.judge(*arrival) for arrival in reader.arrivals())
            return batch_of([heard for heard in judged if isinstance(heard, tuple)])
        return self._judge_columns(reader)

    def _judge_columns(self, reader: ManyReader) -> FrameBatch:
        count = len(reader.sizes)
        records = np.zeros(count, dtype=FRAME_DTYPE)
        usual, heap = decode_columns(reader.matrix[:count], reader.sizes, records)
        timestamps = reader.timestamps_ns()
        records["timestamp_ns"] = timestamps
        origins, which = reader.origins()
        peers = [self._ledger.peer(origin) for origin in origins]
        records["source"] = np.array([peer.row for peer in peers], dtype=np.uint16)[which]
        foreign = np.array([peer.is_refused for peer in peers])[which]
        self._ledger.foreign += int(np.count_nonzero(foreign))
        unusual = np.flatnonzero(~(usual | foreign))
        good = usual & ~foreign
        if any(peer.is_own for peer in peers):
            own = np.array([peer.is_own for peer in peers])[which]
            records["flags"][own] |= np.uint16(bits.TX)
            if not self._wanted.own:
                good &= ~own
        if not self._wanted.fd:
            fd = good & (records["flags"] & np.uint16(bits.FD) != 0)
            self._ledger.ignored += int(np.count_nonzero(fd))
            good &= ~fd
        received = np.bincount(which, weights=good, minlength=len(peers))
        for peer, number in zip(peers, received.tolist(), strict=True):
            peer.received += int(number)
        if len(unusual):
            heap = self._judge_rest(reader, unusual, timestamps, records, good, heap)
        return FrameBatch(records if good.all() else records.view(RAW_RECORD)[good].view(FRAME_DTYPE), heap)

    def _judge_rest(
        self,
        reader: ManyReader,
        rows: npt.NDArray[np.intp],
        timestamps: Numbers,
        records: Records,
        good: Mask,
        heap: Bytes,
    ) -> Bytes:
        """Judge one by one what is not laid out as usual; returns the heap with what that adds to it."""
        added = bytearray()
        for row in rows.tolist():
            heard = self.judge(reader.datagram(row), reader.origin(row), int(timestamps[row]))
            if isinstance(heard, tuple):
                records[row] = np.frombuffer(_record(heard, len(heap) + len(added)), dtype=FRAME_DTYPE)[0]
                good[row] = True
                if len(heard[1]) > INLINE_BYTES:
                    added += heard[1]
        return np.concatenate([heap, np.frombuffer(bytes(added), dtype=np.uint8)])


def batch_of(heard: list[Heard]) -> FrameBatch:
    """The frames as a batch; its source column holds the rows of their peers."""
    records = []
    heap = bytearray()
    for one in heard:
        records.append(_record(one, len(heap)))
        if len(one[1]) > INLINE_BYTES:
            heap += one[1]
    array = np.frombuffer(b"".join(records), dtype=FRAME_DTYPE)
    return FrameBatch(array, np.frombuffer(bytes(heap), dtype=np.uint8))


def _record(heard: Heard, heap_size: int) -> bytes:
    meaning, payload, peer, timestamp_ns = heard
    return _RECORD.pack(
        timestamp_ns,
        payload[:INLINE_BYTES],
        meaning.arbitration_id,
        heap_size if len(payload) > INLINE_BYTES else 0,
        meaning.flags | bits.TX if peer.is_own else meaning.flags,
        peer.row,
        meaning.channel_number,
        meaning.dlc_code,
        len(payload),
        0,
    )
