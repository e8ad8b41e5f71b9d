"""Open rows: the arithmetic agrees with a list that holds every line."""

from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.models.trace_open import OpenRows


def every_line(first: int, end: int, opened: dict[int, int]) -> list[tuple[int, int | None]]:
    lines: list[tuple[int, int | None]] = []
    for position in range(first, end):
        lines.append((position, None))
        lines += [(position, signal) for signal in range(opened.get(position, 0))]
    return lines


@given(
    st.integers(0, 50),
    st.integers(0, 40),
    st.dictionaries(st.integers(0, 80), st.integers(1, 5), max_size=12),
    st.sets(st.integers(0, 80)),
)
def test_lines_and_positions_agree_with_a_full_list(first, count, opened, closed):
    rows = OpenRows()
    for position, children in opened.items():
        rows.open(position, children)
    for position in closed & opened.keys():
        rows.close(position)
        del opened[position]
    rows.drop_before(first)
    opened = {position: children for position, children in opened.items() if position >= first}
    end = max([first + count, *(position + 1 for position in opened)])
    lines = every_line(first, end, opened)
    assert end - first + rows.total == len(lines)
    assert [rows.locate(line, first) for line in range(len(lines))] == lines
    assert all(rows.line_of(p, first) == lines.index((p, None)) for p in range(first, end))
    assert rows.positions == sorted(opened)
    assert all((position in rows) == (position in opened) for position in range(first, end))


def test_clearing_closes_all():
    rows = OpenRows()
    rows.open(3, 2)
    rows.clear()
    assert (len(rows), rows.total, rows.locate(9, 0)) == (0, 0, (9, None))
