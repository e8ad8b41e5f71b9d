"""What is typed into cells of the transmit table."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.app.transmit.row import RowError
from canmcast_gui.app.transmit.row_text import (
    parse_count,
    parse_data,
    parse_id,
    parse_length,
    parse_period,
    period_text,
)
from canmcast_gui.frames.text import data_text, id_text


@given(st.integers(0, 0x1FFFFFFF), st.booleans())
def test_ids_are_read_as_they_are_shown(number: int, decimal: bool):
    assert parse_id(id_text(number, extended=True, decimal=decimal), extended=True, decimal=decimal) == number


def test_an_id_may_say_that_it_is_hexadecimal():
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
def test_data_may_be_written_in_many_ways(text):
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
