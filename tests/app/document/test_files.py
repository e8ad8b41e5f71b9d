"""Loading and saving: marks, and the messages about a file."""

import numpy as np

from canmcast_gui.app.document.files import load, save
from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.filters import compile_filter
from canmcast_gui.frames.marks import Mark
from canmcast_gui.logfile import LogPart, read_batches
from canmcast_gui.logfile.problems import Finding
from canmcast_gui.recording import Recording
from tests.logfile.frames import small_batch


def whole(recording: Recording) -> range:
    return range(recording.first_row, recording.end_row)


def recorded(tmp_path, batch: FrameBatch) -> Recording:
    recording = Recording.create(tmp_path / "recording")
    recording.append(batch)
    return recording


def notes_of(path) -> list[tuple[int, str]]:
    reader = read_batches(path)
    assert sum(map(len, reader)) > 0
    return [(note.row, note.text) for note in reader.marks]


def test_marks_are_saved_at_their_frames_also_with_a_filter(tmp_path):
    recording = recorded(tmp_path, small_batch(100))
    for row in (0, 41, 99):
        recording.marks.add(row, f"row {row}")
    path = tmp_path / "log.plain.csv"
    saved = save(path, recording, whole(recording), None, None, lambda _share: True)
    assert (saved.frames, saved.marks_left_out) == (100, 0)
    assert notes_of(path) == [(0, "row 0"), (41, "row 41"), (99, "row 99")]
    save(path, recording, range(41, 60), None, None, lambda _share: True)
    assert notes_of(path) == [(0, "row 41")]
    even = compile_filter("id == 0x100 or id == 0x102 or id == 0x12A")
    save(path, recording, whole(recording), even, None, lambda _share: True)
    assert notes_of(path) == [(0, "row 0"), (2, "row 41"), (5, "row 99")]
    saved = save(tmp_path / "log.csv", recording, whole(recording), None, None, lambda _share: True)
    assert (saved.marks_left_out, saved.title) == (3, "python-can CSV")
    assert saved.message(tmp_path / "log.csv") == (
        "warning",
        f"100 frames saved to {tmp_path / 'log.csv'}. python-can CSV does not hold all of it: "
        "3 marks left out; 100 frames without channel.",
    )
    recording.discard()


def test_a_canceled_save_leaves_no_file(tmp_path):
    recording = recorded(tmp_path, small_batch(100))
    saved = save(tmp_path / "log.asc", recording, whole(recording), None, None, lambda _share: False)
    assert saved.frames == 0
    assert not (tmp_path / "log.asc").exists()
    recording.discard()


def test_marks_of_a_file_are_loaded_and_falling_times_reported(tmp_path):
    batch = small_batch(10)
    batch.records["timestamp_ns"][5:] -= 2_000_000_000
    path = tmp_path / "log.plain.csv"
    source = recorded(tmp_path, batch)
    source.marks.extend([Mark(2, 0, "here")])
    save(path, source, whole(source), None, None, lambda _share: True)
    source.discard()
    target = Recording.create(tmp_path / "target")
    opened = load([LogPart(path)], False, target, lambda _share: True)
    assert [(mark.row, mark.text) for mark in target.marks] == [(2, "here")]
    assert opened.findings == (Finding("timestamps go backwards at 1 frame", 5),)
    assert opened.summary("log.csv") == "10 frames loaded from log.csv; timestamps go backwards at 1 frame."
    (file,) = opened.files
    assert (file.path, file.format, file.title) == (path, "csv-plain", "plain CSV")
    assert np.array_equal(target.rows(0, 10).timestamp_ns, batch.timestamp_ns)
    target.discard()


def test_saved_rows_may_be_older_than_the_first(tmp_path):
    batch = small_batch(10)
    batch.records["timestamp_ns"][5:] -= 5_000_000_000
    recording = recorded(tmp_path, batch)
    for path in (tmp_path / "log.asc", tmp_path / "log.blf"):
        saved = save(path, recording, whole(recording), None, None, lambda _share: True)
        assert saved.message(path) == ("info", f"10 frames saved to {path}.")
        found = FrameBatch.concatenate(list(read_batches(path)))
        assert found.timestamp_ns.tolist() == batch.timestamp_ns.tolist()
        few = compile_filter("id == 0x102 or id == 0x106")
        assert save(path, recording, whole(recording), few, None, lambda _share: True).frames == 2
        found = FrameBatch.concatenate(list(read_batches(path)))
        assert found.timestamp_ns.tolist() == batch.timestamp_ns[[2, 6]].tolist()
    recording.discard()


def test_names_of_channels_are_saved_and_loaded(tmp_path):
    batch = small_batch(100)
    batch.records["channel"] = 2
    recording = recorded(tmp_path, batch)
    recording.channels.change({1: "body", 2: "powertrain"})
    saved = save(tmp_path / "log.mf4", recording, whole(recording), None, None, lambda _share: True)
    assert saved.lost == ()
    saved = save(tmp_path / "log.blf", recording, whole(recording), None, None, lambda _share: True)
    assert saved.lost == ("1 channel without name",)
    with Recording.create(tmp_path / "loaded") as loaded:
        load([LogPart(tmp_path / "log.mf4")], False, loaded, lambda _share: True)
        assert dict(loaded.channels) == {1: "body", 2: "powertrain"}
        assert len(loaded.find("channel == powertrain")) == 100
    recording.discard()
