"""The counters that the status bar and the report show, summed over all buses of one run."""

from __future__ import annotations

from dataclasses import dataclass

from canmcast_gui.transport.statistics import BusStatistics


@dataclass(frozen=True, slots=True)
class SessionTotals:
    """What happened since the program started; losses are counted by where they happened."""

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

    @property
    def lost(self) -> int:
        """Frames that reached this computer and did not reach the recording."""
        return self.dropped_kernel + self.dropped_ring + self.unrecorded

    def plus(self, bus: BusStatistics, seconds: float) -> SessionTotals:
        """These totals and the counters of one bus that was open for ``seconds``."""
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
        )
