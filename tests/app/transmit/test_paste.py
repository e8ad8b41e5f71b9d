"""Frames in pasted text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.app.transmit.paste import parse_frames
from canmcast_gui.app.transmit.row import RowError
from canmcast_gui.frames import Flag


@pytest.mark.parametrize(
    ("line", "arbitration_id", "flags", "data"),
    [
        ("123#DEADBEEF", 0x123, 0, "deadbeef"),
        ("123#", 0x123, 0, ""),
        ("123#DE.AD", 0x123, 0, "dead"),
        ("123#R", 0x123, Flag.REMOTE, ""),
        ("123#R3", 0x123, Flag.REMOTE, "000000"),
        ("1F334455#11", 0x1F334455, Flag.EXTENDED, "11"),
        ("00000123#11", 0x123, Flag.EXTENDED, "11"),
        ("1F334455##1AABB", 0x1F334455, Flag.EXTENDED | Flag.FD | Flag.BRS, "aabb"),
        ("123##0" + "11" * 12, 0x123, Flag.FD, "11" * 12),
        ("123##0" + "11" * 9, 0x123, Flag.FD, "11" * 9 + "000000"),
        ("(1700000000.123456) vcan0 123#DEADBEEF", 0x123, 0, "deadbeef"),
        ("(1700000000.123456) vcan0 123#DEADBEEF T", 0x123, 0, "deadbeef"),
        ("  vcan0  123   [4]  DE AD BE EF", 0x123, 0, "deadbeef"),
        ("  vcan0  123   [2]  41 42   'AB'", 0x123, 0, "4142"),
        (
            "  vcan0  12345678  [08]  00 11 22 33 44 55 66 77",
            0x12345678,
            Flag.EXTENDED | Flag.FD,
            "0011223344556677",
        ),
        ("  vcan0  123   [2]  remote request", 0x123, Flag.REMOTE, "0000"),
    ],
)
def test_candump_and_cansend_lines_become_rows(line, arbitration_id, flags, data):
    (row,) = parse_frames(f"\n{line}\n")
    assert (row.arbitration_id, row.flags, row.data.hex()) == (arbitration_id, int(flags), data)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no frame in the text"),
        ("123#11\nhello world", "Line 2 is no frame"),
        ("123#112", "Line 1: .* pairs of hex digits"),
        ("FFF#11", "Line 1: .* above 7FF"),
        ("123##0" + "11" * 65, "Line 1: .* 65 data bytes"),
        ("123#" + "00" * 9, "Line 1: .* 9 data bytes"),
        ("1234#11", "Line 1: .* no frame"),
    ],
)
def test_other_text_is_refused_and_the_line_is_named(text, reason):
    with pytest.raises(RowError, match=reason):
        parse_frames(text)


@given(st.text(max_size=60))
def test_no_text_does_harm(text: str):
    try:
        parse_frames(text)
    except RowError as error:
        assert str(error)


TABLE = """ID\tName\tDLC\tType\tData
123\tEngine\t2\tS\t01 0A
\tSpeed\t\t\t25 rpm
18FEF100\t\t9 (12)\tX FD BRS ESI\t00 01 02 03 04 05 06 07 08 09 0A 0B
321\t\t4\tS R\t
"""


def test_rows_copied_from_the_trace_become_rows():
    one, two, three = parse_frames(TABLE)
    assert (one.name, one.arbitration_id, one.flags, one.data) == ("Engine", 0x123, 0, b"\x01\x0a")
    assert (two.arbitration_id, two.flags) == (0x18FEF100, int(Flag.EXTENDED | Flag.FD | Flag.BRS | Flag.ESI))
    assert two.data == bytes(range(12))
    assert (three.flags, three.data) == (int(Flag.REMOTE), bytes(4))


def test_numbers_of_the_trace_may_be_decimal():
    (row,) = parse_frames("ID\tType\tData\n291\tS\t  1  10", decimal=True)
    assert (row.arbitration_id, row.data) == (0x123, b"\x01\x0a")


def test_a_copied_error_frame_is_refused():
    with pytest.raises(RowError, match="Line 2: only data frames and remote frames"):
        parse_frames("ID\tType\tData\n000\tS E\t")
