"""An MF4 file as batches of frames."""

from __future__ import annotations

import struct
from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.logfile.interfaces import Marks
from canmcast_gui.logfile.mf4.blocks import ID_BYTES, PROGRAM, Block, BlockError, Blocks, DataStream
from canmcast_gui.logfile.mf4.groups import data_groups, events_of
from canmcast_gui.logfile.mf4.streams import DataGroupFrames, merged
from canmcast_gui.logfile.opening import seekable_log
from canmcast_gui.logfile.problems import Problems
from canmcast_gui.logfile.times import TIME_LIMIT_NS

# Where the identification says what a writer that was stopped has left undone, and which of it counts here.
_UNFINISHED = struct.Struct("<60xHH")
_LAST_LENGTH, _OFFSETS = 0x04, 0x40
_FIRST_VERSION = 4
_MOST_EVENTS = 10_000
_HEADER = struct.Struct("<QhhB")
_LOCAL = 0x1


class Mf4Reader:
    """The frames of one MF4 file. ``position`` is how far it has been read, in bytes.

    Its start is UTC, unless it says that it is a local time: then it is read in the time zone of this
    computer.
    """

    def __init__(self, path: Path, problems: Problems) -> None:
        self._path = path
        self._problems = problems
        self.position = 0
        self.start_ns = 0
        self.marks = Marks()
        self._events: deque[tuple[int, str]] = deque(maxlen=_MOST_EVENTS)
        self._frames = 0

    def batches(self, batch_frames: int) -> Iterator[FrameBatch]:
        """All frames that can be read. Raises OSError."""
        with seekable_log(self._path, self._problems) as log:
            for self.position in log.decompress():
                yield FrameBatch.empty()  # so that it can be cancelled
            for batch in self._all(log.file):
                for start in range(0, len(batch), batch_frames):
                    one = batch[start : start + batch_frames].compact()
                    one.records["timestamp_ns"] += self.start_ns
                    self._place_marks(one)
                    yield one
        for event in self._events:
            self.marks.add(self._frames, *event)
        self.position = self._path.stat().st_size

    def _all(self, file: BinaryIO) -> Iterator[FrameBatch]:
        blocks = Blocks(file)
        identification = blocks.identification()
        unfinished = self._unfinished(identification)
        ours = identification[16:24] == PROGRAM
        try:
            header = blocks.block(ID_BYTES, "HD")
        except BlockError as error:
            self._problems.add("at the beginning", error)
            return
        self.start_ns = self._start(header)
        self._events.extend(sorted(events_of(blocks, header.link(4), self.start_ns)))
        groups = data_groups(blocks, header.link(0), self._problems)
        streams = []
        for group in groups:
            data = DataStream(blocks, self._problems, bool(unfinished & _LAST_LENGTH))
            payloads = DataStream(blocks, self._problems, unfinished=False)
            by_order = bool(unfinished & _OFFSETS)
            frames = DataGroupFrames(group, data, payloads, self._problems, by_order, ours)
            streams.append(self._following(frames, data))
        if streams:
            yield from merged(streams)

    def _place_marks(self, batch: FrameBatch) -> None:
        """Events have times only: each one stands before the first frame that is not earlier."""
        while self._events:
            later = batch.timestamp_ns >= self._events[0][0]
            if not later.any():
                break
            self.marks.add(self._frames + int(later.argmax()), *self._events.popleft())
        self._frames += len(batch)

    def _following(self, frames: DataGroupFrames, data: DataStream) -> Iterator[FrameBatch]:
        for batch in frames.batches():
            self.position = max(self.position, min(data.position, self._path.stat().st_size))
            yield batch

    def _unfinished(self, identification: bytes) -> int:
        """What the writer has left undone."""
        if len(identification) < ID_BYTES:
            self._problems.add("byte 0", "the file ends within its header")
            return 0
        version = identification[8:9]
        if version.isdigit() and int(version) < _FIRST_VERSION:
            self._problems.add("byte 8", f"MDF version {version.decode()}, which has no bus logging")
        flags, _ = _UNFINISHED.unpack(identification)
        return int(flags) if identification.startswith(b"UnFinMF") else 0

    def _start(self, header: Block) -> int:
        if len(header.data) < _HEADER.size:
            return 0
        start, _, _, flags = _HEADER.unpack_from(header.data)
        if start >= TIME_LIMIT_NS:
            self._problems.add("at the beginning", "a date beyond all measure")
            return 0
        if not flags & _LOCAL:
            return int(start)
        local = datetime.fromtimestamp(start // NS_PER_SECOND, tz=UTC).replace(tzinfo=None)
        return int(local.timestamp()) * NS_PER_SECOND + int(start % NS_PER_SECOND)
