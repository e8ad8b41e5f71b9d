"""Offsets of all values in a datagram of the usual layout, as stock peers write it.

Keys in their order, each number in its smallest form. Offsets before the payload follow from the
width of the id, those after it from the payload's end. All positions are found in datagrams that the
general codec made, so that the format is described in one place only.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames.arrays import Bytes, Mask, Words
from canmcast_gui.transport.wire.codec import WireFrame, encode

# Bytes of a matrix's row: the longest usual datagram has 220.
WIDTH = 256

# Rows that are decoded at once at most: as much as stays in a processor's second-level cache meanwhile.
ROWS = 1024

TIME_AT = 12
ID_AT = 35
NIL = 0xC0
FALSE = 0xC2  # true is one more
_TRUTH_MASK = 0xFE

# The widths of an id: a number below 128 takes one byte, larger ones a mark and 1, 2 or 4 bytes.
SMALLEST_ID = {1: 0, 2: 0x80, 3: 0x100, 5: 0x10000}


@dataclass(frozen=True)
class Part:
    """The bytes before or after a payload: ``size`` bytes, filled up with zeros to whole words.

    ``sample`` is one such part; ``mask`` has 0 where others differ from it; ``words`` is the masked sample.
    Those two are (ROWS, size / 8), one row as the other, because comparing arrays of one shape takes half the
    time.
    """

    size: int
    sample: Bytes
    mask: Words
    words: Words

    @classmethod
    def of(cls, text: bytes, masks: dict[int, int]) -> Part:
        """From bytes as encoded, and the masks of those places that are not constant."""
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
        # All of them is the usual case, and cheaper to find out.
        result: Mask = np.ones(len(words), dtype=np.bool_) if equal.all() else equal.all(axis=1)
        return result


@dataclass(frozen=True)
class Head:
    """All up to the payload, for one width of id, and the offsets of its values."""

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
    # The byte for "remote" is not among these: a remote frame's DLC is not a length, so it does not fit.
    places = [*range(TIME_AT, TIME_AT + 8), *range(ID_AT + 1, ID_AT + id_width)]
    masks = dict.fromkeys([*places, channel_at, dlc_at, length_at], 0)
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
    """Where the value of ``key`` begins; a key's text follows a byte with its length."""
    return datagram.index(bytes([0xA0 | len(key)]) + key.encode()) + 1 + len(key)


def _tail() -> tuple[Part, list[int]]:
    sample = encode(WireFrame(0, 0, None, 0, b""))[head_of(1).part.size :]
    places = [_value_at(sample, key) for key in ("is_fd", "bitrate_switch", "error_state_indicator")]
    return Part.of(sample, dict.fromkeys(places, _TRUTH_MASK)), places


# ``TAIL_FLAGS_AT`` are the places of FD, BRS and ESI.
TAIL, TAIL_FLAGS_AT = _tail()


def slices_of(cells: Bytes, width: int) -> npt.NDArray[np.void]:
    """Each ``width`` neighbouring bytes of a C-contiguous array as one value, one for each start."""
    return np.ndarray((cells.size - width + 1,), dtype=f"V{width}", buffer=cells, strides=(1,))
