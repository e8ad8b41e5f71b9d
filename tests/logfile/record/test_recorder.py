"""Recording frames as they arrive: the caller never blocks, and every loss is counted."""

import os
import shutil
import signal
import subprocess
import sys
import threading
from functools import partial

import numpy as np
import pytest

from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.frames.marks import Mark
from canmcast_gui.logfile import FileError, Recorder, RecordOptions, read_batches
from tests.logfile.frames import FORMATS_BY_NAME, assert_same, small_batch
from tests.support.small_disk import fill
from tests.support.waiting import wait_until as wait_for

WAIT_SECONDS = 20
wait_until = partial(wait_for, seconds=WAIT_SECONDS)


def count(path) -> int:
    return sum(len(batch) for batch in read_batches(path))


@pytest.mark.parametrize("name", sorted(FORMATS_BY_NAME))
def test_all_frames_are_in_the_file(name, tmp_path):
    path = tmp_path / f"live{FORMATS_BY_NAME[name].suffixes[0]}"
    batch = small_batch(20_000)
    with Recorder(path) as recorder:
        for start in range(0, 20_000, 500):
            recorder.write(batch[start : start + 500])
    assert (recorder.recorded, recorder.lost, recorder.error, recorder.failed) == (20_000, 0, None, False)
    assert count(path) == 20_000
    recorder.close()


def test_long_payloads_come_through_the_pipe(tmp_path):
    batch = FrameBatch.concatenate([small_batch(10, width=64), small_batch(10)])
    batch.records["flags"][:10] = Flag.FD
    with Recorder(tmp_path / "live.blf") as recorder:
        recorder.write(batch[5:15])
    assert_same(FrameBatch.concatenate(list(read_batches(tmp_path / "live.blf"))), batch[5:15])


def test_the_file_grows_while_it_is_recorded(tmp_path):
    path = tmp_path / "live.asc"
    with Recorder(path) as recorder:
        recorder.write(small_batch(100))
        wait_until(lambda: recorder.recorded == 100)
        assert count(path) == 100


def test_an_existing_file_stays_until_the_recording_is_complete(tmp_path):
    path = tmp_path / "live.asc"
    path.write_text("old")
    with Recorder(path) as recorder:
        recorder.write(small_batch(100))
        wait_until(lambda: recorder.recorded == 100)
        assert path.read_text() == "old"
        assert count(tmp_path / "live.part.asc") == 100
    assert count(path) == 100
    assert [found.name for found in tmp_path.iterdir()] == ["live.asc"]


def test_a_full_queue_is_counted_and_reported(tmp_path):
    with Recorder(tmp_path / "live.asc", queue_bytes=1000) as recorder:
        recorder.write(small_batch(100))
        assert (recorder.lost, recorder.error) == (100, None)
        recorder.write(small_batch(10))
    assert not recorder.failed
    assert recorder.recorded == 10
    assert recorder.error == "100 frames are not in live.asc: the disk was too slow"


def test_after_closing_frames_are_counted_as_lost(tmp_path):
    recorder = Recorder(tmp_path / "live.asc")
    recorder.close()
    recorder.write(small_batch(5))
    assert recorder.lost == 5


def test_frames_that_the_format_cannot_hold_end_the_recording(tmp_path):
    recorder = Recorder(tmp_path / "live.csv")
    recorder.write(small_batch(5))
    bad = small_batch(1)
    bad.records["flags"] = Flag.FD
    recorder.write(bad)
    wait_until(lambda: recorder.failed)
    recorder.write(small_batch(7))
    recorder.close()
    assert recorder.error == (
        "python-can CSV cannot hold CAN FD frames; choose Vector ASC, Vector BLF, ASAM MF4, Parquet, "
        "candump log, PEAK TRC or plain CSV"
    )
    assert recorder.lost == 7
    assert count(tmp_path / "live.csv") == 5


def test_a_folder_that_cannot_be_written_to_is_refused_at_once(tmp_path):
    threads = threading.active_count()
    with pytest.raises(FileError, match=r"live\.asc cannot be written: No such file"):
        Recorder(tmp_path / "absent" / "live.asc")
    with pytest.raises(FileError, match="must end in one of"):
        Recorder(tmp_path / "live.xyz")
    (tmp_path / "folder.asc").mkdir()
    with pytest.raises(FileError, match="not a regular file"):
        Recorder(tmp_path / "folder.asc")
    assert threading.active_count() == threads


