"""Log files to batches, with python-can's readers doing the work on the format."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import can

from canmcast_gui.frames import FrameBatch
from canmcast_gui.logfile.formats import Format

_READERS: dict[str, Callable[..., Any]] = {
    "asc": lambda file: can.ASCReader(file, relative_timestamp=False),
    "blf": can.BLFReader,
    "candump": can.CanutilsLogReader,
    "trc": can.TRCReader,
    "csv": can.CSVReader,
}


def read_messages(kind: Format, path: Path, batch_frames: int) -> Iterator[tuple[FrameBatch, int]]:
    """Batches of a file, and the position up to which it has been read."""
    with path.open("rb") as raw:
        file: Any = raw if kind.binary else io.TextIOWrapper(raw, encoding="utf-8", errors="replace")
        messages = iter(_READERS[kind.name](file))
        while True:
            rows = list(islice(messages, batch_frames))
            if rows:
                yield FrameBatch.from_messages(rows), 0 if raw.closed else raw.tell()
            if len(rows) < batch_frames:
                return
