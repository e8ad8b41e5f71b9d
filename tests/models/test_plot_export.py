"""Samples as CSV: nothing lost, nothing half written."""

import csv

import numpy as np
import pytest

from canmcast_gui.models.plot_export import Column, ExportError, write_csv
from canmcast_gui.models.plot_samples import Curve

START = 1_700_000_000_000_000_000


def column(title, *pairs) -> Column:
    times, values = zip(*pairs, strict=True)
    return Column(title, Curve(np.array(times, dtype=np.int64) + START, np.array(values, dtype=float)))


def test_one_line_for_each_time_and_blanks_where_nothing_came(tmp_path):
    path = tmp_path / "out.csv"
    columns = [
        column("A [rpm]", (0, 1), (2_000_000_000, 2.5)),
        column("B", (1, -3), (1, 4), (2_000_000_000, 5)),
    ]
    assert write_csv(path, columns, START, lambda _fraction: True) == 3
    assert list(csv.reader(path.read_text().splitlines())) == [
        ["time [s]", "A [rpm]", "B"],
        ["0.000000000", "1", ""],
        ["0.000000001", "", "-3"],
        ["0.000000001", "", "4"],
        ["2.000000000", "2.5", "5"],
    ]


def test_times_before_the_start_are_negative(tmp_path):
    path = tmp_path / "out.csv"
    write_csv(path, [column("A", (-1_500_000_000, 1))], START, lambda _fraction: True)
    assert path.read_text().splitlines()[1] == "-1.500000000,1"


def test_a_cancelled_export_leaves_no_file(tmp_path):
    path = tmp_path / "out.csv"
    assert write_csv(path, [column("A", (0, 1))], START, lambda _fraction: False) == 0
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_missing_is_named(tmp_path):
    with pytest.raises(ExportError, match="missing"):
        write_csv(tmp_path / "missing" / "out.csv", [column("A", (0, 1))], START, lambda _fraction: True)
