"""Apache Parquet with one column for each field of a frame, for DuckDB, Polars and Spark.

| column | type | |
|---|---|---|
| timestamp | timestamp, nanoseconds, UTC | |
| channel | uint8 | from 1, 0 is unknown |
| arbitration_id | uint32 | |
| extended, remote, error, fd, brs, esi, tx | bool | |
| dlc | uint8 | 0 to 15 |
| payload | binary | |

Marks are in the metadata of the file, as JSON under "canmcast.notes". Needs pyarrow, which is an extra.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from canmcast_gui.frames import DLC_TO_LENGTH, FRAME_DTYPE, LENGTH_TO_DLC, MAX_PAYLOAD, FrameBatch, bits
from canmcast_gui.frames.arrays import Bytes, Column
from canmcast_gui.frames.marks import Mark
from canmcast_gui.frames.units import MAX_EXTENDED_ID
from canmcast_gui.logfile.interfaces import Marks
from canmcast_gui.logfile.opening import seekable_log
from canmcast_gui.logfile.payloads import PayloadHeap, set_payloads
from canmcast_gui.logfile.problems import FileError, Problems

if TYPE_CHECKING:
    import pyarrow.parquet

if TYPE_CHECKING:
    import pyarrow

# Columns of a row group are read whole. In a group of more bytes, as other tools may write,
# each column is read with a buffer. A damaged page may then allocate up to 2 GB; a column that is read whole
# allocates only its size in the file.
_BUFFER_BYTES = 1 << 18
_WHOLE_BYTES = 1 << 26


class ParquetReader:
    """Reads one Parquet file.

    It needs the columns timestamp, arbitration_id and payload; other fields of frames are optional.
    """

    def __init__(self, path: Path, problems: Problems) -> None:
        self._path = path
        self._problems = problems
        self.position = 0
        self.start_ns = 0
        self.marks = Marks()

    def batches(self, batch_frames: int) -> Iterator[FrameBatch]:
        """All frames that can be read. Raises OSError, and FileError where a needed column is missing."""
        pa = arrow()
        with seekable_log(self._path, self._problems) as log:
            for self.position in log.decompress():
                yield FrameBatch.empty()  # lets the caller cancel
            file = log.file
            try:
                metadata = pa.parquet.read_metadata(file)
                ahead = _BUFFER_BYTES if _largest_group(metadata) > _WHOLE_BYTES else 0
                table = pa.parquet.ParquetFile(file, metadata=metadata, pre_buffer=False, buffer_size=ahead)
            except (pa.ArrowException, OSError, ValueError) as error:
                reason = "it is damaged or incomplete"
                raise FileError(f"nothing of {self._path.name} can be read: {reason}") from error
            self._check(table)
            self._read_marks(table)
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
                f"{self._path.name} is a Parquet file without CAN frames: it has no column {missing[0]}"
            )

    def _row_group(
        self, table: pyarrow.parquet.ParquetFile, number: int, batch_frames: int
    ) -> Iterator[FrameBatch]:
        """The frames of a row group, up to the first error."""
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
                self._problems.add(f"row group {number + 1}", "a row that is not a frame")
            if len(batch):
                yield batch

    def _read_marks(self, table: pyarrow.parquet.ParquetFile) -> None:
        try:
            marks = json.loads((table.metadata.metadata or {}).get(MARKS_KEY, b"[]"))
            for row, time, text in marks:
                self.marks.add(int(row), int(time), str(text))
        except (ValueError, TypeError):
            self._problems.add("in the metadata", "invalid marks")


def _largest_group(metadata: pyarrow.parquet.FileMetaData) -> int:
    """The size of the largest row group, decompressed.

    The metadata of columns are not read: the library ends the process where they are damaged.
    """
    sizes = [metadata.row_group(number).total_byte_size for number in range(metadata.num_row_groups)]
    return max(sizes, default=0)


FLAGS = {
    "extended": bits.EXTENDED,
    "remote": bits.REMOTE,
    "error": bits.ERROR,
    "fd": bits.FD,
    "brs": bits.BRS,
    "esi": bits.ESI,
    "tx": bits.TX,
}
NEEDED = ("timestamp", "arbitration_id", "payload")
MARKS_KEY = b"canmcast.notes"
_NO_TIME = np.iinfo(np.int64).min


def arrow() -> Any:
    """The pyarrow module. Raises FileError where it is not installed."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise FileError(
            'Parquet files need pyarrow: install it with pip install "canmcast[parquet]"'
        ) from None
    return pyarrow


def schema() -> pyarrow.Schema:
    """The columns of the files that we write."""
    pa = arrow()
    return pa.schema(
        [
            ("timestamp", pa.timestamp("ns", tz="UTC")),
            ("channel", pa.uint8()),
            ("arbitration_id", pa.uint32()),
            *((name, pa.bool_()) for name in FLAGS),
            ("dlc", pa.uint8()),
            ("payload", pa.binary()),
        ]
    )


def table_of(batch: FrameBatch) -> pyarrow.Table:
    """Convert a batch to a table."""
    pa = arrow()
    lengths = batch.length.astype(np.int64)
    inside = np.arange(MAX_PAYLOAD) < lengths[:, None]
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    content = batch.payload_matrix()[inside]
    payload = pa.Array.from_buffers(
        pa.binary(), len(batch), [None, pa.py_buffer(offsets), pa.py_buffer(content)]
    )
    columns = [
        pa.array(batch.timestamp_ns).cast(pa.timestamp("ns", tz="UTC")),
        pa.array(batch.channel),
        pa.array(batch.arbitration_id),
        *(pa.array((batch.flags & np.uint16(bit)) != 0) for bit in FLAGS.values()),
        pa.array(batch.dlc),
        payload,
    ]
    return pa.table(columns, schema=schema())


