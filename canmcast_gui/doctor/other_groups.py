"""Traffic on the same port, but for another group or on another interface than the selected ones."""

from __future__ import annotations

import ipaddress
import socket
import struct
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, replace

from canmcast_gui.doctor.operating_system import joined_groups
from canmcast_gui.transport.errors import BusError
from canmcast_gui.transport.receiver import Receiver
from canmcast_gui.transport.settings import BusSettings
from canmcast_gui.transport.sockets.addresses import DEFAULT_GROUP_IPV4, DEFAULT_GROUP_IPV6, parse_group
from canmcast_gui.transport.sockets.interfaces import Link, list_interfaces

# Each combination of group and interface needs a socket.
_MOST_SOCKETS = 24

# linux/if_ether.h and linux/if_packet.h
_ETH_P_ALL, _ETH_P_IP, _ETH_P_IPV6 = 0x0003, 0x0800, 0x86DD
_PACKET_OUTGOING = 4
_UDP = 17
# Up to the destination port, after an IPv6 header or the longest IPv4 one.
_HEADER_BYTES = 68


@dataclass(frozen=True)
class Membership:
    """The group that a datagram was sent to, and the interface on which it was seen."""

    group: str
    interface: str

    def __str__(self) -> str:
        return f"for group {self.group} on {self.interface}"


@dataclass(frozen=True)
class Sighting:
    """Datagrams for the port on another group or interface, and the options that select it."""

    membership: Membership
    count: int
    options: str


class OtherGroups:
    """Listens to all other groups and interfaces that can be joined; captures packets where permitted."""

    def __init__(self, settings: BusSettings, links: tuple[Link, ...]) -> None:
        self._group = parse_group(settings.group).address
        self._chosen = {link.name for link in links}
        self._receivers: dict[Membership, Receiver] = {}
        for membership in self._memberships()[:_MOST_SOCKETS]:
            other = replace(
                settings,
                group=membership.group,
                interface=membership.interface,
                local=False,
                fd=True,
                receive_buffer=None,
            )
            with suppress(BusError):  # a group that cannot be joined is not counted
                self._receivers[membership] = Receiver(other)
        self._packets: PacketCapture | None = None
        if hasattr(socket, "AF_PACKET"):
            with suppress(OSError):
                self._packets = PacketCapture(settings.port)

    def _memberships(self) -> list[Membership]:
        names = [
            interface.name
            for interface in list_interfaces()
            if interface.is_up and (interface.is_multicast or interface.is_loopback)
        ]
        memberships = [
            Membership(group, name) for group in (self._group, *_other_groups(self._group)) for name in names
        ]
        return [membership for membership in memberships if not self._is_selected(membership)]

    def _is_selected(self, membership: Membership) -> bool:
        return membership.group == self._group and membership.interface in self._chosen

    def drain(self) -> None:
        """Count the datagrams that have arrived."""
        for receiver in self._receivers.values():
            receiver.drain(65536)
        if self._packets:
            self._packets.drain()

    def sightings(self) -> list[Sighting]:
        """The groups and interfaces with datagrams, the busiest first."""
        counts = Counter(
            {membership: receiver.statistics().received for membership, receiver in self._receivers.items()}
        )
        counts |= self._packets.counts if self._packets else Counter()
        return [
            Sighting(membership, count, self._options(membership))
            for membership, count in counts.most_common()
            if count and not self._is_selected(membership)
        ]

    @property
    def seen_here(self) -> int:
        """Datagrams for the selected bus that reached the interface, also those that a firewall dropped."""
        counts = self._packets.counts if self._packets else Counter[Membership]()
        return sum(count for membership, count in counts.items() if self._is_selected(membership))

    def _options(self, membership: Membership) -> str:
        group = [] if membership.group == self._group else [f"--group {membership.group}"]
        interface = [] if membership.interface in self._chosen else [f"--interface {membership.interface}"]
        return " ".join(group + interface)

    def close(self) -> None:
        """Close all sockets."""
        for receiver in self._receivers.values():
            receiver.close()
        if self._packets:
            self._packets.close()


def _other_groups(own: str) -> list[str]:
    """Both default groups, and those that other programs of this host have joined."""
    groups = {group for _, group in joined_groups() or () if _is_for_applications(group)}
    defaults = [group for group in (DEFAULT_GROUP_IPV4, DEFAULT_GROUP_IPV6) if group != own]
    return [*defaults, *sorted(groups - {own, *defaults})]


def _is_for_applications(group: str) -> bool:
    """Not one of the groups of the network itself, such as all hosts (RFC 5771, RFC 4291)."""
    address = ipaddress.ip_address(group)
    if address.version == 4:
        return address not in ipaddress.ip_network("224.0.0.0/24")
    return address.packed[2:14] != bytes(12)


class PacketCapture:
    """Counts the multicast datagrams for ``port``. Raises OSError if not permitted."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.counts: Counter[Membership] = Counter()
        # Datagrams rather than raw frames: the kernel removes the link-layer header.
        self._sock = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(_ETH_P_ALL))
        self._sock.setblocking(False)

    def fileno(self) -> int:
        """Readable while there are packets."""
        return self._sock.fileno()

    def drain(self) -> None:
        """Count the packets that have arrived."""
        with suppress(BlockingIOError):
            while True:
                packet, address = self._sock.recvfrom(_HEADER_BYTES)
                interface, protocol, kind = address[0], address[1], address[2]
                group = multicast_destination(protocol, packet, self._port)
                # Packets on the loopback interface are seen twice: outgoing and incoming.
                if group and not (kind == _PACKET_OUTGOING and interface == "lo"):
                    self.counts[Membership(group, interface)] += 1

    def close(self) -> None:
        """Close the socket; the counts stay."""
        self._sock.close()


def multicast_destination(protocol: int, packet: bytes, port: int) -> str | None:
    """The group that a packet (from its IP header on) is for; None if it is not for a group and ``port``.

    RFC 791, RFC 8200, RFC 768. Fragments after the first one have no port, and frames are never fragmented.
    """
    if protocol == _ETH_P_IP and len(packet) >= 20:
        start, next_header, fragment = (packet[0] & 15) * 4, packet[9], packet[6:8]
        address = packet[16:20]
        if struct.unpack("!H", fragment)[0] & 0x1FFF:
            return None
    elif protocol == _ETH_P_IPV6 and len(packet) >= 40:
        start, next_header, address = 40, packet[6], packet[24:40]
    else:
        return None
    ports = packet[start : start + 4]
    if next_header != _UDP or len(ports) < 4 or struct.unpack("!2H", ports)[1] != port:
        return None
    destination = ipaddress.ip_address(address)
    return str(destination) if destination.is_multicast else None
