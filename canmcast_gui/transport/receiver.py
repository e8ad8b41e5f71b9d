"""The receiving half of a bus: datagrams in, frames out, and nothing from the network can raise."""

from __future__ import annotations

import numpy as np

from canmcast_gui.frames import (
    FRAME_DTYPE,
    INLINE_BYTES,
    LENGTH_TO_DLC,
    Flag,
    FrameBatch,
    Source,
    SourceTable,
)
from canmcast_gui.frames.batch import channel_number
from canmcast_gui.transport import platforms
from canmcast_gui.transport.addresses import parse_group
from canmcast_gui.transport.codec import Refusal, WireFrame, decode
from canmcast_gui.transport.errors import BusError
from canmcast_gui.transport.interfaces import choose_interfaces
from canmcast_gui.transport.ledger import Ledger, Peer
from canmcast_gui.transport.reading import Arrival, choose_way
from canmcast_gui.transport.routes import is_own_address
from canmcast_gui.transport.settings import BusSettings
from canmcast_gui.transport.sockets import join_group, open_receiving_socket
from canmcast_gui.transport.statistics import BusStatistics


class Heard:
    """A frame as it arrived: what the datagram said, from whom, and when (UTC nanoseconds)."""

    __slots__ = ("frame", "peer", "timestamp_ns")

    def __init__(self, frame: WireFrame, peer: Peer, timestamp_ns: int) -> None:
        self.frame = frame
        self.peer = peer
        self.timestamp_ns = timestamp_ns


class Receiver:
    """Hears a group on its interfaces. Raises BusError where it cannot be opened.

    Frames from own addresses (see ``mark_own``) carry Flag.TX, or are dropped where ``keep_own`` is off.
    """

    def __init__(self, settings: BusSettings, keep_own: bool = True) -> None:
        self.settings = settings = settings.validated()
        self._keep_own = keep_own
        self._group = parse_group(settings.group)
        self._links = choose_interfaces(self._group, settings.interface, settings.local)
        opened = open_receiving_socket(self._group, settings.port, settings.receive_buffer)
        self._sock = opened.sock
        self._buffer_bytes = opened.receive_buffer_bytes
        self._drops = 0
        self._indexes = {link.index for link in self._links}
        try:
            for link in self._links:
                join_group(self._sock, self._group, link)
        except BusError:
            self._sock.close()
            raise
        self._ledger = Ledger(is_own_address if settings.local else _everyone)
        self._read = choose_way(
            self._sock, self._group, opened.stamp, opened.reports_destinations, self._indexes
        )

    @property
    def sources(self) -> SourceTable:
        """The table that the source column of the batches refers to. It grows."""
        return self._ledger.sources

    @property
    def own_addresses(self) -> frozenset[Source]:
        """The senders whose frames are this program's own."""
        return self._ledger.own

    def mark_own(self, source: Source) -> None:
        """Take frames from ``source`` for this program's own from now on."""
        self._ledger.mark_own(source)

    def fileno(self) -> int:
        """The socket's file descriptor, readable while datagrams wait; -1 when closed."""
        return self._sock.fileno()

    def drain(self, max_frames: int = 4096) -> FrameBatch:
        """The frames that wait, at most ``max_frames``; an empty batch where there are none. Never waits."""
        heard: list[Heard] = []
        while len(heard) < max_frames:
            one = self.receive_one()
            if one is None:
                break
            if isinstance(one, Heard):
                heard.append(one)
        return _batch(heard)

    def receive_one(self) -> Heard | Refusal | None:
        """The next frame; None where nothing waits; a Refusal where what waited was no frame for us."""
        try:
            arrival = self._read()
        except BlockingIOError:
            return None
        except ConnectionError:
            return Refusal.UNREADABLE  # Windows reports an unreachable peer of another socket here
        return self._judge(arrival)

    def _judge(self, arrival: Arrival) -> Heard | Refusal:
        ledger = self._ledger
        peer = ledger.peer(arrival.address)
        if arrival.foreign or peer.is_refused:
            ledger.foreign += 1
            return Refusal.FOREIGN
        frame = decode(arrival.data)
        if isinstance(frame, Refusal):
            ledger.count_malformed(peer, frame, arrival.timestamp_ns, arrival.data)
            return frame
        if peer.is_own and not self._keep_own:
            return Refusal.OWN
        if frame.flags & Flag.FD and not self.settings.fd:
            ledger.ignored += 1
            return Refusal.FD
        ledger.count_frame(peer.row)
        return Heard(frame, peer, arrival.timestamp_ns)

    def statistics(self) -> BusStatistics:
        """What was counted since the receiver was opened."""
        if self._sock.fileno() >= 0:
            self._drops = platforms.kernel_drops(self._sock)
        ledger = self._ledger
        return BusStatistics(
            received=ledger.received,
            dropped_kernel=self._drops,
            malformed=ledger.malformed,
            foreign=ledger.foreign,
            ignored=ledger.ignored,
            receive_buffer_bytes=self._buffer_bytes,
            by_source=ledger.by_source(),
            malformed_by_kind=ledger.malformed_by_kind(),
            recent_malformed=ledger.recent_malformed(),
        )

    def close(self) -> None:
        """Close the socket; the counts stay readable."""
        if self._sock.fileno() >= 0:
            self._drops = platforms.kernel_drops(self._sock)
        self._sock.close()


def _everyone(address: str, scope_id: int) -> bool:  # noqa: ARG001 - the signature of is_own_address
    return True


def _batch(heard: list[Heard]) -> FrameBatch:
    records = np.zeros(len(heard), dtype=FRAME_DTYPE)
    heap = bytearray()
    for record, one in zip(records, heard, strict=True):
        frame = one.frame
        length = len(frame.data)
        record["timestamp_ns"] = one.timestamp_ns
        record["arbitration_id"] = frame.arbitration_id
        record["flags"] = frame.flags | Flag.TX * one.peer.is_own
        record["source"] = one.peer.row
        record["channel"] = channel_number(frame.channel)
        record["length"] = length
        record["dlc"] = LENGTH_TO_DLC[frame.dlc]
        record["data"] = np.frombuffer(frame.data[:INLINE_BYTES].ljust(INLINE_BYTES, b"\0"), dtype=np.uint8)
        if length > INLINE_BYTES:
            record["payload_offset"] = len(heap)
            heap += frame.data
    return FrameBatch(records, np.frombuffer(bytes(heap), dtype=np.uint8))
