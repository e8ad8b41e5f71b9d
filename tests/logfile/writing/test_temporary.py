"""Temporary files beside a target: those in use are kept, those of killed programs deleted."""

import os
import subprocess
import sys

import pytest

from canmcast_gui.logfile import FileError, Recorder, open_writer, save
from canmcast_gui.logfile.writing.temporary import Temporary, remove_abandoned
from tests.logfile.frames import small_batch

KILLED = """
import os, signal, sys
from pathlib import Path
from canmcast_gui.logfile.writing.temporary import Temporary
temporary = Temporary(Path(sys.argv[1]))
temporary.path.write_bytes(b"half a file")
os.kill(os.getpid(), signal.SIGKILL)
"""


def killed_while_writing(path) -> None:
    subprocess.run([sys.executable, "-c", KILLED, path], check=False, timeout=30)


def parts(folder) -> list[str]:
    return sorted(path.name for path in folder.glob(".*.part"))


@pytest.mark.skipif(os.name != "posix", reason="a process is killed by its signal")
def test_files_of_a_killed_program_are_deleted_with_the_next_file_of_that_name(tmp_path):
    killed_while_writing(tmp_path / "log.asc")
    killed_while_writing(tmp_path / "other.asc")
    first, other = parts(tmp_path)
    save(tmp_path / "log.asc", [small_batch(3)])
    assert parts(tmp_path) == [other]
    Recorder(tmp_path / "other.asc").close()
    assert parts(tmp_path) == []
    assert first.startswith(".log.asc.")


def test_files_in_use_are_kept(tmp_path):
    path = tmp_path / "log.asc"
    with open_writer(path) as one, open_writer(path) as another:
        one.write(small_batch(3))
        another.write(small_batch(4))
        remove_abandoned(path)
        assert len(parts(tmp_path)) == 2
    assert parts(tmp_path) == []
    assert path.read_text().count("Rx") == 3


def test_other_files_are_kept(tmp_path):
    names = [
        ".log.asc.part",
        ".log.asc.12345678.part.bak",
        ".log.asc.123456789.part",
        "log.asc.12345678.part",
    ]
    for name in names:
        (tmp_path / name).write_bytes(b"mine")
    (tmp_path / ".log.asc.12345678.part").mkdir()
    remove_abandoned(tmp_path / "log.asc")
    remove_abandoned(tmp_path / "absent" / "log.asc")
    assert len(list(tmp_path.iterdir())) == len(names) + 1


def test_only_a_regular_file_is_a_target(tmp_path):
    with pytest.raises(FileError, match="not a regular file"):
        Temporary(tmp_path)
