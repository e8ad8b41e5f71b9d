"""Passes frames and marks to the sink of a format: what does not fit is refused or counted as lost."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import UTC, datetime

import numpy as np

from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.frames.marks import Mark
from canmcast_gui.frames.units import NS_PER_DAY, NS_PER_SECOND
from canmcast_gui.frames.validity import repair_ids
from canmcast_gui.logfile.candump.names import usual_name
from canmcast_gui.logfile.format_choice import writable
from canmcast_gui.logfile.formats import Format
from canmcast_gui.logfile.interfaces import MarkSink, NamingSink, Sink, StartSink
from canmcast_gui.logfile.problems import FileError
from canmcast_gui.logfile.writing.losses import Losses

_KINDS = ((Flag.FD, "CAN FD frames"), (Flag.ERROR, "error frames"), (Flag.REMOTE, "remote frames"))


class TooOldError(FileError):
    """A frame is older than the start of a file whose times count from there and cannot be negative."""

    def __init__(self, kind: Format, oldest_ns: int, start_ns: int) -> None:
        start, oldest = (_time_text(time) for time in (start_ns, oldest_ns))
        super().__init__(
            f"{kind.title} has no times before the start of the file, which is {start}; a frame has {oldest}"
        )


class Output:
    """Writes to the sink of a format. ``frames`` counts written frames; several outputs may share ``losses``.

    Where times count from the start of the file, it starts ``earlier_ns`` before the first frames.
    """

    def __init__(self, kind: Format, sink: Sink, losses: Losses | None = None, earlier_ns: int = 0) -> None:
        self._kind = kind
        self._sink = sink
        self._start_sink = sink if isinstance(sink, StartSink) else None
        self._naming = sink if isinstance(sink, NamingSink) else None
        self.losses = Losses(kind.loses) if losses is None else losses
        self.frames = 0
        self._earlier_ns = earlier_ns
        # Marks before the first frame, until the start of the file is known.
        self._early: list[Mark] = []
        self._marks = 0
        self._unnamed: set[int] = set()

    @property
    def start_ns(self) -> int | None:
        """The oldest time that a frame may have; None where there is no limit, or not yet."""
        return None if self._start_sink is None else self._start_sink.start_ns

    def begin(self, first_ns: int) -> None:
        """Start the file early enough for a frame of that time, where the format needs that."""
        if self._start_sink is not None and self._start_sink.start_ns is None:
            recent = [mark.timestamp_ns for mark in self._early if mark.timestamp_ns > first_ns - NS_PER_DAY]
            self._start_sink.begin(min([first_ns, *recent]))
            early, self._early = self._early, []
            for mark in early:
                self._pass_mark(mark)

    def name_channels(self, names: Mapping[int, str]) -> None:
        """Give channels names before they occur; those that the format does not hold count as lost when
        their channels occur. A name that follows from the number, such as can0 of channel 1, does not.
        """
        refused = set(self._naming.name_channels(names)) if self._naming is not None else set(names)
        self._unnamed = {number for number in refused if names[number] != usual_name(number)}

    def write(self, batch: FrameBatch) -> None:
        """Write frames, without those whose ids are impossible. Raises FileError where the format refuses."""
        batch = self._repair_ids(batch)
        if not len(batch):
            return
        refuse_unsupported(self._kind, batch)
        oldest_ns = int(batch.timestamp_ns.min())
        self.begin(oldest_ns - self._earlier_ns)
        start_ns = self.start_ns
        if start_ns is not None and oldest_ns < start_ns:
            raise TooOldError(self._kind, oldest_ns, start_ns)
        self.losses.add(batch)
        if self._unnamed:
            present = self._unnamed.intersection(np.unique(batch.channel).tolist())
            self.losses.add_nameless(present)
            self._unnamed -= present
        self._sink.write(batch)
        if self._naming is not None:
            self.losses.add_renumbered(self._naming.renumbered)
        self.frames += len(batch)

    def write_mark(self, mark: Mark) -> bool:
        """Write a mark after the frames so far; False where the format does not hold it."""
        if not isinstance(self._sink, MarkSink) or self._marks >= (self._kind.most_marks or sys.maxsize):
            self.losses.count("mark", "left out", 1)
            return False
        self._marks += 1
        if self._start_sink is not None and self._start_sink.start_ns is None:
            self._early.append(mark)
        else:
            self._pass_mark(mark)
        return True

    def finish(self) -> None:
        """Complete the file."""
        if self._early:
            self.begin(min(mark.timestamp_ns for mark in self._early))
        self._sink.finish()

    def _pass_mark(self, mark: Mark) -> None:
        assert isinstance(self._sink, MarkSink)
        if self.start_ns is not None and mark.timestamp_ns < self.start_ns:
            self.losses.count("mark", "moved to the start of the file", 1)
            mark = mark._replace(timestamp_ns=self.start_ns)
        self._sink.write_mark(mark)

    def _repair_ids(self, batch: FrameBatch) -> FrameBatch:
        repaired = repair_ids(batch)
        if repaired is None:
            return batch
        self.losses.count(
            "frame", "with standard ids above 7FF as extended ones", len(repaired.made_extended)
        )
        self.losses.count("frame", "with ids above 1FFFFFFF left out", len(repaired.left_out))
        return repaired.batch


def refuse_unsupported(kind: Format, batch: FrameBatch) -> None:
    """Raise FileError where a batch has frames that the format cannot hold."""
    for flag, name in _KINDS:
        if kind.cannot_hold & flag and batch.has(flag).any():
            raise FileError(f"{kind.title} cannot hold {name}; choose {writable(flag)}")


def _time_text(time_ns: int) -> str:
    try:
        return f"{datetime.fromtimestamp(time_ns // NS_PER_SECOND, tz=UTC):%Y-%m-%d %H:%M:%S} UTC"
    except (ValueError, OverflowError, OSError):
        return f"{time_ns / NS_PER_SECOND:.3f} s"
