"""Frames as Arrow's columns, and Arrow's columns as frames."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from canmcast_gui.frames import DLC_TO_LENGTH, FRAME_DTYPE, LENGTH_TO_DLC, MAX_PAYLOAD, FrameBatch, bits
from canmcast_gui.frames.units import MAX_EXTENDED_ID
from canmcast_gui.logfile.payloads import Heap, set_payloads
from canmcast_gui.logfile.problems import FileError

if TYPE_CHECKING:
    import pyarrow

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
NOTES_KEY = b"canmcast.notes"


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
    heap = Heap()
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
