"""Frames to the CSV that python-can writes and reads."""

from __future__ import annotations

from base64 import b64encode

import numpy as np

from canmcast_gui.frames import INLINE_BYTES, Flag, FrameBatch, bits
from canmcast_gui.logfile.text.packed_digits import Quads, decimals, hexadecimal, page, quads_of, text_of
from canmcast_gui.logfile.text.sink import TextSink

_LINE_FEED = ord("\n")
_BEFORE_ID = int.from_bytes(b",0x", "little")

# By the flags that have columns: extended, remote and error, in these bits.
_FLAGS = quads_of([f",{kind & 1},{kind >> 1 & 1},{kind >> 2}," for kind in range(8)])
_LENGTHS = quads_of([f"{length}," for length in range(65)])

_LETTERS = np.frombuffer(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", dtype=np.uint8)
# Two letters for 12 bits.
_PAIRS = (
    _LETTERS[np.arange(4096) >> 6].astype(np.uint32) | _LETTERS[np.arange(4096) & 63].astype(np.uint32) << 8
)
# What is kept of four letters by how many of three bytes are there, and what pads them.
_KEPT = np.array([0, 0x0000FFFF, 0x00FFFFFF, 0xFFFFFFFF], dtype=np.uint32)
_PADDING = np.array([0, 0x3D3D0000, 0x3D000000, 0], dtype=np.uint32)


class CsvSink(TextSink):
    """python-can's CSV."""

    def head(self, start_s: int) -> str:  # noqa: ARG002 - times in it are absolute
        """The names of the columns."""
        return "timestamp,arbitration_id,extended,remote,error,dlc,data\n"

    def lines(self, batch: FrameBatch) -> bytes:
        """Seven cells, the payload in base64."""
        remote = batch.has(Flag.REMOTE)
        kinds = batch.flags & (bits.EXTENDED | bits.REMOTE | bits.ERROR)
        columns = [
            *decimals(batch.timestamp_ns, 9),
            _BEFORE_ID,
            *hexadecimal(batch.arbitration_id.astype(np.int64), lower=True),
            _FLAGS.take(kinds, axis=0),
            _LENGTHS.take(np.where(remote, batch.dlc, batch.length)),
            _payloads(batch) if batch.length.max() <= INLINE_BYTES else _long_payloads(batch),
            _LINE_FEED,
        ]
        return text_of(page(len(batch), columns))


def _payloads(batch: FrameBatch) -> Quads:
    """Payloads of up to 8 bytes in base64, three bytes to four letters."""
    data = np.zeros((len(batch), 9), dtype=np.uint32)
    data[:, :INLINE_BYTES] = batch.data
    threes = data[:, 0::3] << 16 | data[:, 1::3] << 8 | data[:, 2::3]
    letters = _PAIRS.take(threes >> 12) | _PAIRS.take(threes & 0xFFF) << 16
    there = np.clip(batch.length[:, None].astype(np.int64) - np.array([0, 3, 6]), 0, 3)
    quads: Quads = letters & _KEPT.take(there) | _PADDING.take(there)
    return quads


def _long_payloads(batch: FrameBatch) -> Quads:
    """Payloads of error frames may be longer; hardly ever are."""
    table = quads_of([b64encode(batch.payload(row)).decode() for row in range(len(batch))])
    return table.reshape(len(batch), -1)
