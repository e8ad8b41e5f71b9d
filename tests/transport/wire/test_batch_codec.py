"""Columns give what the general codec gives, for every datagram that they claim to understand."""

import can
import numpy as np
import pytest
from can.interfaces.udp_multicast.utils import pack_message
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.frames import FRAME_DTYPE, LENGTH_TO_DLC, Flag, FrameBatch
from canmcast_gui.frames.messages import channel_number
from canmcast_gui.transport.errors import FrameError
from canmcast_gui.transport.wire.batch_codec import (
    HIGHEST_USUAL_CHANNEL,
    check_batch,
    decode_columns,
    encode_columns,
)
from canmcast_gui.transport.wire.codec import WireFrame, decode
from canmcast_gui.transport.wire.templates import WIDTH
from tests.support.messages import messages
from tests.transport.datagrams import datagrams, stock_datagrams


def matrix_of(some: list[bytes], padding: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Datagrams as a receiver's matrix; what lies beyond each is left from earlier ones."""
    matrix = np.full((len(some), WIDTH), padding, dtype=np.uint8)
    for row, datagram in zip(matrix, some, strict=True):
        row[: len(datagram)] = np.frombuffer(datagram[:WIDTH], dtype=np.uint8)
    return matrix, np.array([len(datagram) for datagram in some], dtype=np.int64)


@given(st.lists(datagrams(), min_size=1, max_size=12), st.integers(0, 255))
def test_what_columns_understand_the_codec_understands_alike(some: list[bytes], padding: int):
    records = np.zeros(len(some), dtype=FRAME_DTYPE)
    done, heap = decode_columns(*matrix_of(some, padding), records)
    batch = FrameBatch(records, heap)
    for row in np.flatnonzero(done):
        frame = decode(some[row])
        assert isinstance(frame, WireFrame)
        assert int(batch.arbitration_id[row]) == frame.arbitration_id
        assert int(batch.flags[row]) == frame.flags
        assert int(batch.channel[row]) == channel_number(frame.channel)
        assert int(batch.length[row]) == len(frame.data) == frame.dlc
        assert int(batch.dlc[row]) == int(LENGTH_TO_DLC[frame.dlc])
        assert batch.payload(row) == frame.data
        assert batch.data[row].tobytes() == frame.data[:8].ljust(8, b"\0")


@given(st.lists(stock_datagrams(), min_size=1, max_size=12))
def test_columns_understand_what_stock_peers_usually_send(some: list[bytes]):
    records = np.zeros(len(some), dtype=FRAME_DTYPE)
    done, _ = decode_columns(*matrix_of(some), records)
    for understood, datagram in zip(done, some, strict=True):
        frame = decode(datagram)
        usual_channel = frame.channel is None or frame.channel < 128
        assert understood == (usual_channel and not frame.flags & Flag.REMOTE)


@given(st.binary(min_size=1, max_size=WIDTH), st.integers(0, WIDTH))
def test_bytes_of_an_earlier_datagram_complete_none(junk: bytes, size: int):
    whole = pack_message(can.Message(arbitration_id=0x123, data=bytes(8)))
    matrix, sizes = matrix_of([whole, whole, junk])
    sizes[1] = min(size, len(whole) - 1)
    done, _ = decode_columns(matrix, sizes, np.zeros(3, dtype=FRAME_DTYPE))
    assert done.tolist() == [True, False, False]


@given(st.lists(messages(), min_size=1, max_size=12))
def test_a_batch_is_encoded_byte_for_byte_as_stock_encodes_its_messages(frames: list[can.Message]):
    batch = FrameBatch.from_messages(frames)
    check_batch(batch, allow_fd=True)
    batch = batch[batch.channel <= HIGHEST_USUAL_CHANNEL]
    matrix, sizes = encode_columns(batch, np.full(len(batch) * WIDTH, 0xAA, dtype=np.uint8))
    sent = [bytes(row[:size]) for row, size in zip(matrix, sizes, strict=True)]
    assert sent == [pack_message(message) for message in batch.to_messages()]


BAD = [
    ({"arbitration_id": 0x800}, "standard arbitration id"),
    ({"arbitration_id": 0x20000000, "flags": int(Flag.EXTENDED)}, "extended arbitration id"),
    ({"flags": int(Flag.BRS)}, "CAN FD frames only"),
    ({"flags": int(Flag.ESI)}, "CAN FD frames only"),
    ({"flags": int(Flag.REMOTE)}, "carries no data"),
    ({"flags": int(Flag.REMOTE | Flag.ERROR), "length": 0}, "at once"),
    ({"flags": int(Flag.REMOTE | Flag.FD), "length": 0}, "no remote frames"),
    ({"flags": int(Flag.REMOTE), "length": 0, "dlc": 12}, "DLC of 24"),
    ({"length": 12}, "at most 8 bytes"),
    ({"length": 65, "flags": int(Flag.FD)}, "at most 64 bytes"),
    ({"timestamp_ns": -1}, "timestamp is negative"),
]


@pytest.mark.parametrize(("changed", "says"), BAD)
def test_a_batch_with_one_bad_frame_is_refused_by_its_number(changed: dict[str, int], says: str):
    batch = FrameBatch.from_columns(timestamp_ns=[0, 0, 0], arbitration_id=1, data=np.zeros((3, 8), np.uint8))
    check_batch(batch, allow_fd=True)
    for name, value in changed.items():
        batch.records[name][1] = value
    with pytest.raises(FrameError, match=f"frame 1 of 3: .*{says}"):
        check_batch(batch, allow_fd=True)


def test_a_classic_bus_refuses_a_batch_with_an_fd_frame():
    batch = FrameBatch.from_columns(0, 1, np.zeros((1, 8), np.uint8), flags=Flag.FD)
    check_batch(batch, allow_fd=True)
    with pytest.raises(FrameError, match="switched off"):
        check_batch(batch, allow_fd=False)
