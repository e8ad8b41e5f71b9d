"""Damaged files of every format are read in part or refused with an error, in bounded time and memory."""

import random
import resource
import sys

import pytest

from canmcast_gui.logfile.formats import FORMATS
from tests.logfile.damaged_files import NAMES, NEEDS_ITS_END, damaged_copy, intact, read_or_refused

# All formats together within seconds; test_fuzz.py takes a minute.
FILES = 60
MOST_MEMORY = 300_000_000


def peak() -> int:
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used if sys.platform == "darwin" else used * 1024


@pytest.mark.parametrize("name", NAMES)
def test_a_damaged_file_is_read_or_refused(name, tmp_path):
    content, chance, before = intact(name, tmp_path), random.Random(name), peak()
    read = sum(read_or_refused(tmp_path / "damaged", damaged_copy(content, chance)) for _ in range(FILES))
    if name != NEEDS_ITS_END:
        assert read > FILES // 2  # most of a file can be read
    assert peak() - before < MOST_MEMORY


def test_all_formats_are_damaged():
    read = {one.name for one in FORMATS if one.can_read}
    assert read <= {name.split(",")[0] for name in NAMES}
