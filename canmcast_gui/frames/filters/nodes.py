"""The conditions of filters; each tells for all frames of a batch whether it is met."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames.arrays import Column, Mask
from canmcast_gui.frames.batch import FrameBatch
from canmcast_gui.frames.layout import Flag
from canmcast_gui.frames.sources import Source, SourceTable
from canmcast_gui.frames.units import MAX_EXTENDED_ID, MAX_STANDARD_ID

Number = int | float

# The values of an operand for a batch, and which frames have one (None: all do).
Operand = Callable[[FrameBatch], tuple[Column, Mask | None]]

# (arbitration id, extended); a mask of the bits that must agree if not all of them must; the channels if not
# all of them, which are all if empty.
MatchedId = tuple[int, bool] | tuple[int, bool, int] | tuple[int, bool, int, tuple[int, ...]]

BEYOND_STANDARD = MAX_STANDARD_ID + 1
_KIND = np.uint16(Flag.EXTENDED | Flag.ERROR)

COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


# Selecting frames takes about as long as comparing a column of sixty times as many.
FEW = 64


class Node(Protocol):
    """A condition."""

    def mask(self, batch: FrameBatch) -> Mask:
        """Which frames meet it, bool (n,)."""
        ...


@dataclass(frozen=True, slots=True)
class Always:
    """Met by every frame."""

    def mask(self, batch: FrameBatch) -> Mask:
        """All true."""
        return np.ones(len(batch), dtype=np.bool_)


@dataclass(frozen=True, slots=True)
class AllOf:
    """Met where all of its parts are."""

    parts: tuple[Node, ...]

    def mask(self, batch: FrameBatch) -> Mask:
        """Parts joined by and; when few frames are left, later parts check only those."""
        result = self.parts[0].mask(batch)
        for number, part in enumerate(self.parts[1:], 1):
            rows = np.flatnonzero(result)
            if len(rows) < len(batch) // FEW:
                result[rows] = AllOf(self.parts[number:]).mask(batch[rows]) if len(rows) else False
                return result
            result = result & part.mask(batch)
        return result


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Met where one of its parts is; never without parts."""

    parts: tuple[Node, ...]

    def mask(self, batch: FrameBatch) -> Mask:
        """Parts joined by or."""
        result = np.zeros(len(batch), dtype=np.bool_)
        for part in self.parts:
            result |= part.mask(batch)
        return result


@dataclass(frozen=True, slots=True)
class Not:
    """Met where its part is not."""

    part: Node

    def mask(self, batch: FrameBatch) -> Mask:
        """The opposite of its part."""
        return ~self.part.mask(batch)


@dataclass(frozen=True, slots=True)
class HasFlag:
    """Met by frames with any bit of a flag."""

    flag: Flag

    def mask(self, batch: FrameBatch) -> Mask:
        """From the flags column."""
        return batch.has(self.flag)


@dataclass(frozen=True, slots=True)
class Compare:
    """Met where a comparison of a value with a number holds; never for frames without the value."""

    operand: Operand
    sign: str
    number: Number

    def mask(self, batch: FrameBatch) -> Mask:
        """Compare the operand."""
        values, present = self.operand(batch)
        result: Mask = COMPARISONS[self.sign](values, self.number)
        return result if present is None else result & present


@dataclass(frozen=True, slots=True)
class InRanges:
    """Met where a value is in one of several ranges, including their ends."""

    operand: Operand
    ranges: tuple[tuple[Number, Number], ...]

    def mask(self, batch: FrameBatch) -> Mask:
        """Compare the operand with each range."""
        values, present = self.operand(batch)
        result = np.zeros(len(batch), dtype=np.bool_)
        for low, high in self.ranges:
            result |= (values == low) if low == high else (values >= low) & (values <= high)
        return result if present is None else result & present


@dataclass(frozen=True, slots=True)
class IdSet:
    """Met by data and remote frames with certain ids.

    ``standard`` tells for each 11-bit id whether it is one of them. For those with 29 bits there are, by
    mask, the sorted masked ids.
    """

    standard: Mask
    extended_by_mask: dict[int, npt.NDArray[np.uint32]]
    #: Further ids, with the channels on which they count, bool (256,).
    on_channels: tuple[tuple[Mask, IdSet], ...] = ()

    @classmethod
    def of(cls, ids: Iterable[MatchedId]) -> IdSet:
        """From ids that a NameLookup returns."""
        by_channels: dict[tuple[int, ...], list[MatchedId]] = {(): []}
        for each in ids:
            by_channels.setdefault(each[3] if len(each) == 4 else (), []).append(each)
        everywhere = cls._of_ids(by_channels.pop(()))
        return replace(
            everywhere,
            on_channels=tuple(
                (np.isin(np.arange(256), channels), cls._of_ids(some))
                for channels, some in by_channels.items()
            ),
        )

    @classmethod
    def _of_ids(cls, ids: Iterable[MatchedId]) -> IdSet:
        standard = np.zeros(BEYOND_STANDARD + 1, dtype=np.bool_)
        keys: dict[int, set[int]] = {}
        for each in ids:
            arbitration_id, extended = each[:2]
            if extended:
                mask = each[2] if len(each) > 2 else MAX_EXTENDED_ID
                keys.setdefault(mask, set()).add(arbitration_id & mask)
            elif arbitration_id < BEYOND_STANDARD:
                standard[arbitration_id] = True
        return cls(standard, {mask: np.array(sorted(ids), dtype=np.uint32) for mask, ids in keys.items()})

    def mask(self, batch: FrameBatch) -> Mask:
        """Look up the ids; error frames do not belong to messages."""
        ids, kind = batch.arbitration_id, batch.flags & _KIND
        result: Mask = self.standard[np.minimum(ids, BEYOND_STANDARD)] & (kind == 0)
        if self.extended_by_mask:
            rows = np.flatnonzero(kind == np.uint16(Flag.EXTENDED))
            for mask, keys in self.extended_by_mask.items():
                wanted = ids[rows] & np.uint32(mask)
                found = np.searchsorted(keys, wanted)
                found[found == len(keys)] = 0
                result[rows] |= keys[found] == wanted
        for channels, some in self.on_channels:
            result |= some.mask(batch) & channels[batch.channel]
        return result


class FromSource:
    """Met by frames whose source passes a test, which gets the source and its name, or "".

    The table of sources and the names may grow between two batches; the test is then repeated.
    """

    __slots__ = ("_names", "_passed", "_seen", "_table", "_test")

    def __init__(
        self, table: SourceTable, names: Mapping[Source, str], test: Callable[[Source, str], bool]
    ) -> None:
        self._table = table
        self._names = names
        self._test = test
        self._seen = (0, 0)
        self._passed: Mask = np.zeros(1, dtype=np.bool_)

    def mask(self, batch: FrameBatch) -> Mask:
        """Test each row of the table once, and look up the result for each frame."""
        passed = self._rows_passed()
        return passed[np.where(batch.source < len(passed), batch.source, 0)]

    def _rows_passed(self) -> Mask:
        seen = (len(self._table), len(self._names))
        if seen != self._seen:
            found = [self._test(row, self._names.get(row, "")) for row in self._table]
            self._passed, self._seen = np.array(found, dtype=np.bool_), seen
        return self._passed
