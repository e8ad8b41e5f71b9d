"""Folders and files that only their user may read."""

import os
import sys

import pytest

from canmcast_gui.frames.private import close_to_others, make_private_folder, private_opener, write_private

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has other rights")


def mode(path) -> int:
    return path.stat().st_mode & 0o777


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o777])
def test_what_is_made_is_for_its_user_alone_whatever_the_umask(tmp_path, umask):
    before = os.umask(umask)
    try:
        make_private_folder(tmp_path / "folder")
        write_private(tmp_path / "folder" / "a", "text")
        with open(tmp_path / "folder" / "b", "x+b", opener=private_opener) as file:
            file.write(b"b")
    finally:
        os.umask(before)
    assert mode(tmp_path / "folder") == 0o700
    assert [mode(tmp_path / "folder" / name) for name in "ab"] == [0o600, 0o600]
    assert (tmp_path / "folder" / "a").read_text() == "text"


def test_a_folder_that_is_there_is_closed_to_others_and_a_file_keeps_its_mode(tmp_path):
    folder, file = tmp_path / "folder", tmp_path / "file"
    folder.mkdir(0o755)
    file.touch()
    file.chmod(0o644)
    make_private_folder(folder)
    write_private(file, "text")
    assert (mode(folder), mode(file)) == (0o700, 0o644)
    close_to_others(file)
    assert mode(file) == 0o600
    close_to_others(tmp_path / "absent")


def test_a_file_in_its_place_is_said(tmp_path):
    (tmp_path / "file").touch()
    for place in ("file", "file/folder"):
        with pytest.raises((NotADirectoryError, FileExistsError)):
            make_private_folder(tmp_path / place)
