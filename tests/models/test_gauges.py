"""Gauges: newest values, extremes, ages, order, values outside their range."""

import numpy as np
import pytest
from PySide6.QtCore import QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester

from canmcast_gui.database import DatabaseSet, load_database
from canmcast_gui.frames import FrameBatch
from canmcast_gui.models.gauges import (
    AGE,
    MAX_GAUGES,
    MAXIMUM,
    MINIMUM,
    NAME,
    TREND_VALUES,
    UNIT,
    VALUE,
    GaugesModel,
)
from tests.support.frames import DBC


@pytest.fixture
def databases(tmp_path):
    path = tmp_path / "engine.dbc"
    path.write_text(DBC)
    found = DatabaseSet()
    found.add(load_database(path))
    return found


@pytest.fixture
def model(qapp, databases):
    made = GaugesModel()
    made.tester = QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal)
    made.add(["Engine.Speed", "Engine.Gear"], databases)
    return made


def frames(speeds, gear=1, start=0):
    data = np.zeros((len(speeds), 3), np.uint8)
    data[:, 0] = np.array(speeds) % 256
    data[:, 1] = np.array(speeds) // 256
    data[:, 2] = gear
    return FrameBatch.from_columns((np.arange(len(speeds)) + start) * 1_000_000_000 + 1, 256, data)


def row(model, number):
    return [model.index(number, column).data() for column in (NAME, VALUE, UNIT, MINIMUM, MAXIMUM, AGE)]


def test_values_extremes_and_ages(model, databases):
    assert row(model, 0) == ["Engine.Speed", "", "rpm", "", "", ""]
    model.append(frames([400, 40, 80]), databases)
    model.append(frames([200], start=3), databases)
    model.refresh(5_000_000_001)
    assert row(model, 0) == ["Engine.Speed", "50.00", "rpm", "10.00", "100.00", "2.0 s"]
    assert row(model, 1)[VALUE] == "First"
    assert model.trend(model.index(0, 0)).tolist() == [100, 10, 20, 50]
    model.clear()
    assert row(model, 0) == ["Engine.Speed", "", "rpm", "", "", ""]


def test_a_value_outside_its_range_is_marked(model, databases):
    model.append(frames([0xFFFF], gear=9), databases)
    assert row(model, 0)[VALUE] == "16383.75 (!)"
    assert row(model, 1)[VALUE] == "9 (!)"
    assert "outside 0 to 8" in model.index(1, VALUE).data(Qt.ItemDataRole.ToolTipRole)


def test_rows_are_sorted_and_selections_follow(model, databases):
    model.append(frames([4000], gear=2), databases)
    kept = QPersistentModelIndex(model.index(0, NAME))
    model.sort(VALUE)
    assert model.names == ["Engine.Gear", "Engine.Speed"]
    assert kept.data() == "Engine.Speed"
    model.sort(VALUE, Qt.SortOrder.DescendingOrder)
    assert model.names == ["Engine.Speed", "Engine.Gear"]
    for column in range(7):
        model.sort(column)
    model.sort(-1)


def test_a_signal_has_a_problem_until_a_database_has_it(model, databases):
    model.add(["Motor.Speed"], databases)
    model.append(frames([4]), databases)
    assert row(model, 2)[VALUE] == "not in any database"
    assert "no database has" in model.index(2, 0).data(Qt.ItemDataRole.ToolTipRole)
    model.remove([0, 2])
    assert model.names == ["Engine.Gear"]


def test_values_and_gauges_are_limited(model, databases):
    for _ in range(3):
        model.append(frames(np.arange(TREND_VALUES)), databases)
    assert len(model.trend(model.index(0, 0))) == TREND_VALUES
    model.add([f"M.S{number}" for number in range(2 * MAX_GAUGES)], databases)
    assert len(model.names) == MAX_GAUGES
