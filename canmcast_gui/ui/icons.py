"""The icons of the program: drawings in the color of the text around them."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QByteArray, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QIconEngine, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QDialogButtonBox, QMessageBox, QToolBar, QToolButton

from canmcast_gui.resources_path import resource
from canmcast_gui.ui import theme

# Icons with a color of their own, which has a meaning: fields of theme.Colors.
_COLORED = {"record": "record", "error": "error", "warning": "warning", "info": "accent", "ok": "good"}


class _Engine(QIconEngine):
    """Draws with the current palette, so that icons follow the theme."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, _state: QIcon.State) -> None:
        color = _color(self._name, mode)
        _renderer(self._name, color).render(painter, QRectF(rect))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        pixmap = QPixmap(size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, QRect(0, 0, size.width(), size.height()), mode, state)
        painter.end()
        return pixmap


def _color(name: str, mode: QIcon.Mode) -> str:
    palette = QGuiApplication.palette()
    if mode == QIcon.Mode.Disabled:
        return palette.color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.ButtonText).name()
    if name in _COLORED:
        return theme.color(palette, _COLORED[name]).name()
    role = (
        QPalette.ColorRole.HighlightedText if mode == QIcon.Mode.Selected else QPalette.ColorRole.ButtonText
    )
    return palette.color(role).name()


@cache
def _drawing(name: str) -> str:
    return resource(f"icons/{name}.svg").read_text(encoding="utf-8")


@cache
def _renderer(name: str, color: str) -> QSvgRenderer:
    return QSvgRenderer(QByteArray(_drawing(name).replace("currentColor", color).encode()))


@cache
def icon(name: str) -> QIcon:
    """The icon in resources/icons with this name, in the colors of the palette."""
    return QIcon(_Engine(name))


@cache
def program_icon() -> QIcon:
    """The icon of the program, in its own colors."""
    result = QIcon()
    renderer = _renderer("canmcast", "#000000")
    for side in (16, 24, 32, 48, 64, 128, 256):
        pixmap = QPixmap(side, side)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        renderer.render(painter, QRectF(0, 0, side, side))
        painter.end()
        result.addPixmap(pixmap)
    return result


def without_icons(buttons: QDialogButtonBox | QMessageBox) -> None:
    """Remove the icons of the style from the buttons of a dialog: they are from another set."""
    for button in buttons.buttons():
        button.setIcon(QIcon())


def fix_extension_button(bar: QToolBar) -> None:
    """Draw the button for hidden actions of a tool bar in the color of the text; the style draws it black."""
    button = bar.findChild(QToolButton, "qt_toolbar_ext_button")
    if button is not None:
        button.setIcon(icon("more"))
