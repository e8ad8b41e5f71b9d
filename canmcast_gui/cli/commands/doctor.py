"""``canmcast doctor``: why no frames arrive."""

from __future__ import annotations

import time
from typing import Any

import click

from canmcast_gui.cli.doctor.other_groups import OtherGroups
from canmcast_gui.cli.doctor.steps import (
    Fault,
    check_interfaces,
    check_port,
    check_probe,
    firewall_hint,
    open_receiver,
)
from canmcast_gui.cli.options import FiniteRange, bus_options, bus_settings_from
from canmcast_gui.cli.terminal import Interrupt, print_line
from canmcast_gui.frames import Flag
from canmcast_gui.transport.receiver import Receiver
from canmcast_gui.transport.settings import BusSettings
from canmcast_gui.transport.sockets.interfaces import Link
from canmcast_gui.transport.statistics import BusStatistics
from canmcast_gui.wording import counted, were

# Once frames arrive, listening longer adds no information.
_ENOUGH_SECONDS = 0.5


@click.command("doctor")
@bus_options
@click.option(
    "--duration",
    type=FiniteRange(min=0),
    default=3.0,
    show_default=True,
    metavar="S",
    help="Wait at most S seconds for frames.",
)
def command(duration: float, **bus: Any) -> None:
    """Check every step from the network interface to the first frame and report the first failure.

    Sends one frame that does not leave this computer. Exit code 1: something on this computer is wrong.
    """
    settings = bus_settings_from(bus)
    with Interrupt() as interrupt:
        fault, sentence = examine(settings, interrupt, duration)
    print_line(f"Diagnosis: {sentence[0].upper()}{sentence[1:]}")
    click.get_current_context().exit(1 if fault else 0)


def examine(settings: BusSettings, interrupt: Interrupt, duration: float) -> tuple[bool, str]:
    """Run all steps; returns whether something on this computer is wrong, and the diagnosis."""
    links = check_interfaces(settings, _report)
    if isinstance(links, Fault):
        return True, links.sentence
    check_port(settings, _report)
    receiver = open_receiver(settings, links, _report)
    if isinstance(receiver, Fault):
        return True, receiver.sentence
    try:
        fault = check_probe(settings, receiver, interrupt, _report)
        if fault:
            return True, fault.sentence
        return _listen(settings, links, receiver, interrupt, duration)
    finally:
        receiver.close()


def _report(level: str, text: str) -> None:
    print_line(f"{level:<4}  {text}")


def _listen(
    settings: BusSettings, links: tuple[Link, ...], receiver: Receiver, interrupt: Interrupt, duration: float
) -> tuple[bool, str]:
    others = OtherGroups(settings, links)
    try:
        frames = _wait_for_frames(receiver, others, interrupt, duration)
        totals = receiver.statistics()
        _report_received(frames, totals)
        for sighting in others.sightings():
            _report("note", f"{counted(sighting.count, 'datagram')} {sighting.membership}")
        return _diagnose(settings, frames, totals, others)
    finally:
        others.close()


def _wait_for_frames(receiver: Receiver, others: OtherGroups, interrupt: Interrupt, duration: float) -> int:
    """Listen until frames have come, or for ``duration``; how many came, the probe not counted."""
    start = time.monotonic()
    frames = 0
    while (left := start + duration - time.monotonic()) > 0:
        if interrupt.wait(min(left, 0.1), receiver):
            break
        frames += int((~receiver.drain().has(Flag.TX)).sum())
        others.drain()
        if frames and left < duration - _ENOUGH_SECONDS:
            break
    return frames


def _report_received(frames: int, totals: BusStatistics) -> None:
    if frames:
        _report("ok", f"{counted(frames, 'frame')} arrived")
    else:
        _report("note", "no frame arrived")
    if totals.foreign:
        _report(
            "note",
            f"{counted(totals.foreign, 'datagram')} {were(totals.foreign)} for another group or interface, "
            "or from another host",
        )
    if totals.ignored:
        _report(
            "note",
            f"{counted(totals.ignored, 'CAN FD frame')} {were(totals.ignored)} ignored, because of --no-fd",
        )
    if totals.dropped_kernel:
        _report(
            "note",
            f"{counted(totals.dropped_kernel, 'datagram')} {were(totals.dropped_kernel)} lost: "
            "the receive buffer was full",
        )
    for kind, number in totals.malformed_by_kind.items():
        _report("note", f"{counted(number, 'malformed datagram')}: {kind}")
    for datagram in totals.recent_malformed[-1:]:
        text = f"the last one, {datagram.length} bytes from {datagram.source}: {datagram.data[:32].hex(' ')}"
        _report("note", text)


def _diagnose(
    settings: BusSettings, frames: int, totals: BusStatistics, others: OtherGroups
) -> tuple[bool, str]:
    """Whether something on this computer is wrong, and the most likely explanation."""
    if frames:
        probe = 1
        senders = max(sum(counts.received > 0 for counts in totals.by_source.values()) - probe, 1)
        return False, f"frames arrive ({frames:,} from {counted(senders, 'sender')}); the bus works."
    if totals.ignored:
        return True, "only CAN FD frames arrive, and this bus is classic only: omit --no-fd."
    if totals.malformed:
        kinds = ", ".join(totals.malformed_by_kind)
        return True, (
            f"datagrams arrive, but none of them is a frame ({kinds}): another program uses "
            f"port {settings.port} of this group; choose another port, or find it by its address."
        )
    if totals.foreign and settings.local:
        return True, "frames arrive from other hosts only, and --local refuses those: omit --local."
    if others.seen_here and not totals.foreign:
        return True, (
            f"datagrams reach the interface but no program: a firewall drops them ({firewall_hint(settings)})"
            ", or the reverse-path filter (sudo sysctl -w net.ipv4.conf.all.rp_filter=2)."
        )
    for sighting in others.sightings()[:1]:
        return True, f"frames arrive, but {sighting.membership}: add {sighting.options}."
    return False, (
        "this computer receives its own frames, and no other sender was found: compare group, port and "
        "interface with the sender's, and check its hop limit and the firewalls between "
        f"({firewall_hint(settings)})."
    )
