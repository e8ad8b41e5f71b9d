"""The chronological model: the content of its lines, and its announcements of rows to its view."""

import numpy as np
import pytest
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester

from canmcast_gui.app.workspace.view_setups import DEFAULT_RULES
from canmcast_gui.database import DatabaseSet
from canmcast_gui.frames import Source
from canmcast_gui.frames.filters import compile_filter
from canmcast_gui.models.columns import TRACE_COLUMNS
from canmcast_gui.models.trace.chronological_model import ChronologicalModel
from canmcast_gui.models.trace.color_rules import CompiledRules
from canmcast_gui.models.trace.rows import AllRows, MatchingRows
from canmcast_gui.models.trace.times import Reference
from canmcast_gui.recording import Limits, Recording
from tests.support.frames import databases, mixed, traffic


@pytest.fixture
def recording(tmp_path):
    with Recording.create(tmp_path / "recording", limits=Limits(most_frames=64)) as recording:
        yield recording


@pytest.fixture
def known(tmp_path) -> DatabaseSet:
    """The databases of the model."""
    return databases(tmp_path)


@pytest.fixture
def model(known, qtbot):
    model = ChronologicalModel(known)
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    yield model
    tester.deleteLater()


def cells(model: ChronologicalModel, line: int) -> list[str]:
    return [model.data(model.index(line, column)) for column in range(model.columnCount())]


def column(model: ChronologicalModel, key: str) -> list[str]:
    number = [column.key for column in model.columns].index(key)
    return [model.data(model.index(line, number)) for line in range(model.rowCount())]


def finish_search(model: ChronologicalModel) -> None:
    """Let a filter search all rows; each refresh searches for a limited time."""
    while model.refresh():
        pass


def test_an_empty_model_has_no_rows(model, recording):
    assert model.rowCount() == 0
    assert not model.refresh()
    model.set_rows(AllRows(recording))
    assert model.rowCount() == 0
    assert model.row_number(0) is None


def test_cells_of_every_kind_of_frame(model, recording):
    recording.append(mixed())
    model.set_rows(AllRows(recording))
    assert column(model, "time") == [f"0.00{n}000" for n in range(6)]
    assert column(model, "delta") == ["", *["0.001000"] * 5]
    assert column(model, "id") == ["100", "18FF0001", "200", "", "101", "300"]
    assert column(model, "name") == ["Engine", "", "", "Error frame", "", ""]
    assert column(model, "type") == ["S", "X", "S R", "S E", "S", "S FD BRS"]
    assert column(model, "dlc") == ["8", "8", "0", "0", "2", "9 (12)"]
    assert column(model, "direction") == ["Rx", "Rx", "Rx", "Rx", "Tx", "Rx"]
    assert column(model, "data")[4:] == ["00 01", "00 01 02 03 04 05 06 07 08 09 0A 0B"]
    assert column(model, "channel") == [""] * 6
    assert model.block(0, 5).kinds == ["", "", "remote", "error", "", ""]
    model.set_decimal(True)
    assert column(model, "id")[1] == "419364865"
    assert column(model, "data")[4] == "  0   1"


def test_new_rows_are_announced_by_refresh(model, recording, qtbot):
    model.set_rows(AllRows(recording))
    recording.append(traffic(10))
    assert model.rowCount() == 0
    with qtbot.waitSignal(model.rowsInserted) as inserted:
        model.refresh()
    assert inserted.args[1:] == [0, 9]
    assert model.rowCount() == 10


def test_rows_keep_their_identity_when_old_ones_are_evicted(model, recording):
    recording.append(traffic(48))
    model.set_rows(AllRows(recording))
    kept = QPersistentModelIndex(model.index(40, 0))
    lost = QPersistentModelIndex(model.index(2, 0))
    assert model.expand(0)
    assert model.expand(46)  # the second frame below an open one: row 44
    recording.append(traffic(40, first=48))
    block = model.block(0, 5)
    assert [frame is None for frame in block.frames][:3] == [True] * 3  # evicted, not announced yet
    model.refresh()
    assert recording.first_row > 0
    assert not lost.isValid()
    assert model.row_number(kept.row()) == 40
    assert kept.data() == "0.040000"
    assert model.rowCount() == len(recording) + 2
    line = model.line_of_row(44)
    assert model.is_expanded(line)
    assert cells(model, line + 1)[6:] == ["Speed", "", "", "11.00 rpm  (raw 44)", ""]


