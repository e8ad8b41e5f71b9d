"""A BLF file as batches of frames, and what else it says as notes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from canmcast_gui.frames import FrameBatch
from canmcast_gui.logfile.blf.chain import objects_of
from canmcast_gui.logfile.blf.containers import Containers
from canmcast_gui.logfile.blf.events import note_events
from canmcast_gui.logfile.blf.frames import SLACK, frames_of
from canmcast_gui.logfile.blf.inflating import Block, inflated_blocks
from canmcast_gui.logfile.blf.layout import OBJECT, SIGNATURE
from canmcast_gui.logfile.notes import Notes
from canmcast_gui.logfile.opening import is_wrapped, open_log
from canmcast_gui.logfile.problems import Problems

_SLACK = bytes(SLACK)


class BlfLog:
    """The frames of one BLF file. ``position`` is how far it has been read, in bytes."""

    def __init__(self, path: Path, problems: Problems) -> None:
        self._path = path
        self._problems = problems
        self.position = 0
        self.start_ns = 0
        self.notes = Notes()
        self._tail = b""
        self._told = False
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
            lost = False
            for block in inflated_blocks(containers):
                self.start_ns = containers.start_ns
                self.position = file.tell() if is_wrapped(file) else block.end
                yield from self._block_batches(block, lost)
                lost = not block.parts[-1]
            self.position = self._path.stat().st_size
        yield from self._last_batches()

    def _block_batches(self, block: Block, lost: bool) -> Iterator[FrameBatch]:
        for where, what in block.problems:
            self._problems.add(where, what)
        for number, part in enumerate(block.parts):
            if number or lost:
                # What follows damage begins within an object that nobody has the start of.
                self._tail = b""
            if part:
                yield from self._frames_in(b"".join((self._tail, *part, _SLACK)), bool(number) or lost)

    def _frames_in(self, stream: bytes, lost: bool) -> Iterator[FrameBatch]:
        content = np.frombuffer(stream, dtype=np.uint8)
        chain = objects_of(content[:-SLACK], lost)
        for gap in chain.gaps:
            self._problems.add(f"inflated byte {gap}", "no object where one should begin")
        batch, frames = frames_of(content, chain, self._problems)
        note_events(content, chain, frames, (self._frames, self.start_ns), self.notes)
        self._tail = stream[chain.end : -SLACK]
        self._told = bool(chain.gaps) and not self._tail.startswith(SIGNATURE)
        if len(batch):
            batch.records["timestamp_ns"] += self.start_ns
            self._frames += len(batch)
            yield batch

    def _last_batches(self) -> Iterator[FrameBatch]:
        """What is in an object that the file does not have all of: it may be its size that is wrong."""
        while self._tail.strip(b"\0") and not self._told:
            self._problems.add("at the end", "an object that is not complete")
            next_one = self._tail.find(SIGNATURE, 1)
            if next_one < 0 or len(self._tail) - next_one < OBJECT.size:
                return
            yield from self._frames_in(self._tail[next_one:] + _SLACK, lost=False)
