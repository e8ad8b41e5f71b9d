"""Frames encoded from their records: byte for byte as the codec does, also when their parts are known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.transport.errors import FrameError
from canmcast_gui.transport.wire.codec import encode
from canmcast_gui.transport.wire.header_cache import MOST_KEPT, Encoder
from canmcast_gui.transport.wire.record_encoder import RecordEncoder
from tests.transport.wire.test_uniform import alike, batch_of


def encoder(fd: bool = True) -> RecordEncoder:
    return RecordEncoder(Encoder(fd))


@given(st.lists(alike(), min_size=1, max_size=3), st.integers(0, 2**62))
def test_datagrams_are_those_of_the_codec(groups, time_ns):
    frames = [frame for group in groups for frame in group]
    batch = batch_of(frames, [time_ns] * len(frames))
    expected = [encode(frame, time_ns / 1e9) for frame in frames]
    ours = encoder()
    assert ours.encode(batch) == expected
    assert ours.encode(batch) == expected  # from the parts that are known now
    assert ours.encode(batch[::-1]) == expected[::-1]


def test_bytes_after_the_payload_are_not_sent():
    records = FrameBatch.from_columns(0, [1, 1], [[1, 2, 3]] * 2).records.copy()
    records["data"][1] = 9
    first, second = encoder().encode(FrameBatch(records))
    assert second == first.replace(bytes([1, 2, 3]), bytes([9, 9, 9]))


def test_a_remote_frame_requests_its_length():
    batch = FrameBatch.from_columns(0, [1, 1], np.zeros((2, 0), np.uint8), 0, int(Flag.REMOTE), dlc=[2, 5])
    ours = encoder()
    assert ours.encode(batch) == ours.encode(batch)
    assert len(set(ours.encode(batch))) == 2


def test_an_invalid_frame_is_refused_each_time():
    ours = encoder(fd=False)
    good = FrameBatch.from_columns(0, [1], [[1]])
    for bad in (
        FrameBatch.from_columns(0, [0x800], [[1]]),
        FrameBatch.from_columns(-1, [1], [[1]]),
        FrameBatch.from_columns(0, [1], [[1]], flags=int(Flag.FD)),
    ):
        for _ in range(2):
            with pytest.raises(FrameError):
                ours.encode(FrameBatch.concatenate([good, bad]))


def test_many_ids_are_encoded_right():
    ids = np.arange(MOST_KEPT + 10) + 0x1000
    batch = FrameBatch.from_columns(0, ids, np.zeros((len(ids), 1)), flags=int(Flag.EXTENDED))
    ours = encoder()
    assert ours.encode(batch) == ours.encode(batch)
    assert len(set(ours.encode(batch))) == len(ids)
