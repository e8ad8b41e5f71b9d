"""The filter of a cell passes its own frame, and the excluding filter all others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.app.document.databases import compile_for
from canmcast_gui.frames import Source
from canmcast_gui.models.columns import TRACE_COLUMNS
from canmcast_gui.models.trace.cell_filters import cell_filter, refined
from canmcast_gui.models.trace.chronological_model import ChronologicalModel
from canmcast_gui.models.trace.rows import AllRows
from canmcast_gui.recording import Recording
from tests.support.frames import databases, mixed


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
        both, one, other = (
            compile_for(text, recording, databases(folder)).mask(recording.rows())
            for text in (refined(first, f"({second})"), first, second)
        )
        assert (both == (one & other)).all()
    assert refined("  ", second) == second
