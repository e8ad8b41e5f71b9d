"""Garbage of tests with a window is collected in the GUI thread only, as in the program."""

import gc
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def collect_after_window_tests(request: pytest.FixtureRequest) -> Iterator[None]:
    """Collect after tests with Qt, not during them, where collection could run in a worker thread."""
    if "qapp" not in request.fixturenames:
        yield
        return
    gc.disable()
    yield
    gc.collect()
    gc.freeze()  # objects that remain are not checked again after each of the next tests
    gc.enable()
