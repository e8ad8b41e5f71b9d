"""The system's routing table: the interface of an address, and from that the interfaces of a bus.

Stock peers join and send on the interface of the route to their group, so a bus does the same by default.
"""

from __future__ import annotations

import ipaddress
import socket
import struct
import sys
from dataclasses import dataclass

from canmcast_gui.transport.errors import BusError
from canmcast_gui.transport.sockets.addresses import DEFAULT_GROUP_IPV4, Group, parse_group
from canmcast_gui.transport.sockets.interfaces import (
    Link,
    find_interface,
    interface_by_index,
    interface_names,
    list_interfaces,
)

# For a route whose interface the system does not name.
SYSTEMS_CHOICE = Link("the system's choice", 0)

# linux/rtnetlink.h and linux/netlink.h
_RTM_GETROUTE = 26
_RTM_NEWROUTE = 24
_NLM_F_REQUEST = 1
_RTA_DST = 1
_RTA_OIF = 4
_RTN_LOCAL = 2
_RTN_USABLE = (1, 2, 3, 5)  # unicast, local, broadcast, multicast; other types reject packets
_HEADER = struct.Struct("=IHHII")
_ROUTE = struct.Struct("=BBBBBBBBI")
_ATTRIBUTE = struct.Struct("=HH")


@dataclass(frozen=True, slots=True)
class Route:
    """The route to an address: the index of the interface, 0 if the system does not name it, and whether the
    address is one of this host.
    """

    interface_index: int
    is_own_address: bool


def choose_interfaces(group: Group, interface: str | None, local: bool) -> tuple[Link, ...]:
    """The interfaces that a bus joins and sends on.

    ``interface`` holds names, indexes or addresses separated by commas. Without it, it is the interface in
    the address of the group, or that of the system's route. Raises BusError if there is none.
    """
    if interface:
        return tuple(dict.fromkeys(find_interface(part.strip()) for part in interface.split(",")))
    if group.scope:
        return (find_interface(group.scope),)
    if local:
        return (_routed(group) or loopback_interface(),)
    routed = _routed(group)
    if routed is None:
        raise BusError(
            f"the system has no route for the multicast group {group.address}: name an interface "
            f"({interface_names()}), connect to a network, or stay on this computer"
        )
    return (routed,)


def local_interface(group: str = DEFAULT_GROUP_IPV4) -> Link:
    """The interface of stock peers of this host: that of the route to ``group``, else the loopback one."""
    return _routed(parse_group(group)) or loopback_interface()


def loopback_interface() -> Link:
    """The loopback interface. Raises BusError if the host has none that is up."""
    route = route_to("127.0.0.1")
    link = None if route is None else interface_by_index(route.interface_index)
    if link is None:
        raise BusError("the loopback interface is down: bring it up (on Linux: ip link set lo up)")
    return link


def _routed(group: Group) -> Link | None:
    route = route_to(group.address)
    if route is None:
        return None
    return SYSTEMS_CHOICE if route.interface_index == 0 else interface_by_index(route.interface_index)


def route_to(address: str) -> Route | None:
    """The route to an IPv4 or IPv6 address, or None if there is none."""
    plain = address.partition("%")[0]
    return _ask_netlink(plain) if sys.platform.startswith("linux") else _ask_by_connecting(plain)


def is_own_address(address: str, scope_id: int = 0) -> bool:
    """Whether this host has ``address`` (on the interface ``scope_id``, for a link-local one)."""
    if sys.platform.startswith("linux") and not scope_id:
        route = route_to(address)
        return route is not None and route.is_own_address
    return _can_bind(address, scope_id)


def _ask_netlink(address: str) -> Route | None:
    parsed = ipaddress.ip_address(address)
    family = socket.AF_INET if parsed.version == 4 else socket.AF_INET6
    body = _ROUTE.pack(family, parsed.max_prefixlen, 0, 0, 0, 0, 0, 0, 0)
    body += _ATTRIBUTE.pack(_ATTRIBUTE.size + len(parsed.packed), _RTA_DST) + parsed.packed
    request = _HEADER.pack(_HEADER.size + len(body), _RTM_GETROUTE, _NLM_F_REQUEST, 1, 0) + body
    try:
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as netlink:
            netlink.settimeout(1.0)
            netlink.send(request)
            return _read_route(netlink.recv(8192))
    except OSError:
        return None


def _read_route(reply: bytes) -> Route | None:
    length, kind, _, _, _ = _HEADER.unpack_from(reply)
    if kind != _RTM_NEWROUTE:
        return None
    route_type = _ROUTE.unpack_from(reply, _HEADER.size)[7]
    if route_type not in _RTN_USABLE:
        return None
    at = _HEADER.size + _ROUTE.size
    while at + _ATTRIBUTE.size <= min(length, len(reply)):
        size, attribute = _ATTRIBUTE.unpack_from(reply, at)
        if attribute == _RTA_OIF:
            (index,) = struct.unpack_from("=I", reply, at + _ATTRIBUTE.size)
            return Route(index, route_type == _RTN_LOCAL)
        at += max(_ATTRIBUTE.size, (size + 3) & ~3)
    return None


def _ask_by_connecting(address: str) -> Route | None:
    """By a UDP socket: connecting it sends nothing, but selects the address and interface to send from."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((address, 9))
            chosen = probe.getsockname()
    except OSError:
        return None
    index = chosen[3] if len(chosen) == 4 and chosen[3] else _index_of_address(chosen[0])
    return Route(index, _can_bind(address, 0))


def _index_of_address(address: str) -> int:
    for interface in list_interfaces():
        if address in (*interface.ipv4, *interface.ipv6):
            return interface.index
    return 0


def _can_bind(address: str, scope_id: int) -> bool:
    """Whether an address is one of this host: the kernel binds sockets to no others."""
    try:
        if ":" in address:
            with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
                probe.bind((address, 0, 0, scope_id))
        else:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
                probe.bind((address, 0))
    except OSError:
        return False
    return True
