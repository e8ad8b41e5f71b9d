"""What a format cannot hold is reported with counts; everything else is read as it was written."""

import re

import numpy as np
import pytest

from canmcast_gui.frames import LENGTH_TO_DLC, Flag, FrameBatch
from canmcast_gui.frames.marks import Mark
from canmcast_gui.logfile import FileError, Recorder, open_writer, read_batches, save
from canmcast_gui.logfile.writing.writer import write_file
from tests.logfile.frames import FORMATS_BY_NAME, small_batch

NAMES = sorted(FORMATS_BY_NAME)
SECOND = 1_000_000_000
FD_FLAGS = np.uint16(Flag.FD | Flag.BRS | Flag.ESI)
ERRORS, DATA = "error frames", "data frames"

# What each sentence is about: which frames, and which of their fields may come back otherwise.
COVERS = {
    "without source": (None, {"source"}),
    "without direction Tx": (None, {"direction"}),
    "without channel": (None, {"channel"}),
    "of unknown channel on channel 1": (None, {"channel"}),
    "with times rounded to 1 µs": (None, {"time"}),
    "without DLC and data": (ERRORS, {"dlc", "data"}),
    "without id": (ERRORS, {"id"}),
    "with the id of an error on the bus": (ERRORS, {"id"}),
    "with their first 8 bytes": (ERRORS, {"data"}),
    "without flags of other kinds": (ERRORS, {"flags"}),
    "with another DLC": (None, {"dlc"}),
    "without flags of CAN FD": (DATA, {"flags"}),
}


