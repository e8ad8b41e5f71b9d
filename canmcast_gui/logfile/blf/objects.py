"""Frames as the objects that a BLF file has for them, by columns.

Classic frames become CAN_MESSAGE objects, CAN FD frames CAN_FD_MESSAGE, error frames CAN_ERROR_EXT.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames import FrameBatch, bits
from canmcast_gui.logfile.blf import layout
from canmcast_gui.logfile.payloads import classic_codes

Records = npt.NDArray[Any]

_HEAD = layout.OBJECT_HEAD.descr
_CAN = [("channel", "<u2"), ("flags", "u1"), ("dlc", "u1"), ("id", "<u4")]
_MESSAGE = np.dtype([*_HEAD, *_CAN, ("data", "<u8")])
_FD = np.dtype(
    [
        *_HEAD,
        *_CAN,
        *[("frame_length", "<u4"), ("bit_count", "u1"), ("fd_flags", "u1"), ("valid", "u1")],
        *[("reserved", "u1", 5), ("data", "V64"), ("reserved_2", "<u4")],
    ]
)
_ERROR = np.dtype(
    [
        *_HEAD,
        *[("channel", "<u2"), ("length", "<u2"), ("flags", "<u4"), ("ecc", "u1"), ("position", "u1")],
        *[("dlc", "u1"), ("reserved", "u1"), ("frame_length", "<u4"), ("id", "<u4"), ("flags_ext", "<u2")],
        *[("reserved_2", "<u2"), ("data", "<u8")],
    ]
)
_TYPES = {_MESSAGE: layout.MESSAGE, _FD: layout.FD, _ERROR: layout.ERROR_EXT}

# Payload bytes as one word: copying words is many times as quick as rows of eight bytes.
_WORDS = np.dtype({"names": ["data"], "formats": ["<u8"], "offsets": [8], "itemsize": 32})


def objects_of_frames(batch: FrameBatch, start_ns: int) -> memoryview:
    """A batch's frames as objects, in their order."""
    error = (batch.flags & bits.ERROR) != 0
    fd = ((batch.flags & bits.FD) != 0) & ~error
    kinds = [(~fd & ~error, _messages), (fd, _fd_messages), (error, _errors)]
    parts = [(rows, fill) for rows, fill in kinds if rows.any()]
    if len(parts) == 1:
        return parts[0][1](batch, start_ns).view(np.uint8).data
    sizes = np.zeros(len(batch), dtype=np.int64)
    made = [(np.flatnonzero(rows), fill(batch[rows], start_ns)) for rows, fill in parts]
    for rows, objects in made:
        sizes[rows] = objects.dtype.itemsize
    starts = np.cumsum(sizes) - sizes
    content = np.zeros(int(sizes.sum()), dtype=np.uint8)
    for rows, objects in made:
        width = objects.dtype.itemsize
        every = np.ndarray((len(content) - width + 1,), f"V{width}", content, strides=(1,))
        every[starts[rows]] = objects.view(f"V{width}")
    return content.data


def _new_objects(kind: np.dtype[Any], batch: FrameBatch, start_ns: int) -> Records:
    objects = np.zeros(len(batch), dtype=kind)
    objects["signature"] = layout.SIGNATURE
    objects["header_size"] = layout.HEADER_BYTES
    objects["version"] = 1
    objects["size"] = kind.itemsize
    objects["type"] = _TYPES[kind]
    objects["unit"] = layout.ONE_NANOSECOND
    objects["time"] = batch.timestamp_ns - start_ns
    objects["channel"] = np.maximum(batch.channel, 1)  # there is no "unknown"
    extended = (batch.flags & np.uint16(bits.EXTENDED)).astype(np.uint32) << np.uint32(31)
    objects["id"] = batch.arbitration_id | extended
    objects["dlc"] = batch.dlc
    return objects


def _messages(batch: FrameBatch, start_ns: int) -> Records:
    objects = _new_objects(_MESSAGE, batch, start_ns)
    objects["flags"] = _direction_and_remote(batch)
    # Readers take as many bytes as the DLC of a data frame says.
    odd = (batch.dlc != batch.length) & (batch.flags & bits.REMOTE == 0)
    if odd.any():
        objects["dlc"][odd] = classic_codes(batch[odd])
    objects["data"] = batch.records.view(_WORDS)["data"]
    return objects


def _fd_messages(batch: FrameBatch, start_ns: int) -> Records:
    objects = _new_objects(_FD, batch, start_ns)
    objects["flags"] = _direction_and_remote(batch)
    # BRS and ESI stand beside each other there as they do here.
    objects["fd_flags"] = 0x1 | (batch.flags & (bits.BRS | bits.ESI)) >> 3
    objects["valid"] = batch.length
    objects["data"] = batch.payload_matrix().view("V64")[:, 0]
    return objects


def _errors(batch: FrameBatch, start_ns: int) -> Records:
    objects = _new_objects(_ERROR, batch, start_ns)
    objects["dlc"] = np.minimum(batch.length, 8)
    objects["data"] = batch.records.view(_WORDS)["data"]
    return objects


def _direction_and_remote(batch: FrameBatch) -> npt.NDArray[np.uint16]:
    flags = batch.flags
    direction = np.where(flags & bits.TX, np.uint16(layout.TX_BIT), np.uint16(0))
    remote = np.where(flags & bits.REMOTE, np.uint16(layout.REMOTE_BIT), np.uint16(0))
    return np.bitwise_or(direction, remote)
