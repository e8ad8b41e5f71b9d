"""Frames as columns: slicing, joining and selecting keep their content."""

import can
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.frames import DLC_TO_LENGTH, FRAME_DTYPE, LENGTH_TO_DLC, Flag, FrameBatch
from tests.support.messages import assert_same_frames, messages


def test_a_record_is_32_bytes():
    assert FRAME_DTYPE.itemsize == 32


def test_length_codes_follow_the_standard():
    assert [int(LENGTH_TO_DLC[n]) for n in (0, 8, 9, 12, 13, 63, 64)] == [0, 8, 9, 9, 10, 15, 15]
    assert all(LENGTH_TO_DLC[DLC_TO_LENGTH[code]] == code for code in range(16))


@given(st.lists(messages(), max_size=20))
def test_messages_come_back_as_they_were(frames: list[can.Message]):
    assert_same_frames(FrameBatch.from_messages(frames).to_messages(), frames)


@given(st.lists(messages(), max_size=20), st.data())
def test_selecting_joining_and_compacting_lose_nothing(frames: list[can.Message], data: st.DataObject):
    cut = data.draw(st.integers(0, len(frames)))
    batch = FrameBatch.from_messages(frames)
    joined = FrameBatch.concatenate([batch[cut:], batch[:cut]]).compact()
    assert_same_frames(joined.to_messages(), frames[cut:] + frames[:cut])
    backwards = batch[np.arange(len(frames))[::-1]].compact()
    assert_same_frames(backwards.to_messages(), frames[::-1])
    assert len(backwards.heap) == sum(len(m.data) for m in frames if len(m.data) > 8)


@given(st.lists(messages(), min_size=1, max_size=20), st.integers(1, 64))
def test_payload_matrix_is_zero_beyond_the_payload(frames: list[can.Message], width: int):
    matrix = FrameBatch.from_messages(frames).payload_matrix(width)
    for row, message in zip(matrix, frames, strict=True):
        assert row.tobytes() == bytes(message.data)[:width].ljust(width, b"\0")


def test_columns_take_scalars_and_lengths():
    batch = FrameBatch.from_columns(
        timestamp_ns=[1, 2, 3],
        arbitration_id=0x123,
        data=np.arange(60, dtype=np.uint8).reshape(3, 20),
        length=[20, 3, 9],
        flags=Flag.FD,
        channel=2,
    )
    assert [batch.payload(i) for i in range(3)] == [
        bytes(range(20)),
        bytes([20, 21, 22]),
        bytes(range(40, 49)),
    ]
    assert batch.dlc.tolist() == [11, 3, 9]
    assert batch.channel.tolist() == [2, 2, 2]
    assert batch.data[1].tolist() == [20, 21, 22, 0, 0, 0, 0, 0]
    assert batch.has(Flag.FD).all()
    assert not batch.has(Flag.TX).any()


@pytest.mark.parametrize(
    ("data", "length", "problem"),
    [(np.zeros((1, 65), np.uint8), None, "at most 64"), (np.zeros((1, 8), np.uint8), 9, "between 0 and 8")],
)
def test_columns_that_do_not_fit_are_refused(data, length, problem):
    with pytest.raises(ValueError, match=problem):
        FrameBatch.from_columns(timestamp_ns=0, arbitration_id=1, data=data, length=length)


def test_a_message_too_long_for_any_frame_is_refused():
    with pytest.raises(ValueError, match="65 bytes"):
        FrameBatch.from_messages([can.Message(data=bytes(65), is_fd=True)])


def test_channels_count_from_one_and_names_are_unknown():
    batch = FrameBatch.from_messages([can.Message(channel=channel) for channel in (0, 3, None, "vcan0", 255)])
    assert batch.channel.tolist() == [1, 4, 0, 0, 0]


def test_an_empty_batch_has_empty_columns():
    batch = FrameBatch.empty()
    assert len(batch) == len(batch.timestamp_ns) == len(batch.compact()) == 0
    assert len(FrameBatch.concatenate([])) == 0
    assert batch.payload_matrix().shape == (0, 64)
