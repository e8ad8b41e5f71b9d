"""Paths in a workspace stay valid when it moves together with its files."""

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
def test_paths_are_relative_if_they_have_a_folder_in_common(file, folder, text):
    assert relative_path(Path(file), Path(folder)) == text
    assert absolute_path(text, Path(folder)) == Path(file)


@given(PARTS, PARTS)
def test_a_relative_path_leads_to_the_same_file(file, folder):
    here, there = Path("/absent", *folder), Path("/absent", *file)
    assert absolute_path(relative_path(there, here), here) == there


def test_saved_and_unsaved_workspaces_are_kept_in_different_files():
    assert kept_path() != kept_path(changed=True)
    assert kept_path().parent == kept_path(changed=True).parent