@pytest.mark.parametrize("name", sorted(FORMATS_BY_NAME))
def test_a_killed_writing_process_leaves_what_was_flushed(name, tmp_path):
    suffix = FORMATS_BY_NAME[name].suffixes[0]
    path = tmp_path / f"live{suffix}"
    recorder = Recorder(path)
    recorder.write(small_batch(1000))
    wait_until(lambda: recorder.recorded == 1000)
    os.kill(recorder.pid, signal.SIGKILL)
    os.waitid(os.P_PID, recorder.pid, os.WEXITED | os.WNOWAIT)
    for _ in range(3):
        recorder.write(small_batch(10))
    recorder.close()
    assert recorder.error == f"live{suffix} is not complete: the process that wrote it was ended by SIGKILL"
    reader = read_batches(path)
    assert sum(map(len, reader)) == 1000


@pytest.mark.parametrize("suffix", [".asc", ".blf"])
def test_a_killed_program_leaves_a_complete_file(suffix, tmp_path):
    path = tmp_path / f"live{suffix}"
    code = (
        "import sys, time\n"
        "from canmcast_gui.logfile import Recorder\n"
        "from tests.logfile.frames import small_batch\n"
        f"recorder = Recorder({str(path)!r})\n"
        "recorder.write(small_batch(5000))\n"
        "while recorder.recorded < 5000: time.sleep(0.01)\n"
        "print(recorder.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    program = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert program.stdout is not None
    with program.stdout:
        writer = int(program.stdout.readline())
        os.kill(program.pid, signal.SIGKILL)
        program.wait()
    wait_until(lambda: not _is_running(writer))
    assert count(path) == 5000
    if suffix == ".asc":
        assert path.read_text().endswith("End TriggerBlock\n")


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def names(tmp_path) -> list[str]:
    return sorted(found.name for found in tmp_path.iterdir())


def test_a_new_file_by_number_of_frames(tmp_path):
    path = tmp_path / "live.log"
    with Recorder(path, RecordOptions(split_frames=400)) as recorder:
        for start in range(0, 1000, 70):
            recorder.write(small_batch(1000)[start : start + 70])
    assert names(tmp_path) == ["live-001.log", "live-002.log", "live-003.log"]
    assert [count(tmp_path / name) for name in names(tmp_path)] == [400, 400, 200]
    assert (recorder.recorded, recorder.files, recorder.error) == (1000, 3, None)
    assert recorder.current_path == tmp_path / "live-003.log"
    with Recorder(path, RecordOptions(split_frames=400)) as recorder:
        recorder.write(small_batch(10))
    assert names(tmp_path)[-1] == "live-004.log"


def test_a_new_file_by_time(tmp_path):
    with Recorder(tmp_path / "live.asc", RecordOptions(split_seconds=0.25)) as recorder:
        recorder.write(small_batch(1000))  # a millisecond apart
    assert [count(tmp_path / name) for name in names(tmp_path)] == [250] * 4


@pytest.mark.parametrize("suffix", [".asc", ".blf"])
def test_a_new_file_by_size(suffix, tmp_path):
    batch = small_batch(20_000)
    batch.records["data"] = np.random.default_rng(1).integers(0, 256, (20_000, 8))
    with Recorder(tmp_path / f"live{suffix}", RecordOptions(split_bytes=200_000)) as recorder:
        recorder.write(batch)
    sizes = [found.stat().st_size for found in tmp_path.iterdir()]
    assert len(sizes) > 1
    assert max(sizes) < 400_000
    assert sum(count(found) for found in tmp_path.iterdir()) == 20_000


def test_a_trigger_records_frames_before_and_after(tmp_path):
    batch = small_batch(1000)
    batch.records["arbitration_id"] = 0x10
    batch.records["arbitration_id"][[300, 700]] = 0x20
    options = RecordOptions(trigger="id == 0x20", pre_seconds=0.1, post_seconds=0.05)
    with Recorder(tmp_path / "live.log", options) as recorder:
        assert recorder.is_waiting
        for start in range(0, 1000, 90):
            recorder.write(batch[start : start + 90])
    assert (recorder.fired, recorder.recorded, recorder.files) == (2, 302, 2)
    assert [count(tmp_path / name) for name in names(tmp_path)] == [151, 151]


def test_an_invalid_trigger_is_refused(tmp_path):
    with pytest.raises(FileError, match="Invalid trigger"):
        Recorder(tmp_path / "live.log", RecordOptions(trigger="id =="))
    assert names(tmp_path) == []


def test_the_format_may_be_named(tmp_path):
    with Recorder(tmp_path / "live.txt", RecordOptions(format="candump")) as recorder:
        recorder.write(small_batch(3))
    assert read_batches(tmp_path / "live.txt").format.name == "candump"


@pytest.mark.parametrize("name", [name for name, one in sorted(FORMATS_BY_NAME.items()) if one.holds_marks])
def test_marks_are_written_to_the_current_file(name, tmp_path):
    path = tmp_path / f"live{FORMATS_BY_NAME[name].suffixes[0]}"
    batch = small_batch(20)
    with Recorder(path) as recorder:
        recorder.write(batch[:10])
        recorder.write_mark(Mark(7_000_009, int(batch.timestamp_ns[9]) + 500_000, "look here"))
        recorder.write(batch[10:])
    reader = read_batches(path)
    assert sum(map(len, reader)) == 20
    assert [(mark.row, mark.text) for mark in reader.marks] == [(10, "look here")]
    assert names(tmp_path) == [path.name]


def test_a_mark_is_dropped_by_a_format_without_marks_and_before_the_trigger(tmp_path):
    for name, options in (("live.csv", RecordOptions()), ("live.asc", RecordOptions(trigger="id == 0x7FF"))):
        with Recorder(tmp_path / name, options) as recorder:
            recorder.write_mark(Mark(0, 0, "look here"))
            recorder.write(small_batch(10))
        assert recorder.error is None
        assert "look here" not in (tmp_path / name).read_text()


@pytest.mark.parametrize(
    "options",
    [RecordOptions(split_frames=20_000), RecordOptions(trigger="id >= 0", pre_seconds=1, post_seconds=1)],
    ids=["split", "triggered"],
)
@pytest.mark.parametrize("suffix", [".asc", ".blf", ".parquet"])
def test_a_full_disk_is_reported_and_the_file_can_be_read(suffix, options, small_disk):
    fill(small_disk, 600_000)
    batch = small_batch(60_000)
    batch.records["data"] = np.random.default_rng(1).integers(0, 256, (60_000, 8))
    recorder = Recorder(small_disk / f"live{suffix}", options)
    for start in range(0, 60_000, 1000):
        recorder.write(batch[start : start + 1000])
    wait_until(lambda: recorder.failed)
    recorder.close()
    assert recorder.error is not None
    assert recorder.error.endswith(f"{suffix} cannot be written: the disk is full")
    there = [found for found in names(small_disk) if found.startswith("live")]
    assert sum(count(small_disk / found) for found in there if (small_disk / found).stat().st_size) > 1000


def test_a_deleted_folder_is_reported_at_once(tmp_path):
    folder = tmp_path / "stick"
    folder.mkdir()
    recorder = Recorder(folder / "live.asc")
    recorder.write(small_batch(100))
    wait_until(lambda: recorder.recorded == 100)
    shutil.rmtree(folder)
    recorder.write(small_batch(100))
    wait_until(lambda: recorder.failed)
    recorder.close()
    assert recorder.error == "live.asc or its folder was deleted during the recording"


def test_a_file_that_was_moved_and_replaced_is_reported(tmp_path):
    path, moved = tmp_path / "live.asc", tmp_path / "moved.asc"
    with Recorder(path) as recorder:
        recorder.write(small_batch(10))
        wait_until(lambda: recorder.recorded == 10)
        assert not recorder.was_moved
        path.rename(moved)
        path.write_text("something else")
        assert recorder.was_moved
        recorder.write(small_batch(10))
    assert recorder.error == (
        f"{path} was moved, removed or replaced during the recording: the recording is in the original file, "
        "wherever it is now"
    )
    assert path.read_text() == "something else"
    assert count(moved) == 20


@pytest.mark.parametrize("by", ["a folder", "another file"])
def test_a_new_file_at_the_target_is_kept_and_the_path_of_the_recording_reported(tmp_path, by):
    path, part = tmp_path / "live.asc", tmp_path / "live.part.asc"
    path.write_text("old")
    with Recorder(path) as recorder:
        recorder.write(small_batch(10))
        path.rename(tmp_path / "old.asc")
        path.mkdir() if by == "a folder" else path.write_text("new")
    assert recorder.error.startswith(f"{path} was not replaced: ")
    assert recorder.error.endswith(f"The recording is in {part}")
    assert count(part) == 10
    assert path.is_dir() if by == "a folder" else path.read_text() == "new"
