"""Counts with their nouns."""

import pytest

from canmcast_gui.counted import counted


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 frames"), (1, "1 frame"), (2, "2 frames"), (12_345, "12,345 frames")]
)
def test_only_one_is_singular(count, text):
    assert counted(count, "frame") == text


def test_a_plural_of_its_own():
    assert counted(1, "entry", "entries") == "1 entry"
    assert counted(1_000, "entry", "entries") == "1,000 entries"
