"""A Parquet file as batches of frames."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from canmcast_gui.frames import FrameBatch
from canmcast_gui.logfile.interfaces import Notes
from canmcast_gui.logfile.opening import seekable_log
from canmcast_gui.logfile.parquet.columns import NEEDED, NOTES_KEY, arrow, batch_of_columns
from canmcast_gui.logfile.problems import FileError, Problems

if TYPE_CHECKING:
    import pyarrow.parquet


# Columns of a row group are read whole, but where the group has more than that, as files of others may: there
# so much is read ahead of each column. Whole ones end where the file says so; a page of one that is read in
# pieces is given as much memory as it asks for, up to 2 GB where it is damaged.
_BUFFER_BYTES = 1 << 18
_WHOLE_BYTES = 1 << 26


class ParquetLog:
    """The frames of one Parquet file. ``position`` is how far it has been read, in bytes.

    It needs columns called timestamp, arbitration_id and payload; others that a frame has are optional.
    """

    def __init__(self, path: Path, problems: Problems) -> None:
        self._path = path
        self._problems = problems
        self.position = 0
        self.start_ns = 0
        self.notes = Notes()

    def batches(self, batch_frames: int) -> Iterator[FrameBatch]:
        """All frames that can be read. Raises OSError, and FileError where the columns are of no frames."""
        pa = arrow()
        with seekable_log(self._path, self._problems) as log:
            for self.position in log.steps():
                yield FrameBatch.empty()  # so that it can be cancelled
            file = log.file
            try:
                metadata = pa.parquet.read_metadata(file)
                ahead = _BUFFER_BYTES if _largest_group(metadata) > _WHOLE_BYTES else 0
                table = pa.parquet.ParquetFile(file, metadata=metadata, pre_buffer=False, buffer_size=ahead)
            except (pa.ArrowException, OSError, ValueError) as error:
                reason = "it is damaged, or was not completed"
                raise FileError(f"nothing of {self._path.name} can be read: {reason}") from error
            self._check(table)
            self._read_notes(table)
            size, rows = self._path.stat().st_size, max(1, table.metadata.num_rows)
            done = 0
            for number in range(table.num_row_groups):
                yield from self._row_group(table, number, batch_frames)
                done += table.metadata.row_group(number).num_rows
                self.position = size * done // rows
            self.position = size

    def _check(self, table: pyarrow.parquet.ParquetFile) -> None:
        missing = [name for name in NEEDED if name not in table.schema_arrow.names]
        if missing:
            raise FileError(
                f"{self._path.name} is a Parquet file, but not of CAN frames: it has no column {missing[0]}"
            )

    def _row_group(
        self, table: pyarrow.parquet.ParquetFile, number: int, batch_frames: int
    ) -> Iterator[FrameBatch]:
        """The frames of a row group, as far as it is sound."""
        pa = arrow()
        parts = table.iter_batches(batch_frames, row_groups=[number], use_threads=False)
        while True:
            try:
                part = next(parts, None)
                if part is None:
                    return
                batch, left_out = batch_of_columns(part)
            except (pa.ArrowException, OSError, ValueError) as error:
                self._problems.add(f"row group {number + 1}", str(error).partition("\n")[0])
                return
            for _ in range(min(left_out, 1000)):
                self._problems.add(f"row group {number + 1}", "a row that is no frame")
            if len(batch):
                yield batch

    def _read_notes(self, table: pyarrow.parquet.ParquetFile) -> None:
        try:
            notes = json.loads((table.metadata.metadata or {}).get(NOTES_KEY, b"[]"))
            for row, time, text in notes:
                self.notes.add(int(row), int(time), str(text))
        except (ValueError, TypeError):
            self._problems.add("in the metadata", "notes that cannot be read")


def _largest_group(metadata: pyarrow.parquet.FileMetaData) -> int:
    """The most bytes that a row group has, unpacked. What is said of its columns is better not asked for:
    where that is damaged, the library ends the process."""
    sizes = [metadata.row_group(number).total_byte_size for number in range(metadata.num_row_groups)]
    return max(sizes, default=0)
