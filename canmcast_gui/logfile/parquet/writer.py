"""Batches to Parquet files, a row group at a time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import BinaryIO

from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.marks import Mark
from canmcast_gui.logfile.parquet.columns import NOTES_KEY, arrow, schema, table_of

# Large enough for columns to be packed well and skipped quickly, small beside what may be in memory.
_ROW_GROUP_FRAMES = 131_072

# Columns with few values, of which a dictionary pays; and those that are searched by, so that what cannot
# have what is sought is skipped.
_REPEATING = ["channel", "arbitration_id", "dlc"]
_SOUGHT = ["timestamp", "channel", "arbitration_id"]


class ParquetSink:
    """One Parquet file. It can be read once it is complete: the format has its contents at the end."""

    def __init__(self, file: BinaryIO, _path: Path) -> None:
        self._file = file
        self._writer = arrow().parquet.ParquetWriter(
            file, schema(), compression="zstd", use_dictionary=_REPEATING, write_statistics=_SOUGHT
        )
        self._waiting: list[FrameBatch] = []
        self._frames = 0
        self._notes: list[tuple[int, int, str]] = []

    def write(self, batch: FrameBatch) -> None:
        """Write all frames of a batch."""
        while len(batch):
            room = _ROW_GROUP_FRAMES - self._frames % _ROW_GROUP_FRAMES
            self._waiting.append(batch[:room].compact())
            self._frames += len(batch[:room])
            batch = batch[room:]
            if self._frames % _ROW_GROUP_FRAMES == 0:
                self._write_row_group()

    def note(self, note: Mark) -> None:
        """Write a note into the file's metadata, once the frames are complete."""
        self._notes.append((self._frames, note.timestamp_ns, note.text))

    def flush(self) -> None:
        """Hand whole row groups to the operating system."""
        self._file.flush()

    def finish(self) -> None:
        """Write what belongs at the end and close the file."""
        self._write_row_group()
        if self._notes:
            self._writer.add_key_value_metadata({NOTES_KEY.decode(): json.dumps(self._notes)})
        self._writer.close()
        self._file.close()

    def _write_row_group(self) -> None:
        if self._waiting:
            table = table_of(FrameBatch.concatenate(self._waiting))
            self._writer.write_table(table, row_group_size=_ROW_GROUP_FRAMES)
            self._waiting = []
