"""Cyclic garbage of tests with a window is collected in the GUI thread alone, as the program does it."""

import gc
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def garbage_of_windows(request: pytest.FixtureRequest) -> Iterator[None]:
    """Nothing is collected during a test with Qt, for a worker could do it; all is behind it."""
    if "qapp" not in request.fixturenames:
        yield
        return
    gc.disable()
    yield
    gc.collect()
    gc.freeze()  # what outlives a test stays: not to be looked at behind each of the next
    gc.enable()
