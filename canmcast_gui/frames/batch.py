"""Many frames as columns: the unit in which frames go from a socket or file to the screen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames import bits
from canmcast_gui.frames.layout import (
    DLC_TO_LENGTH,
    FRAME_DTYPE,
    INLINE_BYTES,
    LENGTH_TO_DLC,
    MAX_PAYLOAD,
    Flag,
)
from canmcast_gui.frames.messages import PlainFrame, fill_record, make_message
from canmcast_gui.frames.units import NS_PER_SECOND

if TYPE_CHECKING:
    import can

Records = npt.NDArray[np.void]
Heap = npt.NDArray[np.uint8]
Rows = slice | npt.NDArray[np.intp] | npt.NDArray[np.int64] | npt.NDArray[np.bool_]

_NO_HEAP: Heap = np.zeros(0, dtype=np.uint8)

# Masks of the first 0..8 of eight bytes.
_FIRST_BYTES = np.array([(1 << 8 * count) - 1 for count in range(INLINE_BYTES + 1)], dtype=np.uint64)


class FrameBatch:
    """Frames as columns, in the order of their arrival or of their file.

    ``records`` is an array of FRAME_DTYPE, ``heap`` the bytes of all payloads longer than 8. Batches are
    values: they may be kept, and slicing shares memory instead of copying.
    """

    __slots__ = ("heap", "records")

    def __init__(self, records: Records, heap: Heap = _NO_HEAP) -> None:
        self.records = records
        self.heap = heap

    # -- creation ----------------------------------------------------------------------------------------

    @classmethod
    def empty(cls) -> FrameBatch:
        """A batch without frames."""
        return cls(np.zeros(0, dtype=FRAME_DTYPE))

    @classmethod
    def from_columns(
        cls,
        timestamp_ns: npt.ArrayLike,
        arbitration_id: npt.ArrayLike,
        data: npt.ArrayLike,
        length: npt.ArrayLike | None = None,
        flags: npt.ArrayLike = 0,
        channel: npt.ArrayLike = 0,
        source: npt.ArrayLike = 0,
        dlc: npt.ArrayLike | None = None,
    ) -> FrameBatch:
        """Build a batch of n frames from columns.

        ``timestamp_ns`` int64 (n,), ``arbitration_id`` (n,), ``data`` uint8 (n, width) with width up to 64;
        ``length`` (n,) or one number, the payload bytes of each frame (default: width). Scalars apply to all
        frames. ``dlc`` are codes 0..15 and follow ``length`` unless given (a remote frame requests a length
        without carrying it). Raises ValueError if a column does not fit.
        """
        matrix = np.atleast_2d(np.asarray(data, dtype=np.uint8))
        count, width = matrix.shape
        if width > MAX_PAYLOAD:
            raise ValueError(f"data is {width} bytes wide; a CAN FD frame carries at most {MAX_PAYLOAD}")
        lengths = np.broadcast_to(np.asarray(width if length is None else length), (count,))
        if count and (lengths.min() < 0 or lengths.max() > width):
            raise ValueError(f"length must be between 0 and {width}, the width of data")
        ids = np.asarray(arbitration_id)
        if count and (ids.min() < 0 or ids.max() > 0xFFFFFFFF):
            raise ValueError("arbitration ids must be between 0 and 0xffffffff")
        records = np.zeros(count, dtype=FRAME_DTYPE)
        records["timestamp_ns"] = timestamp_ns
        records["arbitration_id"] = ids
        records["flags"] = flags
        records["channel"] = channel
        records["source"] = source
        records["length"] = lengths
        records["dlc"] = LENGTH_TO_DLC[lengths] if dlc is None else dlc
        return cls(records, _place_payloads(records, matrix))

    @classmethod
    def from_messages(cls, messages: Iterable[can.Message]) -> FrameBatch:
        """Build a batch from python-can messages. Times become whole nanoseconds, channel 0 becomes 1."""
        rows = list(messages)
        records = np.zeros(len(rows), dtype=FRAME_DTYPE)
        heap = bytearray()
        for record, message in zip(records, rows, strict=True):
            fill_record(record, message, heap)
        return cls(records, np.frombuffer(bytes(heap), dtype=np.uint8))

    @classmethod
    def concatenate(cls, batches: Sequence[FrameBatch]) -> FrameBatch:
        """The frames of all batches, one after the other, in one batch."""
        if len(batches) == 1:
            return batches[0]
        if not batches:
            return cls.empty()
        records = np.concatenate([batch.records for batch in batches])
        start = base = 0
        for batch in batches:
            part = records[start : start + len(batch)]
            part["payload_offset"][part["length"] > INLINE_BYTES] += np.uint32(base)
            start += len(batch)
            base += len(batch.heap)
        return cls(records, np.concatenate([batch.heap for batch in batches]))

    # -- reading -----------------------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self.records)

    def __getitem__(self, rows: Rows) -> FrameBatch:
        """The frames of a slice, a boolean mask or an array of indices; the heap is shared."""
        if isinstance(rows, np.ndarray) and rows.dtype != np.bool_:
            return FrameBatch(self.records.take(rows), self.heap)  # many times faster than indexing
        return FrameBatch(self.records[rows], self.heap)

    @property
    def timestamp_ns(self) -> npt.NDArray[np.int64]:
        """Arrival or file time, int64 (n,)."""
        return self.records["timestamp_ns"]

    @property
    def arbitration_id(self) -> npt.NDArray[np.uint32]:
        """Arbitration ids, uint32 (n,)."""
        return self.records["arbitration_id"]

    @property
    def flags(self) -> npt.NDArray[np.uint16]:
        """Bits of Flag, uint16 (n,)."""
        return self.records["flags"]

    @property
    def source(self) -> npt.NDArray[np.uint16]:
        """Rows of the SourceTable of the bus or recording, uint16 (n,); 0 is unknown."""
        return self.records["source"]

    @property
    def channel(self) -> npt.NDArray[np.uint8]:
        """Channel numbers from 1, uint8 (n,); 0 is unknown."""
        return self.records["channel"]

    @property
    def dlc(self) -> npt.NDArray[np.uint8]:
        """DLC codes 0..15, uint8 (n,)."""
        return self.records["dlc"]

    @property
    def length(self) -> npt.NDArray[np.uint8]:
        """Payload bytes, uint8 (n,)."""
        return self.records["length"]

    @property
    def data(self) -> npt.NDArray[np.uint8]:
        """The first 8 payload bytes of each frame, zero after its end, uint8 (n, 8)."""
        return self.records["data"]

    def has(self, flag: Flag) -> npt.NDArray[np.bool_]:
        """Which frames have any bit of ``flag``, bool (n,)."""
        mask: npt.NDArray[np.bool_] = (self.records["flags"] & np.uint16(flag)) != 0
        return mask

    def payload(self, row: int) -> bytes:
        """The payload of one frame."""
        record = self.records[row]
        length = int(record["length"])
        if length <= INLINE_BYTES:
            return bytes(record["data"][:length].tobytes())
        start = int(record["payload_offset"])
        return self.heap[start : start + length].tobytes()

    def plain_frame(self, row: int) -> PlainFrame:
        """One frame as plain values."""
        # One call for all fields, in the order of FRAME_DTYPE, takes half the time.
        time_ns, data, number, _offset, flags, _source, channel, dlc, length, _ = self.records[row].item()
        return PlainFrame(
            number,
            flags,
            channel - 1 if channel else None,
            int(DLC_TO_LENGTH[dlc]) if flags & bits.REMOTE else length,
            data.tobytes()[:length] if length <= INLINE_BYTES else self.payload(row),
            float(time_ns) / NS_PER_SECOND,
        )

    def payload_matrix(self, width: int = MAX_PAYLOAD) -> npt.NDArray[np.uint8]:
        """All payloads as uint8 (n, width), zero after their ends."""
        matrix = np.zeros((len(self), width), dtype=np.uint8)
        inline = min(width, INLINE_BYTES)
        matrix[:, :inline] = self.records["data"][:, :inline]
        if width > INLINE_BYTES:
            self._copy_long_payloads(matrix)
        return matrix

    def _copy_long_payloads(self, matrix: npt.NDArray[np.uint8]) -> None:
        lengths = self.records["length"]
        for size in np.unique(lengths[lengths > INLINE_BYTES]):
            rows = np.flatnonzero(lengths == size)
            keep = min(int(size), matrix.shape[1])
            starts = self.records["payload_offset"][rows].astype(np.int64)
            matrix[rows, :keep] = np.lib.stride_tricks.sliding_window_view(self.heap, keep)[starts]

    def to_messages(self) -> list[can.Message]:
        """The frames as python-can messages, times as float seconds; channel 1 becomes 0, unknown None."""
        return [make_message(self.plain_frame(row)) for row in range(len(self))]

    def compact(self) -> FrameBatch:
        """The same frames with their own memory, whose heap holds only their payloads.

        A batch that was sliced or selected shares a heap that may be much larger.
        """
        records = self.records.copy()
        long = np.flatnonzero(records["length"] > INLINE_BYTES)
        if not len(long):
            return FrameBatch(records)
        lengths = records["length"][long].astype(np.int64)
        starts = records["payload_offset"][long].astype(np.int64)
        ends = np.cumsum(lengths)
        records["payload_offset"][long] = ends - lengths
        index = np.arange(int(ends[-1])) + np.repeat(starts - (ends - lengths), lengths)
        return FrameBatch(records, self.heap[index])

    def __repr__(self) -> str:
        return f"<FrameBatch of {len(self)} frames, {len(self.heap)} heap bytes>"


def _place_payloads(records: Records, matrix: npt.NDArray[np.uint8]) -> Heap:
    """Write payloads into ``records``; returns the heap for those longer than 8 bytes."""
    lengths = records["length"].astype(np.int64)
    inline = min(matrix.shape[1], INLINE_BYTES)
    data = np.zeros((len(lengths), INLINE_BYTES), dtype=np.uint8)
    data[:, :inline] = matrix[:, :inline]
    data.view("<u8")[:, 0] &= _FIRST_BYTES.take(lengths, mode="clip")
    records["data"] = data
    long = lengths > INLINE_BYTES
    if not long.any():
        return _NO_HEAP
    sizes = np.where(long, lengths, 0)
    records["payload_offset"] = np.where(long, np.cumsum(sizes) - sizes, 0)
    return matrix[long][np.arange(matrix.shape[1]) < lengths[long][:, None]]
