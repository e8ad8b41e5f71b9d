"""Offsets of all values in a datagram of the usual layout, which stock peers write.

The layout has the keys in their order and each number in its smallest form. Offsets before the payload follow
from the width of the id, those after it from the end of the payload. All offsets are read from datagrams that
the general codec encodes, so that the format is described only there.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames.arrays import Bytes, Mask, Words
from canmcast_gui.transport.wire.codec import WireFrame, encode

# Bytes of a row of a matrix. The longest usual datagram has 220.
WIDTH = 256

# Rows that are decoded at once: all data then stays in the second-level cache of the processor.
ROWS = 1024

TIME_AT = 12
ID_AT = 35
NIL = 0xC0
FALSE = 0xC2  # true is one more
_TRUTH_MASK = 0xFE

# The smallest id of each size: numbers below 128 take one byte, larger ones a mark and 1, 2 or 4 bytes.
SMALLEST_ID = {1: 0, 2: 0x80, 3: 0x100, 5: 0x10000}


# The size of an id in bytes, by its first byte: a number below 128, or a mark before 1, 2 or 4 bytes.
ID_WIDTH_BY_MARK = np.zeros(256, dtype=np.int64)
ID_WIDTH_BY_MARK[:0x80] = 1
ID_WIDTH_BY_MARK[[0xCC, 0xCD, 0xCE]] = (2, 3, 5)


def id_width_of(mark: int) -> int:
    """The size of an id in bytes, from its first one; 0 if it does not begin an id."""
    return int(ID_WIDTH_BY_MARK[mark])


@dataclass(frozen=True)
class Part:
    """The bytes before or after a payload: ``size`` bytes, padded with zeros to whole words.

    ``sample`` is one such part, ``mask`` has 0 for bits that vary, ``words`` is the masked sample. The last
    two are (ROWS, size / 8) with equal rows, because numpy compares arrays of one shape in half the time.
    """

    size: int
    sample: Bytes
    mask: Words
    words: Words

    @classmethod
    def of(cls, text: bytes, masks: dict[int, int]) -> Part:
        """From encoded bytes, and the masks of the bytes that vary, by offset."""
        width = -(-len(text) // 8) * 8
        sample = np.frombuffer(text.ljust(width, b"\0"), dtype=np.uint8)
        mask = np.zeros(width, dtype=np.uint8)
        mask[: len(text)] = 0xFF
        mask[list(masks)] = list(masks.values())
        rows = (np.tile(part.view(np.uint64), (ROWS, 1)) for part in (mask, sample & mask))
        return cls(len(text), sample, *rows)

    def fits(self, words: Words) -> Mask:
        """Which rows of ``words``, (n, at least size / 8) with n up to ROWS, have the constant bytes."""
        count, width = len(words), self.mask.shape[1]
        equal = (words[:, :width] & self.mask[:count]) == self.words[:count]
        # Usually all rows fit, which takes less time to check.
        result: Mask = np.ones(len(words), dtype=np.bool_) if equal.all() else equal.all(axis=1)
        return result


@dataclass(frozen=True)
class Head:
    """The part up to the payload, for one size of the id, and the offsets of its values."""

    part: Part
    id_width: int
    extended_at: int
    remote_at: int
    error_at: int
    channel_at: int
    dlc_at: int
    length_at: int


@cache
def head_of(id_width: int) -> Head:
    """The head with an id of 1, 2, 3 or 5 bytes."""
    sample = encode(WireFrame(SMALLEST_ID[id_width], 0, None, 0, b""))
    extended_at, error_at = _value_at(sample, "is_extended_id"), _value_at(sample, "is_error_frame")
    channel_at, dlc_at = _value_at(sample, "channel"), _value_at(sample, "dlc")
    length_at = _value_at(sample, "data") + 1
    # The byte for "remote" is constant here: the DLC of a remote frame is not its length, so it does not fit.
    varying = [*range(TIME_AT, TIME_AT + 8), *range(ID_AT + 1, ID_AT + id_width)]
    masks = dict.fromkeys([*varying, channel_at, dlc_at, length_at], 0)
    masks |= {extended_at: _TRUTH_MASK, error_at: _TRUTH_MASK, ID_AT: 0x80 if id_width == 1 else 0xFF}
    return Head(
        part=Part.of(sample[: length_at + 1], masks),
        id_width=id_width,
        extended_at=extended_at,
        remote_at=_value_at(sample, "is_remote_frame"),
        error_at=error_at,
        channel_at=channel_at,
        dlc_at=dlc_at,
        length_at=length_at,
    )


def _value_at(datagram: bytes, key: str) -> int:
    """The offset of the value of ``key``; the text of a key follows a byte with its length."""
    return datagram.index(bytes([0xA0 | len(key)]) + key.encode()) + 1 + len(key)


def _tail() -> tuple[Part, list[int]]:
    sample = encode(WireFrame(0, 0, None, 0, b""))[head_of(1).part.size :]
    offsets = [_value_at(sample, key) for key in ("is_fd", "bitrate_switch", "error_state_indicator")]
    return Part.of(sample, dict.fromkeys(offsets, _TRUTH_MASK)), offsets


# ``TAIL_FLAGS_AT`` are the offsets of FD, BRS and ESI.
TAIL, TAIL_FLAGS_AT = _tail()


def slices_of(cells: Bytes, width: int) -> npt.NDArray[np.void]:
    """The slices of ``width`` bytes at each position of a C-contiguous array, each as one value."""
    return np.ndarray((cells.size - width + 1,), dtype=f"V{width}", buffer=cells, strides=(1,))
