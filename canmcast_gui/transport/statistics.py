"""What a bus has counted: everything that arrived, and everything that was lost or refused."""

from __future__ import annotations

from dataclasses import dataclass, field

from canmcast_gui.frames import Source


@dataclass(frozen=True, slots=True)
class SourceCounts:
    """What came from one source."""

    received: int = 0
    malformed: int = 0


@dataclass(frozen=True, slots=True)
class MalformedDatagram:
    """A refused datagram, kept for inspection: its beginning and its length (4097 also for longer ones)."""

    source: Source
    kind: str
    timestamp_ns: int
    length: int
    data: bytes


@dataclass(frozen=True, slots=True)
class BusStatistics:
    """Counts since the bus was opened.

    ``received`` valid frames for this bus, before its user's filters; ``sent`` frames; ``dropped_kernel``
    datagrams that found the receive buffer full; ``dropped_ring`` frames that found the ring between
    processes full; ``malformed`` datagrams without a valid frame; ``foreign`` datagrams for another group,
    from another interface or, on a bus of this host only, another host; ``ignored`` CAN FD frames on a bus
    that is classic only; ``receive_buffer_bytes`` what the system granted. ``problem`` is a clause about why
    nothing can arrive now, None where all is well; ``interruptions`` how often there was one, and
    ``interruption`` the clause about the last.
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
    by_source: dict[Source, SourceCounts] = field(default_factory=dict)
    malformed_by_kind: dict[str, int] = field(default_factory=dict)
    recent_malformed: tuple[MalformedDatagram, ...] = ()
