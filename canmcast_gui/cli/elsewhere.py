"""Traffic that passes by: the same port, but another group or another interface than the chosen ones."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, replace

from canmcast_gui.cli.system_tables import joined_groups
from canmcast_gui.transport.addresses import DEFAULT_GROUP_IPV4, DEFAULT_GROUP_IPV6, parse_group
from canmcast_gui.transport.errors import BusError
from canmcast_gui.transport.interfaces import Link, list_interfaces
from canmcast_gui.transport.receiver import Receiver
from canmcast_gui.transport.settings import BusSettings

# Each place is a socket; no computer that is worth asking has more.
_MOST_PLACES = 24


@dataclass(frozen=True)
class Place:
    """Where else frames might be, and the options that lead there."""

    receiver: Receiver
    where: str
    options: str

    @property
    def frames(self) -> int:
        """How many frames were heard there."""
        self.receiver.drain(65536)
        return self.receiver.statistics().received


def listen_elsewhere(settings: BusSettings, links: tuple[Link, ...]) -> list[Place]:
    """Listen in all other places of this computer that can be joined; each must be closed."""
    places = []
    for other, where, options in _candidates(settings, links)[:_MOST_PLACES]:
        try:
            places.append(Place(Receiver(other), where, options))
        except BusError:
            continue  # what cannot be joined has nothing to say
    return places


def _candidates(settings: BusSettings, links: tuple[Link, ...]) -> list[tuple[BusSettings, str, str]]:
    chosen = {link.name for link in links}
    names = [
        interface.name
        for interface in list_interfaces()
        if interface.is_up and (interface.is_multicast or interface.is_loopback)
    ]
    found = []
    for group in (settings.group, *_other_groups(settings)):
        for name in names:
            if group == settings.group and name in chosen:
                continue
            options = "" if group == settings.group else f"--group {group} "
            options += "" if name in chosen else f"--interface {name}"
            other = replace(settings, group=group, interface=name, local=False, fd=True, receive_buffer=None)
            found.append((other, f"group {group} on {name}", options.strip()))
    return found


def _other_groups(settings: BusSettings) -> list[str]:
    """Both defaults, and what other programs of this host have joined."""
    groups = {group for _, group in joined_groups() or () if _is_for_applications(group)}
    own = parse_group(settings.group).address
    defaults = [group for group in (DEFAULT_GROUP_IPV4, DEFAULT_GROUP_IPV6) if group != own]
    return [*defaults, *sorted(groups - {own, *defaults})]


def _is_for_applications(group: str) -> bool:
    """Not one of the groups of the network itself, such as all hosts (RFC 5771, RFC 4291)."""
    address = ipaddress.ip_address(group)
    if address.version == 4:
        return address not in ipaddress.ip_network("224.0.0.0/24")
    return address.packed[2:14] != bytes(12)
