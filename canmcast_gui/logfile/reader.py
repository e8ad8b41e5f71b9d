"""Reading a log file as batches of frames, whatever its format and whatever is wrong with it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from canmcast_gui.frames import FrameBatch
from canmcast_gui.logfile.errors import FileError, os_sentence
from canmcast_gui.logfile.formats import Format, recognise

DEFAULT_BATCH_FRAMES = 65536


class FrameReader:
    """Iterates over the batches of one log file.

    ``format`` is what its content says it is. ``progress`` goes from 0 to 1 by position in the file.
    ``skipped`` counts what could not be read; ``problems`` are sentences about the first of them, with where
    they are. Opening raises FileError where the file is absent or of no known format; iterating raises it
    only where nothing could be read.
    """

    def __init__(self, path: str | os.PathLike[str], batch_frames: int = DEFAULT_BATCH_FRAMES) -> None:
        self.path = Path(path)
        self.format: Format = recognise(self.path)
        self.skipped = 0
        self.problems: list[str] = []
        self.start_ns = 0
        self.progress = 0.0
        self._batch_frames = batch_frames

    def __iter__(self) -> Iterator[FrameBatch]:
        from canmcast_gui.logfile.read_can import read_messages

        size = max(1, self.path.stat().st_size)
        frames = 0
        try:
            for batch, position in read_messages(self.format, self.path, self._batch_frames):
                self.progress = min(1.0, position / size)
                frames += len(batch)
                yield batch
        except OSError as error:
            raise FileError(os_sentence(self.path, error, "read")) from error
        except Exception as error:
            self.skipped += 1
            self.problems.append(f"after {frames} frames: {error}")
            if not frames:
                raise FileError(f"{self.path.name} cannot be read: {error}") from error
        self.progress = 1.0


def read_batches(path: str | os.PathLike[str], batch_frames: int = DEFAULT_BATCH_FRAMES) -> FrameReader:
    """The frames of a log file, as batches of up to ``batch_frames``; see FrameReader."""
    return FrameReader(path, batch_frames)
