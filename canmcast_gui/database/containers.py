"""Container PDUs (AUTOSAR): messages behind headers of four bytes, one after the other in a payload.

The header is three bytes of id, the most significant first, and one of length: AUTOSAR's short header, which
is the one that cantools reads.
"""

from __future__ import annotations

import numpy as np

from canmcast_gui.frames import MAX_PAYLOAD, FrameBatch
from canmcast_gui.frames.arrays import RowNumbers

HEADER_BYTES = 4


def header_at(payload: bytes, place: int) -> tuple[int, int]:
    """The id and the length of the message whose header is at that byte."""
    return int.from_bytes(payload[place : place + 3], "big"), payload[place + 3]


def contained_frames(batch: FrameBatch, header_id: int) -> tuple[RowNumbers, FrameBatch]:
    """The messages of that header id in containers: the rows of their containers, and frames of their own.

    A container that has the message twice gives two rows.
    """
    payloads, lengths = batch.payload_matrix(), batch.length.astype(np.int64)
    places = np.zeros(len(batch), np.int64)
    rows = np.arange(len(batch))
    found_rows, found_data, found_lengths = [], [], []
    while len(rows):
        rows = rows[places[rows] + HEADER_BYTES <= lengths[rows]]
        at = places[rows]
        header = payloads[rows[:, None], at[:, None] + np.arange(HEADER_BYTES)].astype(np.int64)
        number = (header[:, 0] << 16) | (header[:, 1] << 8) | header[:, 2]
        start, end = at + HEADER_BYTES, at + HEADER_BYTES + header[:, 3]
        wanted = number == header_id
        columns = np.minimum(start[wanted, None] + np.arange(MAX_PAYLOAD), payloads.shape[1] - 1)
        found_data.append(payloads[rows[wanted, None], columns])
        # what a truncated container has of its last message is there
        found_lengths.append(np.minimum(end[wanted], lengths[rows[wanted]]) - start[wanted])
        found_rows.append(rows[wanted])
        places[rows] = end
    joined: RowNumbers = np.concatenate([np.zeros(0, np.int64), *found_rows])
    order = np.argsort(joined, kind="stable")
    data = np.concatenate([np.zeros((0, MAX_PAYLOAD), np.uint8), *found_data])[order]
    length = np.concatenate([np.zeros(0, np.int64), *found_lengths])[order]
    data[np.arange(MAX_PAYLOAD) >= length[:, None]] = 0
    inner = FrameBatch.from_columns(np.zeros(len(joined), np.int64), 0, data, length)
    return joined[order], inner