def batch_of_columns(part: pyarrow.RecordBatch) -> tuple[FrameBatch, int]:
    """Convert rows to frames; also returns the number of rows without a valid time, id or payload.

    Raises errors of pyarrow where a column has a type that cannot be converted.
    """
    pa = arrow()
    payload = part.column("payload").cast(pa.large_binary())
    lengths = _filled(pa.compute.binary_length(payload), -1)
    times = part.column("timestamp")
    if pa.types.is_timestamp(times.type):
        times = times.cast(pa.timestamp("ns", tz=times.type.tz))
    records = np.zeros(len(part), dtype=FRAME_DTYPE)
    records["timestamp_ns"] = _filled(times.cast(pa.int64()), _NO_TIME)
    ids = _integers(part, "arbitration_id", -1)
    valid = (lengths >= 0) & (lengths <= MAX_PAYLOAD) & (ids >= 0) & (ids <= MAX_EXTENDED_ID)
    valid &= records["timestamp_ns"] != _NO_TIME
    records["arbitration_id"] = np.where(valid, ids, 0)
    records["length"] = np.where(valid, lengths, 0)
    _set_optional(part, records)
    records = records[valid]
    heap = PayloadHeap()
    offsets, content = _payload_buffers(payload)
    set_payloads(content, offsets[valid], lengths[valid], records, heap)
    return FrameBatch(records, heap.joined()), int((~valid).sum())


def _set_optional(part: pyarrow.RecordBatch, records: Column) -> None:
    """Set flags, channels and DLCs from the columns that exist; DLCs otherwise follow from the lengths."""
    pa = arrow()
    names = part.schema.names
    for name, bit in FLAGS.items():
        if name in names:
            is_set = _filled(part.column(name).cast(pa.uint8()), 0) != 0
            records["flags"] |= np.where(is_set, np.uint16(bit), np.uint16(0))
    if "channel" in names:
        records["channel"] = np.clip(_integers(part, "channel", 0), 0, 255)
    records["dlc"] = LENGTH_TO_DLC[records["length"]]
    if "dlc" in names:
        records["dlc"] = np.clip(_integers(part, "dlc", 0), 0, len(DLC_TO_LENGTH) - 1)


def _payload_buffers(payload: pyarrow.LargeBinaryArray) -> tuple[Column, Bytes]:
    """The offset of each payload, and the bytes, with room for one payload after them."""
    _, offsets, content = payload.buffers()
    starts = np.frombuffer(offsets, np.int64)[payload.offset : payload.offset + len(payload)]
    held = np.frombuffer(content, np.uint8) if content is not None else np.zeros(0, np.uint8)
    return starts, np.concatenate([held, np.zeros(MAX_PAYLOAD, np.uint8)])


def _integers(part: pyarrow.RecordBatch, name: str, missing: int) -> Column:
    return _filled(part.column(name).cast(arrow().int64()), missing)


def _filled(column: pyarrow.Array, missing: int) -> Column:
    """A column as a numpy array, with ``missing`` for missing values."""
    numbers: Column = arrow().compute.fill_null(column, missing).to_numpy(zero_copy_only=False)
    return numbers


# Large enough for columns to be compressed well and skipped fast, small compared with the memory.
_ROW_GROUP_FRAMES = 131_072

# Columns with few values, for which a dictionary saves space; and those with statistics, with which a search
# skips row groups.
_REPEATING = ["channel", "arbitration_id", "dlc"]
_WITH_STATISTICS = ["timestamp", "channel", "arbitration_id"]


class ParquetSink:
    """Writes one Parquet file, which can be read when it is complete: its index is at the end."""

    def __init__(self, file: BinaryIO, _path: Path) -> None:
        self._file = file
        self._writer = arrow().parquet.ParquetWriter(
            file, schema(), compression="zstd", use_dictionary=_REPEATING, write_statistics=_WITH_STATISTICS
        )
        self._waiting: list[FrameBatch] = []
        self._frames = 0
        self._marks: list[tuple[int, int, str]] = []

    def write(self, batch: FrameBatch) -> None:
        """Write all frames of a batch."""
        while len(batch):
            room = _ROW_GROUP_FRAMES - self._frames % _ROW_GROUP_FRAMES
            self._waiting.append(batch[:room].compact())
            self._frames += len(batch[:room])
            batch = batch[room:]
            if self._frames % _ROW_GROUP_FRAMES == 0:
                self._write_row_group()

    def write_mark(self, mark: Mark) -> None:
        """Add a mark to the metadata, which are written after the frames."""
        self._marks.append((self._frames, mark.timestamp_ns, mark.text))

    def flush(self) -> None:
        """Pass complete row groups to the operating system."""
        self._file.flush()

    def finish(self) -> None:
        """Write the end of the file and close it."""
        self._write_row_group()
        if self._marks:
            self._writer.add_key_value_metadata({MARKS_KEY.decode(): json.dumps(self._marks)})
        self._writer.close()
        self._file.close()

    def _write_row_group(self) -> None:
        if self._waiting:
            table = table_of(FrameBatch.concatenate(self._waiting))
            self._writer.write_table(table, row_group_size=_ROW_GROUP_FRAMES)
            self._waiting = []
