"""Frames with random ids, lengths and bits, the same for the same seed.

A frame depends only on the seed and on its row, by arithmetic of 64 bits: all computers make the same frames,
and any row can be made without those before it.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames import LENGTH_TO_DLC, MAX_PAYLOAD, Flag, FrameBatch
from canmcast_gui.frames.arrays import Bytes, Words
from canmcast_gui.transmit.fuzz.options import KINDS, FuzzOptions

# The random words of a row, by their use; _MORE refines the bytes of the payload that have ranges.
_ID, _KIND, _LENGTH, _PAYLOAD, _MORE = 0, 1, 2, 3, 11
_WORDS = 19

# SplitMix64: G. L. Steele, D. Lea, C. H. Flood, "Fast Splittable Pseudorandom Number Generators", 2014.
_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_FACTORS = (np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB))


class FuzzRows:
    """The frames of a fuzz run, by rows from 0; their times count from 0."""

    def __init__(self, options: FuzzOptions) -> None:
        """Raises TransmitError for options that are not possible."""
        self._options = options = options.validated()
        self._seed = _mix(np.array([options.seed], dtype=np.uint64))
        sizes = np.array([last - first + 1 for first, last, _ in options.ids], dtype=np.int64)
        self._ends = np.cumsum(sizes)
        self._shifts = np.array([first for first, _, _ in options.ids]) - (self._ends - sizes)
        self._extended = np.array([extended for _, _, extended in options.ids])
        self._flags = np.array([KINDS[kind] for kind in options.kinds], dtype=np.uint16)
        self._lengths = [np.array(options.possible_lengths(kind)) for kind in options.kinds]
        self._base = np.frombuffer(options.base.ljust(MAX_PAYLOAD, b"\0"), dtype=np.uint8)
        self._mask = np.frombuffer(options.mask.ljust(MAX_PAYLOAD, b"\xff"), dtype=np.uint8)

    def rows(self, start: int, stop: int) -> FrameBatch:
        """The frames of rows ``start`` to ``stop``, of which there are as many as the options' count."""
        numbers = np.arange(start, min(stop, self._options.end_row), dtype=np.int64)
        words = _random_words(self._seed, numbers)
        places = _below(words[:, _ID], int(self._ends[-1]))
        which = np.searchsorted(self._ends, places, side="right")
        kinds = _below(words[:, _KIND], len(self._flags))
        asked = self._chosen_lengths(words[:, _LENGTH], kinds)
        flags = self._flags[kinds] | np.where(self._extended[which], int(Flag.EXTENDED), 0)
        lengths = np.where(flags & int(Flag.REMOTE), 0, asked)
        data = self._payloads(words)
        data[np.arange(MAX_PAYLOAD) >= lengths[:, None]] = 0
        return FrameBatch.from_columns(
            numbers * self._options.period_ns, places + self._shifts[which], data, lengths, flags,
            channel=self._options.channel, dlc=LENGTH_TO_DLC[asked],
        )  # fmt: skip

    def _chosen_lengths(self, words: Words, kinds: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Payload bytes of each frame, among those that its kind can have."""
        chosen = np.zeros(len(words), dtype=np.int64)
        for number, possible in enumerate(self._lengths):
            rows = kinds == number
            chosen[rows] = possible[_below(words[rows], len(possible))]
        return chosen

    def _payloads(self, words: Words) -> Bytes:
        """Random bytes (n, 64), where the options do not fix them."""
        noise = _bytes_of(words[:, _PAYLOAD:_MORE])
        data: Bytes = (self._base & ~self._mask) | (noise & self._mask)
        if self._options.ranges:
            more = (_bytes_of(words[:, _MORE:_WORDS]).astype(np.uint32) << 8) | noise
            for byte, low, high in self._options.ranges:
                data[:, byte] = low + ((more[:, byte] * np.uint32(high - low + 1)) >> 16)
        return data


def _random_words(seed: Words, rows: npt.NDArray[np.int64]) -> Words:
    """The words of rows, uint64 (n, _WORDS); ``seed`` is an array of one, so that sums wrap silently."""
    steps = np.arange(1, _WORDS + 1, dtype=np.uint64)
    counters: Words = rows.astype(np.uint64)[:, None] * np.uint64(_WORDS) + steps
    state: Words = seed + counters * _GAMMA
    return _mix(state)


def _mix(words: Words) -> Words:
    words = (words ^ (words >> np.uint64(30))) * _FACTORS[0]
    words = (words ^ (words >> np.uint64(27))) * _FACTORS[1]
    return words ^ (words >> np.uint64(31))


def _below(words: Words, count: int) -> npt.NDArray[np.int64]:
    """Numbers from 0 to below ``count``; no id space is so large that the rest of 64 bits would show."""
    return (words % np.uint64(count)).astype(np.int64)


def _bytes_of(words: Words) -> Bytes:
    """Words (n, 8) as bytes (n, 64), the lowest first on every machine."""
    return np.ascontiguousarray(words.astype("<u8")).view(np.uint8)
