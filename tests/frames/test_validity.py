"""Which frames may be sent: as python-can's own check has it."""

import can
import pytest
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.frames.validity import first_problem
from tests.support.messages import messages


@given(st.lists(messages(), max_size=5))
def test_valid_frames_have_no_problem(valid):
    assert first_problem(FrameBatch.from_messages(valid)) is None


@given(
    st.integers(0, 2**29 + 5),
    st.integers(0, 0x7F),
    st.integers(0, 64),
    st.integers(0, 15),
)
def test_it_agrees_with_a_stock_peer(number, flags, length, dlc):
    batch = FrameBatch.from_columns(0, [number], [list(bytes(length))], flags=flags, dlc=dlc)
    message = batch.to_messages()[0]
    try:
        message._check()
        valid = True
    except ValueError:
        valid = False
    if (flags & Flag.ESI and not flags & Flag.FD) or (flags & Flag.REMOTE and length):
        valid = False  # stock overlooks these
    assert (first_problem(batch) is None) == valid


def test_it_names_the_first_wrong_frame():
    rows = [can.Message(arbitration_id=1, data=[1]), can.Message(arbitration_id=2, data=[2])]
    batch = FrameBatch.from_messages(rows * 3)
    batch.records["arbitration_id"][3] = 0x20000000
    batch.records["flags"][[2, 4]] = Flag.BRS
    found = first_problem(batch)
    assert found is not None and found[0] == 2 and "bit rate switch" in found[1]


@pytest.mark.parametrize(
    ("flags", "length", "words"),
    [(0, 9, "at most 8 bytes, not 9"), (Flag.REMOTE, 1, "no data, not 1"), (Flag.EXTENDED, 12, "not 12")],
)
def test_it_says_what_is_wrong(flags, length, words):
    batch = FrameBatch.from_columns(0, [0x123], [list(bytes(length))], flags=int(flags))
    assert words in first_problem(batch)[1]
