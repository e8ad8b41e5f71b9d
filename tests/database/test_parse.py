"""Why a file cannot be read: in words about the file, always."""

import pytest

from canmcast_gui.database.parse import reason_of


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (MemoryError(), "not enough memory"),
        (RecursionError("maximum recursion depth exceeded"), "nested too deeply"),
        (TypeError("'NoneType' object is not iterable"), "a part of it is missing"),
        (AttributeError("'NoneType' object has no attribute 'text'"), "a part of it is missing"),
        (ValueError("invalid literal for int() with base 10: 'eight'"), "a part of it is missing"),
        (ValueError("could not convert string to float: 'x'"), "a part of it is missing"),
        (KeyError("name"), "a part of it is missing"),
        (AssertionError(), "a part of it is missing"),
        (ValueError(), "a part of it is missing"),
        (ValueError("two\nlines"), "two lines"),
    ],
)
def test_every_error_has_a_reason(error, words):
    assert words in reason_of(error)
    assert "\n" not in reason_of(error)
