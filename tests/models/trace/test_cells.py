"""Rows as text, CSV and candump lines; the filter of a cell passes its own frame."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt

from canmcast_gui.app.document.databases import compile_for
from canmcast_gui.frames import Source
from canmcast_gui.frames.filters import compile_filter
from canmcast_gui.logfile import read_batches
from canmcast_gui.models.columns import DATA, IDENTIFIER, NAME, TRACE_COLUMNS
from canmcast_gui.models.trace.cells import cell_filter, refined, rows_text
from canmcast_gui.models.trace.chronological_model import ChronologicalModel
from canmcast_gui.models.trace.rows import AllRows, MatchingRows
from canmcast_gui.recording import Limits, Recording
from canmcast_gui.recording.gaps import Gap
from tests.support.frames import databases, mixed, traffic


@pytest.fixture
def recording(tmp_path):
    with Recording.create(tmp_path / "recording", limits=Limits(most_frames=64)) as recording:
        yield recording


@pytest.fixture
def model(tmp_path, recording):
    return ChronologicalModel(databases(tmp_path))


def test_csv_has_signals_and_gaps(model, recording):
    recording.append(traffic(1))
    recording.gaps.add(Gap(1, 0, 7, 'full, "really"'))
    recording.append(traffic(1, first=1))
    model.set_rows(AllRows(recording))
    model.expand(0)
    text = rows_text(model.block_readers([(0, 4)], 2), [IDENTIFIER, NAME, DATA], "csv")
    assert list(csv.reader(io.StringIO(text))) == [
        ["ID", "Name", "Data"],
        ["100", "Engine", "00 00 00 00 00 00 00 00"],
        ["", "Speed", "0.00 rpm  (raw 0)"],
        ["", "Gear", "Neutral  (raw 0)"],
        ["", "", '7 frames lost here: full, "really"'],
        ["101", "", "01 00 00 00 00 00 00 00"],
    ]


def test_candump_lines_can_be_read(model, recording, tmp_path):
    recording.append(mixed())
    model.set_rows(AllRows(recording))
    path = tmp_path / "copied.log"
    path.write_text(rows_text(model.block_readers([(0, 1), (4, 5)], 100), [], "candump"))
    back = next(iter(read_batches(path)))
    assert back.arbitration_id.tolist() == [0x100, 0x18FF0001, 0x101, 0x300]
    assert back.payload(3) == bytes(range(12))


def test_copied_lines_are_those_at_the_time_of_the_command(model, recording):
    recording.append(traffic(40))
    model.set_rows(MatchingRows(recording, compile_filter("id == 0x101")))
    while model.refresh():  # the filter searches for a limited time
        pass
    readers = model.block_readers([(1, 3)], 2)
    expected = rows_text(readers, model.columns, "text")
    assert [line.split("\t")[0] for line in expected.splitlines()] == [
        "Time",
        "0.005000",
        "0.009000",
        "0.013000",
    ]
    assert [line.split("\t")[1] for line in expected.splitlines()] == ["Δt", *["0.004000"] * 3]
    model.set_rows(AllRows(recording))
    assert rows_text(readers, model.columns, "text") == expected
    recording.append(traffic(64, first=40))  # evicted rows have no lines, and cause no error
    assert rows_text(readers, model.columns, "text").splitlines() == expected.splitlines()[:1]


def test_copying_can_be_canceled(model, recording):
    recording.append(traffic(40))
    model.set_rows(AllRows(recording))
    readers = model.block_readers([(0, 39)], 10)
    assert len(rows_text(readers, [DATA], "text", lambda done: done < 0.5).splitlines()) == 21


def test_an_error_frame_has_a_name_and_no_id(model, recording):
    recording.append(mixed())
    model.set_rows(AllRows(recording))
    text = rows_text(model.block_readers([(0, 6)], 100), [IDENTIFIER, NAME], "csv")
    assert list(csv.reader(io.StringIO(text)))[3:5] == [["200", ""], ["", "Error frame"]]


@pytest.fixture
def world(tmp_path):
    known = databases(tmp_path)
    with Recording.create(tmp_path / "recording") as recording:
        batch = mixed()
        batch.records["source"] = [recording.sources.number(Source("10.0.0.7", port)) for port in range(6)]
        batch.records["channel"] = [1, 1, 2, 2, 3, 3]
        recording.append(batch)
        model = ChronologicalModel(known)
        model.set_rows(AllRows(recording))
        yield recording, known, model.block(0, 5)


def test_the_filter_of_a_cell_passes_its_frame_and_the_excluding_one_all_others(world):
    recording, known, block = world
    batch, seen = recording.rows(), set()
    for column in TRACE_COLUMNS:
        for frame in range(6):
            cell = cell_filter(column, block, frame)
            if cell is None:
                continue
            seen.add(column.key)
            only, without = (
                compile_for(text, recording, known).mask(batch) for text in (cell.text, cell.excluding)
            )
            assert only[frame], (column.key, cell)
            assert (only ^ without).all(), (column.key, cell)
    assert seen == {"source", "channel", "direction", "id", "name", "type", "dlc", "data"}


def test_labels_are_texts_for_a_menu(world):
    columns = {column.key: column for column in TRACE_COLUMNS}
    _, _, block = world
    assert cell_filter(columns["id"], block, 1).label == "ID 18FF0001"
    assert cell_filter(columns["id"], block, 3).text == "error"
    assert cell_filter(columns["name"], block, 0).text == 'name == "Engine"'
    assert cell_filter(columns["name"], block, 1) is None
    assert cell_filter(columns["time"], block, 0) is None


_terms = st.sampled_from(["error", "id == 0x100 or fd", "not remote", "length > 4 and dir == rx", "100"])


@given(_terms, _terms)
def test_a_refined_filter_requires_both(tmp_path_factory, first, second):
    folder = tmp_path_factory.mktemp("refined")
    with Recording.create(folder / "recording") as recording:
        recording.append(mixed())
        both, recording, other = (
            compile_for(text, recording, databases(folder)).mask(recording.rows())
            for text in (refined(first, f"({second})"), first, second)
        )
        assert (both == (recording & other)).all()
    assert refined("  ", second) == second


def test_a_channel_has_its_name_in_tool_tip_and_menu_and_its_number_as_text(model, recording):
    batch = traffic(3)
    batch.records["channel"] = [2, 3, 0]
    recording.append(batch)
    recording.channels.change({2: "powertrain"})
    model.set_rows(AllRows(recording))
    at = [column.key for column in model.columns].index("channel")
    block = model.block(0, 3)
    tips = [model.index(line, at).data(Qt.ItemDataRole.ToolTipRole) for line in range(3)]
    assert tips == ["2 powertrain", "3", None]
    assert [model.index(line, at).data() for line in range(3)] == ["2", "3", ""]
    assert rows_text(model.block_readers([(0, 3)], 2), [model.columns[at]], "text") == "Chn\n2\n3\n\n"
    filters = [cell_filter(model.columns[at], block, frame) for frame in range(3)]
    assert filters == [("channel 2 powertrain", "channel == 2"), ("channel 3", "channel == 3"), None]
