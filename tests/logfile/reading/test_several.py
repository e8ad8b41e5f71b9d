"""Several files as one: by their times, together, or one after the other."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.logfile import FileError, open_writer, save
from canmcast_gui.logfile.reading import ORDERS, LogPart, MergedReader, open_reader

SECOND = 1_000_000_000
START = 1_700_000_000 * SECOND


@pytest.fixture
def logs(tmp_path):
    """Two files of three frames, 100 ms apart; the second begins 50 ms after the first."""
    paths = [tmp_path / "a.log", tmp_path / "b.log"]
    for number, path in enumerate(paths):
        times = START + number * SECOND // 20 + np.arange(3) * SECOND // 10
        with open_writer(path, "candump") as writer:
            writer.write(FrameBatch.from_columns(times, 0x100 * (number + 1) + np.arange(3), [[1]] * 3))
    return paths


def read(parts, order):
    reader = open_reader(parts, order, 2)
    batch = FrameBatch.concatenate(list(reader))
    since = (batch.timestamp_ns - batch.timestamp_ns[0]) // (SECOND // 1000)
    assert reader.progress == pytest.approx(1.0)
    return batch.arbitration_id.tolist(), since.tolist()


A, B = [0x100, 0x101, 0x102], [0x200, 0x201, 0x202]


@pytest.mark.parametrize(
    ("order", "offset", "ids", "times"),
    [
        ("times", 0, [0x100, 0x200, 0x101, 0x201, 0x102, 0x202], [0, 50, 100, 150, 200, 250]),
        ("times", 0.05, [0x100, 0x101, 0x200, 0x102, 0x201, 0x202], [0, 100, 100, 200, 200, 300]),
        ("together", 0, [0x100, 0x200, 0x101, 0x201, 0x102, 0x202], [0, 0, 100, 100, 200, 200]),
        ("in turn", 0, A + B, [0, 100, 200, 200, 300, 400]),
        ("in turn", 1, A + B, [0, 100, 200, 1200, 1300, 1400]),
    ],
)
def test_frames_are_in_the_chosen_order(logs, order, offset, ids, times):
    parts = [LogPart(logs[0]), LogPart(logs[1], round(offset * SECOND))]
    assert read(parts, order) == (ids, times)


@pytest.mark.parametrize("order", ORDERS)
def test_one_file_is_the_same_in_every_order(logs, order):
    assert read([LogPart(logs[0])], order) == (A, [0, 100, 200])


def test_channels_stay_where_files_follow_one_another(logs):
    parts = [LogPart(path) for path in logs]
    reader = open_reader(parts, "in turn")
    assert {channel for batch in reader for channel in batch.channel.tolist()} == {1}
    assert (reader.renumbered, reader.skipped) == ([], 0)
    reader = open_reader(parts)
    assert {channel for batch in reader for channel in batch.channel.tolist()} == {1, 2}


SECOND = 1_000_000_000


def frames(moments: list[float], channel: int = 1, width: int = 8) -> FrameBatch:
    return FrameBatch.from_columns(
        timestamp_ns=[1_700_000_000 * SECOND + round(moment * SECOND) for moment in moments],
        arbitration_id=np.arange(len(moments)),
        data=np.full((len(moments), width), channel, dtype=np.uint8),
        channel=channel,
        flags=Flag.FD if width > 8 else 0,
    )


def merged(parts: list[LogPart], **more) -> tuple[FrameBatch, MergedReader]:
    reader = MergedReader(parts, **more)
    return FrameBatch.concatenate([FrameBatch.empty(), *reader]), reader


def written(tmp_path, *batches: FrameBatch) -> list[LogPart]:
    paths = [tmp_path / f"log{place}.blf" for place in range(len(batches))]
    for path, batch in zip(paths, batches, strict=True):
        save(path, [batch])
    return [LogPart(path) for path in paths]


def seconds(batch: FrameBatch) -> list[float]:
    return ((batch.timestamp_ns - 1_700_000_000 * SECOND) / SECOND).tolist()


def test_frames_are_in_time_order_and_each_file_has_its_own_channels(tmp_path):
    batch, reader = merged(written(tmp_path, frames([1, 3, 5]), frames([2, 3, 6], width=12), frames([4], 2)))
    assert seconds(batch) == [1, 2, 3, 3, 4, 5, 6]
    assert batch.channel.tolist() == [1, 2, 1, 2, 3, 1, 2]
    assert reader.channels == {(0, 1): 1, (1, 1): 2, (2, 2): 3}
    assert [batch.payload(row)[0] for row in range(7)] == [1, 1, 1, 1, 2, 1, 1]
    assert (reader.progress, reader.skipped, reader.problems) == (1.0, 0, [])
    assert seconds(FrameBatch.concatenate(list(reader))) == seconds(batch)


def test_offsets_and_a_common_start(tmp_path):
    parts = written(tmp_path, frames([1, 3]), frames([101, 103.5]))
    shifted = [parts[0], LogPart(parts[1].path, -100 * SECOND)]
    assert seconds(merged(shifted)[0]) == [1, 1, 3, 3.5]
    assert seconds(merged(parts, align=True)[0]) == [1, 1, 3, 3.5]
    later = [parts[0], LogPart(parts[1].path, SECOND)]
    assert seconds(merged(later, align=True)[0]) == [1, 2, 3, 4.5]


def test_a_file_keeps_its_own_order_where_its_times_go_backwards(tmp_path):
    batch, _ = merged(written(tmp_path, frames([1, 5, 2, 6]), frames([3, 5.5])))
    own = batch[batch.channel == 1]
    assert seconds(own) == [1, 5, 2, 6]
    assert len(batch) == 6


def test_unreadable_entries_are_counted_with_their_file(tmp_path):
    parts = written(tmp_path, frames([1]))
    bad = tmp_path / "bad.log"
    bad.write_text("(1.0) can0 1#00\ngarbage\n")
    batch, reader = merged([*parts, LogPart(bad)])
    assert (len(batch), reader.skipped) == (2, 1)
    assert reader.problems[0].startswith("bad.log, line 2")
    with pytest.raises(FileError, match="absent"):
        MergedReader([*parts, LogPart(tmp_path / "absent.asc")])


@settings(max_examples=25, deadline=None)
@given(files=st.lists(st.lists(st.integers(0, 30), min_size=1, max_size=30), min_size=1, max_size=4),
       size=st.integers(1, 8))  # fmt: skip
def test_nothing_is_lost_with_any_batches(files, size, tmp_path_factory):
    parts = written(tmp_path_factory.mktemp("files"), *(frames(sorted(moments)) for moments in files))
    batch, _ = merged(parts, batch_frames=size)
    assert seconds(batch) == sorted(moment for moments in files for moment in moments)


def test_findings_name_their_file_and_count_rows_in_all_frames(tmp_path):
    for name, ids in (("a", ["100", "101", "900"]), ("b", ["900", "102", "103"])):
        lines = [
            f"({1 + row}.{'5' if name == 'b' else '0'}) can0 {number}#" for row, number in enumerate(ids)
        ]
        (tmp_path / f"{name}.log").write_text("\n".join(lines))
    batch, reader = merged([LogPart(tmp_path / "a.log"), LogPart(tmp_path / "b.log")], batch_frames=2)
    assert [finding.sentence for finding in reader.findings] == [
        f"{name}.log, standard ids above 7FF, read as extended: 1 frame" for name in "ab"
    ]
    rows = [finding.row for finding in reader.findings]
    assert rows == [4, 1]
    assert batch.arbitration_id[rows].tolist() == [0x900, 0x900]
