"""Counts all multicast datagrams for a UDP port, also for groups not joined. Linux, and only for root."""

from __future__ import annotations

import ipaddress
import socket
import struct
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass

# linux/if_ether.h and linux/if_packet.h
_ETH_P_ALL, _ETH_P_IP, _ETH_P_IPV6 = 0x0003, 0x0800, 0x86DD
_PACKET_OUTGOING = 4
_UDP = 17
# Up to the destination port, after an IPv6 header or the longest IPv4 one.
_HEADER_BYTES = 68


@dataclass(frozen=True)
class Place:
    """The group that a datagram was sent to, and the interface on which it was seen."""

    group: str
    interface: str


class PacketCapture:
    """Counts the multicast datagrams for ``port``. Raises OSError if not permitted."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.counts: Counter[Place] = Counter()
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
                    self.counts[Place(group, interface)] += 1

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
