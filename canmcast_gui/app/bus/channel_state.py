"""What an open channel does at the moment, and the texts that say it."""

from __future__ import annotations

from dataclasses import dataclass

from canmcast_gui.channels.kinds import kind_of
from canmcast_gui.channels.settings import ChannelSettings
from canmcast_gui.transport.statistics import BusStatistics
from canmcast_gui.wording import counted

# Of channels without a driver: their datagrams get the time from the operating system.
_SYSTEM_TIMES = "the operating system, when it received the frame"


@dataclass(frozen=True)
class ChannelState:
    """A channel that is open, or is tried again; ``problem`` says why no frames can arrive, as a clause."""

    settings: ChannelSettings
    statistics: BusStatistics
    problem: str | None

    @property
    def label(self) -> str:
        """The channel in two or three words."""
        return kind_of(self.settings).label(self.settings)

    @property
    def lost(self) -> int:
        """Frames that were lost in the system, the driver, or between the processes."""
        return self.statistics.dropped_kernel + self.statistics.dropped_ring

    @property
    def title(self) -> str:
        """Number, name and state in one line."""
        return f"{self.settings.number}  {self.label}: {'problem' if self.problem else 'open'}"

    def text(self) -> str:
        """Everything about it, in a few lines."""
        statistics = self.statistics
        lines = [
            self.title,
            f"    {counted(statistics.received, 'frame')} received, {self.lost:,} lost",
        ]
        if times := statistics.times or ("" if kind_of(self.settings).has_driver_process else _SYSTEM_TIMES):
            lines.append(f"    Times: {times}")
        if statistics.controller:
            lines.append(f"    Controller: {statistics.controller}")
        if statistics.send_failures:
            frames = counted(statistics.send_failures, "frame")
            lines.append(f"    {frames} not sent, the last one: {statistics.send_failure}")
        if self.problem:
            lines.insert(1, f"    {self.problem[0].upper()}{self.problem[1:]}")
        return "\n".join(lines)


def states_text(states: tuple[ChannelState, ...], late: int) -> str:
    """All channels, and how many frames arrived too late for their place in the order of time; "" without."""
    parts = [state.text() for state in states]
    if late:
        parts.append(f"{counted(late, 'frame')} arrived too late to be in the order of time")
    return "\n".join(parts)
