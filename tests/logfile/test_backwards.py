"""Times that go backwards are counted across batches, and the first are marked."""

import numpy as np

from canmcast_gui.frames import FrameBatch
from canmcast_gui.logfile.backwards import MOST_NOTED, Backwards


def frames(times: list[int]) -> FrameBatch:
    return FrameBatch.from_columns(
        timestamp_ns=times, arbitration_id=1, data=np.zeros((len(times), 8), dtype=np.uint8)
    )


def test_steps_back_are_found_within_and_between_batches():
    found = Backwards()
    for times in ([5, 6, 6], [], [4, 7], [2_000_000_007, 7]):
        found.add(frames(times) if times else FrameBatch.empty())
    assert found.count == 2
    assert [(note.row, note.timestamp_ns) for note in found.notes] == [(3, 4), (6, 7)]
    assert found.notes[1].text == "The time goes back by 2 s"
    assert found.sentence == "2 frames are older than the one before"


def test_all_forwards_says_nothing():
    found = Backwards()
    found.add(frames([1, 2, 2, 3]))
    assert (found.count, found.notes, found.sentence) == (0, [], "")


def test_only_the_first_are_marked():
    found = Backwards()
    found.add(frames([2, 1] * 100))
    assert (found.count, len(found.notes)) == (100, MOST_NOTED)
