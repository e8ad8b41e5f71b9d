"""The by-ID model: one line per id, live signals, order and filter, under the model tester."""

import numpy as np
import pytest
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester

from canmcast_gui.database import DatabaseSet
from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.filters import compile_filter
from canmcast_gui.models.trace.by_id_model import ByIdModel
from canmcast_gui.models.trace.by_id_reader import FADE_NS
from canmcast_gui.recording import NewestById, Recording
from tests.support.frames import START_NS, databases, mixed, traffic

SECOND = 1_000_000_000


class Bench:
    """A model with what feeds it; ``add`` appends frames and refreshes the model."""

    def __init__(self, databases: DatabaseSet, recording: Recording) -> None:
        self.databases, self.model = databases, ByIdModel(databases)
        self.recording, self.newest = recording, NewestById()
        self.model.set_newest(self.newest, recording)

    def add(self, batch: FrameBatch, after_ns: int = 0) -> bool:
        first = self.recording.end_row
        self.recording.append(batch)
        self.newest.update(batch, first)
        return self.model.refresh(int(batch.timestamp_ns[-1]) + after_ns)

    def column(self, key: str) -> list[str]:
        number = [column.key for column in self.model.columns].index(key)
        return [self.model.data(self.model.index(row, number)) for row in range(self.model.rowCount())]

    def sort(self, key: str, order=Qt.SortOrder.AscendingOrder) -> None:
        self.model.sort([column.key for column in self.model.columns].index(key), order)


@pytest.fixture
def bench(tmp_path, qtbot):
    with Recording.create(tmp_path / "recording") as recording:
        bench = Bench(databases(tmp_path), recording)
        tester = QAbstractItemModelTester(bench.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
        yield bench
    tester.deleteLater()


def test_one_line_for_each_id(bench):
    assert bench.add(traffic(40))
    assert bench.column("id") == ["100", "101", "102", "103"]
    assert bench.column("name") == ["Engine", "", "", ""]
    assert bench.column("count") == ["10"] * 4
    assert bench.column("cycle") == ["4.000"] * 4
    assert bench.column("jitter") == ["0.000"] * 4
    assert bench.column("delta") == ["0.004000"] * 4
    assert bench.column("time") == ["0.036000", "0.037000", "0.038000", "0.039000"]
    assert bench.column("data")[0] == "24 00 00 00 00 00 00 00"
    assert not bench.model.refresh(START_NS + 60 * SECOND)


def test_all_kinds_of_frames(bench):
    bench.add(mixed())
    assert bench.column("name") == ["Engine", "", "", "Error frame", "", ""]
    assert bench.column("count") == ["1"] * 6
    assert bench.column("cycle") == [""] * 6
    assert bench.column("data")[5] == "00 01 02 03 04 05 06 07 08 09 0A 0B"
    bench.model.set_decimal(True)
    assert bench.column("id")[0] == "256"
    bench.model.set_time_mode("clock")
    assert bench.column("time")[0].endswith(":20.000000")


def test_signals_below_an_id_are_live(bench):
    bench.add(traffic(8))
    assert not bench.model.expand(1)
    assert bench.model.expand(0)
    assert bench.model.rowCount() == 6
    assert bench.column("name")[:4] == ["Engine", "Speed", "Gear", ""]
    assert bench.column("data")[1] == "1.00 rpm  (raw 4)"
    bench.add(traffic(8, first=8))
    assert bench.column("data")[1] == "3.00 rpm  (raw 12)"
    bench.add(FrameBatch.from_columns(START_NS + SECOND, 0x100, np.zeros((1, 1), np.uint8), channel=1))
    assert bench.column("data")[1:3] == ["–", "–"]
    assert bench.model.is_expanded(2)
    assert bench.model.collapse(2)
    assert bench.model.rowCount() == 4


def test_sorting_keeps_the_selected_ids_and_expanded_rows(bench):
    bench.add(traffic(8))
    bench.add(traffic(3, first=8))
    bench.model.expand(0)
    kept = QPersistentModelIndex(bench.model.index(4, 0))  # 102h
    bench.sort("id", Qt.SortOrder.DescendingOrder)
    assert bench.column("id") == ["103", "102", "101", "100", "", ""]
    assert kept.row() == 1
    bench.sort("count")
    assert bench.column("id")[:2] == ["103", "100"]
    bench.sort("name")
    assert bench.column("id")[0] == "100"
    for column in range(bench.model.columnCount()):
        bench.model.sort(column, Qt.SortOrder.DescendingOrder)
        assert sorted(filter(None, bench.column("id"))) == ["100", "101", "102", "103"]
    bench.model.sort(-1)
    assert bench.column("id") == ["100", "", "", "101", "102", "103"]


def test_new_ids_are_inserted_in_the_order(bench):
    bench.add(traffic(1))
    bench.sort("id", Qt.SortOrder.DescendingOrder)
    bench.add(traffic(3, first=1))
    assert bench.column("id") == ["103", "102", "101", "100"]


def test_changing_columns_are_sorted_again_but_not_at_every_tick(bench):
    bench.add(traffic(4))
    bench.sort("count", Qt.SortOrder.DescendingOrder)
    last = traffic(40)
    last.records["arbitration_id"] = 0x103
    bench.add(last)
    assert bench.column("id")[0] == "100"
    bench.add(last, after_ns=2 * SECOND)
    assert bench.column("id")[0] == "103"


def test_a_filter_shows_the_ids_that_have_passed_it(bench):
    bench.add(traffic(8))
    bench.model.set_filter(compile_filter("id >= 0x102"))
    assert bench.column("id") == ["102", "103"]
    bench.model.set_filter(compile_filter("data[0] == 9"))
    assert bench.column("id") == []
    bench.add(traffic(2, first=8))
    bench.add(traffic(8, first=10))
    assert bench.column("id") == ["101"]
    bench.model.set_filter(None)
    assert len(bench.column("id")) == 4


def test_changed_bytes_fade(bench):
    bench.add(traffic(300, ids=1))
    now = START_NS + 299_000_000
    changed_bytes = bench.model.read_block(0, 0).changed_bytes
    assert [(byte, increased) for byte, increased, _ in changed_bytes[0]] == [(0, True), (1, True)]
    assert changed_bytes[0][0][2] == 64
    assert 60 < changed_bytes[0][1][2] < 64  # it rose when 255 became 256, 43 ms ago
    bench.model.block(0, 0)
    assert bench.model.refresh(now + FADE_NS // 2)
    assert bench.model.block(0, 0).changed_bytes[0][0][2] == 32
    assert bench.model.refresh(now + FADE_NS)
    assert bench.model.block(0, 0).changed_bytes == {}
    assert not bench.model.refresh(now + FADE_NS)


def test_a_byte_that_decreased_is_marked_as_decreased(bench):
    bench.add(traffic(257, ids=1))
    assert [(byte, increased) for byte, increased, _ in bench.model.read_block(0, 0).changed_bytes[0]] == [
        (0, False),
        (1, True),
    ]


def test_rows_without_a_database_are_collapsed(bench, tmp_path):
    bench.add(traffic(8))
    bench.model.expand(0)
    bench.databases.remove(tmp_path / "test.dbc")
    bench.model.databases_changed()
    assert bench.model.rowCount() == 4
    assert bench.model.data(QModelIndex()) is None
