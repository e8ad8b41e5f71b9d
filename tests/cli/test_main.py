"""What programs find when they are started."""

import os
import subprocess
import sys

import pytest

from tests.cli.conftest import COMMAND, PROJECT

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has other streams and time zones")


def test_without_streams_the_work_is_done_and_nothing_goes_into_its_files(log, tmp_path):
    out = tmp_path / "out.asc"
    out.write_text("old")

    def close_all() -> None:
        for number in (0, 1, 2):
            os.close(number)

    done = subprocess.run([*COMMAND, "convert", log, out], cwd=PROJECT, preexec_fn=close_all)
    assert done.returncode == 0
    assert out.read_text().startswith("date ")
    assert "canmcast:" not in out.read_text()


def test_a_time_zone_that_cannot_be_is_said_and_left(log):
    demo = ("--database", PROJECT / "resources" / "demo.dbc", "--signal", "WheelSpeeds.WheelSpeedFrontLeft")
    done = subprocess.run(
        [*COMMAND, "export", log, log.with_suffix(".csv"), *demo],
        cwd=PROJECT, env={**os.environ, "TZ": "XXX-167"}, capture_output=True, text=True,
    )  # fmt: skip
    said = done.stderr.splitlines()
    assert said[0] == "canmcast: the time zone 'XXX-167' is a day or more from UTC: UTC is used"
    assert "has no frame that carries" in said[1]
