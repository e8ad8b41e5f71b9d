"""Open rows and gaps: the arithmetic agrees with a list that holds every line."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.models.trace.expanded_rows import OpenRows, Place


def every_line(first: int, end: int, opened: dict[int, int], gaps: set[int]) -> list[Place]:
    lines = []
    for position in range(first, end):
        if position in gaps:
            lines.append(Place(position, gap=True))
        lines.append(Place(position))
        lines += [Place(position, signal) for signal in range(opened.get(position, 0))]
    return lines


@given(
    st.integers(0, 50),
    st.integers(0, 40),
    st.dictionaries(st.integers(0, 80), st.integers(1, 5), max_size=12),
    st.sets(st.integers(0, 80)),
    st.lists(st.sets(st.integers(0, 80)), max_size=3),
)
def test_lines_and_positions_agree_with_a_full_list(first, count, opened, closed, gaps):
    rows = OpenRows()
    for position, children in opened.items():
        rows.open(position, children)
    for some in gaps:
        rows.add_gaps(np.array(sorted(some), dtype=np.int64))
    for position in closed & opened.keys():
        rows.close(position)
        del opened[position]
    rows.drop_before(first)
    opened = {position: children for position, children in opened.items() if position >= first}
    lost = {position for some in gaps for position in some if position >= first}
    end = max([first + count, *(position + 1 for position in opened.keys() | lost)])
    lines = every_line(first, end, opened, lost)
    assert end - first + rows.total == len(lines)
    assert [rows.locate(line, first) for line in range(len(lines))] == lines
    assert all(rows.line_of(p, first) == lines.index(Place(p)) for p in range(first, end))
    assert all(rows.start_of(p, first) == lines.index(Place(p)) - (p in lost) for p in range(first, end))
    assert rows.positions == sorted(opened)
    assert len(rows) == len(opened)
    assert all((position in rows) == (position in opened) for position in range(first, end))
    same = rows.copy()
    rows.clear()
    assert rows.is_plain
    assert [same.locate(line, first) for line in range(len(lines))] == lines
