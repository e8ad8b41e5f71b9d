"""Files in the folder of the user that are named like libraries are never run."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.network, pytest.mark.window]

NAMES = ("numpy", "json", "can", "signal", "struct", "msgpack", "click", "canmcast_gui")
MOST_SECONDS = 30


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the user works: full of modules that leave a file when they are imported."""
    folder = tmp_path / "work"
    folder.mkdir()
    for name in NAMES:
        (folder / f"{name}.py").write_text(f"open({str(tmp_path / name)!r} + '.imported', 'w').close()\n")
    return folder


def run(folder: Path, module: str, *arguments: object) -> None:
    """Run a program as its console script does, which looks for modules in its own folder."""
    command = [sys.executable, "-P", "-m", module, *map(str, arguments)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=MOST_SECONDS)
    assert done.returncode == 0, done.stderr
    assert [path.name for path in folder.parent.glob("*.imported")] == []


COMMANDS = {
    "record": ["record", "--duration", "0.2", "x.blf"],
    "monitor": ["monitor", "--demo", "--duration", "0.1"],
    "send": ["send", "123#00", "--period", "10", "--count", "3"],
    "generate": ["generate", "--count", "3"],
}


@pytest.mark.parametrize("name", COMMANDS)
def test_no_process_of_a_command_imports_them(name, folder, network):
    run(folder, "canmcast_gui.cli", *COMMANDS[name], "--local", "--port", network.free_port())


def test_no_process_of_the_window_imports_them(folder, network):
    run(
        folder, "canmcast_gui", "--demo", "--port", network.free_port(), "--record", "y.asc",
        "--quit-after", "1.5",
    )  # fmt: skip
    assert (folder / "y.asc").stat().st_size > 0
