"""Texts typed into cells of the transmit table, and pasted frames."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.app.transmit.parsing.row_text import (
    parse_count,
    parse_data,
    parse_frames,
    parse_id,
    parse_length,
    parse_period,
    period_text,
)
from canmcast_gui.app.transmit.row import RowError
from canmcast_gui.frames import Flag
from canmcast_gui.frames.text import data_text, id_text


@given(st.integers(0, 0x1FFFFFFF), st.booleans())
def test_ids_are_read_as_they_are_shown(number: int, decimal: bool):
    assert parse_id(id_text(number, extended=True, decimal=decimal), extended=True, decimal=decimal) == number


def test_an_id_can_have_a_hexadecimal_prefix():
    assert parse_id(" 0x1a0 ", extended=False) == parse_id("0x1A0", extended=False, decimal=True) == 0x1A0


@pytest.mark.parametrize(
    ("text", "extended", "decimal"),
    [
        ("", False, False),
        ("-1", True, False),
        ("12G", False, False),
        ("1A", False, True),
        ("800", False, False),
    ],
)
def test_other_ids_are_refused(text, extended, decimal):
    with pytest.raises(RowError):
        parse_id(text, extended, decimal)


@given(st.binary(max_size=8), st.booleans())
def test_data_is_read_as_it_is_shown(data: bytes, decimal: bool):
    assert parse_data(data_text(data, decimal), fd=False, decimal=decimal) == data


@pytest.mark.parametrize(
    "text",
    ["DE AD 01", "dead01", "0xDE,0xAD,0x01", "0xDEAD01", "DE-AD-01", "DE AD 1", " de:ad:01 ", "DE.AD.01"],
)
def test_data_can_be_written_in_several_ways(text):
    assert parse_data(text, fd=False) == b"\xde\xad\x01"


@pytest.mark.parametrize(
    ("text", "fd", "decimal", "reason"),
    [
        ("D", False, False, "odd number"),
        ("DEA", False, False, "odd number"),
        ("XY", False, False, "hex digits"),
        ("256", False, True, "0 to 255"),
        ("00 11 22 33 44 55 66 77 88", False, False, "9 bytes do not fit"),
        ("00 11 22 33 44 55 66 77 88", True, False, "8 or 12"),
    ],
)
def test_other_data_is_refused_with_a_reason(text, fd, decimal, reason):
    with pytest.raises(RowError, match=reason):
        parse_data(text, fd, decimal)


@given(st.integers(100_000, 3_600_000_000_000))
def test_periods_are_read_as_they_are_shown(period_ns: int):
    assert parse_period(period_text(period_ns)) == period_ns


@pytest.mark.parametrize("text", ["", "x", "0", "-5", "nan", "inf", "1e300", "86400001"])
def test_other_periods_are_refused(text):
    with pytest.raises(RowError):
        parse_period(text)


@pytest.mark.parametrize("text", ["", "x", "9", "-1", "²"])
def test_other_lengths_are_refused(text):
    with pytest.raises(RowError):
        parse_length(text, fd=False)


@pytest.mark.parametrize("digits", ["9" * 5000, "0" * 5000, "9e999"])
def test_numbers_of_thousands_of_digits_are_refused(digits):
    for parse in (
        lambda: parse_data(digits, fd=True, decimal=True),
        lambda: parse_length(digits, fd=True),
        lambda: parse_count(digits),
        lambda: parse_id("9" + digits, extended=True, decimal=True),
    ):
        with pytest.raises(RowError):
            parse()


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
        ("", "contains no frame"),
        ("123#11\nhello world", "Line 2 is not a frame"),
        ("123#112", "Line 1: .* pairs of hex digits"),
        ("FFF#11", "Line 1: .* above 7FF"),
        ("123##0" + "11" * 65, "Line 1: .* 65 data bytes"),
        ("123#" + "00" * 9, "Line 1: .* 9 data bytes"),
        ("1234#11", "Line 1: .* not a frame"),
    ],
)
def test_other_text_is_refused_and_the_line_is_named(text, reason):
    with pytest.raises(RowError, match=reason):
        parse_frames(text)


@given(st.text(max_size=60))
def test_any_text_is_accepted_or_refused(text: str):
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


def test_numbers_of_the_trace_can_be_decimal():
    (row,) = parse_frames("ID\tType\tData\n291\tS\t  1  10", decimal=True)
    assert (row.arbitration_id, row.data) == (0x123, b"\x01\x0a")


def test_a_copied_error_frame_is_refused():
    with pytest.raises(RowError, match="Line 2: only data frames and remote frames"):
        parse_frames("ID\tType\tData\n000\tS E\t")
