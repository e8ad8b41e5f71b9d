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
        assert image.width() > 300 and image.height() > 150, path
        assert len(set(image.colorTable())) > 50, path  # an empty widget has a handful


@pytest.mark.long
@pytest.mark.network
@pytest.mark.window
def test_the_gallery_has_each_theme_and_size(tmp_path):
    done = subprocess.run(
        [sys.executable, PROJECT / "installer" / "gallery.py", tmp_path, "start", "dialog-about"],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert (done.returncode, done.stderr) == (0, "")
    starts = sorted(path.stem.removeprefix("start-") for path in tmp_path.glob("start-*.png"))
    sizes = ["1024x700", "1280x800", "1280x800@1.5", "2560x1440"]
    assert starts == [f"{theme}-{size}" for theme in ("dark", "light") for size in sizes]
    assert len(list(tmp_path.glob("dialog-about-*.png"))) == 4
    images = [QImage(str(path)) for path in tmp_path.glob("start-*-1280x800*.png")]
    assert {image.width() for image in images} == {1280, 1920}
