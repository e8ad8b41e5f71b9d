"""Expanded rows and gaps: lines and positions agree with a list of all lines."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.models.trace.expanded_rows import ExpandedRows, LineContent


def all_lines(first: int, end: int, expanded: dict[int, int], gaps: set[int]) -> list[LineContent]:
    lines = []
    for position in range(first, end):
        if position in gaps:
            lines.append(LineContent(position, gap=True))
        lines.append(LineContent(position))
        lines += [LineContent(position, signal) for signal in range(expanded.get(position, 0))]
    return lines


@given(
    st.integers(0, 50),
    st.integers(0, 40),
    st.dictionaries(st.integers(0, 80), st.integers(1, 5), max_size=12),
    st.sets(st.integers(0, 80)),
    st.lists(st.sets(st.integers(0, 80)), max_size=3),
)
def test_lines_and_positions_agree_with_a_full_list(first, count, expanded, collapsed, gaps):
    rows = ExpandedRows()
    for position, children in expanded.items():
        rows.expand(position, children)
    for some in gaps:
        rows.add_gaps(np.array(sorted(some), dtype=np.int64))
    for position in collapsed & expanded.keys():
        rows.collapse(position)
        del expanded[position]
    rows.drop_before(first)
    expanded = {position: children for position, children in expanded.items() if position >= first}
    lost = {position for some in gaps for position in some if position >= first}
    end = max([first + count, *(position + 1 for position in expanded.keys() | lost)])
    lines = all_lines(first, end, expanded, lost)
    assert end - first + rows.total == len(lines)
    assert [rows.locate(line, first) for line in range(len(lines))] == lines
    assert all(rows.line_of(p, first) == lines.index(LineContent(p)) for p in range(first, end))
    assert all(
        rows.start_of(p, first) == lines.index(LineContent(p)) - (p in lost) for p in range(first, end)
    )
    assert rows.positions == sorted(expanded)
    assert len(rows) == len(expanded)
    assert all((position in rows) == (position in expanded) for position in range(first, end))
    same = rows.copy()
    rows.drop_before(1 << 62)
    assert rows.is_plain
    assert [same.locate(line, first) for line in range(len(lines))] == lines
