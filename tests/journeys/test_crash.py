"""Two windows record at once and one of them is killed: the other notices nothing, and no frame is gone."""

import subprocess
import sys
import time
from collections.abc import Callable

import can
import pytest

from canmcast_gui.recording import leftovers
from tests.journeys.test_program import frames_in, program, recordings  # noqa: F401  a fixture

pytestmark = [pytest.mark.network, pytest.mark.window]

# Two windows with a demonstration each take long to begin where the machine is busy.
PATIENCE = 90.0


def wait_for(condition: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.05)


def test_one_of_two_windows_is_killed(program, network, tmp_path, own_home):  # noqa: F811
    runs, folders = [], []
    for _ in range(2):
        known = set(recordings(own_home))
        runs.append(program("--demo", "--port", network.free_port()))
        wait_for(lambda known=known: len(set(recordings(own_home)) - known) == 1, "no recording was begun")
        folders += set(recordings(own_home)) - known
    wait_for(lambda: all(frames_in(folder) > 200 for folder in folders), "no frames came in")
    assert leftovers(folders[0].parent) == []
    seen = frames_in(folders[0])
    runs[0].process.kill()
    runs[0].end()
    assert [one.folder for one in leftovers(folders[0].parent)] == [folders[0]]

    out = tmp_path / "recovered.blf"
    said = subprocess.run(
        [sys.executable, "-m", "canmcast_gui.cli", "recover", out, "--delete"], capture_output=True, text=True
    )
    assert said.returncode == 0, said.stderr
    times = [message.timestamp for message in can.LogReader(out)]
    assert len(times) >= seen
    assert times == sorted(times)
    assert recordings(own_home) == [folders[1]]

    before = frames_in(folders[1])
    wait_for(lambda: frames_in(folders[1]) > before + 100, "the other window stands still")
    runs[1].process.terminate()
    assert runs[1].end() == (0, "")
    assert recordings(own_home) == []
