"""The load of each channel, at its own bit rates or at those of the program."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from canmcast_gui.channels.settings import ChannelSettings
from canmcast_gui.frames import FrameBatch
from canmcast_gui.recording import RateMeter


@dataclass(frozen=True)
class ChannelLoad:
    """The share of the last second that the traffic of a channel takes; ``settings`` is None without a bus.

    Bit rates in bit/s, those of the channel where it has them.
    """

    settings: ChannelSettings | None
    bit_rate: int
    data_bit_rate: int
    load: float
    bits_per_second: float


class ChannelRates:
    """A RateMeter for each channel number, of the frames that were counted."""

    def __init__(self) -> None:
        self._meters: dict[int, RateMeter] = {}

    def update(self, batch: FrameBatch, now_ns: int, utc_ns: int) -> None:
        """Count the frames of each channel, see RateMeter.update()."""
        channels = batch.channel
        for number in np.flatnonzero(np.bincount(channels)).tolist():
            meter = self._meters.setdefault(number, RateMeter())
            meter.update(batch[channels == number], now_ns, utc_ns)

    def meter(self, number: int) -> RateMeter:
        """The meter of a channel."""
        return self._meters.setdefault(number, RateMeter())

    def clear(self) -> None:
        """Forget all frames."""
        self._meters.clear()


def load_of(
    meter: RateMeter, settings: ChannelSettings | None, now_ns: int, usual: tuple[int, int]
) -> ChannelLoad:
    """The load of a channel; ``usual`` are the bit rates for channels that have none, in bit/s."""
    options = {} if settings is None else settings.options
    bit_rate = _rate(options.get("bitrate")) or usual[0]
    data_bit_rate = _rate(options.get("data_bitrate")) or usual[1]
    load = meter.load(now_ns, bit_rate, data_bit_rate)
    return ChannelLoad(settings, bit_rate, data_bit_rate, load, meter.bits_per_second(now_ns))


def _rate(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0
