"""How datagrams are combined for the kernel to split."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.transport.sockets.send import runs_of


@given(st.lists(st.integers(150, 155), min_size=1, max_size=300), st.integers(1, 64))
def test_runs_cover_all_in_order_and_have_one_size_each(sizes: list[int], longest: int):
    starts, counts = runs_of(np.array(sizes), longest)
    position = 0
    for start, count in zip(starts.tolist(), counts.tolist(), strict=True):
        assert start == position
        assert 1 <= count <= longest
        assert len(set(sizes[start : start + count])) == 1
        position += count
    assert position == len(sizes)


def test_runs_have_the_maximum_length():
    starts, counts = runs_of(np.array([160] * 130 + [161] + [160] * 2), 60)
    assert starts.tolist() == [0, 60, 120, 130, 131]
    assert counts.tolist() == [60, 60, 10, 1, 2]
