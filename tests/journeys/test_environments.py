"""The programs in unusual environments: they start, do their work, and report what is wrong."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.window,
    pytest.mark.skipif(sys.platform == "win32", reason="prepares the child process as POSIX systems do"),
]

SECONDS = 60
ASC = """date Mon Jan 1 10:00:00.000 am 2024
base hex  timestamps absolute
   1.000000 1  A0  Rx  d 8 01 00 00 00 00 00 00 00
"""
WITHOUT = ("LANG", "LC_ALL", "LC_CTYPE", "TZ", "PYTHONUTF8", "PYTHONIOENCODING")


@dataclass(frozen=True)
class Oddity:
    """What is odd: variables (None: not there; {} is the test's folder), and what the child does first, which
    gets that folder.
    """

    variables: dict[str, str | None] = field(default_factory=dict)
    first: Callable[[Path], object] = lambda _folder: None
    options: tuple[str, ...] = ()


def close_streams(_folder: Path) -> None:
    for descriptor in (0, 1, 2):
        os.close(descriptor)


def leave_for_a_removed_folder(folder: Path) -> None:
    removed = folder / "removed"
    removed.mkdir()
    os.chdir(removed)
    removed.rmdir()


ALL = {
    "home is a file": Oddity({"HOME": "{}/file", "XDG_DATA_HOME": None, "XDG_CONFIG_HOME": None}),
    "home is not there": Oddity({"HOME": "/proc/absent", "XDG_DATA_HOME": None, "XDG_CONFIG_HOME": None}),
    "no home": Oddity({"HOME": None, "XDG_DATA_HOME": None, "XDG_CONFIG_HOME": None}),
    "data folder is a file": Oddity({"XDG_DATA_HOME": "{}/file"}),
    "settings folder is a file": Oddity({"XDG_CONFIG_HOME": "{}/file"}),
    "folders with a relative path": Oddity({"XDG_DATA_HOME": "here", "XDG_CONFIG_HOME": "here"}),
    "empty folders": Oddity({"XDG_DATA_HOME": "", "XDG_CONFIG_HOME": "", "XDG_RUNTIME_DIR": ""}),
    "folders with odd names": Oddity(
        {"XDG_DATA_HOME": "{}/é <b>[x]%1 &", "XDG_CONFIG_HOME": "{}/é <b>[x]%1 &"}
    ),
    "no runtime folder": Oddity({"XDG_RUNTIME_DIR": None}),
    "a time zone that is none": Oddity({"TZ": "Nowhere/Else"}),
    "a time zone far away": Oddity({"TZ": "XXX-167"}),
    "a time zone of rubbish": Oddity({"TZ": ":\x01\udcff"}),
    "locale C": Oddity({"LC_ALL": "C"}),
    "locale POSIX without UTF-8": Oddity({"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}),
    "ASCII streams": Oddity({"PYTHONIOENCODING": "ascii"}),
    "a locale that is not there": Oddity({"LC_ALL": "xx_YY.UTF-8"}),
    "closed streams": Oddity(first=close_streams),
    "a folder that is gone": Oddity(first=leave_for_a_removed_folder),
    "umask 777": Oddity(first=lambda _folder: os.umask(0o777)),
    "no docstrings": Oddity(options=("-OO",)),
    "warnings are errors": Oddity(options=("-W", "error")),
}
# A few at once, which have nothing to do with each other: what is found there is looked for one by one.
TOGETHER = Oddity(
    {**ALL["home is a file"].variables, "LC_ALL": "C", "TZ": "XXX-167", "XDG_RUNTIME_DIR": None},
    leave_for_a_removed_folder,
    ("-W", "error"),
)


def run(folder: Path, odd: Oddity, module: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    (folder / "file").touch()
    environment = {name: value for name, value in os.environ.items() if name not in WITHOUT}
    environment["QT_QPA_PLATFORM"] = "offscreen"
    environment["PYTHONPATH"] = str(Path(__file__).parents[2])
    for name, value in odd.variables.items():
        environment.pop(name, None)
        if value is not None:
            environment[name] = value.replace("{}", str(folder))
    return subprocess.run(
        [sys.executable, "-P", *odd.options, "-m", module, *map(str, arguments)],
        env=environment, cwd=folder, capture_output=True, text=True, errors="replace", timeout=SECONDS,
        preexec_fn=lambda: odd.first(folder),
    )  # fmt: skip


def check(folder: Path, odd: Oddity) -> None:
    log, report = folder / "é.asc", folder / "report.json"
    log.write_text(ASC)
    out = folder / "out.csv"
    converted = run(folder, odd, "canmcast_gui.cli", "convert", log, out)
    table, demo = folder / "table.csv", Path(__file__).parents[2] / "resources" / "demo.dbc"
    signal = ("--database", demo, "--signal", "WheelSpeeds.WheelSpeedFrontLeft")
    exported = run(folder, odd, "canmcast_gui.cli", "export", log, table, *signal)
    told = run(folder, odd, "canmcast_gui.cli", "info", log)
    shown = run(folder, odd, "canmcast_gui", log, "--quit-after", 0.3, "--report", report)
    for result in (converted, exported, told, shown):
        assert "Traceback" not in result.stderr, result.stderr
        assert result.returncode == 0, result.stderr
    out.chmod(0o600)
    assert out.read_text().count("\n") == 2
    assert report.exists()


def test_several_unusual_environments_at_once(tmp_path, own_home):
    check(tmp_path, TOGETHER)


@pytest.mark.long
@pytest.mark.parametrize("name", ALL)
def test_one_unusual_environment(tmp_path, own_home, name):
    check(tmp_path, ALL[name])
