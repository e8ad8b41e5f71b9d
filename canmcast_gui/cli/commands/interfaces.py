"""``canmcast interfaces``: the network interfaces, and which of them a bus would use."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from canmcast_gui.cli.terminal import print_line, print_note
from canmcast_gui.transport.sockets.addresses import DEFAULT_GROUP_IPV4, DEFAULT_GROUP_IPV6
from canmcast_gui.transport.sockets.interfaces import NetworkInterface, list_interfaces
from canmcast_gui.transport.sockets.routes import route_to


@click.command("interfaces")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list, for scripts.")
def command(as_json: bool) -> None:
    """List the network interfaces; those that the system would choose are marked."""
    chosen = {4: _chosen(DEFAULT_GROUP_IPV4), 6: _chosen(DEFAULT_GROUP_IPV6)}
    found = list_interfaces()
    if as_json:
        print_line(json.dumps([asdict(interface) for interface in found]))
        return
    width = max((len(interface.name) for interface in found), default=0)
    for interface in found:
        marks = [f"IPv{version} default" for version, index in chosen.items() if index == interface.index]
        addresses = ", ".join((*interface.ipv4, *interface.ipv6)) or "no address"
        mark = f"  <- {', '.join(marks)}" if marks else ""
        print_line(f"{interface.name:<{width}}  {_state(interface):<19}  {addresses}{mark}")
    for version, index in chosen.items():
        if index is None:
            print_note(f"the system has no route for IPv{version} multicast")


def _chosen(group: str) -> int | None:
    route = route_to(group)
    return None if route is None else route.interface_index


def _state(interface: NetworkInterface) -> str:
    multicast = "multicast" if interface.is_multicast else "loopback" if interface.is_loopback else "unicast"
    return f"{'up' if interface.is_up else 'down'}, {multicast}"
