"""Resources are found in a checkout and in an installed package."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from canmcast_gui.resources_path import resource

PROJECT = Path(__file__).parents[2]
NAMES = ("demo.dbc", "canmcast.desktop", "handbook/index.md", "handbook/images/window.png")


@pytest.mark.parametrize("name", NAMES)
def test_they_are_found_in_a_checkout(name):
    assert resource(name).is_file()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The package as it is installed; skipped where the builder is not there, since nothing is downloaded."""
    pytest.importorskip("hatchling")
    folder = tmp_path_factory.mktemp("wheel")
    build = "import sys; from hatchling.build import build_wheel; print(build_wheel(sys.argv[1]))"
    result = subprocess.run(
        [sys.executable, "-c", build, str(folder)], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    return folder / result.stdout.split()[-1]


def test_a_wheel_carries_them(wheel, tmp_path):
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    program = f"from canmcast_gui.resources_path import resource; print(*map(resource, {NAMES!r}), sep='\\n')"
    result = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    paths = [Path(line) for line in result.stdout.splitlines()]
    assert all(path.is_file() and path.is_relative_to(tmp_path) for path in paths)
    assert any(
        path.name.endswith(".svg") for path in (tmp_path / "canmcast_gui" / "resources" / "icons").iterdir()
    )
