"""The network interfaces of this host, and which of them a bus is on."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass

from canmcast_gui.transport.errors import BusError
from canmcast_gui.transport.sockets.addresses import DEFAULT_GROUP_IPV4, Group, parse_group
from canmcast_gui.transport.sockets.routes import route_to


@dataclass(frozen=True, slots=True)
class Link:
    """An interface that a bus is on. A removed interface that returns has the same name and a new index."""

    name: str
    index: int


# Where there is a route, but the system does not say by which interface.
SYSTEMS_CHOICE = Link("the system's choice", 0)


@dataclass(frozen=True, slots=True)
class NetworkInterface:
    """One interface with its addresses, IPv6 ones without their scope."""

    name: str
    index: int
    ipv4: tuple[str, ...]
    ipv6: tuple[str, ...]
    is_up: bool
    is_multicast: bool
    is_loopback: bool


def list_interfaces() -> list[NetworkInterface]:
    """All interfaces of this host, in the order of their index."""
    # Costs a tenth of the start of a process that only receives, and is needed here only.
    import psutil  # type: ignore[import-untyped]

    addresses = psutil.net_if_addrs()
    states = psutil.net_if_stats()
    found = []
    for name, state in states.items():
        entries = addresses.get(name, [])
        index = _index_of(name, [entry.address for entry in entries])
        if index is None:
            continue  # gone since it was listed, or an alias such as eth0:1
        flags = state.flags.split(",")
        ipv4 = tuple(entry.address for entry in entries if entry.family == socket.AF_INET)
        ipv6 = tuple(entry.address.partition("%")[0] for entry in entries if entry.family == socket.AF_INET6)
        loopback = "loopback" in flags or any(ipaddress.ip_address(a).is_loopback for a in (*ipv4, *ipv6))
        # Windows names no flags; there every interface but the loopback one is a candidate.
        multicast = "multicast" in flags or (not state.flags and not loopback)
        found.append(NetworkInterface(name, index, ipv4, ipv6, state.isup, multicast, loopback))
    return sorted(found, key=lambda interface: interface.index)


def _index_of(name: str, addresses: list[str]) -> int | None:
    """The index of an interface. Windows knows the names that users do not; link-local addresses tell it."""
    try:
        return socket.if_nametoindex(name)
    except OSError:
        scopes = (address.partition("%")[2] for address in addresses)
        return next((int(scope) for scope in scopes if scope.isdigit()), None)


def local_interface(group: str = DEFAULT_GROUP_IPV4) -> Link:
    """Where stock peers of this host are: the interface that the route to ``group`` names, else loopback."""
    return _routed(parse_group(group)) or loopback_interface()


def loopback_interface() -> Link:
    """The loopback interface. Raises BusError where the host has none that is up."""
    route = route_to("127.0.0.1")
    link = None if route is None else _by_index(route.interface_index)
    if link is None:
        raise BusError("the loopback interface is down: bring it up (on Linux: ip link set lo up)")
    return link


def choose_interfaces(group: Group, interface: str | None, local: bool) -> tuple[Link, ...]:
    """The interfaces that a bus joins and sends on.

    ``interface`` holds names, indexes or addresses with commas between. Without it, the one in the group's
    own scope or the one that the system's route names. Raises BusError where there is none.
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
            f"({_names()}), connect to a network, or stay on this computer"
        )
    return (routed,)


def find_interface(text: str) -> Link:
    """The interface with that name, index or address. Raises BusError where this host has none such."""
    by_name = _by_name(text)
    if by_name is not None:
        return by_name
    by_index = _by_index(int(text)) if text.isascii() and text.isdigit() and len(text) < 10 else None
    if by_index is not None:
        return by_index
    address = _address(text.partition("%")[0])
    for interface in list_interfaces():
        addresses = map(ipaddress.ip_address, (*interface.ipv4, *interface.ipv6))
        if text == interface.name or (address is not None and address in addresses):
            return Link(interface.name, interface.index)
    what = "network interface" if address is None else "address"
    raise BusError(f"this computer has no {what} {text}; it has the interfaces {_names()}")


def _routed(group: Group) -> Link | None:
    route = route_to(group.address)
    if route is None:
        return None
    return SYSTEMS_CHOICE if route.interface_index == 0 else _by_index(route.interface_index)


def _by_name(name: str) -> Link | None:
    try:
        return Link(name, socket.if_nametoindex(name))
    except (OSError, ValueError):
        return None


def _by_index(index: int) -> Link | None:
    try:
        return Link(socket.if_indextoname(index), index)
    except (OSError, OverflowError):
        return None


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _names() -> str:
    return ", ".join(name for _, name in socket.if_nameindex())
