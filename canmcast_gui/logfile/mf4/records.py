"""Records out of a data group's stream: of one group after the other, or each with a number in front.

Numbered records are followed one by one, but runs of the same group are taken at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames.arrays import Places
from canmcast_gui.logfile.mf4.groups import DataGroup, Group
from canmcast_gui.logfile.problems import Problems

# As many records of the same group in a row make it worth looking for more of them.
_STREAK = 32
_LENGTH_BYTES = 4
_LONGEST_VARIABLE = 1 << 24

# So many bytes follow the content, for those who look beyond the last record.
SLACK = 64


@dataclass
class Piece:
    """A piece of a stream with whole records: where those of each group begin in ``content``.

    Behind the number that may stand before a record; ``base`` is the piece's own place in the stream.
    """

    content: npt.NDArray[np.uint8]
    base: int
    starts: dict[int, Places]


def pieces_of(group: DataGroup, stream: Iterable[bytes], problems: Problems) -> Iterator[Piece]:
    """The stream of a data group as pieces with whole records, by the numbers of their groups."""
    split = _Numbered(group).split if group.id_bytes else _Plain(group.groups[0]).split
    rest, base = b"", 0
    for part in stream:
        content = rest + part
        starts, end, sound = split(content)
        yield Piece(np.frombuffer(content[:end] + bytes(SLACK), np.uint8), base, starts)
        rest, base = content[end:], base + end
        if not sound:
            problems.add(f"byte {base} of the data", "a record of no group that the file has")
            return
    if rest.strip(b"\0"):
        problems.add(f"byte {base} of the data", "a record that is not complete")


class _Plain:
    """Records of one group, without numbers."""

    def __init__(self, group: Group) -> None:
        self._size = max(1, group.size)
        self._number = group.record_id

    def split(self, content: bytes) -> tuple[dict[int, Places], int, bool]:
        """Where records begin, where the first begins that is not whole, and whether all is in order."""
        count = len(content) // self._size
        return {self._number: np.arange(count, dtype=np.int64) * self._size}, count * self._size, True


class _Numbered:
    """Records of several groups, each after the number of its group."""

    def __init__(self, group: DataGroup) -> None:
        self._bytes = group.id_bytes
        variable = -1
        self._steps = {
            one.record_id: variable if one.variable else one.size + group.id_bytes for one in group.groups
        }

    def split(self, content: bytes) -> tuple[dict[int, Places], int, bool]:
        """Where records begin, where the first begins that is not whole, and whether all is in order."""
        found: dict[int, list[Any]] = {number: [] for number in self._steps}
        at, end, before, streak = 0, len(content) - self._bytes, -1, 0
        width, steps, sound = self._bytes, self._steps, True
        while at <= end:
            number = content[at] if width == 1 else int.from_bytes(content[at : at + width], "little")
            step = steps.get(number, 0)
            if step < 0:
                length = content[at + width : at + width + _LENGTH_BYTES]
                size = int.from_bytes(length, "little")
                step = width + _LENGTH_BYTES + size
                if len(length) < _LENGTH_BYTES or size > _LONGEST_VARIABLE:
                    sound = len(length) < _LENGTH_BYTES
                    break
                streak = 0
            elif number == before:
                streak += 1
            else:
                before, streak = number, 0
            if not step:
                sound = False
                break
            if at + step > len(content):
                break
            if streak == _STREAK:
                run = self._run(content, at, number, step)
                found[number].append(run)
                at += len(run) * step
                streak = 0
                continue
            found[number].append(at + width)
            at += step
        return {number: _joined(places) for number, places in found.items()}, at, sound

    def _run(self, content: bytes, at: int, number: int, step: int) -> Places:
        """All records of one group that follow each other from a place on."""
        rows = np.frombuffer(content, np.uint8, (len(content) - at) // step * step, at).reshape(-1, step)
        first = np.frombuffer(number.to_bytes(self._bytes, "little"), np.uint8)
        other = np.flatnonzero((rows[:, : self._bytes] != first).any(axis=1))
        count = int(other[0]) if len(other) else len(rows)
        return at + self._bytes + np.arange(count, dtype=np.int64) * step


def _joined(places: list[Any]) -> Places:
    """Numbers, and arrays of them, as one array."""
    if not any(isinstance(place, np.ndarray) for place in places):
        return np.array(places, dtype=np.int64)
    return np.concatenate([np.atleast_1d(np.asarray(place, dtype=np.int64)) for place in places])
