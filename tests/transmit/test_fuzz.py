"""Random frames: within their ranges, valid, and the same for the same seed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.frames.validity import valid_rows
from canmcast_gui.transmit import TransmitError
from canmcast_gui.transmit.fuzz import BATCH_FRAMES, FuzzOptions


def frames(options: FuzzOptions) -> FrameBatch:
    return FrameBatch.concatenate(list(options.validated().frames()))


@given(
    st.integers(0, 0x700), st.integers(0, 0xFF), st.integers(0, 8), st.integers(0, 56), st.booleans(),
    st.binary(max_size=8), st.binary(max_size=8), st.integers(0, 2**32),
)  # fmt: skip
def test_frames_stay_within_their_ranges(first, more, low, span, fd, base, mask, seed):
    ids = ((first, first + more, False), (0x10000, 0x10005, True))
    options = FuzzOptions(ids, (low, low + span), fd, base, mask, seed, 1000, 200)
    batch = frames(options)
    assert valid_rows(batch).all()
    extended = batch.has(Flag.EXTENDED)
    numbers = batch.arbitration_id
    assert ((numbers >= first) & (numbers <= first + more))[~extended].all()
    assert ((numbers >= 0x10000) & (numbers <= 0x10005))[extended].all()
    assert batch.length.min() >= low
    assert batch.length.max() <= (low + span if fd else min(8, low + span))
    assert (np.diff(batch.timestamp_ns) == 1000).all()
    fixed = np.frombuffer(bytes(~byte & 0xFF for byte in mask.ljust(8, b"\xff")), dtype=np.uint8)
    wanted = np.frombuffer(base.ljust(8, b"\0"), dtype=np.uint8) & fixed
    inside = np.arange(8) < batch.length[:, None]
    assert ((batch.data & fixed) == wanted)[inside].all()
    again = frames(options)
    assert again.records.tobytes() == batch.records.tobytes()


def test_other_seeds_make_other_frames_and_batches_follow_one_another():
    one, two = (frames(FuzzOptions(seed=seed, count=BATCH_FRAMES + 10)) for seed in (1, 2))
    assert len(one) == BATCH_FRAMES + 10
    assert one.records.tobytes() != two.records.tobytes()
    assert one.timestamp_ns[-1] == (BATCH_FRAMES + 9) * 10_000_000


@pytest.mark.parametrize(
    "options",
    [
        {"ids": ((5, 4, False),)},
        {"ids": ()},
        {"lengths": (9, 9)},
        {"count": 0},
        {"ids": ((0, 0x800, False),)},
    ],
)
def test_what_is_impossible_is_refused(options):
    with pytest.raises(TransmitError):
        FuzzOptions(**options).validated()
