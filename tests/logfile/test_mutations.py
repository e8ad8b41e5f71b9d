"""Files of every format, cut, flipped and added to: a sentence at worst, never a hang, never much memory."""

import random
import resource
import sys

import pytest

from canmcast_gui.logfile.formats import FORMATS
from tests.logfile.wounds import BRITTLE, NAMES, mutated, read_or_refused, whole

# All kinds together within seconds; test_fuzz is at it for a minute.
FILES = 60
MOST_MEMORY = 300_000_000


def peak() -> int:
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used if sys.platform == "darwin" else used * 1024


@pytest.mark.parametrize("name", NAMES)
def test_a_wounded_file_is_read_or_refused(name, tmp_path):
    content, chance, before = whole(name, tmp_path), random.Random(name), peak()
    read = sum(read_or_refused(tmp_path / "wounded", mutated(content, chance)) for _ in range(FILES))
    if name != BRITTLE:
        assert read > FILES // 2  # most of a file outlives a wound
    assert peak() - before < MOST_MEMORY


def test_all_formats_are_wounded():
    read = {one.name for one in FORMATS if one.can_read}
    assert read <= {name.split(",")[0] for name in NAMES}
