"""The datagrams of many frames at once: wire.py as columns. The result of both is the same."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from canmcast_gui.channels.dronecan.wire import (
    CHECKED_FROM,
    CRC_START,
    FLAG_FD,
    HEADER,
    ID_ERROR,
    ID_EXTENDED,
    ID_REMOTE,
    MAGIC,
    MOST_BYTES,
)
from canmcast_gui.frames import INLINE_BYTES, LENGTH_TO_DLC, MAX_PAYLOAD, Flag, FrameBatch
from canmcast_gui.frames.arrays import Bytes, Mask, Numbers
from canmcast_gui.frames.batch import Records
from canmcast_gui.frames.units import MAX_EXTENDED_ID, MAX_STANDARD_ID

_POLYNOMIAL = 0x1021

_HEADER_DTYPE = np.dtype([("magic", "<u2"), ("crc", "<u2"), ("flags", "<u2"), ("number", "<u4")])
assert _HEADER_DTYPE.itemsize == HEADER.size


def _crc_table() -> npt.NDArray[np.uint16]:
    """The remainder of each byte."""
    table = np.arange(256, dtype=np.uint16) << np.uint16(8)
    for _ in range(8):
        shifted = table << np.uint16(1)
        table = np.where(table & 0x8000, shifted ^ np.uint16(_POLYNOMIAL), shifted).astype(np.uint16)
    return table


_CRC_TABLE = _crc_table()


def checksums(bodies: Bytes) -> npt.NDArray[np.uint16]:
    """The checksum of each row of uint8 (n, size), uint16 (n,)."""
    columns = np.ascontiguousarray(bodies.T)
    crc = np.full(len(bodies), CRC_START, dtype=np.uint16)
    for column in columns:
        crc = (crc << np.uint16(8)) ^ _CRC_TABLE[(crc >> np.uint16(8)) ^ column]
    return crc


def decode_columns(matrix: Bytes, sizes: Numbers, records: Records) -> tuple[Mask, Bytes]:
    """Decode n datagrams, each in one row of ``matrix``, uint8 (n, at least MOST_BYTES), of ``sizes`` (n,).

    ``records`` (n,) of FRAME_DTYPE, all zero, gets the columns id, flags, dlc, length, data and
    payload_offset. Returns which rows have a valid frame, bool (n,), and the heap for payloads longer than
    8. The other rows have undefined content.
    """
    valid = (sizes >= HEADER.size) & (sizes <= MOST_BYTES)
    header = np.ascontiguousarray(matrix[:, : HEADER.size]).view(_HEADER_DTYPE)[:, 0]
    valid &= header["magic"] == MAGIC
    valid[valid] = header["crc"][valid] == _checksums_by_size(matrix[valid], sizes[valid])
    number = header["number"]
    extended, fd = number & np.uint32(ID_EXTENDED) != 0, header["flags"] & np.uint16(FLAG_FD) != 0
    ids = number & np.uint32(MAX_EXTENDED_ID)
    lengths = np.clip(sizes - HEADER.size, 0, MAX_PAYLOAD)
    valid &= number & np.uint32(ID_REMOTE | ID_ERROR) == 0
    valid &= extended | (ids <= MAX_STANDARD_ID)
    valid &= fd | (lengths <= INLINE_BYTES)
    records["arbitration_id"] = ids
    records["flags"] = extended * np.uint16(Flag.EXTENDED) | fd * np.uint16(Flag.FD)
    records["length"] = lengths
    records["dlc"] = LENGTH_TO_DLC[lengths]
    payloads = matrix[:, HEADER.size : MOST_BYTES]
    inline = np.arange(INLINE_BYTES) < lengths[:, None]
    records["data"] = np.where(inline, payloads[:, :INLINE_BYTES], 0)
    long = valid & (lengths > INLINE_BYTES)
    if not long.any():
        return valid, np.zeros(0, dtype=np.uint8)
    used = np.where(long, lengths, 0)
    records["payload_offset"] = np.where(long, np.cumsum(used) - used, 0)
    return valid, payloads[long][np.arange(MAX_PAYLOAD) < lengths[long][:, None]]


def _checksums_by_size(matrix: Bytes, sizes: Numbers) -> npt.NDArray[np.uint16]:
    """The checksums of rows of different sizes."""
    found = np.zeros(len(matrix), dtype=np.uint16)
    for size in np.flatnonzero(np.bincount(sizes)).tolist():
        rows = np.flatnonzero(sizes == size)
        found[rows] = checksums(matrix[rows, CHECKED_FROM:size])
    return found


def encode_columns(batch: FrameBatch) -> tuple[Bytes, Numbers]:
    """The datagrams of valid data frames, one in each row of uint8 (n, width), and their sizes, (n,)."""
    lengths = batch.length.astype(np.int64)
    longest = int(lengths.max(initial=0))
    matrix = np.zeros((len(batch), HEADER.size + longest), dtype=np.uint8)
    header = np.zeros(len(batch), dtype=_HEADER_DTYPE)
    header["magic"] = MAGIC
    header["flags"] = np.where(batch.has(Flag.FD), FLAG_FD, 0)
    marks = np.where(batch.has(Flag.EXTENDED), np.uint32(ID_EXTENDED), np.uint32(0))
    header["number"] = batch.arbitration_id | marks
    matrix[:, : HEADER.size] = header.view(np.uint8).reshape(len(batch), -1)
    if longest:
        matrix[:, HEADER.size :] = batch.payload_matrix(longest)
    sizes = HEADER.size + lengths
    matrix[:, 2:4] = _checksums_by_size(matrix, sizes).astype("<u2").view(np.uint8).reshape(-1, 2)
    return matrix, sizes
