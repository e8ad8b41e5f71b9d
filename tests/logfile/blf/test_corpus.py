"""Real BLF files: counts of a second reader, and frames of python-can where it is right."""

import can
import numpy as np
import pytest

from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.logfile import FileError, file_info, read_batches
from tests.support.corpus import corpus_file, corpus_table

# Its only frame has an id with more than 29 bits, and is left out.
IMPOSSIBLE = "blf/technica_errors/FileWithUnknownObjectType.blf"
TRUTH = [
    row for row in corpus_table("TRUTH.tsv") if row["path"].startswith("blf/") and row["path"] != IMPOSSIBLE
]
SAME_AS_PYTHON_CAN = [
    "blf/canoe15_sim_2ch_pair.blf",
    "blf/canoe15_trigger_gw171_T001.blf",
    "blf/pycan/issue_1905.blf",
    "blf/synthetic_pycan_written.blf",
]


@pytest.mark.parametrize("truth", TRUTH, ids=lambda row: row["path"])
def test_counts_and_times(truth):
    try:
        info = file_info(corpus_file(truth["path"]))
    except FileError:
        assert truth["data_frames"] == truth["error_frames"] == "0"
        return
    assert info.data_frames + info.remote_frames == int(truth["data_frames"])
    for ours, theirs in (
        ("error_frames", "error_frames"),
        ("fd_frames", "fd"),
        ("remote_frames", "remote"),
        ("extended_frames", "extended"),
        ("tx_frames", "tx"),
        ("channels", "channels"),
        ("ids", "ids"),
    ):
        assert getattr(info, ours) == int(truth[theirs] or 0), ours
    for time in ("first_time_s", "last_time_s"):
        if truth[time]:
            assert getattr(info, time) == pytest.approx(float(truth[time]), abs=2e-9)


def test_a_frame_whose_id_has_more_than_29_bits_is_left_out():
    with pytest.raises(FileError, match="ids above 1FFFFFFF, left out: 1 frame"):
        file_info(corpus_file(IMPOSSIBLE))


@pytest.mark.parametrize("name", SAME_AS_PYTHON_CAN)
def test_python_can_reads_the_same(name):
    reader = read_batches(corpus_file(name))
    ours = FrameBatch.concatenate(list(reader))
    with can.BLFReader(corpus_file(name)) as stock:
        theirs = FrameBatch.from_messages(stock)
        shift = reader.start_ns - round(stock.start_timestamp * 1e9)
    assert len(ours) == len(theirs)
    assert np.abs(ours.timestamp_ns - shift - theirs.timestamp_ns).max() < 1000  # floats of seconds
    for column in ("arbitration_id", "flags", "channel", "dlc", "length"):
        assert (getattr(ours, column) == getattr(theirs, column)).all(), column
    assert (ours.payload_matrix() == theirs.payload_matrix()).all()


def test_marks_of_real_files():
    reader = read_batches(corpus_file("blf/vehicle_canoe10_26ids_147s.blf"))
    frames = sum(map(len, reader))
    errors = [mark for mark in reader.marks if mark.text.startswith("Driver error 0x68 on channel 1")]
    assert len(errors) == 148
    assert 0 < errors[0].row < errors[-1].row < frames
    reader = read_batches(corpus_file("blf/canoe15_trigger_gw171_T001.blf"))
    list(reader)
    assert "GW_ERROR_LOG: [1]" in [mark.text for mark in reader.marks]


def test_a_file_of_error_frames_only():
    batch = FrameBatch.concatenate(
        list(read_batches(corpus_file("blf/technica_binlog/test_CanFdErrorFrame64.blf")))
    )
    assert batch.arbitration_id.tolist() == [0x0AAAAAAA] * 2
    assert batch.has(Flag.ERROR | Flag.EXTENDED).all()
