"""Numbers for what NewestById distinguishes: ids by format, kind of frame and channel."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.frames.arrays import Mask
from canmcast_gui.frames.units import MAX_EXTENDED_ID


class Kind(IntEnum):
    """The kind of frames of an entry; an id has an entry for each kind that was received."""

    DATA = 0
    REMOTE = 1
    ERROR = 2


# A key is kind, format, id and channel, from the highest bits to the lowest.
_CHANNEL_BITS = 8
_ID_BIT = _CHANNEL_BITS
_EXTENDED_BIT = _ID_BIT + 29
_KIND_BIT = _EXTENDED_BIT + 1

Keys = npt.NDArray[np.uint64]
Entries = npt.NDArray[np.uint16]


def _kind_of(flags: int) -> Kind:
    if flags & Flag.ERROR:
        return Kind.ERROR
    return Kind.REMOTE if flags & Flag.REMOTE else Kind.DATA


# The flags that belong to the key of an entry, and the kind for each combination of them.
_KIND_FLAGS = np.uint16(Flag.EXTENDED | Flag.REMOTE | Flag.ERROR)
_KINDS = np.array([_kind_of(flags) for flags in range(int(_KIND_FLAGS) + 1)], dtype=np.uint8)
_KEY_BITS = (np.arange(len(_KINDS), dtype=np.uint64) & np.uint64(Flag.EXTENDED)) << np.uint64(_EXTENDED_BIT)
_KEY_BITS |= _KINDS.astype(np.uint64) << np.uint64(_KIND_BIT)


class EntryNumbers:
    """Entries from 0 on, in order of first appearance; at most ``limit``, which fits into 16 bits."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._keys: Keys = np.zeros(0, dtype=np.uint64)  # sorted; the entry of each is in _entries
        self._entries: Entries = np.zeros(0, dtype=np.uint16)

    def __len__(self) -> int:
        return len(self._keys)

    def of(self, batch: FrameBatch) -> tuple[Entries, Mask]:
        """Each frame's entry, and whether it has one; new ids get entries while the limit allows."""
        keys = _keys(batch)
        entries, known = self._look_up(keys)
        if known.all() or len(self) >= self._limit:
            return entries, known
        self._add(keys[~known])
        return self._look_up(keys)

    def find(self, arbitration_id: int, extended: bool, kind: Kind, channel: int | None) -> Entries:
        """The entries of an id, one for each channel; with a ``channel`` that of it, if there is one."""
        key = (arbitration_id & MAX_EXTENDED_ID) << _ID_BIT | extended << _EXTENDED_BIT | kind << _KIND_BIT
        low, high = (
            (key, key + (1 << _CHANNEL_BITS)) if channel is None else (key + channel, key + channel + 1)
        )
        start, stop = np.searchsorted(self._keys, np.array([low, high], dtype=np.uint64)).tolist()
        return self._entries[start:stop]

    def _look_up(self, keys: Keys) -> tuple[Entries, Mask]:
        if not len(self._keys):
            return np.zeros(len(keys), dtype=np.uint16), np.zeros(len(keys), dtype=np.bool_)
        indices = np.searchsorted(self._keys, keys)
        indices[indices == len(self._keys)] = 0
        return self._entries[indices], self._keys[indices] == keys

    def _add(self, keys: Keys) -> None:
        """Number new keys in the order in which they appear."""
        distinct, first = np.unique(keys, return_index=True)
        new = distinct[np.argsort(first)][: self._limit - len(self)]
        numbers = np.arange(len(self), len(self) + len(new)).astype(np.uint16)
        keys = np.concatenate([self._keys, new])
        order = np.argsort(keys)
        self._keys = keys[order]
        self._entries = np.concatenate([self._entries, numbers])[order]


def kinds_of(flags: npt.NDArray[np.uint16]) -> npt.NDArray[np.uint8]:
    """The Kind for each frame's flags, uint8 (n,)."""
    kinds: npt.NDArray[np.uint8] = _KINDS[flags & _KIND_FLAGS]
    return kinds


def _keys(batch: FrameBatch) -> Keys:
    """The key of each frame's entry: kind, format, id and channel in one number."""
    keys: Keys = (batch.arbitration_id & np.uint32(MAX_EXTENDED_ID)).astype(np.uint64) << np.uint64(_ID_BIT)
    keys |= _KEY_BITS[batch.flags & _KIND_FLAGS]
    keys |= batch.channel
    return keys
