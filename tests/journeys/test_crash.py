"""Two windows record and one of them is killed: the other is not affected, and no frame is lost."""

import subprocess
import sys

import can
import pytest

from canmcast_gui.recording import leftovers
from tests.journeys.test_program import frames_in, program, recordings  # noqa: F401  a fixture
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.network, pytest.mark.window]

# Two windows with a demonstration each take long to begin where the machine is busy.
PATIENCE = 90.0


def test_one_of_two_windows_is_killed(program, network, tmp_path, own_home):  # noqa: F811
    runs, folders = [], []
    for _ in range(2):
        known = set(recordings(own_home))
        runs.append(program("--demo", "--port", network.free_port()))
        wait_until(lambda known=known: len(set(recordings(own_home)) - known) == 1, PATIENCE)
        folders += set(recordings(own_home)) - known
    wait_until(lambda: all(frames_in(folder) > 200 for folder in folders), PATIENCE)
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
    wait_until(lambda: frames_in(folders[1]) > before + 100, PATIENCE)
    runs[1].process.terminate()
    assert runs[1].end() == (0, "")
    assert recordings(own_home) == []
