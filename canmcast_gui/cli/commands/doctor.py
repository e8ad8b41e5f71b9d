"""``canmcast doctor``: why nothing arrives."""

from __future__ import annotations

import time
from typing import Any

import click

from canmcast_gui.cli.doctor.other_groups import Elsewhere
from canmcast_gui.cli.doctor.steps import (
    Fault,
    check_interfaces,
    check_port,
    check_probe,
    firewall_hint,
    open_receiver,
)
from canmcast_gui.cli.options import FiniteRange, bus_options, bus_settings_from
from canmcast_gui.cli.output import say
from canmcast_gui.cli.terminal import Interrupt
from canmcast_gui.counted import counted, were
from canmcast_gui.frames import Flag
from canmcast_gui.transport.receiver import Receiver
from canmcast_gui.transport.settings import BusSettings
from canmcast_gui.transport.sockets.interfaces import Link
from canmcast_gui.transport.statistics import BusStatistics

# Once frames arrive, listening on tells nothing new.
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
    """Walk from the network interface to the first frame and say where the way ends.

    Sends one frame that does not leave this computer. Exit code 1 where something is wrong here.
    """
    settings = bus_settings_from(bus)
    with Interrupt() as interrupt:
        fault, sentence = examine(settings, interrupt, duration)
    say(f"Diagnosis: {sentence[0].upper()}{sentence[1:]}")
    click.get_current_context().exit(1 if fault else 0)


def examine(settings: BusSettings, interrupt: Interrupt, duration: float) -> tuple[bool, str]:
    """Go through all steps; whether something is wrong on this computer, and the closing sentence."""
    links = check_interfaces(settings, _say)
    if isinstance(links, Fault):
        return True, links.sentence
    check_port(settings, _say)
    receiver = open_receiver(settings, links, _say)
    if isinstance(receiver, Fault):
        return True, receiver.sentence
    try:
        fault = check_probe(settings, receiver, interrupt, _say)
        if fault:
            return True, fault.sentence
        return _listen(settings, links, receiver, interrupt, duration)
    finally:
        receiver.close()


def _say(level: str, text: str) -> None:
    say(f"{level:<4}  {text}")


def _listen(
    settings: BusSettings, links: tuple[Link, ...], receiver: Receiver, interrupt: Interrupt, duration: float
) -> tuple[bool, str]:
    elsewhere = Elsewhere(settings, links)
    try:
        frames = _wait_for_frames(receiver, elsewhere, interrupt, duration)
        totals = receiver.statistics()
        _say_what_came(frames, totals)
        for sighting in elsewhere.sightings():
            place = sighting.passing
            _say(
                "note", f"{counted(sighting.count, 'datagram')} for group {place.group} on {place.interface}"
            )
        return _judge(settings, frames, totals, elsewhere)
    finally:
        elsewhere.close()


def _wait_for_frames(receiver: Receiver, elsewhere: Elsewhere, interrupt: Interrupt, duration: float) -> int:
    """Listen until frames have come, or for ``duration``; how many came, the probe not counted."""
    start = time.monotonic()
    frames = 0
    while (left := start + duration - time.monotonic()) > 0:
        if interrupt.wait(min(left, 0.1), receiver):
            break
        frames += int((~receiver.drain().has(Flag.TX)).sum())
        elsewhere.drain()
        if frames and left < duration - _ENOUGH_SECONDS:
            break
    return frames


def _say_what_came(frames: int, totals: BusStatistics) -> None:
    if frames:
        _say("ok", f"{counted(frames, 'frame')} arrived")
    else:
        _say("note", "no frame arrived")
    if totals.foreign:
        _say(
            "note",
            f"{counted(totals.foreign, 'datagram')} {were(totals.foreign)} for another group or interface, "
            "or from another host",
        )
    if totals.ignored:
        _say(
            "note",
            f"{counted(totals.ignored, 'CAN FD frame')} {were(totals.ignored)} ignored, because of --no-fd",
        )
    if totals.dropped_kernel:
        _say(
            "note",
            f"{counted(totals.dropped_kernel, 'datagram')} {were(totals.dropped_kernel)} lost: "
            "the receive buffer was full",
        )
    for kind, number in totals.malformed_by_kind.items():
        _say("note", f"{counted(number, 'malformed datagram')}: {kind}")
    for one in totals.recent_malformed[-1:]:
        _say("note", f"the last one, {one.length} bytes from {one.source}: {one.data[:32].hex(' ')}")


def _judge(
    settings: BusSettings, frames: int, totals: BusStatistics, elsewhere: Elsewhere
) -> tuple[bool, str]:
    """The closing sentence, by what explains most."""
    if frames:
        probe = 1
        senders = max(sum(counts.received > 0 for counts in totals.by_source.values()) - probe, 1)
        return False, f"frames arrive ({frames:,} from {counted(senders, 'sender')}); the bus works."
    if totals.ignored:
        return True, "only CAN FD frames arrive, and this bus is classic only: leave --no-fd out."
    if totals.malformed:
        kinds = ", ".join(totals.malformed_by_kind)
        return True, (
            f"datagrams arrive, but none is a frame ({kinds}): another program uses "
            f"port {settings.port} of this group; choose another port, or find it by its address."
        )
    if totals.foreign and settings.local:
        return True, "frames arrive from other hosts only, and --local refuses those: leave --local out."
    if elsewhere.passed_here and not totals.foreign:
        return True, (
            f"datagrams reach the interface and no program: a firewall drops them ({firewall_hint(settings)})"
            ", or the reverse-path filter (sudo sysctl -w net.ipv4.conf.all.rp_filter=2)."
        )
    for sighting in elsewhere.sightings()[:1]:
        place = sighting.passing
        return True, (
            f"frames pass by, but for group {place.group} on {place.interface}: add {sighting.options}."
        )
    return False, (
        "this computer hears itself, and nobody else sends: compare group, port and interface with the "
        f"sender's, see that its hop limit reaches here, and that no firewall stands between "
        f"({firewall_hint(settings)})."
    )
