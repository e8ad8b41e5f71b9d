"""The layers that pyproject.toml declares, and that a forbidden import breaks them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
LINT = Path(sys.executable).with_name("lint-imports")

pytestmark = pytest.mark.skipif(not LINT.exists(), reason="needs import-linter")


def lint(project: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [LINT, "--no-cache"],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(project)},
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("module", "statement"),
    [
        ("frames/text.py", "import canmcast_gui.recording"),
        ("recording/chunks/store.py", "import canmcast_gui.transport"),
        ("app/program/event_loop.py", "import canmcast_gui.models.columns"),
        ("cli/terminal.py", "import PySide6.QtCore"),
    ],
)
def test_a_forbidden_import_is_found(module, statement, tmp_path):
    shutil.copy(PROJECT / "pyproject.toml", tmp_path)
    shutil.copytree(
        PROJECT / "canmcast_gui", tmp_path / "canmcast_gui", ignore=shutil.ignore_patterns("*.pyc")
    )
    path = tmp_path / "canmcast_gui" / module
    path.write_text(f"{path.read_text(encoding='utf-8')}\n{statement}\n", encoding="utf-8")
    result = lint(tmp_path)
    assert result.returncode == 1
    forbidden = (
        f"canmcast_gui.{module.removesuffix('.py').replace('/', '.')} -> {statement.split()[1].split('.')[0]}"
    )
    assert forbidden in result.stdout


def test_the_code_keeps_its_layers():
    result = lint(PROJECT)
    assert result.returncode == 0, result.stdout
