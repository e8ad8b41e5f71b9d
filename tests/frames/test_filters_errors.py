"""A filter that cannot be understood says what was expected and where."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.frames.filters import FilterError, compile_filter


def names(_pattern: str) -> set[tuple[int, bool]]:
    """A database without messages."""
    return set()


def refusal(text: str) -> FilterError:
    """The error that a text is refused with."""
    with pytest.raises(FilterError) as caught:
        compile_filter(text, names=names, signals=lambda _name: None)
    return caught.value


@pytest.mark.parametrize("digits", ["9" * 5000, "-" + "9" * 5000, "0" * 5000 + "1", "0x" + "f" * 5000])
@pytest.mark.parametrize("text", ["id == {}", "id in (1..{})", "data[{}] == 1"])
def test_numbers_of_thousands_of_digits_are_refused_as_others(text, digits):
    assert str(refusal(text.format(digits)))


@pytest.mark.parametrize(
    ("text", "position", "message"),
    [
        ("id", 2, "expected a comparison"),
        ("id ==", 5, "expected a number, found the end"),
        ("id == and", 6, "expected a number, found “and”"),
        ("id == 1A3", 6, "hexadecimal numbers begin with 0x"),
        ('id == "1"', 6, "expected a number"),
        ("id == 0x1 or", 12, "expected a condition, found the end"),
        ("or id == 1", 0, "expected a condition, found “or”"),
        ("fd and and brs", 7, "expected a condition"),
        ("(fd or brs", 10, "expected “)” for the “(” at character 1"),
        ("fd)", 2, "expected “and”, “or” or the end, found “)”"),
        ("()", 1, "expected a condition"),
        ("id == 1 == 2", 8, "expected “and”, “or” or the end"),
        ("id in", 5, "expected a number or a range"),
        ("id in ()", 7, "expected a number or a range"),
        ("id in (1, 2", 11, "expected “,” or “)”"),
        ("id in (1 2)", 9, "expected “,” or “)”"),
        ("id in 5..1", 7, "ends before it begins"),
        ("id in 5..", 9, "the range's last number"),
        ("id not 5", 3, "expected a comparison"),
        ("dlc & x", 6, "expected a whole number"),
        ("dlc & 1.5", 6, "expected a whole number"),
        ("dlc & -1", 6, "whole number of up to 63 bits"),
        ("id == 99999999999999999999", 6, "expected a number"),
        ("data[64]", 5, "bytes are data[0] to data[63]"),
        ("data[-1] == 0", 5, "bytes are data[0] to data[63]"),
        ("data[1.5] == 0", 5, "bytes are data[0] to data[63]"),
        ("data[x]", 5, "the number of a byte"),
        ("data[1", 6, "expected “]”"),
        ("data[1]", 7, "expected a comparison"),
        ("data > 5", 5, "expected one of == = != ~ !~ [ after data"),
        ("data == xyz", 8, "pairs of hexadecimal digits"),
        ('data ~ ""', 7, "pairs of hexadecimal digits"),
        ("data ~", 6, "payload bytes"),
        ("dir == up", 7, "expected rx or tx"),
        ("dir > rx", 4, "expected one of == = !="),
        ("name ~", 6, "expected a name"),
        ("name > x", 5, "after name"),
        ("source ==", 9, "expected an address"),
        ("speed > 5", 0, "unknown field “speed”. Fields are id"),
        ("0x100 <= id", 0, "unknown field “0x100”"),
        ("Engine.Speed > 5", 0, "no loaded database has a signal “Engine.Speed”"),
        ("time > soon", 7, "expected a number"),
        ("time > 1e300", 7, "expected a number"),
        ('name ~ "Engine', 7, "not closed"),
        ("id == 1 ; fd", 8, "“;” has no meaning here"),
        ("fd & brs", 3, "expected “and”, “or” or the end"),
        ("!", 1, "expected a condition"),
        ("== 5", 0, "expected a condition"),
        ("00 " * 65, 0, "more than 64 payload bytes"),
    ],
)
def test_an_error_names_what_was_expected_and_its_position(text: str, position: int, message: str):
    error = refusal(text)
    assert message in error.message
    assert error.position == position
    assert str(error) == f"{error.message} (at character {position + 1})"


def test_names_need_a_database():
    with pytest.raises(FilterError, match="no database is loaded"):
        compile_filter("name ~ Engine")


@pytest.mark.parametrize("text", ["(" * 5000, "not " * 2000, "!" * 5000, "(" * 60 + "fd" + ")" * 60])
def test_nesting_has_a_bound(text: str):
    assert "conditions within each other" in refusal(text).message


def test_length_has_a_bound():
    assert "16384 characters" in refusal("fd or " * 10_000).message
    compile_filter("fd or " * 2000 + "fd")


PIECES = st.sampled_from(
    [
        *("id", "dlc", "data", "name", "source", "dir", "time", "fd", "rx", "and", "or", "not", "in", "Ab.c"),
        *("(", ")", "[", "]", ",", "..", "==", "!=", "~", "&", "!", "<", "5", "0x1", "1.5", "10.0.0.7", "DE"),
    ]
)


@given(st.lists(PIECES, max_size=12).map(" ".join) | st.text(max_size=30))
def test_any_text_is_a_filter_or_an_error_with_a_position(text: str):
    try:
        compile_filter(text, names=names)
    except FilterError as error:
        assert 0 <= error.position <= len(text)
        assert error.message
