"""Who sends each id, against a plain program that looks at one frame after the other."""

from itertools import chain

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.recording.newest import NewestById
from canmcast_gui.recording.senders import OWN

ONE = st.tuples(st.integers(1, 4), st.integers(0, 4), st.booleans())


def batch_of(frames: list[tuple[int, int, bool]]) -> FrameBatch:
    """Frames of (id, source, sent by this program)."""
    ids, sources, own = (list(column) for column in zip(*frames, strict=True))
    flags = np.where(own, int(Flag.TX), 0).astype(np.uint16)
    batch = FrameBatch.from_columns(np.arange(len(ids)), ids, np.zeros((len(ids), 1), np.uint8), flags=flags)
    batch.records["source"] = sources
    return batch


def plain(frames: list[tuple[int, int, bool]]) -> dict[int, list[int]]:
    """Of each id, in the order of appearance: source, the one before it, and how often one came back."""
    entries: dict[int, list[int]] = {}
    for number, source, own in frames:
        source = OWN if own else source
        entry = entries.setdefault(number, [0, 0, 0])
        if entry[0] and source and source != entry[0]:
            entry[2] += entry[1] == source
            entry[1] = entry[0]
        entry[0] = source
    return entries


@given(st.lists(st.lists(ONE, min_size=1, max_size=30), min_size=1, max_size=5))
def test_as_one_frame_after_the_other(batches):
    newest, row = NewestById(), 0
    for frames in batches:
        newest.update(batch_of(frames), row)
        row += len(frames)
    senders = newest.senders
    found = zip(senders.source.tolist(), senders.before.tolist(), senders.returns.tolist(), strict=True)
    assert [list(one) for one in found] == list(plain([*chain(*batches)]).values())


def test_a_sender_that_takes_over_for_good_is_none_of_two():
    newest = NewestById()
    newest.update(batch_of([(1, 1, False)] * 5 + [(1, 2, False)] * 5 + [(1, 3, False)]), 0)
    assert newest.senders.returns.tolist() == [0]
    newest.update(batch_of([(1, 2, False)]), 11)
    assert newest.senders.returns.tolist() == [1]


def test_this_program_is_one_sender_on_all_its_interfaces():
    newest = NewestById()
    newest.update(batch_of([(1, 1, True), (1, 2, True)] * 5), 0)
    assert newest.senders.returns.tolist() == [0]
    assert newest.senders.source.tolist() == [OWN]
