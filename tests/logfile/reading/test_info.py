"""Summaries of files, compared with the counts of another reader."""

import pytest

from canmcast_gui.frames import Flag
from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.logfile import FileError, file_info, read_batches, save
from canmcast_gui.logfile.formats import FORMATS
from tests.logfile.frames import small_batch
from tests.support.corpus import corpus_file, corpus_table

FORMATS_READ = {one.name for one in FORMATS if one.can_read}
TRUTH = corpus_table("TRUTH.tsv") or [{"path": "TRUTH.tsv", "data_frames": "0", "error_frames": "0"}]
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
    path = corpus_file(truth["path"])
    if truth["path"].startswith("mf4/") and "mf4" not in FORMATS_READ:
        pytest.skip("MF4 is not read here")
    if truth["path"] == "blf/technica_errors/FileWithUnknownObjectType.blf":
        assert frames_if_any(path) == 0  # its only frame has an id with more than 29 bits
        return
    if truth["data_frames"] == "0" and truth["error_frames"] in ("0", ""):
        assert frames_if_any(path) == 0
        return
    info = file_info(path)
    assert info.frames == int(truth["data_frames"]) + int(truth["error_frames"] or 0)
    assert info.data_frames + info.remote_frames == int(truth["data_frames"])
    expected = {name: int(truth[column]) for name, column in COLUMNS.items() if truth[column]}
    assert {name: getattr(info, name) for name in expected} == expected
    for name in ("first_time_s", "last_time_s"):
        if truth[name]:
            # MF4 counts from its own start; the table has what python-can makes of it.
            shift = start_of(path) if truth["path"].startswith("mf4/") else 0
            assert getattr(info, name) + shift == pytest.approx(float(truth[name]), abs=1e-6)


def start_of(path) -> float:
    """What was added to the times of a file, in seconds, after it has been read."""
    reader = read_batches(path)
    for _ in reader:
        pass
    return reader.start_ns / NS_PER_SECOND


def frames_if_any(path) -> int:
    """The frames of a file that may be refused, with a sentence that names it, because it holds none."""
    try:
        return file_info(path).frames
    except FileError as error:
        assert path.name in str(error)
        return 0


def test_all_kinds_are_counted(tmp_path):
    batch = small_batch(6)
    batch.records["flags"][:5] = [Flag.ERROR, Flag.REMOTE, Flag.FD, Flag.EXTENDED | Flag.TX, Flag.EXTENDED]
    batch.records["channel"][3] = 2
    path = tmp_path / "log.asc"
    save(path, [batch])
    path.write_text(path.read_text() + "garbage\n")
    info = file_info(path).as_json()
    (problem,) = info.pop("problems")
    assert "garbage" in problem
    assert info == {
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
        "backwards": 0,
        "notes": 0,
        "passed_over": {},
        "skipped": 1,
        "damaged_places": 0,
        "missing_s": 0.0,
        "missing_frames": 0,
        "findings": [],
    }
