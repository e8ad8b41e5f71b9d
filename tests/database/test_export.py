"""Tables of signal values: complete or not written, at the times of frames or at even intervals."""

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.database.export import Heading, Rows, between, evenly, save_table
from canmcast_gui.database.problems import TableError

HEADINGS = [Heading("A", "rpm"), Heading("B", "")]

# For each of some portions the times and the values of two signals.
SAMPLES = st.lists(st.tuples(st.integers(0, 60), st.integers(-9, 9), st.booleans()), max_size=8)


def rows(*samples: tuple[int, int | None, int | None], start: int = 0) -> Rows:
    """Rows of (time, value of A, value of B), None where there is none."""
    times = np.array([time for time, _, _ in samples], dtype=np.int64)
    columns = []
    for which in (1, 2):
        places = np.array([n for n, row in enumerate(samples) if row[which] is not None], dtype=np.int64)
        values = np.array([row[which] for row in samples if row[which] is not None], dtype=np.int64)
        columns.append((places, values))
    return Rows(times, columns, start)


def plain(found: Rows) -> list[tuple[int, int | None, int | None]]:
    """The samples of rows."""
    cells = []
    for places, values in found.columns:
        column: list[int | None] = [None] * len(found.times_ns)
        for place, value in zip(places.tolist(), values.tolist(), strict=True):
            column[place] = value
        cells.append(column)
    return list(zip(found.times_ns.tolist(), *cells, strict=True))


@given(SAMPLES, st.integers(-5, 65), st.integers(-5, 65))
def test_rows_between_two_times(samples: list[tuple[int, int, bool]], first: int, last: int):
    given_rows = [(time, value if of_a else None, None if of_a else value) for time, value, of_a in samples]
    expected = [row for row in given_rows if first <= row[0] <= last]
    assert plain(between(rows(*given_rows), first, last)) == expected


@given(st.lists(SAMPLES, max_size=4), st.integers(1, 20))
def test_even_rows_hold_the_newest_value_so_far(portions: list, every: int):
    portions = [sorted(portion) for portion in portions]
    times = [time for portion in portions for time, _, _ in portion]
    if times != sorted(times):  # portions are in the order of time
        portions = [sorted(sample for portion in portions for sample in portion)]
        times = sorted(times)
    given_rows = [[(t, v if a else None, None if a else v) for t, v, a in portion] for portion in portions]
    found = [row for part in evenly((rows(*some) for some in given_rows), every) for row in plain(part)]
    expected = []
    for time in range(times[0], times[-1] + 1, every) if times else []:
        # What comes at the time itself, and in a later portion, counts once it is known.
        known = [row for some in given_rows for row in some if row[0] <= time]
        newest = [next((row[n] for row in reversed(known) if row[n] is not None), None) for n in (1, 2)]
        expected.append((time, *newest))
    assert [row[0] for row in found] == [row[0] for row in expected]
    if len(portions) == 1:
        assert found == expected


def test_too_short_an_interval_is_refused():
    with pytest.raises(TableError, match="longer interval"):
        list(evenly([rows((0, 1, None), (10**18, 2, None))], 1))


def test_a_table_has_a_title_row_and_blanks(tmp_path: Path):
    path = tmp_path / "out.csv"
    portions = [
        rows((0, 1, None), (5, None, -3), start=-1_000_000_000),
        rows((7, 4, 4), start=-1_000_000_000),
    ]
    assert save_table(path, HEADINGS, portions) == 3
    assert list(csv.reader(path.read_text().splitlines())) == [
        ["time_s", "A [rpm]", "B"],
        ["1.000000000", "1", ""],
        ["1.000000005", "", "-3"],
        ["1.000000007", "4", "4"],
    ]


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".mf4"])
def test_a_canceled_or_empty_table_leaves_the_old_file(tmp_path: Path, suffix: str):
    if suffix != ".csv":
        pytest.importorskip("pyarrow" if suffix == ".parquet" else "asammdf", exc_type=ImportError)
    path = tmp_path / f"out{suffix}"
    path.write_text("old")
    assert save_table(path, HEADINGS, [rows((0, 1, 1))], lambda: False) == 0
    assert save_table(path, HEADINGS, [rows()]) == 0
    assert [one.name for one in tmp_path.iterdir()] == [path.name]
    assert path.read_text() == "old"


def test_a_missing_folder_and_an_unknown_suffix_are_named(tmp_path: Path):
    with pytest.raises(TableError, match=r"missing.out\.csv cannot be written"):
        save_table(tmp_path / "missing" / "out.csv", HEADINGS, [rows((0, 1, 1))])
    with pytest.raises(TableError, match=r"must end in \.csv"):
        save_table(tmp_path / "out.xyz", HEADINGS, [])
