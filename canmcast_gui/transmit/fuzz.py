"""Frames that nobody would think of: random ids, lengths and bits, the same for the same seed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from canmcast_gui.frames import DLC_TO_LENGTH, Flag, FrameBatch
from canmcast_gui.frames.validity import MAX_EXTENDED_ID, MAX_STANDARD_ID
from canmcast_gui.transmit.errors import TransmitError

# Frames that are made at a time: few enough for the first to leave at once.
BATCH_FRAMES = 4096


@dataclass(frozen=True)
class FuzzOptions:
    """What may be random.

    ``ids`` are ranges (first, last, extended); ``lengths`` a range of payload bytes, of which those are used
    that a frame can have (up to 8, or 64 with ``fd``). Bits of ``mask`` are random, the others are those of
    ``base``; both count as if zeros (ones for the mask) followed them. Frames are ``period_ns`` apart.
    """

    ids: tuple[tuple[int, int, bool], ...] = ((0, MAX_STANDARD_ID, False),)
    lengths: tuple[int, int] = (0, 8)
    fd: bool = False
    base: bytes = b""
    mask: bytes = b""
    seed: int = 0
    period_ns: int = 10_000_000
    count: int = 1000

    def validated(self) -> FuzzOptions:
        """The same; raises TransmitError with a sentence."""
        for first, last, extended in self.ids:
            if not 0 <= first <= last <= (MAX_EXTENDED_ID if extended else MAX_STANDARD_ID):
                raise TransmitError(f"{first:X}..{last:X} is no range of ids.")
        if not self.ids or not len(self._possible_lengths()):
            raise TransmitError("There must be a range of ids, and a length that a frame can have.")
        if self.count < 1 or self.period_ns < 1:
            raise TransmitError("At least one frame must be asked for, at a positive rate.")
        return self

    def _possible_lengths(self) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
        possible = DLC_TO_LENGTH if self.fd else DLC_TO_LENGTH[:9]
        return possible[(possible >= self.lengths[0]) & (possible <= self.lengths[1])]

    def frames(self) -> Iterator[FrameBatch]:
        """All frames, in batches; their times count from 0."""
        source = np.random.default_rng(self.seed)
        for start in range(0, self.count, BATCH_FRAMES):
            yield self._batch(source, start, min(BATCH_FRAMES, self.count - start))

    def _batch(self, source: np.random.Generator, start: int, count: int) -> FrameBatch:
        sizes = np.array([last - first + 1 for first, last, _ in self.ids], dtype=np.int64)
        places = source.integers(0, int(sizes.sum()), count)
        which = np.searchsorted(np.cumsum(sizes), places, side="right")
        firsts = np.array([first for first, _, _ in self.ids]) - (np.cumsum(sizes) - sizes)
        extended = np.array([one for _, _, one in self.ids])[which]
        lengths = source.choice(self._possible_lengths(), count)
        width = max(8, int(lengths.max()))
        base = np.frombuffer(self.base[:width].ljust(width, b"\0"), dtype=np.uint8)
        mask = np.frombuffer(self.mask[:width].ljust(width, b"\xff"), dtype=np.uint8)
        noise = source.integers(0, 256, (count, width), dtype=np.uint8)
        flags = np.where(extended, int(Flag.EXTENDED), 0) | (int(Flag.FD) if self.fd else 0)
        times = (start + np.arange(count, dtype=np.int64)) * self.period_ns
        data = (base & ~mask) | (noise & mask)
        return FrameBatch.from_columns(times, places + firsts[which], data, lengths, flags, channel=1)
