"""Which frames are valid, compared with the check of python-can."""

import can
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.frames.validity import first_problem, frame_problem, repair_ids, valid_rows
from tests.support.messages import messages


def is_valid_in_python_can(message: can.Message) -> bool:
    names = ("arbitration_id", "is_extended_id", "is_remote_frame", "is_error_frame", "dlc", "data", "is_fd")
    names += ("bitrate_switch", "error_state_indicator")
    try:
        can.Message(**{name: getattr(message, name) for name in names}, check=True)
    except ValueError:
        return False
    return True


@given(st.lists(messages(), max_size=5))
def test_valid_frames_have_no_problem(valid):
    assert first_problem(FrameBatch.from_messages(valid)) is None


@given(
    st.integers(0, 2**29 + 5),
    st.integers(0, 0x7F),
    st.integers(0, 64),
    st.integers(0, 15),
)
def test_it_agrees_with_python_can(number, flags, length, dlc):
    batch = FrameBatch.from_columns(0, [number], [list(bytes(length))], flags=flags, dlc=dlc)
    valid = is_valid_in_python_can(batch.to_messages()[0])
    if (flags & Flag.ESI and not flags & Flag.FD) or (flags & Flag.REMOTE and length):
        valid = False  # python-can does not check these
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


def frames(ids: list[int], flags: list[int]) -> FrameBatch:
    data = np.arange(len(ids), dtype=np.uint8).reshape(-1, 1)
    return FrameBatch.from_columns(np.arange(len(ids)), ids, data, flags=flags)


def test_valid_ids_are_not_changed():
    assert repair_ids(FrameBatch.empty()) is None
    assert repair_ids(frames([0, 0x7FF, 0x1FFFFFFF], [0, 0, Flag.EXTENDED])) is None


def test_a_standard_id_with_more_than_11_bits_is_extended():
    repaired = repair_ids(frames([0x7FF, 0x800, 0x1FFFFFFF], [0, Flag.TX, 0]))
    assert repaired is not None
    assert repaired.batch.arbitration_id.tolist() == [0x7FF, 0x800, 0x1FFFFFFF]
    assert repaired.batch.flags.tolist() == [0, Flag.TX | Flag.EXTENDED, Flag.EXTENDED]
    assert (repaired.made_extended.tolist(), repaired.left_out.tolist()) == ([1, 2], [])


def test_the_highest_of_32_bits_marks_extended_ids():
    repaired = repair_ids(frames([0x80000123, 0x98FEF100], [Flag.EXTENDED, 0]))
    assert repaired is not None
    assert repaired.batch.arbitration_id.tolist() == [0x123, 0x18FEF100]
    assert repaired.batch.flags.tolist() == [Flag.EXTENDED, Flag.EXTENDED]
    assert (repaired.made_extended.tolist(), repaired.left_out.tolist()) == ([], [])


def test_frames_whose_id_has_more_than_29_bits_are_left_out():
    ids = [1, 0x20000000, 0x800, 0x7FFFFFFF, 0xE0000001]
    repaired = repair_ids(frames(ids, [0, Flag.EXTENDED, 0, 0, 0]))
    assert repaired is not None
    assert repaired.batch.arbitration_id.tolist() == [1, 0x800]
    assert [repaired.batch.payload(row) for row in range(2)] == [b"\0", b"\2"]
    assert (repaired.made_extended.tolist(), repaired.left_out.tolist()) == ([1], [1, 3, 4])


def test_error_frames_are_never_left_out():
    repaired = repair_ids(frames([0xAAAAAAAA, 0x900], [Flag.ERROR, Flag.ERROR]))
    assert repaired is not None
    assert repaired.batch.arbitration_id.tolist() == [0x0AAAAAAA, 0x900]
    assert repaired.batch.flags.tolist() == [Flag.ERROR | Flag.EXTENDED] * 2
    assert len(repaired.made_extended) == len(repaired.left_out) == 0


@given(
    rows=st.lists(
        st.tuples(st.integers(0, 0xFFFFFFFF), st.sampled_from([0, Flag.EXTENDED, Flag.ERROR, Flag.FD])),
        min_size=1,
    )
)
def test_repaired_frames_are_valid_and_need_no_second_repair(rows):
    ids, flags = zip(*rows, strict=True)
    batch = frames(list(ids), list(flags))
    repaired = repair_ids(batch)
    if repaired is None:
        assert valid_rows(batch).all()
        return
    assert valid_rows(repaired.batch).all()
    assert repair_ids(repaired.batch) is None
    assert len(repaired.batch) + len(repaired.left_out) == len(batch)


@pytest.mark.parametrize("number", [-1, 1 << 32, (1 << 32) + 5])
def test_a_batch_refuses_ids_that_its_column_would_cut(number):
    with pytest.raises(ValueError, match="arbitration ids must be between 0 and 0xffffffff"):
        FrameBatch.from_columns([0, 0], [1, number], np.zeros((2, 1), np.uint8))