def frames_of_all_kinds(count: int, seed: int, fd: bool) -> FrameBatch:
    """Data, remote and error frames with everything that frames can have, in any order of time."""
    random = np.random.default_rng(seed)

    def choice(*values):
        return random.choice(np.array(values), count)

    kind = random.choice(4 if fd else 3, count, p=[0.4, 0.2, 0.2, 0.2] if fd else [0.5, 0.2, 0.3])
    error, remote, is_fd = kind == 2, kind == 1, kind == 3
    extended = choice(0, 1).astype(bool)
    flags = np.select([error, remote, is_fd], [int(Flag.ERROR), int(Flag.REMOTE), int(Flag.FD)], 0)
    flags |= np.where(is_fd | (error & fd & choice(0, 0, 1).astype(bool)), choice(0, 0x10, 0x20, 0x30), 0)
    flags |= choice(0, int(Flag.TX)) | np.where(extended, int(Flag.EXTENDED), 0)
    of_errors = choice(0, 5, 8, 8, 12, 64)
    of_fd = random.integers(0, 65, count)
    lengths = np.select([remote, is_fd, error], [0 * kind, of_fd, of_errors], choice(0, 3, 8, 8))
    codes = LENGTH_TO_DLC[lengths].astype(int)
    odd = choice(0, 0, 0, 1).astype(bool)
    codes = np.where(remote | (odd & (lengths == 8)), random.integers(0, 16, count), codes)
    times = random.integers(0, 100 * SECOND, count)
    ids = random.integers(0, 1 << 29, count) >> np.where(extended, 0, 18)
    ids = np.where(error, np.where(extended, ids, choice(0, 1, 0x80, 0x3FF, 0x400)), ids)
    return FrameBatch.from_columns(
        timestamp_ns=1_762_345_678 * SECOND + np.where(choice(0, 1), times, times // 1000 * 1000),
        arbitration_id=ids,
        data=random.integers(0, 256, (count, 64)),
        length=lengths,
        flags=flags,
        channel=choice(0, 1, 2, 255),
        source=choice(0, 0, 3),
        dlc=codes,
    )


def differences(found: FrameBatch, expected: FrameBatch) -> dict[str, np.ndarray]:
    """For each field which rows differ."""

    def flags(batch: FrameBatch, which: int) -> np.ndarray:
        return batch.flags & np.uint16(which)

    payloads = (found.length != expected.length) | (found.payload_matrix() != expected.payload_matrix()).any(
        1
    )
    return {
        "time": found.timestamp_ns != expected.timestamp_ns,
        "id": (found.arbitration_id != expected.arbitration_id)
        | (flags(found, Flag.EXTENDED) != flags(expected, Flag.EXTENDED)),
        "flags": flags(found, 0xFFFF ^ (Flag.EXTENDED | Flag.TX))
        != flags(expected, 0xFFFF ^ (Flag.EXTENDED | Flag.TX)),
        "direction": flags(found, Flag.TX) != flags(expected, Flag.TX),
        "channel": found.channel != expected.channel,
        "source": found.source != expected.source,
        "dlc": found.dlc != expected.dlc,
        "data": payloads,
    }


def written(path, batch: FrameBatch) -> list[str]:
    """What is said to be lost when a batch is written."""
    return write_file(path, None, lambda writer: writer.write(batch), lambda: None).lost


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", NAMES)
def test_the_reported_losses_are_the_differences(name, seed, tmp_path):
    kind = FORMATS_BY_NAME[name]
    batch = frames_of_all_kinds(1500, seed, fd=not kind.cannot_hold & Flag.FD)
    path = tmp_path / f"log{kind.suffixes[0]}"
    lost = written(path, batch)
    found = FrameBatch.concatenate(list(read_batches(path)))
    assert len(found) == len(batch)
    differs = differences(found, batch)
    error = batch.has(Flag.ERROR)
    uncovered = {field: rows.copy() for field, rows in differs.items()}
    for sentence in lost:
        count, noun, what = re.fullmatch(r"([\d,]+) (frames?|error frames?) (.*)", sentence).groups()
        which, fields = COVERS[what]
        of = error if noun.startswith("error") else np.ones(len(batch), bool) if which is None else ~error
        if what == "with another DLC":
            # Where the data are cut as well, that is what is said.
            of = of & ~(error & differs["data"]) & (error == noun.startswith("error"))
        concerned = of & np.logical_or.reduce([differs[field] for field in fields])
        assert int(count.replace(",", "")) == int(concerned.sum()), sentence
        for field in fields:
            uncovered[field] &= ~of
        if "data" in fields:
            uncovered["dlc"] &= ~concerned  # of which it is the length
    left = {field: int(rows.sum()) for field, rows in uncovered.items() if rows.any()}
    assert left == {}, (left, lost)


@pytest.mark.parametrize("name", NAMES)
def test_frames_that_every_format_holds_lose_only_what_csv_has_no_columns_for(name, tmp_path):
    lost = written(tmp_path / f"log{FORMATS_BY_NAME[name].suffixes[0]}", small_batch(100))
    assert lost == (["100 frames without channel"] if name == "csv" else [])


FIRST, OLDER = small_batch(10), small_batch(10, start_ns=1_700_000_000_123_456_000)


@pytest.mark.parametrize("name", NAMES)
def test_times_before_the_first_one_are_kept(name, tmp_path):
    path = tmp_path / f"log{FORMATS_BY_NAME[name].suffixes[0]}"
    assert save(path, [FIRST, OLDER], marks=[Mark(0, int(OLDER.timestamp_ns[0]), "mark")]) == 20
    found = FrameBatch.concatenate(list(read_batches(path)))
    assert found.timestamp_ns.tolist() == [*FIRST.timestamp_ns.tolist(), *OLDER.timestamp_ns.tolist()]


@pytest.mark.parametrize("name", ["asc", "blf", "trc"])
def test_an_iterator_with_times_before_the_start_is_refused(name, tmp_path):
    path = tmp_path / f"log{FORMATS_BY_NAME[name].suffixes[0]}"
    path.write_text("what was there")
    with pytest.raises(FileError, match="has no times before the start of the file, which is 2025-11-05"):
        save(path, iter([FIRST, OLDER]))
    assert path.read_text() == "what was there"
    assert list(tmp_path.iterdir()) == [path]
    with open_writer(path) as writer:
        writer.begin(int(OLDER.timestamp_ns[0]))
        writer.write(FIRST)
        writer.write(OLDER)
    found = FrameBatch.concatenate(list(read_batches(path)))
    assert found.timestamp_ns.tolist()[10:] == OLDER.timestamp_ns.tolist()


@pytest.mark.parametrize("name", ["asc", "blf", "trc"])
def test_marks_before_the_start_are_counted_where_they_get_its_time(name, tmp_path):
    path = tmp_path / f"log{FORMATS_BY_NAME[name].suffixes[0]}"
    start_ns = 1_762_345_678 * SECOND
    with open_writer(path) as writer:
        writer.write_mark(Mark(0, start_ns - 2 * SECOND, "a little earlier: the file begins with it"))
        writer.write(FIRST)
        writer.write_mark(Mark(10, start_ns - 10 * SECOND, "older than the file"))
    assert writer.lost == ["1 mark moved to the start of the file"]
    reader = read_batches(path)
    assert sum(map(len, reader)) == 10
    assert [mark.timestamp_ns for mark in reader.marks] == [start_ns - 2 * SECOND] * 2


@pytest.mark.parametrize("name", NAMES)
def test_impossible_ids_are_written_by_the_rule_for_reading(name, tmp_path):
    batch = small_batch(4)
    batch.records["arbitration_id"] = [0x100, 0x900, 0x20000001, 0x101]
    path = tmp_path / f"log{FORMATS_BY_NAME[name].suffixes[0]}"
    lost = written(path, batch)
    assert lost[:2] == [
        "1 frame with standard ids above 7FF as extended ones",
        "1 frame with ids above 1FFFFFFF left out",
    ]
    found = FrameBatch.concatenate(list(read_batches(path)))
    assert found.arbitration_id.tolist() == [0x100, 0x900, 0x101]
    assert found.has(Flag.EXTENDED).tolist() == [False, True, False]


@pytest.mark.parametrize("name", ["asc", "blf", "parquet"])
def test_a_recording_whose_times_fall_continues_in_another_file(name, tmp_path):
    path = tmp_path / f"log{FORMATS_BY_NAME[name].suffixes[0]}"
    later, jitter = small_batch(10, start_ns=FIRST.timestamp_ns[0] + 2 * SECOND), small_batch(1)
    jitter.records["timestamp_ns"] -= SECOND // 20  # of another channel
    with Recorder(path) as recorder:
        for batch in (FIRST, jitter, OLDER, later):
            recorder.write(batch)
    assert (recorder.recorded, recorder.error, recorder.losses) == (31, None, "")
    files = [path, path.with_name(f"log-001{path.suffix}")]
    assert sorted(tmp_path.iterdir()) == sorted(files)
    for file, parts in zip(files, ([FIRST, jitter], [OLDER, later]), strict=True):
        found = FrameBatch.concatenate(list(read_batches(file)))
        assert found.timestamp_ns.tolist() == FrameBatch.concatenate(parts).timestamp_ns.tolist()


def test_a_closed_recorder_reports_what_the_format_does_not_hold(tmp_path):
    batch = small_batch(5)
    batch.records["source"] = 3
    batch.records["timestamp_ns"] += 1
    with Recorder(tmp_path / "log.asc") as recorder:
        recorder.write(batch)
    said = "5 frames with times rounded to 1 µs; 5 frames without source"
    assert recorder.losses == f"Vector ASC does not hold all of it: {said}"


@pytest.mark.parametrize("name", ["mf4", "parquet"])
def test_marks_above_the_maximum_of_a_sink_are_counted(name, tmp_path):
    with open_writer(tmp_path / f"log{FORMATS_BY_NAME[name].suffixes[0]}") as writer:
        writer.write(FIRST)
        for row in range(10_003):
            writer.write_mark(Mark(10, int(FIRST.timestamp_ns[0]), f"mark {row}"))
    assert (writer.marks, writer.lost) == (10_000, ["3 marks left out"])
