"""The script that makes the pictures makes the ones that are there."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

PROJECT = Path(__file__).parents[2]
RESOURCES = PROJECT / "resources"


@pytest.mark.long
@pytest.mark.network
@pytest.mark.window
def test_pictures_can_be_made_again(tmp_path):
    done = subprocess.run(
        [sys.executable, PROJECT / "installer" / "screenshots.py", tmp_path],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    made = {path.relative_to(tmp_path) for path in tmp_path.rglob("*.png")}
    kept = {path.relative_to(RESOURCES) for path in (RESOURCES / "handbook").rglob("*.png")}
    assert made == {*kept, Path("screenshots/main.png")}
    for path in made:
        image = QImage(str(tmp_path / path))
        assert image.width() > 300 and image.height() > 200, path
        assert len(set(image.colorTable())) > 50, path  # an empty widget has a handful
