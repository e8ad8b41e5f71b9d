"""Signals that end the program reach the event loop; the limit of open files is raised."""

import os
import signal
import subprocess
import sys

import pytest

from canmcast_gui.app.program.process import InterruptWatch

unix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")

SECONDS = 60


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupt_arrives_on_the_event_loop(qtbot, number):
    before = signal.getsignal(number)
    watch = InterruptWatch()
    with qtbot.waitSignal(watch.interrupted):
        os.kill(os.getpid(), number)
    watch.close()
    assert signal.getsignal(number) is before


def with_limit(soft: int, hard: int, *command: str) -> subprocess.CompletedProcess[str]:
    """Run Python with these limits of open files."""
    shell = f'ulimit -Sn {soft}; ulimit -Hn {hard}; exec "$@"'
    return subprocess.run(
        ["sh", "-c", shell, "sh", sys.executable, *command], capture_output=True, text=True, timeout=SECONDS
    )


@unix
@pytest.mark.window
@pytest.mark.parametrize("limit", [16, 24])
def test_too_few_open_files_are_a_message_and_an_exit_code(limit):
    done = with_limit(limit, limit, "-P", "-m", "canmcast_gui", "--quit-after", "1")
    sentence = f"the system allows only {limit} open files, and at least 64 are needed: see ulimit -n"
    assert (done.returncode, done.stderr) == (1, f"canmcast-gui: {sentence}\n")


RAISE = """
import resource
from canmcast_gui.app.program.process import allow_open_files
print(allow_open_files(), resource.getrlimit(resource.RLIMIT_NOFILE))
"""


@unix
@pytest.mark.parametrize(
    ("soft", "hard", "after"),
    [(32, 100, "(100, 100)"), (32, 4096, "(1024, 4096)"), (2000, 4096, "(2000, 4096)")],
)
def test_the_limit_of_open_files_is_raised(soft, hard, after):
    assert with_limit(soft, hard, "-c", RAISE).stdout == f"None {after}\n"
