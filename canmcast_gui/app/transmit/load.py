"""What the armed rows ask of a bus: frames and bits a second, and what that is of a chosen bit rate."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from canmcast_gui.app.transmit.row import TransmitRow
from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.frames.wire_bits import wire_bits
from canmcast_gui.transmit import FuzzOptions
from canmcast_gui.transmit.fuzz.rows import FuzzRows

# Random frames that show how long they are on average.
_SAMPLE_FRAMES = 200


@dataclass(frozen=True)
class Load:
    """``share`` is the part of the time that a bus would be busy with it, 1.0 for all."""

    frames_per_second: float = 0.0
    share: float = 0.0

    def plus(self, other: Load) -> Load:
        """What both ask for."""
        return Load(self.frames_per_second + other.frames_per_second, self.share + other.share)

    @property
    def text(self) -> str:
        """Both in words; empty where nothing is asked for."""
        if not self.frames_per_second:
            return ""
        return f"{self.frames_per_second:,.0f} frames/s asked, {self.share:.0%} of the bit rate"


def load_of(rows: Iterable[TransmitRow], bitrate: int, data_bitrate: int) -> Load:
    """What rows ask for that are sent at their periods; ``data_bitrate`` is that of CAN FD's data phase."""
    wanted = [row for row in rows if not row.trigger]  # nobody knows how often a trigger comes
    if not wanted:
        return Load()
    arbitration, data = wire_bits(FrameBatch.concatenate([row.frame() for row in wanted]))
    seconds = arbitration / bitrate + data / data_bitrate
    rates = [NS_PER_SECOND / row.period_ns for row in wanted]
    return Load(sum(rates), float(seconds @ np.array(rates)))


def load_of_run(options: FuzzOptions, bitrate: int, data_bitrate: int) -> Load:
    """What a fuzz run asks for, by its first frames. Raises TransmitError for options that are impossible."""
    arbitration, data = wire_bits(FuzzRows(options).rows(0, _SAMPLE_FRAMES))
    seconds = float(np.mean(arbitration / bitrate + data / data_bitrate))
    rate = NS_PER_SECOND / options.period_ns
    return Load(rate, seconds * rate)
