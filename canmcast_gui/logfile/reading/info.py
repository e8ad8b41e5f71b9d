"""What a log file holds, counted."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.logfile.reading.checks import TimeOrder
from canmcast_gui.logfile.reading.reader import FrameReader


def file_info(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Counts and times of a log file, as ``canmcast info --json`` prints them.

    Formats do not agree on what an error frame carries: all but ``frames`` and ``error_frames`` is about data
    and remote frames. Times are as the file writes them, None where it has no such frame. ``backwards`` are
    frames that are older than the one before, ``passed_over`` events by kind that are no frames, ``findings``
    what is odd about the file, each a sentence and the first row that shows it, ``problems`` these sentences
    and others about the first of what was skipped. ``missing_s`` and ``missing_frames`` are
    estimates of what ``damaged_places`` cost, which only some formats can tell; 0 where it is not known.
    Raises FileError.
    """
    reader = FrameReader(path)
    counts, backwards = _Counts(), TimeOrder()
    for batch in reader:
        counts.add(batch, reader.start_ns)
        backwards.add(batch)
    return {
        "format": reader.format.name,
        **counts.as_dict(),
        "backwards": backwards.count,
        "notes": len(reader.marks),
        "passed_over": reader.passed_over,
        "skipped": reader.skipped,
        "damaged_places": reader.missing.places,
        "missing_s": reader.missing.seconds,
        "missing_frames": reader.missing.frames,
        "findings": [finding._asdict() for finding in reader.findings],
        "problems": list(reader.problems),
    }


class _Counts:
    def __init__(self) -> None:
        self.frames = self.errors = self.remotes = self.fd = self.extended = self.tx = 0
        self.ids: set[tuple[int, bool]] = set()
        self.channels: set[int] = set()
        self.first_ns: int | None = None
        self.last_ns: int | None = None

    def add(self, batch: FrameBatch, start_ns: int) -> None:
        """Count the frames of one batch, whose times in the file count from ``start_ns``."""
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

    def as_dict(self) -> dict[str, Any]:
        """The counts by the names of the interface."""
        return {
            "frames": self.frames,
            "data_frames": self.frames - self.errors - self.remotes,
            "error_frames": self.errors,
            "remote_frames": self.remotes,
            "fd_frames": self.fd,
            "extended_frames": self.extended,
            "tx_frames": self.tx,
            "channels": len(self.channels),
            "ids": len(self.ids),
            "first_time_s": _seconds(self.first_ns),
            "last_time_s": _seconds(self.last_ns),
        }


def _seconds(time_ns: int | None) -> float | None:
    return None if time_ns is None else time_ns / 1e9
