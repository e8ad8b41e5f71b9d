"""The counters of a bus: all that arrived, and all that was lost or refused."""

from __future__ import annotations

from dataclasses import dataclass, field

from canmcast_gui.frames import Source


@dataclass(frozen=True, slots=True)
class SourceCounts:
    """The counters of one source."""

    received: int = 0
    malformed: int = 0


@dataclass(frozen=True, slots=True)
class MalformedDatagram:
    """A refused datagram, kept for inspection: its first bytes and its length (4097 also for longer ones)."""

    source: Source
    kind: str
    timestamp_ns: int
    length: int
    data: bytes


@dataclass(frozen=True, slots=True)
class BusStatistics:
    """Counts since the bus was opened.

    ``received``: valid frames for this bus, before the user's filters. ``sent``: frames. ``dropped_kernel``:
    datagrams for which the receive buffer was full. ``dropped_ring``: frames for which the ring between
    processes was full. ``malformed``: datagrams without a valid frame. ``foreign``: datagrams for another
    group, from another interface or, on a bus of this host only, from another host. ``ignored``: CAN FD
    frames on a classic bus. ``receive_buffer_bytes``: the size that the system granted. ``problem``: why no
    frames can arrive now, as a clause; None if they can. ``interruptions``: how often there was a problem;
    ``interruption``: the clause about the last one. ``priority``: what the system granted to the capture
    process (see processes/priority.py); "" without one.

    Of a channel with a driver: ``send_failures`` counts frames that it refused, ``send_failure`` is the last
    reason; ``controller`` is the state of the CAN controller and ``times`` says where the times come from,
    both as clauses.
    """

    received: int = 0
    sent: int = 0
    dropped_kernel: int = 0
    dropped_ring: int = 0
    malformed: int = 0
    foreign: int = 0
    ignored: int = 0
    receive_buffer_bytes: int = 0
    problem: str | None = None
    interruptions: int = 0
    interruption: str = ""
    priority: str = ""
    send_failures: int = 0
    send_failure: str = ""
    controller: str = ""
    times: str = ""
    by_source: dict[Source, SourceCounts] = field(default_factory=dict)
    malformed_by_kind: dict[str, int] = field(default_factory=dict)
    recent_malformed: tuple[MalformedDatagram, ...] = ()
