"""Statistics of ids as a table, under Qt's model tester while frames arrive."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from canmcast_gui.frames import FrameBatch
from canmcast_gui.models.statistics import COLUMNS, StatisticsModel, period_text
from canmcast_gui.recording import NewestById
from tests.support.frames import databases, mixed, traffic

TITLES = [column.title for column in COLUMNS]


@pytest.fixture
def model(qapp, tmp_path):
    model = StatisticsModel(databases(tmp_path))
    model.tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    return model


def column(model, title: str) -> list[str]:
    """The texts of a column."""
    return [model.index(row, TITLES.index(title)).data() for row in range(model.rowCount())]


def newest_of(batch: FrameBatch) -> NewestById:
    newest = NewestById()
    newest.update(batch, 0)
    return newest


def test_all_values_of_an_id(model):
    times = np.delete(np.arange(101) * 10_000_000, 50)
    model.refresh(newest_of(FrameBatch.from_columns(times, 0x100, np.zeros((100, 8)), channel=2)))
    assert model.line_text(0).split("\t") == [
        *("100", "Engine", "2", "100", "100.0 %", "99.0"),
        *("10.000 ms", "10.101 ms", "20.000 ms", "999.9 µs", "1"),
    ]


def test_lines_appear_and_are_sorted_while_frames_arrive(model):
    newest = NewestById()
    model.refresh(newest)
    assert model.rowCount() == 0
    model.sort(TITLES.index("Frames"), Qt.SortOrder.DescendingOrder)
    for number, ids in enumerate((3, 4, 9)):
        batch = traffic(100, first=number * 100, ids=ids)
        newest.update(batch, number * 100)
        kept = model.index(0, 0)
        model.refresh(newest)
        assert model.rowCount() == ids == len(newest)
        assert not number or kept.isValid()
    counts = [int(text) for text in column(model, "Frames")]
    assert counts == sorted(counts, reverse=True)
    assert sum(counts) == 300
    model.sort(TITLES.index("Name"))
    assert column(model, "Name") == [""] * 8 + ["Engine"]
    model.sort(TITLES.index("Name"), Qt.SortOrder.DescendingOrder)
    assert column(model, "Name")[0] == "Engine"
    model.refresh(NewestById())
    assert model.rowCount() == 0


def test_a_single_frame_has_no_period_and_is_last(model):
    newest = newest_of(mixed())
    later = traffic(101)[100:]
    later.records["channel"] = 0
    newest.update(later, 6)
    model.sort(TITLES.index("Mean"), Qt.SortOrder.DescendingOrder)
    model.refresh(newest)
    assert column(model, "Mean") == ["100.000 ms", "", "", "", "", ""]
    assert set(column(model, "ID")) == {"100", "18FF0001", "200 remote", "", "101", "300"}
    assert column(model, "Missed") == [""] * 6
    assert dict(zip(column(model, "ID"), column(model, "Name"), strict=True))[""] == "Error frame"
    model.set_decimal(True)
    assert "256" in column(model, "ID")


@pytest.mark.parametrize(
    ("period", "text"),
    [(float("nan"), ""), (1.5e9, "1.500 s"), (10e6, "10.000 ms"), (12_345, "12.3 µs"), (-2e6, "-2.000 ms")],
)
def test_periods_have_a_suitable_unit(period, text):
    assert period_text(period) == text


def test_the_tool_tip_of_a_channel_has_its_name(model):
    model.refresh(newest_of(FrameBatch.from_columns(0, 0x100, np.zeros((2, 8)), channel=[2, 3])))
    model.set_channel_names({2: "powertrain"})
    channel = TITLES.index("Chn")
    tips = [model.index(line, channel).data(Qt.ItemDataRole.ToolTipRole) for line in range(2)]
    assert sorted(tips) == ["2 powertrain", "3"]
    assert column(model, "Chn") == ["2", "3"]
