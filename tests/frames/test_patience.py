"""Work that may never come to an end is given up on."""

import threading

import pytest

from canmcast_gui.frames.patience import within
from canmcast_gui.frames.regular_file import read_regular
from tests.support.leases import unanswered


def test_the_result_comes_back():
    assert within(5.0, lambda: "result") == "result"
    assert within(5.0, lambda: None) is None


def test_what_is_raised_comes_back():
    with pytest.raises(FileNotFoundError):
        within(5.0, lambda: read_regular("absent", 1))


def test_it_gives_up():
    go_on = threading.Event()
    with pytest.raises(TimeoutError, match=r"nothing has answered for 0\.01 s"):
        within(0.01, go_on.wait)
    go_on.set()


def test_a_file_that_does_not_answer_is_given_up_on(tmp_path):
    path = tmp_path / "file"
    path.write_text("content")
    with unanswered(path), pytest.raises(TimeoutError):
        within(0.05, lambda: read_regular(path, 100))
    assert read_regular(path, 100) == b"content"
