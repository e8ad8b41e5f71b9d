"""Paths in a workspace stay right when it moves with what it names."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.app.workspace.paths import absolute_path, kept_path, relative_path

PARTS = st.lists(st.sampled_from(["a", "b c", "ü", "car.dbc"]), min_size=1, max_size=4)


@pytest.mark.parametrize(
    ("file", "folder", "text"),
    [
        ("/home/me/bench/car.dbc", "/home/me/bench", "car.dbc"),
        ("/home/me/databases/car.dbc", "/home/me/bench", "../databases/car.dbc"),
        ("/media/stick/car.dbc", "/home/me/bench", "/media/stick/car.dbc"),
    ],
)
def test_relative_where_they_have_something_in_common(file, folder, text):
    assert relative_path(Path(file), Path(folder)) == text
    assert absolute_path(text, Path(folder)) == Path(file)


@given(PARTS, PARTS)
def test_each_path_comes_back(file, folder):
    here, there = Path("/absent", *folder), Path("/absent", *file)
    assert absolute_path(relative_path(there, here), here) == there


def test_what_was_saved_and_what_was_not_are_kept_apart():
    assert kept_path() != kept_path(changed=True)
    assert kept_path().parent == kept_path(changed=True).parent
