"""Reads a BLF file as batches of frames and as marks, and estimates what damaged places cost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.arrays import Column
from canmcast_gui.frames.units import NS_PER_HOUR, NS_PER_SECOND
from canmcast_gui.logfile.blf.containers import Containers
from canmcast_gui.logfile.blf.events import add_event_marks
from canmcast_gui.logfile.blf.frames import SLACK, frames_of
from canmcast_gui.logfile.blf.inflate import Block, inflated_blocks
from canmcast_gui.logfile.blf.objects import Chain, objects_of
from canmcast_gui.logfile.interfaces import Marks
from canmcast_gui.logfile.opening import is_converted, open_log
from canmcast_gui.logfile.problems import Missing, Problems

_SLACK = bytes(SLACK)
_PIECE_BYTES = 4 << 20
_LONG_BYTES = 1 << 19


class BlfReader:
    """Reads one BLF file."""

    def __init__(self, path: Path, problems: Problems) -> None:
        self._path = path
        self._problems = problems
        self.position = 0
        self.start_ns = 0
        self.marks = Marks()
        # The start of an object that was not complete in the stream so far.
        self._tail, self._tail_verified = b"", True
        # Whether the stream continues within an object whose start is missing.
        self._lost = False
        self._damage = _Damage()
        self._frames = 0

    def batches(self, batch_frames: int) -> Iterator[FrameBatch]:
        """All frames that can be read. Raises OSError."""
        for batch in self._stream_batches():
            if len(batch) <= batch_frames:
                yield batch
                continue
            for start in range(0, len(batch), batch_frames):
                yield batch[start : start + batch_frames].compact()

    def _stream_batches(self) -> Iterator[FrameBatch]:
        with open_log(self._path, self._problems) as file:
            containers = Containers(file, self._problems)
            for block in inflated_blocks(containers):
                self.start_ns = containers.start_ns
                self.position = file.tell() if is_converted(file) else block.end
                yield from self._block_batches(block)
            if containers.gap:
                self._add_gap()
            self.position = self._path.stat().st_size
        yield from self._last_batches(containers.truncated)
        self._problems.missing = self._damage.missing(containers.objects)

    def _block_batches(self, block: Block) -> Iterator[FrameBatch]:
        for where, what in block.problems:
            self._problems.add(where, what)
        for part in block.parts:
            if part.after_gap:
                self._add_gap()
            for contents in _pieces(part.contents):
                batch = self._frames_in(contents, part.verified, part.truncated)
                # An empty batch lets the caller cancel where there are no frames for long.
                if len(batch) or sum(map(len, contents)) >= _LONG_BYTES:
                    yield batch
        if block.gap:
            self._add_gap()

    def _add_gap(self) -> None:
        """Data are missing: the stream continues within an object whose start is missing.

        An object that starts before the gap is dropped, as completing it with bytes after the gap would
        invent an object.
        """
        self._tail, self._tail_verified, self._lost = b"", True, True
        self._damage.add_gap()

    def _frames_in(
        self, contents: list[bytes], verified: bool, truncated: bool = False, last: bool = False
    ) -> FrameBatch:
        """The frames of the next contents of the stream; marks are added."""
        stream = b"".join((self._tail, *contents, _SLACK))
        content = np.frombuffer(stream, dtype=np.uint8)
        all_verified = verified and self._tail_verified
        chain = objects_of(content[:-SLACK], self._lost, all_verified, last)
        self._problems.add_all(
            chain.gaps, "no object where one should start", len(chain.gaps), "inflated byte"
        )
        if truncated and len(chain.gaps):
            chain = replace(chain.take(chain.starts < chain.gaps[0]), end=len(stream) - SLACK)
        batch, frames = frames_of(content, chain, self._problems)
        if len(chain.gaps) and not all_verified:
            near = _near_neighbors(batch.timestamp_ns)
            batch, frames = batch[near], frames[near]
        add_event_marks(content, chain, frames, (self._frames, self.start_ns), self.marks)
        self._tail_verified = verified if chain.end >= len(self._tail) else all_verified
        self._tail = stream[chain.end : -SLACK]
        self._lost = _ends_in_gap(chain, self._lost)
        self._damage.add(batch.timestamp_ns, chain, frames)
        batch.records["timestamp_ns"] += self.start_ns
        self._frames += len(batch)
        return batch

    def _last_batches(self, reported: bool) -> Iterator[FrameBatch]:
        """The frames of objects that were not confirmed by a next object."""
        reported |= self._lost
        batch = self._frames_in([], self._tail_verified, last=True)
        if self._tail.strip(b"\0") and not reported:
            self._problems.add("at the end", "an incomplete object")
        if len(batch):
            yield batch


def _ends_in_gap(chain: Chain, lost: bool) -> bool:
    """Whether the stream after these objects continues within an object whose start is missing."""
    if not len(chain.starts):
        return lost or bool(len(chain.gaps))
    return bool(len(chain.gaps)) and bool(chain.gaps[-1] >= chain.starts[-1] + chain.sizes[-1])


def _pieces(contents: list[bytes]) -> Iterator[list[bytes]]:
    """The contents together, or in pieces where they are large, so that reading can be canceled."""
    if sum(map(len, contents)) <= _PIECE_BYTES:
        yield contents
        return
    for content in contents:
        for start in range(0, len(content), _PIECE_BYTES):
            yield [content[start : start + _PIECE_BYTES]]


def _near_neighbors(times: Column) -> Column:
    """Which times are within an hour of the time before or after; in damaged bytes others are random."""
    near: Column = np.abs(np.diff(times)) <= NS_PER_HOUR
    before = np.append(False, near)[: len(times)]
    after = np.append(near, len(times) == 1)[: len(times)]
    result: Column = after | before
    return result


# -- what damage costs ---------------------------------------------------------------------------------------

# Objects with the positions of others; the number of objects in the file header is without them.
_RESTORE_POINT = 115


class _Damage:
    """Sums up the gaps between the frames of a file."""

    def __init__(self) -> None:
        self._places = 0
        self._in_gap = False
        self._missing_ns = self._covered_ns = 0
        self._last_ns: int | None = None
        self._frames = self._objects = 0

    def add_gap(self) -> None:
        """Data are missing after the frames so far; gaps without frames in between count as one."""
        self._places += not self._in_gap
        self._in_gap = True

    def add(self, times: Column, chain: Chain, frames: Column) -> None:
        """Add the times of the frames in a stream, its objects, and which of them are frames."""
        self._objects += len(chain.starts) - int(np.count_nonzero(chain.kinds == _RESTORE_POINT))
        before = 0
        if len(chain.gaps):
            for row in np.unique(np.searchsorted(chain.starts[frames], chain.gaps)).tolist():
                self._add_times(times[before:row])
                self.add_gap()
                before = row
        self._add_times(times[before:])

    def _add_times(self, times: Column) -> None:
        if not len(times):
            return
        if self._last_ns is not None:
            passed = max(0, int(times[0]) - self._last_ns)
            self._missing_ns += passed if self._in_gap else 0
            self._covered_ns += 0 if self._in_gap else passed
        self._covered_ns += max(0, int(times[-1] - times[0]))
        self._frames += len(times)
        self._last_ns, self._in_gap = int(times[-1]), False

    def missing(self, objects: int) -> Missing:
        """What is missing, given the number of objects in the file header, 0 in an incomplete file.

        Without that number the missing frames follow from the missing time and the rate of the other frames.
        """
        if not self._places:
            return Missing()
        lost = max(0, objects - self._objects) * self._frames / max(1, self._objects)
        if not lost:
            lost = self._missing_ns * self._frames / max(1, self._covered_ns)
        return Missing(self._places, self._missing_ns / NS_PER_SECOND, round(lost))
