"""A label in one of the theme's colours."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtGui import QGuiApplication, QPalette
from PySide6.QtWidgets import QLabel, QWidget

from canmcast_gui.ui import theme


class TintedLabel(QLabel):
    """``tint`` names a colour of theme.Colors, such as "muted" or "error"; it follows the theme."""

    def __init__(self, text: str = "", parent: QWidget | None = None, tint: str = "muted") -> None:
        super().__init__(text, parent)
        self.set_tint(tint)

    def set_tint(self, tint: str) -> None:
        """Show the text in another colour."""
        self._tint = tint
        palette = QPalette()  # nothing but this colour is its own
        palette.setColor(
            QPalette.ColorRole.WindowText, getattr(theme.colors(QGuiApplication.palette()), tint)
        )
        self.setPalette(palette)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.set_tint(self._tint)
