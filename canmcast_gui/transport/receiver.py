"""The receiving half of a bus: reads datagrams and returns frames. No datagram can make it raise."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any, Protocol

from canmcast_gui.frames import FrameBatch, Source, SourceTable
from canmcast_gui.transport.capture.datagram_decoder import (
    DatagramDecoder,
    ReceivedFrame,
    batch_of,
)
from canmcast_gui.transport.capture.peers import PeerTable, ReceiveOptions
from canmcast_gui.transport.errors import BusError
from canmcast_gui.transport.settings import BusSettings
from canmcast_gui.transport.sockets import linux_receive, platforms
from canmcast_gui.transport.sockets.addresses import parse_group
from canmcast_gui.transport.sockets.interfaces import Link, unwatch, watch
from canmcast_gui.transport.sockets.linux_receive import DirectReader, ManyReader
from canmcast_gui.transport.sockets.opening import join_group, open_receiving_socket
from canmcast_gui.transport.sockets.origins import Origin, Origins
from canmcast_gui.transport.sockets.platforms import interface_problem, leave
from canmcast_gui.transport.sockets.receive import make_reader
from canmcast_gui.transport.sockets.routes import choose_interfaces, is_own_address
from canmcast_gui.transport.statistics import BusStatistics
from canmcast_gui.transport.wire.codec import Refusal
from canmcast_gui.transport.wire.templates import ROWS

log = logging.getLogger(__name__)

# A bad cable or a weak radio link fails again and again for days; the log gets the same warning this often.
QUIET_SECONDS = 60.0


class Decoder(Protocol):
    """Takes the frames from datagrams of a wire format, and counts by peer. No datagram makes it raise."""

    def decode(self, data: bytes, origin: Origin, timestamp_ns: int) -> ReceivedFrame | Refusal:
        """The frame of a datagram, or the reason why it has none. The arguments are those of an Arrival."""

    def decode_block(self, reader: ManyReader) -> FrameBatch:
        """The frames among the datagrams of the last read."""


def open_receiver(settings: dict[str, Any], watched: bool = True) -> Receiver:
    """The receiver of a bus whose settings come from another process (BusSettings.to_dict)."""
    return Receiver(BusSettings.from_dict(settings), watched=watched)


class Receiver:
    """Receives a group on its interfaces. Raises BusError if it cannot be opened.

    Frames from own addresses (see ``mark_own``) have Flag.TX, or are dropped if ``keep_own`` is off.
    ``plain`` uses only what every system has: one datagram a call, with Python's own sockets. Unless it is
    ``watched``, which takes a thread, its owner calls check_interfaces() every INTERVAL_SECONDS. ``decoder``
    makes what reads the wire format; the usual one is that of python-can.
    """

    def __init__(
        self,
        settings: BusSettings,
        keep_own: bool = True,
        plain: bool = False,
        watched: bool = True,
        decoder: Callable[[PeerTable, ReceiveOptions], Decoder] = DatagramDecoder,
    ) -> None:
        self.settings = settings = settings.validated()
        self._group = parse_group(settings.group)
        self._links = self._choose_links()
        opened = open_receiving_socket(self._group, settings.port, settings.receive_buffer)
        self._sock = opened.sock
        self._buffer_bytes = opened.receive_buffer_bytes
        #: The number of datagrams read so far, by all but ``receive_one``; also of those without a frame.
        self.datagrams = 0
        self._drops = 0
        self._problem: str | None = None
        self._interruptions = 0
        self._interruption = ""
        self._warned = ("", 0.0)
        self._origins = Origins(self._group, opened.reports_destinations)
        self._peers = PeerTable(self._origins, is_own_address if settings.local else _everyone)
        self._decoder = decoder(self._peers, ReceiveOptions(own=keep_own, fd=settings.fd))
        #: Reads a datagram: its frame, or the Refusal if it has none for this bus; None if no datagram waits.
        self.receive_one: Callable[[], ReceivedFrame | Refusal | None] = make_reader(
            self._sock, opened.stamp, self._decoder.decode
        )
        self._many: ManyReader | None = None
        self._direct: DirectReader[ReceivedFrame | Refusal] | None = None
        if not plain and linux_receive.has_recvmmsg(opened.stamp):
            self._many = ManyReader(self._sock, self._origins)
            self._direct = DirectReader(self._sock, self._origins, self._decoder.decode, self.receive_one)
            self.receive_one = self._direct.receive
        self._draining = threading.Lock()
        try:
            self._join(self._links)
        except BusError:
            self._sock.close()
            raise
        if watched:
            watch(self)

    def _choose_links(self) -> tuple[Link, ...]:
        return choose_interfaces(self._group, self.settings.interface, self.settings.local)

    def _join(self, links: Iterable[Link]) -> None:
        for link in links:
            self._origins.join(link.index)
            join_group(self._sock, self._group, link)

    @property
    def links(self) -> tuple[Link, ...]:
        """The interfaces that the group is joined on."""
        return self._links

    @property
    def problem(self) -> str | None:
        """Why no frames can arrive at the moment, as a sentence; None if they can."""
        return self._problem

    def check_interfaces(self) -> None:
        """Join again if an interface has returned, or if the system's route names another one.

        A thread calls this regularly (see ``watch`` in sockets/interfaces.py). It never raises.
        """
        try:
            links = self._choose_links()
            for link in set(self._links) - set(links):
                leave(self._sock, self._group, link.index)
                self._origins.leave(link.index)
            self._join(set(links) - set(self._links))
            if links != self._links and self._problem is None:
                self._count_interruption(_change(self._links, links))
            if links != self._links or self.settings.local:
                self._peers.refresh()
            self._links = links
            problems = filter(None, (interface_problem(self._sock, link.name) for link in links))
            self._set_problem(next(problems, None))
        except BusError as error:
            self._set_problem(str(error))

    def _set_problem(self, problem: str | None) -> None:
        if problem == self._problem or self._sock.fileno() < 0:
            return
        if problem and self._problem is None:
            self._count_interruption(problem)
        self._problem = problem
        if problem:
            log.log(self._level(problem), "%s cannot receive: %s", self.settings.label(), problem)
        else:
            log.info("%s can receive again", self.settings.label())

    def _count_interruption(self, reason: str) -> None:
        self._interruption = reason
        self._interruptions += 1

    def _level(self, problem: str) -> int:
        """The level to log a problem with: a warning, unless the same one was logged a short time ago."""
        logged, when = self._warned
        if logged == problem and time.monotonic() - when < QUIET_SECONDS:
            return logging.DEBUG
        self._warned = (problem, time.monotonic())
        return logging.WARNING

    @property
    def interruptions(self) -> int:
        """How often frames could not arrive for a time; see BusStatistics."""
        return self._interruptions

    @property
    def sources(self) -> SourceTable:
        """The table that the source column of batches refers to. It only grows."""
        return self._peers.sources

    def mark_own(self, source: Source) -> None:
        """Treat frames from ``source`` as this program's own from now on."""
        self._peers.mark_own(source)

    def fileno(self) -> int:
        """The socket's file descriptor, readable while datagrams wait; -1 when closed."""
        return self._sock.fileno()

    @property
    def missed(self) -> int:
        """Frames that were lost because they arrived faster than they were read."""
        return platforms.kernel_drops(self._sock)

    def inputs(self) -> tuple[Receiver, ...]:
        """What becomes readable while datagrams wait."""
        return (self,)

    def drain(self, max_frames: int = 4096) -> FrameBatch:
        """The frames among the next ``max_frames`` datagrams that wait; empty if none do. Never waits."""
        if self._many is None:
            return self._drain_one_by_one(max_frames)
        with self._draining:  # the next read uses the memory of the reader again
            count = self._many.read(max_frames) if max_frames > 0 else 0
            if not count:
                return FrameBatch.empty()
            self.datagrams += count
            batch = self._decoder.decode_block(self._many)
            if count < ROWS:
                return batch
            return self._drain_more(self._many, batch, max_frames - count)

    def _drain_more(self, reader: ManyReader, first: FrameBatch, left: int) -> FrameBatch:
        """What follows a full block."""
        batches = [first]
        while left > 0 and (count := reader.read(left)):
            self.datagrams += count
            batches.append(self._decoder.decode_block(reader))
            if count < ROWS:
                break
            left -= count
        return FrameBatch.concatenate(batches)

    def _drain_one_by_one(self, max_frames: int) -> FrameBatch:
        received = []
        for _ in range(max_frames):
            result = self.receive_one()
            if result is None:
                break
            self.datagrams += 1
            if isinstance(result, tuple):
                received.append(result)
        return batch_of(received)

    def statistics(self) -> BusStatistics:
        """The counters since the receiver was opened."""
        if self._sock.fileno() >= 0:
            self._drops = platforms.kernel_drops(self._sock)
        peers = self._peers
        by_source = peers.by_source()
        return BusStatistics(
            received=sum(counts.received for counts in by_source.values()),
            dropped_kernel=self._drops,
            malformed=sum(counts.malformed for counts in by_source.values()),
            foreign=peers.foreign,
            ignored=peers.ignored,
            receive_buffer_bytes=self._buffer_bytes,
            problem=self._problem,
            interruptions=self._interruptions,
            interruption=self._interruption,
            by_source=by_source,
            malformed_by_kind=peers.malformed_by_kind(),
            recent_malformed=peers.recent_malformed(),
        )

    def close(self) -> None:
        """Close the socket. The counters can still be read."""
        unwatch(self)
        if self._sock.fileno() >= 0:
            self._drops = platforms.kernel_drops(self._sock)
        if self._direct:
            self._direct.close()
        self._sock.close()


def _change(before: Iterable[Link], now: Iterable[Link]) -> str:
    """What has changed on the interfaces between two checks, as a clause."""
    old, new = (", ".join(link.name for link in links) for links in (before, now))
    if old == new:
        return f"the interface {old} was removed and created again"
    return f"the system's route changed from {old} to {new}"


def _everyone(address: str, scope_id: int) -> bool:  # noqa: ARG001 – the signature of is_own_address
    return True
