"""Finds the records in the stream of a data group: of one group, or each with a record id before it.

Records with an id are followed one by one, but runs of records of one group are found at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames.arrays import Offsets
from canmcast_gui.logfile.mf4.groups import DataGroup, Group
from canmcast_gui.logfile.problems import Problems

# After this number of records of one group in a row, the rest of the run is searched.
_STREAK = 32
_LENGTH_BYTES = 4
_LONGEST_VARIABLE = 1 << 24

# Zeros after the content, as readers read beyond the last record.
SLACK = 64


@dataclass
class Piece:
    """A piece of a stream with complete records.

    ``starts`` are where the records of each group start in ``content``, after their record ids; ``base`` is
    the position of the piece in the stream.
    """

    content: npt.NDArray[np.uint8]
    base: int
    starts: dict[int, Offsets]


def pieces_of(group: DataGroup, stream: Iterable[bytes], problems: Problems) -> Iterator[Piece]:
    """The stream of a data group as pieces with complete records, by record id."""
    split = _Numbered(group).split if group.id_bytes else _Plain(group.groups[0]).split
    rest, base = b"", 0
    for part in stream:
        content = rest + part
        starts, end, is_valid = split(content)
        yield Piece(np.frombuffer(content[:end] + bytes(SLACK), np.uint8), base, starts)
        rest, base = content[end:], base + end
        if not is_valid:
            problems.add(f"byte {base} of the data", "a record of an unknown group")
            return
    if rest.strip(b"\0"):
        problems.add(f"byte {base} of the data", "an incomplete record")


class _Plain:
    """Records of one group, without record ids."""

    def __init__(self, group: Group) -> None:
        self._size = max(1, group.size)
        self._number = group.record_id

    def split(self, content: bytes) -> tuple[dict[int, Offsets], int, bool]:
        """Where records start, where the first incomplete one starts, and whether all are valid."""
        count = len(content) // self._size
        return {self._number: np.arange(count, dtype=np.int64) * self._size}, count * self._size, True


class _Numbered:
    """Records of several groups, each after its record id."""

    def __init__(self, group: DataGroup) -> None:
        self._bytes = group.id_bytes
        variable = -1
        self._steps = {
            part.record_id: variable if part.variable else part.size + group.id_bytes for part in group.groups
        }

    def split(self, content: bytes) -> tuple[dict[int, Offsets], int, bool]:
        """Where records start, where the first incomplete one starts, and whether all are valid."""
        found: dict[int, list[Any]] = {number: [] for number in self._steps}
        position, end, before, streak = 0, len(content) - self._bytes, -1, 0
        width, steps, is_valid = self._bytes, self._steps, True
        while position <= end:
            number = (
                content[position]
                if width == 1
                else int.from_bytes(content[position : position + width], "little")
            )
            step = steps.get(number, 0)
            if step < 0:
                length = content[position + width : position + width + _LENGTH_BYTES]
                size = int.from_bytes(length, "little")
                step = width + _LENGTH_BYTES + size
                if len(length) < _LENGTH_BYTES or size > _LONGEST_VARIABLE:
                    is_valid = len(length) < _LENGTH_BYTES
                    break
                streak = 0
            elif number == before:
                streak += 1
            else:
                before, streak = number, 0
            if not step:
                is_valid = False
                break
            if position + step > len(content):
                break
            if streak == _STREAK:
                run = self._run(content, position, number, step)
                found[number].append(run)
                position += len(run) * step
                streak = 0
                continue
            found[number].append(position + width)
            position += step
        return {number: _joined(starts) for number, starts in found.items()}, position, is_valid

    def _run(self, content: bytes, start: int, number: int, step: int) -> Offsets:
        """All records of one group that follow each other from a position on."""
        rows = np.frombuffer(content, np.uint8, (len(content) - start) // step * step, start).reshape(
            -1, step
        )
        first = np.frombuffer(number.to_bytes(self._bytes, "little"), np.uint8)
        other = np.flatnonzero((rows[:, : self._bytes] != first).any(axis=1))
        count = int(other[0]) if len(other) else len(rows)
        return start + self._bytes + np.arange(count, dtype=np.int64) * step


def _joined(positions: list[Any]) -> Offsets:
    """Positions, and arrays of positions, as one array."""
    if not any(isinstance(item, np.ndarray) for item in positions):
        return np.array(positions, dtype=np.int64)
    return np.concatenate([np.atleast_1d(np.asarray(item, dtype=np.int64)) for item in positions])
