"""The steps from the network interface to the first frame, and a check of each."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from canmcast_gui.doctor.operating_system import firewall, joined_groups, programs_on_port
from canmcast_gui.frames import Flag
from canmcast_gui.frames.text import parse_frame
from canmcast_gui.processes.priority import granted_priority
from canmcast_gui.transport.errors import BusError
from canmcast_gui.transport.receiver import Receiver
from canmcast_gui.transport.sender import FrameSender
from canmcast_gui.transport.settings import BusSettings
from canmcast_gui.transport.sockets.addresses import parse_group
from canmcast_gui.transport.sockets.interfaces import Link, NetworkInterface, list_interfaces
from canmcast_gui.transport.sockets.routes import choose_interfaces, route_to
from canmcast_gui.wording import counted

# The highest id, which has the lowest priority, without data: the least harmful valid frame.
PROBE = "1FFFFFFF#"
_PROBES = 5
_PROBE_SECONDS = 0.2
# The usual Linux default of 212,992 bytes holds 256 frames; less than this is a few repaints of a window.
_DATAGRAM_BYTES = 832
_COMFORTABLE_BYTES = 2**20

Report = Callable[[str, str], None]


class HasFileno(Protocol):
    """Something to wait for."""

    def fileno(self) -> int:
        """Its descriptor."""
        ...


#: Waits for seconds or until something is readable; returns whether to stop.
Wait = Callable[[float, HasFileno], bool]


@dataclass(frozen=True)
class Advice:
    """What a user can do, by default in terms of the command line, without a full stop."""

    allow_fd: str = "omit --no-fd"
    allow_hosts: str = "omit --local"
    other_interface: str = "choose another with --interface"
    #: For the options that select another group or interface.
    choose: Callable[[str], str] = "add {}".format


COMMAND_LINE = Advice()


@dataclass(frozen=True)
class Fault:
    """A failed step; ``sentence`` is the diagnosis."""

    sentence: str


def check_interfaces(settings: BusSettings, report: Report, advice: Advice) -> tuple[Link, ...] | Fault:
    """Which interfaces the bus is on, whether they are up and carry multicast, and where stock peers are."""
    group = parse_group(settings.group)
    try:
        links = choose_interfaces(group, settings.interface, settings.local)
    except BusError as error:
        report("fail", str(error))
        return Fault(str(error))
    known = {interface.index: interface for interface in list_interfaces()}
    for link in links:
        fault = _check_interface(link, known.get(link.index), report, advice)
        if fault:
            return fault
    _check_route(settings, links, known, report)
    return links


def _check_interface(
    link: Link, interface: NetworkInterface | None, report: Report, advice: Advice
) -> Fault | None:
    if interface is None:
        return _fault(report, f"the interface {link.name} is not among this computer's interfaces")
    addresses = ", ".join((*interface.ipv4, *interface.ipv6)) or "no address"
    if not interface.is_up:
        return _fault(report, f"the interface {link.name} is down: sudo ip link set {link.name} up")
    if not (interface.is_multicast or interface.is_loopback):
        return _fault(report, f"the interface {link.name} carries no multicast: {advice.other_interface}")
    report("ok", f"interface {link.name} is up and carries multicast ({addresses})")
    return None


def _check_route(
    settings: BusSettings, links: tuple[Link, ...], known: dict[int, NetworkInterface], report: Report
) -> None:
    route = route_to(settings.group)
    if route is None:
        report("note", "the system has no route for this group: stock python-can peers cannot join it here")
        return
    routed = known[route.interface_index].name if route.interface_index in known else "another interface"
    if route.interface_index in {link.index for link in links}:
        report(
            "ok",
            f"the system's route for the group is {routed}, so stock peers of this computer are there too",
        )
    else:
        report(
            "note", f"the system's route for the group is {routed}: stock peers of this computer are there"
        )


def check_port(settings: BusSettings, report: Report) -> None:
    """Report other programs on the port; sharing it is usual and not a fault."""
    others = programs_on_port(settings.port)
    if others:
        report("ok", f"port {settings.port} is shared with " + "; ".join(map(str, others[:5])))
    else:
        report("ok", f"no other program of this computer is on port {settings.port}")


def open_receiver(settings: BusSettings, links: tuple[Link, ...], report: Report) -> Receiver | Fault:
    """Join the group and check the receive buffer that the system granted."""
    try:
        receiver = Receiver(settings)
    except BusError as error:
        report("fail", str(error))
        return Fault(str(error))
    listed = joined_groups()
    group = parse_group(settings.group).address
    missing = [link.name for link in links if listed is not None and (link.name, group) not in listed]
    if missing:
        report("note", f"the system does not list the group {group} on {', '.join(missing)}")
    else:
        report("ok", f"joined the group {settings.group}, port {settings.port}")
    _check_buffer(settings, receiver.statistics().receive_buffer_bytes, report)
    return receiver


def _check_buffer(settings: BusSettings, granted: int, report: Report) -> None:
    text = f"receive buffer: {granted:,} bytes granted, about {counted(granted // _DATAGRAM_BYTES, 'frame')}"
    if settings.receive_buffer is not None and granted < settings.receive_buffer:
        report(
            "note",
            f"{text}, of {settings.receive_buffer:,} bytes requested, which is more than the system allows",
        )
    elif settings.receive_buffer is None and granted < _COMFORTABLE_BYTES:
        report("note", f"{text}; more with: sudo sysctl -w net.core.rmem_max=16777216")
    else:
        report("ok", text)


def check_priority(report: Report) -> None:
    """Report the priority that the processes of a bus get; without one they only work less exactly."""
    granted = granted_priority()
    text = f"priority of the capture and transmit processes: {granted}"
    if granted == "real-time" or not sys.platform.startswith("linux"):
        report("ok", text)
    else:
        report("note", f"{text}; more with the line “* - rtprio 1” in /etc/security/limits.conf")


def check_probe(settings: BusSettings, receiver: Receiver, wait: Wait, report: Report) -> Fault | None:
    """Send a frame that does not leave this computer, and check that it is received."""
    try:
        sender = FrameSender(replace(settings, hop_limit=0, fd=True))
    except BusError as error:
        report("fail", str(error))
        return Fault(str(error))
    try:
        for address in sender.addresses:
            receiver.mark_own(address)
        received = _probe(sender, receiver, wait)
    except BusError as error:
        report("fail", f"{error}; {firewall_hint(settings)}")
        return Fault(f"frames cannot be sent: {error}")
    finally:
        sender.close()
    if received:
        report("ok", f"a probe (id {PROBE[:-1]}, no data, hop limit 0) was received")
        return None
    report("fail", f"the probe was not received; {firewall_hint(settings)}")
    return Fault(
        "this computer does not receive its own frames: UDP between its own sockets is dropped, most likely "
        f"by a firewall ({firewall_hint(settings)})"
    )


def _probe(sender: FrameSender, receiver: Receiver, wait: Wait) -> bool:
    frame = parse_frame(PROBE)
    for _ in range(_PROBES):
        sender.send_batch(frame)
        end = time.monotonic() + _PROBE_SECONDS
        while time.monotonic() < end and not wait(end - time.monotonic(), receiver):
            if receiver.drain().has(Flag.TX).any():
                return True
    return False


def firewall_hint(settings: BusSettings) -> str:
    """How to open the port in this computer's firewall."""
    seen = firewall() or "allow UDP port PORT in the firewall, if there is one"
    return seen.replace("PORT", str(settings.port))


def _fault(report: Report, sentence: str) -> Fault:
    report("fail", sentence)
    return Fault(sentence)
