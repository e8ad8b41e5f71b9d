"""A link between two hosts that drops and reorders packets by count, so that a test knows which ones."""

import array
import fcntl
import select
import socket
import struct
import threading

from tests.support.hosts import Host, run

# Of ten packets, by their number from 0, this one is lost and this one arrives after the next.
PERIOD = 10
LOST = 9
LATE = 4

_ETHERNET, _IPV4_PROTOCOL, _IPV6_NEXT_HEADER = 14, 9, 6
_UDP = 17
# linux/sockios.h and linux/ethtool.h
_SIOCETHTOOL = 0x8946
_ETHTOOL_SET_TRANSMIT_CHECKSUM = 0x17
_ALL_PROTOCOLS = 3


def expected(sent: list[int]) -> list[int]:
    """The order in which items that were sent arrive at the other end."""
    arriving: list[int] = []
    late: list[int] = []
    for count, item in enumerate(sent):
        if count % PERIOD == LATE:
            late.append(item)
        elif count % PERIOD != LOST:
            arriving += [item, *late]
            late.clear()
    return arriving


class LossyLink:
    """Gives both hosts an interface ``name``, 10.0.NET.1 and .2, fd00:NET::1 and ::2, until it is removed.

    It affects only UDP packets to ``port``, and counts each direction separately.
    """

    def __init__(self, one: Host, other: Host, name: str, net: int, port: int) -> None:
        self._ends: list[socket.socket] = []
        self._port = port
        for number, host in enumerate((one, other), 1):
            here, there = f"cm{net}here{number}", f"cm{net}there{number}"
            run(f"ip link add {here} type veth peer name {there}")
            _disable_offloading(there)
            run(f"ip link set {here} up")
            host.plug(there, name, [f"10.0.{net}.{number}/24", f"fd00:{net}::{number}/64"])
            host.run(f"ip link set {name} multicast on")
            host.wait_for_multicast_route(name)
            self._ends.append(_listen(here))
        self._end_pair = socket.socketpair()
        self._thread = threading.Thread(target=self._relay)
        self._thread.start()

    def remove(self) -> None:
        """Remove the link and its interfaces."""
        self._end_pair[1].close()
        self._thread.join()
        for end in (*self._ends, self._end_pair[0]):
            name = end.getsockname()[0] if end.family == socket.AF_PACKET else ""
            end.close()
            if name:
                run(f"ip link del {name}")

    def _relay(self) -> None:
        counts, late = [0, 0], [b"", b""]
        while True:
            ready, _, _ = select.select([*self._ends, self._end_pair[0]], [], [])
            if self._end_pair[0] in ready:
                return
            for end in ready:
                packet, address = end.recvfrom(65536)
                if address[2] == socket.PACKET_OUTGOING:
                    continue
                side = self._ends.index(end)
                far = self._ends[1 - side]
                if not self._is_affected(packet):
                    far.send(packet)
                    continue
                counts[side] += 1
                match (counts[side] - 1) % PERIOD:
                    case n if n == LATE:
                        late[side] = packet
                    case n if n != LOST:
                        far.send(packet)
                        if late[side]:
                            far.send(late[side])
                            late[side] = b""

    def _is_affected(self, packet: bytes) -> bool:
        is_ipv4 = packet[12:14] == b"\x08\x00"
        start = _ETHERNET + (20 if is_ipv4 else 40)
        protocol = packet[_ETHERNET + (_IPV4_PROTOCOL if is_ipv4 else _IPV6_NEXT_HEADER)]
        return protocol == _UDP and packet[start + 2 : start + 4] == struct.pack(">H", self._port)


def _listen(interface: str) -> socket.socket:
    end = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ALL_PROTOCOLS))
    end.bind((interface, 0))
    return end


def _disable_offloading(interface: str) -> None:
    """Let the kernel compute checksums and split large datagrams before packets enter the link."""
    off = array.array("I", [_ETHTOOL_SET_TRANSMIT_CHECKSUM, 0])
    request = struct.pack("16sP8x", interface.encode(), off.buffer_info()[0])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, _SIOCETHTOOL, request)
