"""Which jobs are possible, and the reasons why others are refused."""

import pytest

from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.transmit.errors import TransmitError
from canmcast_gui.transmit.jobs.job import Job, validate_frames

FRAME = FrameBatch.from_columns(0, [0x123], [[1, 2, 3]])
PAIR = FrameBatch.concatenate([FRAME, FRAME])


def test_valid_jobs_pass():
    validate_frames(FrameBatch.empty())
    validate_frames(PAIR)
    Job(1, FRAME, 100_000).validated()
    Job(1, FRAME, 10**12, 1).validated()


@pytest.mark.parametrize(
    ("frame", "period_ns", "count", "words"),
    [
        (PAIR, 10**6, None, "one frame, not 2"),
        (FrameBatch.empty(), 10**6, None, "one frame, not 0"),
        (FRAME, 0, None, "A period of 0 ms is not possible; choose one between 0.1 ms and 24 hours"),
        (FRAME, 10**15, None, "24 hours"),
        (FRAME, 10**6, 0, "cannot send 0 frames"),
        (FrameBatch.from_columns(0, [0x800], [[1]]), 10**6, None, "0x800 is not a standard arbitration id"),
    ],
)
def test_wrong_jobs_are_refused_with_a_reason(frame, period_ns, count, words):
    with pytest.raises(TransmitError, match=words):
        Job(1, frame, period_ns, count).validated()


def test_the_wrong_one_of_many_frames_is_named():
    batch = FrameBatch.concatenate([FRAME] * 5)
    batch.records["flags"][3] = Flag.BRS
    with pytest.raises(TransmitError, match=r"^Frame 4 of 5 was not sent: a bit rate switch"):
        validate_frames(batch)
