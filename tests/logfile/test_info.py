"""What a file holds, counted, against the counts of another program's reader."""

import pytest

from canmcast_gui.frames import Flag
from canmcast_gui.logfile import file_info, save
from tests.logfile.frames import small_batch
from tests.support.corpus import corpus_file, corpus_table

READABLE = ("asc/", "blf/", "candump/", "trc/")
# An event line alone is in no format that can be told.
TRUTH = [
    row
    for row in corpus_table("TRUTH.tsv")
    if row["path"].startswith(READABLE) and row["path"] != "asc/vector_event_lines/test_EventComment.asc"
]
COLUMNS = {
    "error_frames": "error_frames",
    "fd_frames": "fd",
    "remote_frames": "remote",
    "extended_frames": "extended",
    "tx_frames": "tx",
    "channels": "channels",
    "ids": "ids",
}


@pytest.mark.parametrize("truth", TRUTH, ids=lambda row: row["path"])
def test_counts_of_real_files(truth):
    info = file_info(corpus_file(truth["path"]))
    assert info["frames"] == int(truth["data_frames"]) + int(truth["error_frames"])
    assert info["data_frames"] + info["remote_frames"] == int(truth["data_frames"])
    expected = {name: int(truth[column]) for name, column in COLUMNS.items()}
    if truth["path"] == "asc/pycan/logfile.asc":
        # One of its CANFD lines has the remote bit and not that of FD: a classic remote frame.
        expected |= {"fd_frames": expected["fd_frames"] - 1, "remote_frames": expected["remote_frames"] + 1}
    assert {name: info[name] for name in expected} == expected
    for name in ("first_time_s", "last_time_s"):
        if truth[name]:
            assert info[name] == pytest.approx(float(truth[name]), abs=1e-9)
        else:
            assert info[name] is None


def test_all_kinds_are_counted(tmp_path):
    batch = small_batch(6)
    batch.records["flags"][:5] = [Flag.ERROR, Flag.REMOTE, Flag.FD, Flag.EXTENDED | Flag.TX, Flag.EXTENDED]
    batch.records["channel"][3] = 2
    path = tmp_path / "log.asc"
    save(path, [batch])
    path.write_text(path.read_text() + "garbage\n")
    assert file_info(path) == {
        "format": "asc",
        "frames": 6,
        "data_frames": 4,
        "error_frames": 1,
        "remote_frames": 1,
        "fd_frames": 1,
        "extended_frames": 2,
        "tx_frames": 1,
        "channels": 2,
        "ids": 5,
        "first_time_s": 0.501,
        "last_time_s": 0.505,
        "skipped": 1,
    }
