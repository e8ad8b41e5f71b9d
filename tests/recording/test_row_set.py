"""Row numbers in little memory are those of a plain list."""

import bisect
import sys
from itertools import accumulate

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.recording.row_set import SEGMENT_ROWS, RowSet

# Steps between rows that stay in a segment, cross one border or several.
STEPS = st.sampled_from([1, 2, 50, SEGMENT_ROWS - 1, SEGMENT_ROWS, SEGMENT_ROWS + 1, 3 * SEGMENT_ROWS])


@given(st.lists(st.tuples(st.lists(STEPS, max_size=8), st.integers(0, 1 << 20)), max_size=8), st.data())
def test_it_is_a_list(rounds: list[tuple[list[int], int]], data: st.DataObject):
    rows = RowSet()
    expected: list[int] = []
    last = 0
    for steps, below in rounds:
        new = list(accumulate(steps, initial=last))[1:]
        last = new[-1] if new else last
        rows.append(np.array(new, dtype=np.int64))
        expected += new
        rows.drop_below(below)
        expected = [row for row in expected if row >= below]
        last = max(last, below)
        assert len(rows) == len(expected)
        assert rows.rows(0, len(rows)).tolist() == expected
        start = data.draw(st.integers(0, len(expected)))
        stop = data.draw(st.integers(start, len(expected)))
        assert rows.rows(start, stop).tolist() == expected[start:stop]
        row = data.draw(st.integers(0, last + 2))
        assert rows.position(row) == bisect.bisect_left(expected, row)


@pytest.mark.parametrize("step", [1, 3, 15, 17, 100])
def test_dense_and_sparse_rows_come_back(step: int):
    expected = np.arange(5, 4 * SEGMENT_ROWS, step)
    rows = RowSet()
    for part in np.array_split(expected, 37):
        rows.append(part)
    assert np.array_equal(rows.rows(0, len(rows)), expected)
    assert all(rows.rows(place, place + 1)[0] == expected[place] for place in range(0, len(expected), 997))
    assert rows.position(int(expected[700])) == 700


@pytest.mark.parametrize("step", [1, 3, 15, 17, 1000])
def test_it_takes_no_more_than_a_bit_for_each_row_between(step: int):
    rows = RowSet()
    rows.append(np.arange(0, 64 * SEGMENT_ROWS + 1, step))
    packed = sum(segment._places.nbytes + sys.getsizeof(segment._bits) for segment in rows._segments[:-1])
    assert packed <= 64 * (SEGMENT_ROWS // 8 + 200)
