"""Limits of the system on open files: raised where that is allowed, and said where they are too low."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")

SECONDS = 60


def with_limit(soft: int, hard: int, *command: str) -> subprocess.CompletedProcess[str]:
    """Run Python where so many files may be open."""
    shell = f'ulimit -Sn {soft}; ulimit -Hn {hard}; exec "$@"'
    return subprocess.run(
        ["sh", "-c", shell, "sh", sys.executable, *command], capture_output=True, text=True, timeout=SECONDS
    )


@pytest.mark.window
@pytest.mark.parametrize("limit", [16, 24])
def test_too_few_are_one_sentence_and_an_exit_code(limit):
    done = with_limit(limit, limit, "-P", "-m", "canmcast_gui", "--quit-after", "1")
    sentence = f"the system allows only {limit} open files, and at least 64 are needed: see ulimit -n"
    assert (done.returncode, done.stderr) == (1, f"canmcast-gui: {sentence}\n")


RAISE = """
import resource
from canmcast_gui.app.open_files import allow_open_files
print(allow_open_files(), resource.getrlimit(resource.RLIMIT_NOFILE))
"""


@pytest.mark.parametrize(
    ("soft", "hard", "after"),
    [(32, 100, "(100, 100)"), (32, 4096, "(1024, 4096)"), (2000, 4096, "(2000, 4096)")],
)
def test_what_is_allowed_is_asked_for(soft, hard, after):
    assert with_limit(soft, hard, "-c", RAISE).stdout == f"None {after}\n"