def test_an_expanded_row_shows_its_signals(model, recording):
    recording.append(traffic(9))
    model.set_rows(AllRows(recording))
    assert not model.expand(1)  # no database knows 101h
    assert model.expand(4)
    assert not model.expand(4)
    assert model.rowCount() == 11
    assert [model.row_number(line) for line in range(3, 9)] == [3, 4, 4, 4, 5, 6]
    assert [cells(model, line)[6] for line in (4, 5, 6, 7)] == ["Engine", "Speed", "Gear", ""]
    assert cells(model, 6)[9] == "Neutral  (raw 0)"
    assert not model.expand(5)
    assert model.is_expanded(5)
    assert model.collapse(6)
    assert not model.collapse(4)
    assert model.rowCount() == 9


def test_rows_without_a_database_are_collapsed(model, recording, known, tmp_path):
    recording.append(traffic(9))
    model.set_rows(AllRows(recording))
    model.expand(0)
    model.databases_changed()
    assert model.rowCount() == 11
    known.remove(tmp_path / "test.dbc")
    model.databases_changed()
    assert model.rowCount() == 9
    assert column(model, "name") == [""] * 9


def test_a_filter_finds_its_rows_while_the_recording_grows_and_shrinks(model, recording):
    recording.append(traffic(30))
    model.set_rows(MatchingRows(recording, compile_filter("id == 0x101")))
    finish_search(model)
    assert [model.row_number(line) for line in range(model.rowCount())] == list(range(1, 30, 4))
    assert column(model, "delta") == ["", *["0.004000"] * 7]
    for first in range(30, 200, 17):
        recording.append(traffic(17, first=first))
        finish_search(model)
        expected = [row for row in range(recording.first_row, recording.end_row) if row % 4 == 1]
        assert [model.row_number(line) for line in range(model.rowCount())] == expected
    assert model.row_number(model.line_of_row(190)) == 193
    assert model.line_of_row(10_000) is None


@pytest.mark.parametrize("make", [AllRows, lambda one: MatchingRows(one, compile_filter("length == 8"))])
def test_a_stopped_model_shows_no_new_rows_and_removes_evicted_ones(model, recording, make):
    recording.append(traffic(40))
    model.set_rows(make(recording))
    model.set_stop_row(recording.end_row)
    recording.append(traffic(10, first=40))
    model.refresh()
    assert model.rowCount() == 40
    recording.append(traffic(40, first=50))
    model.refresh()
    assert model.rowCount() == 40 - recording.first_row
    model.set_stop_row(None)
    model.refresh()
    assert model.rowCount() == len(recording)


def test_time_modes_show_different_times_in_both_columns(model, recording):
    recording.append(traffic(9))
    model.set_rows(AllRows(recording))
    titles = {}
    for mode in ("absolute", "clock", "delta", "delta_id"):
        model.set_time_mode(mode)
        titles[mode] = tuple(model.headerData(section, Qt.Orientation.Horizontal) for section in (0, 1))
    assert titles == {
        "absolute": ("Time", "Δt"),
        "clock": ("Clock", "Δt"),
        "delta": ("Δ row", "Δ same ID"),
        "delta_id": ("Δ same ID", "Δt"),
    }
    assert column(model, "time") == [*[""] * 4, *["0.004000"] * 5]
    assert column(model, "delta") == ["", *["0.001000"] * 8]


def test_evicted_rows_that_are_not_announced_are_blank(model, recording):
    recording.append(traffic(60))
    model.set_rows(AllRows(recording))
    recording.append(traffic(60, first=60))
    assert cells(model, 0) == [""] * len(TRACE_COLUMNS)
    assert np.all(model.read_block(0, 3).batch.timestamp_ns == [])


def test_invalid_indexes_have_no_text(model):
    assert model.data(QModelIndex()) is None
    assert model.headerData(99, Qt.Orientation.Horizontal) is None


def test_gaps_have_lines(model, recording):
    recording.append(traffic(5))
    recording.add_gap(3, "the buffer was full")
    model.set_rows(AllRows(recording))
    assert model.rowCount() == 5  # it is shown with the frame that comes after it
    recording.append(traffic(5, first=5))
    recording.add_gap(1, "stopped")
    model.refresh()
    assert model.rowCount() == 11
    assert cells(model, 5)[9] == "3 frames lost here: the buffer was full"
    assert [model.row_number(line) for line in (4, 5, 6)] == [4, 5, 5]
    assert not model.expand(5)
    recording.append(traffic(1, first=10))
    model.refresh()
    assert cells(model, 11)[9] == "1 frame lost here: stopped"
    assert model.expand(model.line_of_row(8))
    assert model.rowCount() == 15
    model.set_rows(AllRows(recording))
    assert model.rowCount() == 13
    assert model.time_span([(0, 12)])[0] == 11
    assert model.time_span([(5, 5)]) == (0, 0, 0)


