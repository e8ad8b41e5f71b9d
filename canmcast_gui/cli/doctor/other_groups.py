"""Traffic on the same port, but for another group or on another interface than the selected ones."""

from __future__ import annotations

import ipaddress
import socket
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, replace

from canmcast_gui.cli.doctor.igmp_tables import joined_groups
from canmcast_gui.cli.doctor.packet_capture import PacketCapture, Place
from canmcast_gui.transport.errors import BusError
from canmcast_gui.transport.receiver import Receiver
from canmcast_gui.transport.settings import BusSettings
from canmcast_gui.transport.sockets.addresses import (
    DEFAULT_GROUP_IPV4,
    DEFAULT_GROUP_IPV6,
    parse_group,
)
from canmcast_gui.transport.sockets.interfaces import Link, list_interfaces

# Each place is a socket; this bounds their number.
_MOST_PLACES = 24


@dataclass(frozen=True)
class Sighting:
    """Datagrams for the port that were seen in another place, and the options that select it."""

    place: Place
    count: int
    options: str


class OtherGroups:
    """Listens to all other groups and interfaces that can be joined; captures packets where permitted."""

    def __init__(self, settings: BusSettings, links: tuple[Link, ...]) -> None:
        self._group = parse_group(settings.group).address
        self._chosen = {link.name for link in links}
        self._receivers: dict[Place, Receiver] = {}
        for place in self._places()[:_MOST_PLACES]:
            other = replace(
                settings,
                group=place.group,
                interface=place.interface,
                local=False,
                fd=True,
                receive_buffer=None,
            )
            with suppress(BusError):  # a group that cannot be joined is not counted
                self._receivers[place] = Receiver(other)
        self._packets: PacketCapture | None = None
        if hasattr(socket, "AF_PACKET"):
            with suppress(OSError):
                self._packets = PacketCapture(settings.port)

    def _places(self) -> list[Place]:
        names = [
            interface.name
            for interface in list_interfaces()
            if interface.is_up and (interface.is_multicast or interface.is_loopback)
        ]
        places = [
            Place(group, name) for group in (self._group, *_other_groups(self._group)) for name in names
        ]
        return [place for place in places if not self._is_selected(place)]

    def _is_selected(self, place: Place) -> bool:
        return place.group == self._group and place.interface in self._chosen

    def drain(self) -> None:
        """Count the datagrams that have arrived."""
        for receiver in self._receivers.values():
            receiver.drain(65536)
        if self._packets:
            self._packets.drain()

    def sightings(self) -> list[Sighting]:
        """The places where datagrams were seen, the busiest first."""
        counts = Counter(
            {place: receiver.statistics().received for place, receiver in self._receivers.items()}
        )
        counts |= self._packets.counts if self._packets else Counter()
        return [
            Sighting(place, count, self._options(place))
            for place, count in counts.most_common()
            if count and not self._is_selected(place)
        ]

    @property
    def seen_here(self) -> int:
        """Datagrams for the selected bus that reached the interface, also those that a firewall dropped."""
        counts = self._packets.counts if self._packets else Counter[Place]()
        return sum(count for place, count in counts.items() if self._is_selected(place))

    def _options(self, place: Place) -> str:
        group = [] if place.group == self._group else [f"--group {place.group}"]
        interface = [] if place.interface in self._chosen else [f"--interface {place.interface}"]
        return " ".join(group + interface)

    def close(self) -> None:
        """Close all sockets."""
        for receiver in self._receivers.values():
            receiver.close()
        if self._packets:
            self._packets.close()


def _other_groups(own: str) -> list[str]:
    """Both defaults, and what other programs of this host have joined."""
    groups = {group for _, group in joined_groups() or () if _is_for_applications(group)}
    defaults = [group for group in (DEFAULT_GROUP_IPV4, DEFAULT_GROUP_IPV6) if group != own]
    return [*defaults, *sorted(groups - {own, *defaults})]


def _is_for_applications(group: str) -> bool:
    """Not one of the groups of the network itself, such as all hosts (RFC 5771, RFC 4291)."""
    address = ipaddress.ip_address(group)
    if address.version == 4:
        return address not in ipaddress.ip_network("224.0.0.0/24")
    return address.packed[2:14] != bytes(12)
