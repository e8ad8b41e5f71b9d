"""A summary of a log file: counts, times and problems."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass

import numpy as np

from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.logfile.problems import Finding, Missing
from canmcast_gui.logfile.reading.checks import TimeOrder
from canmcast_gui.logfile.reading.reader import FrameReader


@dataclass(frozen=True, slots=True)
class FileInfo:
    """The summary of a log file.

    Formats differ in what an error frame contains: all numbers except ``frames`` and ``error_frames`` are
    about data and remote frames. Times are those in the file, None without such frames. ``backwards`` counts
    frames that are older than the frame before them, ``passed_over`` events that are not frames, by kind.
    ``findings`` say what is unusual about the file; ``problems`` are their sentences and messages about the
    first skipped entries. ``missing`` is an estimate of the loss at damaged places, for formats that tell.
    """

    format: str
    frames: int
    data_frames: int
    error_frames: int
    remote_frames: int
    fd_frames: int
    extended_frames: int
    tx_frames: int
    channels: int
    ids: int
    first_time_s: float | None
    last_time_s: float | None
    backwards: int
    marks: int
    passed_over: dict[str, int]
    skipped: int
    missing: Missing
    findings: tuple[Finding, ...]
    problems: tuple[str, ...]

    @property
    def report(self) -> list[str]:
        """The problems, those of the file as a whole with their rows."""
        return [*(finding.located for finding in self.findings), *self.problems[len(self.findings) :]]

    def as_json(self) -> dict[str, object]:
        """The object that ``canmcast info --json`` prints."""
        values = asdict(self)
        del values["missing"]
        values["notes"] = values.pop("marks")  # the name before marks were called marks
        return {
            **values,
            "findings": [finding._asdict() for finding in self.findings],
            "problems": list(self.problems),
            "damaged_places": self.missing.places,
            "missing_s": self.missing.seconds,
            "missing_frames": self.missing.frames,
        }


def file_info(path: str | os.PathLike[str]) -> FileInfo:
    """Read a log file and summarize it. Raises FileError."""
    reader = FrameReader(path)
    counts, time_order = _Counts(), TimeOrder()
    for batch in reader:
        counts.add(batch, reader.start_ns)
        time_order.add(batch)
    return FileInfo(
        format=reader.format.name,
        frames=counts.frames,
        data_frames=counts.frames - counts.errors - counts.remotes,
        error_frames=counts.errors,
        remote_frames=counts.remotes,
        fd_frames=counts.fd,
        extended_frames=counts.extended,
        tx_frames=counts.tx,
        channels=len(counts.channels),
        ids=len(counts.ids),
        first_time_s=_seconds(counts.first_ns),
        last_time_s=_seconds(counts.last_ns),
        backwards=time_order.count,
        marks=len(reader.marks),
        passed_over=reader.passed_over,
        skipped=reader.skipped,
        missing=reader.missing,
        findings=tuple(reader.findings),
        problems=tuple(reader.problems),
    )


class _Counts:
    """Counts frames by kind, ids and channels; the first and last time as in the file."""

    def __init__(self) -> None:
        self.frames = self.errors = self.remotes = self.fd = self.extended = self.tx = 0
        self.ids: set[tuple[int, bool]] = set()
        self.channels: set[int] = set()
        self.first_ns: int | None = None
        self.last_ns: int | None = None

    def add(self, batch: FrameBatch, start_ns: int) -> None:
        """Count the frames of a batch, to whose times ``start_ns`` was added."""
        self.frames += len(batch)
        real = batch[~batch.has(Flag.ERROR)]
        self.errors += len(batch) - len(real)
        if not len(real):
            return
        self.first_ns = int(real.timestamp_ns[0]) - start_ns if self.first_ns is None else self.first_ns
        self.last_ns = int(real.timestamp_ns[-1]) - start_ns
        self.remotes += int(real.has(Flag.REMOTE).sum())
        self.fd += int(real.has(Flag.FD).sum())
        self.extended += int(real.has(Flag.EXTENDED).sum())
        self.tx += int(real.has(Flag.TX).sum())
        keys = np.unique(real.arbitration_id.astype(np.int64) << 1 | real.has(Flag.EXTENDED))
        self.ids |= {(int(key) >> 1, bool(key & 1)) for key in keys}
        self.channels |= set(np.unique(real.channel).tolist())


def _seconds(time_ns: int | None) -> float | None:
    return None if time_ns is None else time_ns / NS_PER_SECOND