def test_gaps_of_hidden_rows_are_above_the_next_visible_row(model, recording):
    for first in range(0, 20, 2):
        recording.append(traffic(2, first=first))
        recording.add_gap(1, "full")
    model.set_rows(MatchingRows(recording, compile_filter("id == 0x103")))
    finish_search(model)
    texts = [cells(model, line)[9] for line in range(model.rowCount())]
    assert [text[:12] for text in texts[:2]] == ["1 frame lost", "03 00 00 00 "]
    assert texts[2] == "2 frames lost here: full"
    assert len(texts) == 10


def test_random_frames_expansions_gaps_and_evictions_agree_with_a_list(model, recording):
    random = np.random.default_rng(7)
    condition = compile_filter("id in 0x100..0x101")
    model.set_rows(MatchingRows(recording, condition))
    kept = []
    for _ in range(60):
        if random.random() < 0.3:
            recording.add_gap(int(random.integers(1, 9)), "full")
        recording.append(traffic(int(random.integers(1, 12)), first=recording.end_row))
        while model.refresh():
            pass
        if model.rowCount():
            line = int(random.integers(model.rowCount()))
            model.expand(line) or model.collapse(line)
            kept.append(QPersistentModelIndex(model.index(line, 0)))
        rows = [model.row_number(line) for line in range(model.rowCount())]
        shown = [row for row in range(recording.first_row, recording.end_row) if row % 4 < 2]
        assert sorted(set(rows)) == shown
        assert rows == sorted(rows)
        lost = [model.row_number(n) for n in range(len(rows)) if model.locate(n).gap]
        gaps = {next((row for row in shown if row >= gap.row), None) for gap in recording.gaps}
        assert set(lost) >= {row for row in gaps if row is not None and row != shown[0]}
        assert all(model.index(index.row(), 0).isValid() for index in kept if index.isValid())


def test_times_count_from_a_reference_and_backward_steps_are_marked(model, recording):
    batch = traffic(6)
    batch.records["timestamp_ns"][3] -= 5_000_000
    recording.append(batch)
    model.set_rows(AllRows(recording))
    model.set_reference(Reference(2, int(batch.timestamp_ns[2])))
    assert column(model, "time") == [
        "-0.002000",
        "-0.001000",
        "0.000000",
        "-0.004000",
        "0.002000",
        "0.003000",
    ]
    assert model.headerData(0, Qt.Orientation.Horizontal) == "Δ reference"
    block = model.block(0, 5)
    assert block.backwards == {3}
    assert block.mark_texts == {2: "time 0"}
    assert "older" in model.data(model.index(3, 0), Qt.ItemDataRole.ToolTipRole)
    assert model.block(4, 5).backwards == set()
    model.set_reference(None)
    assert column(model, "time")[0] == "0.000000"


def test_marks_are_on_their_rows(model, recording):
    recording.append(traffic(9))
    model.set_rows(MatchingRows(recording, compile_filter("id == 0x101")))
    finish_search(model)
    model.marks_changed()
    recording.marks.add(5, "here")
    recording.marks.add(6, "hidden by the filter")
    assert model.marks_changed()
    assert not model.marks_changed()
    assert model.block(0, 1).mark_texts == {1: "here"}
    data = [column.key for column in model.columns].index("data")
    assert model.data(model.index(1, data), Qt.ItemDataRole.ToolTipRole) == "here"


def test_rules_color_a_block(model, recording):
    recording.append(mixed())
    model.set_rows(AllRows(recording))
    model.set_rules(CompiledRules(DEFAULT_RULES))
    assert model.block(0, 5).rules == [-1, -1, 1, 0, 2, -1]


def test_known_senders_have_names(model, recording):
    batch = mixed()
    batch.records["source"] = [
        recording.sources.number(Source("10.0.0.7", port)) for port in (1, 1, 2, 2, 3, 3)
    ]
    recording.append(batch)
    model.set_rows(AllRows(recording))
    model.set_source_names({Source("10.0.0.7", 2): "gateway"})
    assert column(model, "source") == [
        *["10.0.0.7:1"] * 2, *["gateway"] * 2, "this program", "10.0.0.7:3"
    ]  # fmt: skip
    source = [column.key for column in model.columns].index("source")
    assert model.data(model.index(2, source), Qt.ItemDataRole.ToolTipRole) == "gateway, 10.0.0.7:2"
