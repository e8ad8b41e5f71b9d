"""A BLF file as batches of frames, and what else it says as marks."""

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
from canmcast_gui.logfile.blf.inflating import Block, inflated_blocks
from canmcast_gui.logfile.blf.objects import Chain, objects_of
from canmcast_gui.logfile.interfaces import Marks
from canmcast_gui.logfile.opening import is_wrapped, open_log
from canmcast_gui.logfile.problems import Missing, Problems

_SLACK = bytes(SLACK)
_PIECE_BYTES = 4 << 20
_LONG_BYTES = 1 << 19


class BlfReader:
    """The frames of one BLF file. ``position`` is how far it has been read, in bytes."""

    def __init__(self, path: Path, problems: Problems) -> None:
        self._path = path
        self._problems = problems
        self.position = 0
        self.start_ns = 0
        self.marks = Marks()
        self._tail, self._tail_proven, self._lost = b"", True, False
        self._damage = Damage()
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
                self.position = file.tell() if is_wrapped(file) else block.end
                yield from self._block_batches(block)
            if containers.gap:
                self._lose()
            self.position = self._path.stat().st_size
        yield from self._last_batches(containers.cut)
        self._problems.missing = self._damage.missing(containers.objects)

    def _block_batches(self, block: Block) -> Iterator[FrameBatch]:
        for where, what in block.problems:
            self._problems.add(where, what)
        for part in block.parts:
            if part.after_gap:
                self._lose()
            for contents in _pieces(part.contents):
                batch = self._frames_in(contents, part.proven, part.cut)
                # Without any frames for long, reading must be cancellable too.
                if len(batch) or sum(map(len, contents)) >= _LONG_BYTES:
                    yield batch
        if block.gap:
            self._lose()

    def _lose(self) -> None:
        """Something is missing here: what follows begins within an object whose start is not there.

        An object that begins before the gap is never completed with bytes after it, which would invent one.
        """
        self._tail, self._tail_proven, self._lost = b"", True, True
        self._damage.add_gap()

    def _frames_in(
        self, contents: list[bytes], proven: bool, cut: bool = False, last: bool = False
    ) -> FrameBatch:
        stream = b"".join((self._tail, *contents, _SLACK))
        content = np.frombuffer(stream, dtype=np.uint8)
        all_proven = proven and self._tail_proven
        chain = objects_of(content[:-SLACK], self._lost, all_proven, last)
        self._problems.add_all(
            chain.gaps, "no object where one should begin", len(chain.gaps), "inflated byte"
        )
        if cut and len(chain.gaps):
            chain = replace(chain.take(chain.starts < chain.gaps[0]), end=len(stream) - SLACK)
        batch, frames = frames_of(content, chain, self._problems)
        if len(chain.gaps) and not all_proven:
            near = near_neighbors(batch.timestamp_ns)
            batch, frames = batch[near], frames[near]
        add_event_marks(content, chain, frames, (self._frames, self.start_ns), self.marks)
        self._tail_proven = proven if chain.end >= len(self._tail) else all_proven
        self._tail = stream[chain.end : -SLACK]
        self._lost = _ends_in_gap(chain, self._lost)
        self._damage.add(batch.timestamp_ns, chain, frames)
        batch.records["timestamp_ns"] += self.start_ns
        self._frames += len(batch)
        return batch

    def _last_batches(self, told: bool) -> Iterator[FrameBatch]:
        """What waited for the next object: nothing follows any more."""
        told |= self._lost
        batch = self._frames_in([], self._tail_proven, last=True)
        if self._tail.strip(b"\0") and not told:
            self._problems.add("at the end", "an object that is not complete")
        if len(batch):
            yield batch


def _ends_in_gap(chain: Chain, lost: bool) -> bool:
    """Whether what follows a stream, which may have begun with something lost, has no beginning either."""
    if not len(chain.starts):
        return lost or bool(len(chain.gaps))
    return bool(len(chain.gaps)) and bool(chain.gaps[-1] >= chain.starts[-1] + chain.sizes[-1])


def _pieces(contents: list[bytes]) -> Iterator[list[bytes]]:
    """The contents together, or in turns where they are much: reading can be cancelled in between."""
    if sum(map(len, contents)) <= _PIECE_BYTES:
        yield contents
        return
    for content in contents:
        for start in range(0, len(content), _PIECE_BYTES):
            yield [content[start : start + _PIECE_BYTES]]


# Objects that tell where in a file others are; the number of objects in its header is without them.
_RESTORE_POINT = 115


class Damage:
    """Follows a file from frame to frame, over the gaps between them."""

    def __init__(self) -> None:
        self._places = 0
        self._open = False
        self._missing_ns = self._covered_ns = 0
        self._last_ns: int | None = None
        self._frames = self._objects = 0

    def add_gap(self) -> None:
        """Something is missing after the frames so far; without frames in between it is the same place."""
        self._places += not self._open
        self._open = True

    def add(self, times: Column, chain: Chain, frames: Column) -> None:
        """The times of a stream's frames, its objects, and which of these the frames are."""
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
            self._missing_ns += passed if self._open else 0
            self._covered_ns += 0 if self._open else passed
        self._covered_ns += max(0, int(times[-1] - times[0]))
        self._frames += len(times)
        self._last_ns, self._open = int(times[-1]), False

    def missing(self, objects: int) -> Missing:
        """What is missing, ``objects`` being how many the file says to have: 0 where it was not completed.

        Without that number the frames are as many as the time would have had.
        """
        if not self._places:
            return Missing()
        lost = max(0, objects - self._objects) * self._frames / max(1, self._objects)
        if not lost:
            lost = self._missing_ns * self._frames / max(1, self._covered_ns)
        return Missing(self._places, self._missing_ns / NS_PER_SECOND, round(lost))


def near_neighbors(times: Column) -> Column:
    """Which times are within an hour of the one before or the one after: in damaged bytes others are none."""
    near: Column = np.abs(np.diff(times)) <= NS_PER_HOUR
    before = np.append(False, near)[: len(times)]
    after = np.append(near, len(times) == 1)[: len(times)]
    result: Column = after | before
    return result
