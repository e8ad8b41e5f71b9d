"""Several files as one: by their times, together, or one after the other."""

import numpy as np
import pytest

from canmcast_gui.frames import FrameBatch
from canmcast_gui.logfile import open_writer
from canmcast_gui.logfile.merge import LogPart
from canmcast_gui.logfile.several import ORDERS, open_several

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
    reader = open_several(parts, order, 2)
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
def test_frames_come_in_the_order_that_was_chosen(logs, order, offset, ids, times):
    parts = [LogPart(logs[0]), LogPart(logs[1], round(offset * SECOND))]
    assert read(parts, order) == (ids, times)


@pytest.mark.parametrize("order", ORDERS)
def test_one_file_is_the_same_in_every_order(logs, order):
    assert read([LogPart(logs[0])], order) == (A, [0, 100, 200])


def test_channels_stay_where_files_follow_one_another(logs):
    parts = [LogPart(path) for path in logs]
    reader = open_several(parts, "in turn")
    assert {channel for batch in reader for channel in batch.channel.tolist()} == {1}
    assert (reader.renumbered, reader.skipped) == ([], 0)
    reader = open_several(parts)
    assert {channel for batch in reader for channel in batch.channel.tolist()} == {1, 2}
