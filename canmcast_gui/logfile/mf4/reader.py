"""Reads an MF4 file as batches of frames, and its events as marks."""

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
from canmcast_gui.logfile.mf4.names import names_in
from canmcast_gui.logfile.mf4.streams import DataGroupFrames, merged
from canmcast_gui.logfile.opening import seekable_log
from canmcast_gui.logfile.problems import Problems
from canmcast_gui.logfile.times import TIME_LIMIT_NS

# Flags in the identification for what an incomplete file lacks, and those that matter here.
_INCOMPLETE = struct.Struct("<60xHH")
_LAST_LENGTH, _OFFSETS = 0x04, 0x40
_FIRST_VERSION = 4
_MOST_EVENTS = 10_000
_HEADER = struct.Struct("<QhhB")
_LOCAL = 0x1


class Mf4Reader:
    """Reads one MF4 file.

    Its start is UTC, or where a flag says so local time, which is read in the time zone of this computer.
    """

    def __init__(self, path: Path, problems: Problems) -> None:
        self._path = path
        self._problems = problems
        self.position = 0
        self.start_ns = 0
        self.marks = Marks()
        self.channel_names: dict[int, str] = {}
        self._events: deque[tuple[int, str]] = deque(maxlen=_MOST_EVENTS)
        self._frames = 0

    def batches(self, batch_frames: int) -> Iterator[FrameBatch]:
        """All frames that can be read. Raises OSError."""
        with seekable_log(self._path, self._problems) as log:
            for self.position in log.decompress():
                yield FrameBatch.empty()  # lets the caller cancel
            for batch in self._all(log.file):
                for start in range(0, len(batch), batch_frames):
                    part = batch[start : start + batch_frames].compact()
                    part.records["timestamp_ns"] += self.start_ns
                    self._place_marks(part)
                    yield part
        for event in self._events:
            self.marks.add(self._frames, *event)
        self.position = self._path.stat().st_size

    def _all(self, file: BinaryIO) -> Iterator[FrameBatch]:
        blocks = Blocks(file)
        identification = blocks.identification()
        incomplete = self._incomplete_flags(identification)
        ours = identification[16:24] == PROGRAM
        try:
            header = blocks.block(ID_BYTES, "HD")
        except BlockError as error:
            self._problems.add("at the beginning", error)
            return
        self.start_ns = self._start(header)
        self.channel_names = names_in(blocks.text(header.link(5)))
        self._events.extend(sorted(events_of(blocks, header.link(4), self.start_ns)))
        groups = data_groups(blocks, header.link(0), self._problems)
        streams = []
        for group in groups:
            data = DataStream(blocks, self._problems, bool(incomplete & _LAST_LENGTH))
            payloads = DataStream(blocks, self._problems, incomplete=False)
            by_order = bool(incomplete & _OFFSETS)
            frames = DataGroupFrames(group, data, payloads, self._problems, by_order, ours)
            streams.append(self._with_position(frames, data))
        if streams:
            yield from merged(streams)

    def _place_marks(self, batch: FrameBatch) -> None:
        """Events have times only: a mark is before the first frame that is not earlier."""
        while self._events:
            later = batch.timestamp_ns >= self._events[0][0]
            if not later.any():
                break
            self.marks.add(self._frames + int(later.argmax()), *self._events.popleft())
        self._frames += len(batch)

    def _with_position(self, frames: DataGroupFrames, data: DataStream) -> Iterator[FrameBatch]:
        for batch in frames.batches():
            self.position = max(self.position, min(data.position, self._path.stat().st_size))
            yield batch

    def _incomplete_flags(self, identification: bytes) -> int:
        """The flags for what an incomplete file lacks."""
        if len(identification) < ID_BYTES:
            self._problems.add("byte 0", "the file ends within its header")
            return 0
        version = identification[8:9]
        if version.isdigit() and int(version) < _FIRST_VERSION:
            self._problems.add("byte 8", f"MDF version {version.decode()}, which has no bus logging")
        flags, _ = _INCOMPLETE.unpack(identification)
        return int(flags) if identification.startswith(b"UnFinMF") else 0

    def _start(self, header: Block) -> int:
        if len(header.data) < _HEADER.size:
            return 0
        start, _, _, flags = _HEADER.unpack_from(header.data)
        if start >= TIME_LIMIT_NS:
            self._problems.add("at the beginning", "start time out of range")
            return 0
        if not flags & _LOCAL:
            return int(start)
        local = datetime.fromtimestamp(start // NS_PER_SECOND, tz=UTC).replace(tzinfo=None)
        return int(local.timestamp()) * NS_PER_SECOND + int(start % NS_PER_SECOND)
