"""Times that go backwards are counted, also from one batch to the next."""

import numpy as np

from canmcast_gui.frames import FrameBatch
from canmcast_gui.logfile.backwards import Backwards


def frames(times: list[int]) -> FrameBatch:
    return FrameBatch.from_columns(
        timestamp_ns=times, arbitration_id=1, data=np.zeros((len(times), 8), dtype=np.uint8)
    )


def test_steps_back_are_found_within_and_between_batches():
    found = Backwards()
    for times in ([5, 6, 6], [], [4, 7], [2_000_000_007, 7]):
        found.add(frames(times) if times else FrameBatch.empty())
    assert found.count == 2
    assert found.sentence == "2 frames are older than the one before"


def test_all_forwards_says_nothing():
    found = Backwards()
    found.add(frames([1, 2, 2, 3]))
    assert (found.count, found.sentence) == (0, "")
