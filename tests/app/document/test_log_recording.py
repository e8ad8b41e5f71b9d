"""Recording to log files: what came before, with its marks, and what is said afterwards."""

import pytest

from canmcast_gui.frames import FrameBatch
from canmcast_gui.logfile import RecordOptions, read_batches
from tests.support.frames import traffic


def part(first: int, stop: int) -> FrameBatch:
    """Frames with these numbers, a millisecond apart."""
    return traffic(stop - first, first)


# How traffic() writes the number of a frame into its data.
NUMBER = "<i8"


def content_of(*paths) -> tuple[list[int], list[tuple[int, str]]]:
    numbers, marks = [], []
    for path in paths:
        reader = read_batches(path)
        for batch in reader:
            numbers += batch.payload_matrix(8).copy().view(NUMBER).ravel().tolist()
        marks += [(mark.row, mark.text) for mark in reader.marks]
    return numbers, marks


def test_a_recording_begins_with_what_the_trace_has_of_the_time_before(session, tmp_path):
    session.receive(part(0, 200))
    for row in (40, 150, 199):
        session.document.recording.marks.add(row, f"at {row}")
    path = tmp_path / "live.plain.csv"
    assert session.record.start(path, RecordOptions(pre_seconds=0.1))
    session.receive(part(200, 300))
    session.record.stop()
    assert content_of(path) == (list(range(99, 300)), [(150 - 99, "at 150"), (199 - 99, "at 199")])


@pytest.mark.parametrize("number", [250, 200])
def test_a_trigger_includes_what_the_trace_has_and_does_not_fire_there(session, tmp_path, number):
    session.receive(part(0, 200))
    for row in (40, 190):
        session.document.recording.marks.add(row, f"at {row}")
    path = tmp_path / "live.plain.csv"
    # frame 100 is in the trace already
    trigger = f"data[0] == 100 or data[0] == {number}"
    assert session.record.start(path, RecordOptions(trigger=trigger, pre_seconds=0.08))
    session.receive(part(200, 230))
    session.receive(part(230, 300))
    session.record.stop()
    first = number - 80
    assert content_of(path) == (list(range(first, 300)), [(190 - first, "at 190")])


def test_what_was_recorded_is_said_with_its_files(session, tmp_path, messages):
    found = []
    session.record.completed.connect(lambda text, recorded: found.append((text, recorded)))
    assert session.record.start(tmp_path / "live.plain.csv", RecordOptions(split_frames=40))
    session.receive(part(0, 100))
    session.record.stop()
    ((text, recorded),) = found
    assert recorded.frames == 100
    assert [path.name for path in recorded.paths] == [f"live.plain-00{n}.csv" for n in (1, 2, 3)]
    assert recorded.size == sum(path.stat().st_size for path in recorded.paths) > 0
    assert text.startswith("Recorded 100 frames to live.plain-001.csv and 2 more files (")
    assert text.endswith(f" kB) in {tmp_path}.")
    assert ("info", text) in messages


def test_a_folder_that_does_not_exist_is_the_problem_of_the_start(session, tmp_path, messages):
    problem = session.record.try_start(tmp_path / "none" / "live.blf")
    assert "live.blf" in problem
    assert problem.endswith("none cannot be written: No such file or directory")
    assert session.record.recorder is None
    assert messages == []


def test_frames_in_a_complete_log_file_count_as_saved(session, tmp_path):
    session.receive(part(0, 200))
    assert session.record.start(tmp_path / "late.plain.csv")
    session.receive(part(200, 300))
    session.record.stop()
    assert session.document.unsaved_frames == 300  # the first 200 are in no file
    assert session.record.start(tmp_path / "all.plain.csv", RecordOptions(pre_seconds=60, split_frames=100))
    session.receive(part(300, 400))
    assert session.document.unsaved_frames == 400
    session.record.stop()
    assert session.document.unsaved_frames == 0
    session.receive(part(400, 410))
    assert session.document.unsaved_frames == 10


def test_frames_after_the_trace_was_cleared_are_in_the_log_file_too(session, tmp_path):
    session.receive(part(0, 200))
    assert session.record.start(tmp_path / "live.plain.csv")
    session.receive(part(200, 300))
    session.clear()
    session.receive(part(300, 400))
    session.record.stop()
    assert session.document.unsaved_frames == 0


@pytest.mark.parametrize(("trigger", "unsaved"), [("data[0] == 0", 0), ("data[0] == 1", 100)])
def test_a_trigger_that_left_frames_out_leaves_them_unsaved(session, tmp_path, trigger, unsaved):
    assert session.record.start(tmp_path / "live.plain.csv", RecordOptions(trigger=trigger))
    session.receive(part(0, 100))
    session.record.stop()
    assert session.document.unsaved_frames == unsaved


def test_a_log_file_that_was_replaced_leaves_frames_unsaved(session, tmp_path):
    path = tmp_path / "live.plain.csv"
    assert session.record.start(path)
    session.receive(part(0, 100))
    path.rename(tmp_path / "moved.csv")
    path.touch()
    session.record.stop()
    assert session.document.unsaved_frames == 100


def test_a_recorded_file_has_the_names_of_channels_or_says_that_it_has_none(session, tmp_path, messages):
    session.document.name_channels({1: "body", 2: "powertrain"})
    batch = part(0, 100)
    batch.records["channel"] = 2
    for name in ("live.mf4", "live.asc"):
        assert session.record.start(tmp_path / name, RecordOptions(split_frames=40))
        session.receive(batch)
        session.record.stop()
    for path in tmp_path.glob("*.mf4"):
        reader = read_batches(path)
        assert sum(map(len, reader)) and reader.channel_names == {1: "body", 2: "powertrain"}
    assert len(list(tmp_path.glob("*.mf4"))) == 3
    assert [text.count("1 channel without name") for _level, text in messages] == [0, 1]
