"""All steps in order, and the diagnosis."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

from canmcast_gui.doctor.other_groups import OtherGroups, Sighting
from canmcast_gui.doctor.steps import (
    COMMAND_LINE,
    Advice,
    Fault,
    Report,
    Wait,
    check_interfaces,
    check_port,
    check_priority,
    check_probe,
    firewall_hint,
    open_receiver,
)
from canmcast_gui.frames import Flag
from canmcast_gui.transport.receiver import Receiver
from canmcast_gui.transport.settings import BusSettings
from canmcast_gui.transport.sockets.interfaces import Link
from canmcast_gui.transport.statistics import BusStatistics
from canmcast_gui.wording import counted, were

# Once frames arrive, listening longer adds no information.
_ENOUGH_SECONDS = 0.5


@dataclass(frozen=True)
class Diagnosis:
    """``is_fault``: something on this computer is wrong. ``works``: frames arrive.

    ``better`` are settings with which frames arrive.
    """

    is_fault: bool
    sentence: str
    works: bool = False
    better: BusSettings | None = None


@dataclass(frozen=True)
class Examination:
    """What to examine and how.

    ``wait`` waits for input and returns whether to stop; ``report`` gets "ok", "note" or "fail" and a text
    for each step. Listening for frames takes ``duration`` seconds at most. ``advice`` names what a user can
    change.
    """

    settings: BusSettings
    wait: Wait
    report: Report
    duration: float = 3.0
    advice: Advice = COMMAND_LINE

    def run(self) -> Diagnosis:
        """Run all steps up to the first failure."""
        settings = self.settings
        links = check_interfaces(settings, self.report, self.advice)
        if isinstance(links, Fault):
            return Diagnosis(True, links.sentence)
        check_port(settings, self.report)
        check_priority(self.report)
        receiver = open_receiver(settings, links, self.report)
        if isinstance(receiver, Fault):
            return Diagnosis(True, receiver.sentence)
        try:
            fault = check_probe(settings, receiver, self.wait, self.report)
            if fault:
                return Diagnosis(True, fault.sentence)
            return self._listen(links, receiver)
        finally:
            receiver.close()

    def _listen(self, links: tuple[Link, ...], receiver: Receiver) -> Diagnosis:
        others = OtherGroups(self.settings, links)
        try:
            frames = self._wait_for_frames(receiver, others)
            totals = receiver.statistics()
            self._report_received(frames, totals)
            for sighting in others.sightings():
                self.report("note", f"{counted(sighting.count, 'datagram')} {sighting.membership}")
            return self._diagnose(frames, totals, others, {link.name for link in links})
        finally:
            others.close()

    def _wait_for_frames(self, receiver: Receiver, others: OtherGroups) -> int:
        """Listen until frames have come, or for ``duration``; how many came, the probe not counted."""
        start = time.monotonic()
        frames = 0
        while (left := start + self.duration - time.monotonic()) > 0:
            if self.wait(min(left, 0.1), receiver):
                break
            frames += int((~receiver.drain().has(Flag.TX)).sum())
            others.drain()
            if frames and left < self.duration - _ENOUGH_SECONDS:
                break
        return frames

    def _report_received(self, frames: int, totals: BusStatistics) -> None:
        report = self.report
        if frames:
            report("ok", f"{counted(frames, 'frame')} arrived")
        else:
            report("note", "no frame arrived")
        if totals.foreign:
            report(
                "note",
                f"{counted(totals.foreign, 'datagram')} {were(totals.foreign)} for another group or "
                "interface, or from another computer",
            )
        if totals.ignored:
            report(
                "note",
                f"{counted(totals.ignored, 'CAN FD frame')} {were(totals.ignored)} ignored: "
                "this bus is classic only",
            )
        if totals.dropped_kernel:
            report(
                "note",
                f"{counted(totals.dropped_kernel, 'datagram')} {were(totals.dropped_kernel)} lost: "
                "the receive buffer was full",
            )
        for kind, number in totals.malformed_by_kind.items():
            report("note", f"{counted(number, 'malformed datagram')}: {kind}")
        for datagram in totals.recent_malformed[-1:]:
            data = datagram.data[:32].hex(" ")
            report("note", f"the last one, {datagram.length} bytes from {datagram.source}: {data}")

    def _diagnose(
        self, frames: int, totals: BusStatistics, others: OtherGroups, chosen: set[str]
    ) -> Diagnosis:
        """The most likely explanation."""
        settings, advice = self.settings, self.advice
        if frames:
            probe = 1
            senders = max(sum(counts.received > 0 for counts in totals.by_source.values()) - probe, 1)
            text = f"frames arrive ({frames:,} from {counted(senders, 'sender')}); the bus works."
            return Diagnosis(False, text, works=True)
        if totals.ignored:
            text = f"only CAN FD frames arrive, and this bus is classic only: {advice.allow_fd}."
            return Diagnosis(True, text, better=replace(settings, fd=True))
        if totals.malformed:
            kinds = ", ".join(totals.malformed_by_kind)
            return Diagnosis(
                True,
                f"datagrams arrive, but none of them is a frame ({kinds}): another program uses "
                f"port {settings.port} of this group; choose another port, or find it by its address.",
            )
        if totals.foreign and settings.local:
            text = f"frames arrive from other computers only, which this bus refuses: {advice.allow_hosts}."
            return Diagnosis(True, text)
        if others.seen_here and not totals.foreign:
            return Diagnosis(
                True,
                "datagrams reach the interface but no program: a firewall drops them "
                f"({firewall_hint(settings)})"
                ", or the reverse-path filter (sudo sysctl -w net.ipv4.conf.all.rp_filter=2).",
            )
        for sighting in others.sightings()[:1]:
            text = f"frames arrive, but {sighting.membership}: {advice.choose(sighting.options)}."
            return Diagnosis(True, text, better=self._there(sighting, chosen))
        return Diagnosis(
            False,
            "this computer receives its own frames, and no other sender was found: compare group, port and "
            "interface with the sender's, and check its hop limit and the firewalls between "
            f"({firewall_hint(settings)}).",
        )

    def _there(self, sighting: Sighting, chosen: set[str]) -> BusSettings:
        """The settings for a group and interface with datagrams; ``chosen`` are the present interfaces."""
        there = sighting.membership
        interface = self.settings.interface if there.interface in chosen else there.interface
        return replace(self.settings, group=there.group, interface=interface, local=False)
