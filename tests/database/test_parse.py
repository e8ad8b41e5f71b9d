"""Reasons why a file cannot be read are in words about the file; cantools logs nothing while it parses."""

import logging
import threading

import pytest

from canmcast_gui.database.parse import reason_of, without_log_records


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


@pytest.mark.expected_log
def test_log_records_are_dropped_only_in_the_thread_that_parses(caplog):
    logger = logging.getLogger("cantools.database.can.database")
    with without_log_records():
        logger.warning("of the parser")
        thread = threading.Thread(target=logger.warning, args=("of another thread",))
        thread.start()
        thread.join()
    logger.warning("after parsing")
    assert caplog.messages == ["of another thread", "after parsing"]
