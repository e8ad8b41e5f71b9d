"""What a filter can ask of a frame: the fields by name, and signals."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames.arrays import Column, Mask
from canmcast_gui.frames.batch import FrameBatch
from canmcast_gui.frames.filters.nodes import MatchedId, Number, Operand
from canmcast_gui.frames.layout import INLINE_BYTES, Flag

# The ids of the messages whose names match a glob pattern.
NameLookup = Callable[[str], Collection[MatchedId]]

# The rows of a batch that carry a signal, and its values there; no column for a name that nobody knows.
SignalColumn = Callable[[FrameBatch], tuple[npt.NDArray[np.signedinteger], npt.NDArray[Any]]]
SignalLookup = Callable[[str], SignalColumn | None]

# What a signal's values are called, with the values.
ChoiceLookup = Callable[[str], Mapping[str, Number]]

NUMBER_FIELDS: dict[str, Callable[[FrameBatch], Column]] = {
    "id": lambda batch: batch.arbitration_id,
    "dlc": lambda batch: batch.dlc,
    "length": lambda batch: batch.length,
    "channel": lambda batch: batch.channel,
}

FLAGS = {
    "fd": Flag.FD,
    "brs": Flag.BRS,
    "esi": Flag.ESI,
    "error": Flag.ERROR,
    "remote": Flag.REMOTE,
    "extended": Flag.EXTENDED,
}

FIELDS = (*NUMBER_FIELDS, "data", "dir", "name", "source", "time")


def column(name: str) -> Operand:
    """One of NUMBER_FIELDS."""
    read = NUMBER_FIELDS[name]
    return lambda batch: (read(batch), None)


def seconds_since(start_ns: Callable[[], int]) -> Operand:
    """The time of each frame since a start, in ns."""
    return lambda batch: (batch.timestamp_ns - np.int64(start_ns()), None)


def data_byte(index: int) -> Operand:
    """One payload byte; a frame that is too short has none."""

    def read(batch: FrameBatch) -> tuple[Column, Mask | None]:
        present = batch.length > index
        if index < INLINE_BYTES:
            return batch.data[:, index], present
        values = np.zeros(len(batch), dtype=np.uint8)
        rows = np.flatnonzero(present)
        values[rows] = batch.heap[batch.records["payload_offset"][rows].astype(np.int64) + index]
        return values, present

    return read


def signal(read_column: SignalColumn) -> Operand:
    """A signal's physical value; frames that do not carry it have none."""

    def read(batch: FrameBatch) -> tuple[Column, Mask | None]:
        rows, there = read_column(batch)
        present = np.zeros(len(batch), dtype=np.bool_)
        present[rows] = True
        values = np.zeros(len(batch), dtype=there.dtype)
        values[rows] = there
        return values, present

    return read


def masked(operand: Operand, bits: int) -> Operand:
    """Some bits of a value."""

    def read(batch: FrameBatch) -> tuple[Column, Mask | None]:
        values, present = operand(batch)
        if values.dtype == np.uint8 and bits <= 0xFF:
            return values & np.uint8(bits), present
        return values.astype(np.int64) & bits, present

    return read
