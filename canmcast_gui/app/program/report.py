"""The counters of one run, summed over all its buses, and the report of them as JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from canmcast_gui.transport.statistics import BusStatistics


@dataclass(frozen=True, slots=True)
class SessionTotals:
    """What was received, sent and lost since the program started; one counter for each reason of a loss."""

    received: int = 0
    sent: int = 0
    dropped_kernel: int = 0
    dropped_ring: int = 0
    malformed: int = 0
    foreign: int = 0
    recorded: int = 0
    unrecorded: int = 0
    duration_s: float = 0.0
    receive_buffer_bytes: int = 0
    priority: str = ""

    @property
    def lost(self) -> int:
        """Frames that reached this computer but not the recording."""
        return self.dropped_kernel + self.dropped_ring + self.unrecorded

    def plus(self, bus: BusStatistics, seconds: float) -> SessionTotals:
        """These totals plus the counters of one bus that was open for ``seconds``."""
        return SessionTotals(
            received=self.received + bus.received,
            sent=self.sent + bus.sent,
            dropped_kernel=self.dropped_kernel + bus.dropped_kernel,
            dropped_ring=self.dropped_ring + bus.dropped_ring,
            malformed=self.malformed + bus.malformed,
            foreign=self.foreign + bus.foreign,
            recorded=self.recorded,
            unrecorded=self.unrecorded,
            duration_s=self.duration_s + seconds,
            receive_buffer_bytes=bus.receive_buffer_bytes,
            priority=bus.priority,
        )


@dataclass(frozen=True, slots=True)
class WindowFigures:
    """Figures of the window.

    ``first_paint_s`` is the time from the command to the first drawing, which is that of the start picture;
    ``usable_s`` is the time until the window is drawn and takes input.
    """

    repaints: int
    longest_stall_ms: float
    p99_stall_ms: float
    first_paint_s: float | None
    usable_s: float | None


def window_report(totals: SessionTotals, figures: WindowFigures) -> dict[str, object]:
    """The content of the file that ``--report`` writes."""
    counters = _rounded(totals)
    del counters["unrecorded"]  # not in the agreed format; ``recorded`` is lower by this number
    return {**counters, "ui": _rounded(figures)}


def _rounded(values: SessionTotals | WindowFigures) -> dict[str, object]:
    return {
        name: round(value, 3) if isinstance(value, float) else value for name, value in asdict(values).items()
    }
