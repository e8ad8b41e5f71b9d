"""A Parquet file as batches of frames."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from canmcast_gui.frames import DLC_TO_LENGTH, FRAME_DTYPE, LENGTH_TO_DLC, MAX_PAYLOAD, FrameBatch, bits
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

# Columns of a row group are read whole, but where the group has more than that, as files of others may: there
# so much is read ahead of each column. Whole ones end where the file says so; a page of one that is read in
# pieces is given as much memory as it asks for, up to 2 GB where it is damaged.
_BUFFER_BYTES = 1 << 18
_WHOLE_BYTES = 1 << 26


class ParquetReader:
    """The frames of one Parquet file. ``position`` is how far it has been read, in bytes.

    It needs columns called timestamp, arbitration_id and payload; others that a frame has are optional.
    """

    def __init__(self, path: Path, problems: Problems) -> None:
        self._path = path
        self._problems = problems
        self.position = 0
        self.start_ns = 0
        self.marks = Marks()

    def batches(self, batch_frames: int) -> Iterator[FrameBatch]:
        """All frames that can be read. Raises OSError, and FileError where the columns are of no frames."""
        pa = arrow()
        with seekable_log(self._path, self._problems) as log:
            for self.position in log.decompress():
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

    def _read_marks(self, table: pyarrow.parquet.ParquetFile) -> None:
        try:
            marks = json.loads((table.metadata.metadata or {}).get(MARKS_KEY, b"[]"))
            for row, time, text in marks:
                self.marks.add(int(row), int(time), str(text))
        except (ValueError, TypeError):
            self._problems.add("in the metadata", "marks that cannot be read")


def _largest_group(metadata: pyarrow.parquet.FileMetaData) -> int:
    """The most bytes that a row group has, unpacked. What is said of its columns is better not asked for:
    where that is damaged, the library ends the process."""
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
    """A batch as a table."""
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
    """Rows as frames, and how many were left out as they lack a time, an id or a payload that fits.

    Raises pyarrow's errors where a column is of no type that can be read as what it should be.
    """
    pa = arrow()
    names = part.schema.names
    payload = part.column("payload").cast(pa.large_binary())
    lengths = _numbers(pa, pa.compute.binary_length(payload), -1)
    times = part.column("timestamp")
    if pa.types.is_timestamp(times.type):
        times = times.cast(pa.timestamp("ns", tz=times.type.tz))
    records = np.zeros(len(part), dtype=FRAME_DTYPE)
    least = np.iinfo(np.int64).min
    records["timestamp_ns"] = _numbers(pa, times.cast(pa.int64()), least)
    ids = _numbers(pa, part.column("arbitration_id").cast(pa.int64()), -1)
    sound = (lengths >= 0) & (lengths <= MAX_PAYLOAD) & (ids >= 0) & (ids <= MAX_EXTENDED_ID)
    sound &= records["timestamp_ns"] != least
    records["arbitration_id"] = np.where(sound, ids, 0)
    for name, bit in FLAGS.items():
        if name in names:
            is_set = _numbers(pa, part.column(name).cast(pa.uint8()), 0) != 0
            records["flags"] |= np.where(is_set, np.uint16(bit), np.uint16(0))
    if "channel" in names:
        records["channel"] = np.clip(_numbers(pa, part.column("channel").cast(pa.int64()), 0), 0, 255)
    records["length"] = np.where(sound, lengths, 0)
    records["dlc"] = LENGTH_TO_DLC[records["length"]]
    if "dlc" in names:
        records["dlc"] = np.clip(
            _numbers(pa, part.column("dlc").cast(pa.int64()), 0), 0, len(DLC_TO_LENGTH) - 1
        )
    heap = PayloadHeap()
    _, offsets, content = payload.buffers()
    places = np.frombuffer(offsets, np.int64)[payload.offset : payload.offset + len(part)]
    held = np.frombuffer(content, np.uint8) if content is not None else np.zeros(0, np.uint8)
    stream = np.concatenate([held, np.zeros(MAX_PAYLOAD, np.uint8)])
    records = records[sound]
    set_payloads(stream, places[sound], lengths[sound], records, heap)
    return FrameBatch(records, heap.joined()), int((~sound).sum())


def _numbers(pa: Any, column: Any, missing: int) -> Any:
    """A column as numbers, those that are missing replaced."""
    return pa.compute.fill_null(column, missing).to_numpy(zero_copy_only=False)


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
        """Write a mark into the file's metadata, once the frames are complete."""
        self._marks.append((self._frames, mark.timestamp_ns, mark.text))

    def flush(self) -> None:
        """Hand whole row groups to the operating system."""
        self._file.flush()

    def finish(self) -> None:
        """Write what belongs at the end and close the file."""
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
