"""A minute of wounded files of all formats: a sentence at worst, never a hang, never memory that stays."""

import pytest

from tests.logfile.wounds import NAMES, mutated, read_or_refused, whole
from tests.support.long_runs import SECONDS, anonymous_memory, rounds, seeded

pytestmark = pytest.mark.long

# Tables that are made once, and what libraries keep of their pools.
GROWTH = 96 * 2**20


def test_wounded_files_of_every_format_are_read_or_refused(tmp_path):
    chance = seeded()
    files = {name: whole(name, tmp_path) for name in NAMES}
    read = dict.fromkeys(NAMES, 0)
    before = None
    for elapsed in rounds(SECONDS):
        if before is None and elapsed > SECONDS / 4:
            before = anonymous_memory()
        for name, content in files.items():
            read[name] += read_or_refused(tmp_path / "wounded", mutated(content, chance))
    assert all(read.values()), read
    assert before is not None and anonymous_memory() - before < GROWTH
