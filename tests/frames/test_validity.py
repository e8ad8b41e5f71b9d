"""Which frames may be sent: as python-can's own check has it."""

import can
import pytest
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.frames.validity import first_problem, frame_problem
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
    ("frame", "says"),
    [
        ((0x800, 0, 0, 0), "standard arbitration id"),
        ((0x20000000, Flag.EXTENDED, 0, 0), "extended arbitration id"),
        ((1, 0, 9, 9), "at most 8 bytes"),
        ((1, Flag.FD, 65, 65), "at most 64 bytes"),
        ((1, Flag.FD, 3, 4), "payload has 4"),
        ((1, Flag.REMOTE, 3, 3), "carries no data"),
        ((1, Flag.BRS, 3, 3), "CAN FD frames only"),
        ((1, Flag.REMOTE | Flag.FD, 0, 0), "no remote frames"),
    ],
)
def test_a_problem_is_a_sentence(frame: tuple[int, int, int, int], says: str):
    assert says in frame_problem(*frame)
