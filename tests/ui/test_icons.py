"""Each icon that the program names exists, draws something, and has the color of the text."""

import re
from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QIcon, QPalette
from PySide6.QtWidgets import QApplication

import canmcast_gui
from canmcast_gui.resources_path import resource
from canmcast_gui.ui import icons, theme

NAMES = sorted(path.stem for path in resource("icons").glob("*.svg"))


def strongest(icon: QIcon, mode=QIcon.Mode.Normal):
    """The most opaque pixel's color."""
    image = icon.pixmap(QSize(32, 32), mode).toImage()
    pixels = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
    return max(pixels, key=lambda color: color.alpha())


@pytest.mark.parametrize("name", NAMES)
def test_every_drawing_draws(qapp, name):
    assert strongest(icons.icon(name)).alpha() > 200
    assert strongest(icons.icon(name), QIcon.Mode.Disabled).alpha() > 200


def test_icons_take_the_color_of_the_text(qapp):
    before = QApplication.palette()
    try:
        for dark in (False, True):
            qapp.setPalette(theme.make_palette(dark))
            text = qapp.palette().color(QPalette.ColorRole.ButtonText)
            assert strongest(icons.icon("stop")).name() == text.name()
    finally:
        qapp.setPalette(before)


def test_every_icon_that_the_program_names_is_there():
    asked = set()
    for source in Path(canmcast_gui.__file__).parent.glob("ui/**/*.py"):
        asked |= set(re.findall(r'\bicon(?:\(|=)"([a-z-]+)"', source.read_text(encoding="utf-8")))
    assert {"open", "record", "plot"} <= asked
    assert asked - set(NAMES) == set()


def test_the_program_has_an_icon(qapp):
    assert icons.program_icon().availableSizes()
