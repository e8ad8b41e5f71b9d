"""Multicast groups and their addresses."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass

from canmcast_gui.transport.errors import BusError

# The defaults of python-can's udp_multicast interface, so that stock peers are reached without settings.
DEFAULT_GROUP_IPV6 = "ff15:7079:7468:6f6e:6465:6d6f:6d63:6173"
DEFAULT_GROUP_IPV4 = "239.74.163.2"
DEFAULT_PORT = 43113


@dataclass(frozen=True, slots=True)
class Group:
    """A multicast group. ``scope`` is the interface in the address, as in ``ff02::1%eth0``."""

    address: str
    scope: str = ""

    @property
    def is_ipv6(self) -> bool:
        """Whether it is an IPv6 group."""
        return ":" in self.address

    @property
    def family(self) -> socket.AddressFamily:
        """AF_INET or AF_INET6."""
        return socket.AF_INET6 if self.is_ipv6 else socket.AF_INET

    @property
    def packed(self) -> bytes:
        """The address as 4 or 16 bytes."""
        return socket.inet_pton(self.family, self.address)

    def endpoint(self, port: int, interface_index: int = 0) -> tuple[str, int] | tuple[str, int, int, int]:
        """The address in the form of bind() and connect()."""
        return (self.address, port, 0, interface_index) if self.is_ipv6 else (self.address, port)


def parse_group(text: str) -> Group:
    """The group with this address. Raises BusError if it is not a multicast address."""
    try:
        address = ipaddress.ip_address(str(text).strip())
    except ValueError:
        address = None
    if address is None or not address.is_multicast:
        raise BusError(
            f"{text!r} is not a multicast address: choose an IPv4 address between 224.0.0.0 and "
            f"239.255.255.255, such as {DEFAULT_GROUP_IPV4}, or an IPv6 address that begins with ff, such as "
            f"{DEFAULT_GROUP_IPV6}"
        )
    scope = getattr(address, "scope_id", None) or ""
    return Group(str(address).partition("%")[0], scope)
