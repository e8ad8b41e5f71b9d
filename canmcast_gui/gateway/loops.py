"""Recognizes frames that come back through another gateway on buses whose frames carry no mark.

Multicast datagrams carry one (marks.py). Frames of a driver do not, so they are recognized by their content:
id, kind, length and payload. That one content arrives on two channels is usual, so it needs strong evidence:
a content that arrives on two channels more than MOST_ARRIVALS times each within a short time circulates. From
then on, until nothing has come back for LOOP_NS, a frame is dropped when its content was sent to the same
channel a short time ago.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames import INLINE_BYTES, MAX_PAYLOAD, Flag, FrameBatch
from canmcast_gui.frames.arrays import Mask
from canmcast_gui.frames.units import NS_PER_MS, NS_PER_SECOND

# How long a content is remembered: at least this long, at most twice as long.
MEMORY_NS = 500 * NS_PER_MS
# Contents that are remembered for each channel in that time, so that memory is bounded.
MOST_CONTENTS = 40_000
# Contents that are remembered for each channel in that time, so that memory is bounded.
# at once are slower than this number in MEMORY_NS.
MOST_ARRIVALS = 64
LOOP_NS = 10 * NS_PER_SECOND

# The flags that each bus carries.
_KINDS = Flag.EXTENDED | Flag.REMOTE | Flag.FD

# Odd numbers of this process, so that no peer can make two contents equal.
_FACTORS = np.array([secrets.randbits(64) | 1 for _ in range(MAX_PAYLOAD // 8 + 2)], dtype=np.uint64)
_SHIFT = np.uint64(32)


def content_keys(batch: FrameBatch) -> npt.NDArray[np.uint64]:
    """A number for the content of each frame, uint64 (n,): the same for the same content."""
    width = MAX_PAYLOAD if (batch.length > INLINE_BYTES).any() else INLINE_BYTES
    words = batch.payload_matrix(width).view(np.uint64)
    head = batch.arbitration_id.astype(np.uint64) | batch.length.astype(np.uint64) << _SHIFT
    flags = (batch.flags & np.uint16(_KINDS)).astype(np.uint64)
    keys = _mixed(head * _FACTORS[0] ^ _mixed(flags * _FACTORS[1]))
    for number in range(MAX_PAYLOAD // INLINE_BYTES):
        # Words beyond the payloads are zeros, also where no frame of the batch has them.
        word = words[:, number] if number < words.shape[1] else np.uint64(0)
        keys = _mixed(keys + word * _FACTORS[number + 2])
    return keys


def _mixed(numbers: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """The numbers with their high bits also in the low ones."""
    mixed: npt.NDArray[np.uint64] = (numbers ^ (numbers >> _SHIFT)) * _FACTORS[0]
    return mixed ^ (mixed >> _SHIFT)


class _Memory:
    """Contents of one channel: how often each has arrived, and those that were sent to it."""

    def __init__(self) -> None:
        self.arrivals: dict[int, int] = {}
        self._sent: set[int] = set()
        self._sent_before: set[int] = set()
        self._turned_ns = 0

    def turn(self, now_ns: int) -> None:
        """Forget what is old, or too much."""
        full = max(len(self._sent), len(self.arrivals)) > MOST_CONTENTS
        if full or now_ns - self._turned_ns > MEMORY_NS:
            self._sent_before, self._sent = self._sent, set()
            self.arrivals = {}
            self._turned_ns = now_ns

    def add_sent(self, keys: Iterable[int]) -> None:
        self._sent.update(keys)

    def was_sent(self, key: int) -> bool:
        return key in self._sent or key in self._sent_before

    def add_arrival(self, key: int) -> int:
        """Returns how often the content has arrived."""
        self.arrivals[key] = count = self.arrivals.get(key, 0) + 1
        return count


class LoopGuard:
    """What has passed each channel a short time ago. No clock of its own: times are int nanoseconds."""

    def __init__(self, numbers: Iterable[int]) -> None:
        self._memories = {number: _Memory() for number in numbers}
        self._returned_ns: int | None = None

    def is_active(self, now_ns: int) -> bool:
        """Whether there is a loop."""
        return self._returned_ns is not None and now_ns - self._returned_ns <= LOOP_NS

    def add_sent(self, number: int, batch: FrameBatch) -> None:
        """Frames are sent to a channel."""
        self._memories[number].add_sent(content_keys(batch).tolist())

    def returned_rows(self, number: int, batch: FrameBatch, now_ns: int) -> Mask:
        """Which of the frames that arrive on a channel have come back, bool (n,)."""
        for memory in self._memories.values():
            memory.turn(now_ns)
        rows = np.zeros(len(batch), dtype=np.bool_)
        is_active = self.is_active(now_ns)
        for row, key in enumerate(content_keys(batch).tolist()):
            if self._circulates(number, key) or (is_active and self._memories[number].was_sent(key)):
                rows[row] = is_active = True
                self._returned_ns = now_ns
        return rows

    def _circulates(self, number: int, key: int) -> bool:
        if self._memories[number].add_arrival(key) <= MOST_ARRIVALS:
            return False
        others = (memory for other, memory in self._memories.items() if other != number)
        return any(memory.arrivals.get(key, 0) > MOST_ARRIVALS for memory in others)
