"""A minute of damaged files of all formats: they are read or refused, without hangs and memory leaks."""

import pytest

from tests.logfile.damaged_files import NAMES, damaged_copy, intact, read_or_refused
from tests.support.long_runs import SECONDS, anonymous_memory, rounds, seeded

pytestmark = pytest.mark.long

# Tables that are built once, and memory that libraries keep in pools.
GROWTH = 96 * 2**20


def test_damaged_files_of_every_format_are_read_or_refused(tmp_path):
    chance = seeded()
    files = {name: intact(name, tmp_path) for name in NAMES}
    read = dict.fromkeys(NAMES, 0)
    before = None
    for elapsed in rounds(SECONDS):
        if before is None and elapsed > SECONDS / 4:
            before = anonymous_memory()
        for name, content in files.items():
            read[name] += read_or_refused(tmp_path / "damaged", damaged_copy(content, chance))
    assert all(read.values()), read
    assert before is not None and anonymous_memory() - before < GROWTH
