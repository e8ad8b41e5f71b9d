"""What widgets show in the dark and in the light theme."""

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtWidgets import QApplication

from canmcast_gui.app.program.settings import AppSettings
from canmcast_gui.ui import theme

T = TypeVar("T")


def in_both_themes(settings: AppSettings, application: QApplication, read: Callable[[], T]) -> list[T]:
    """What ``read`` returns in each of them; the theme of the system is restored."""
    before = application.palette()
    applied = theme.apply(application, settings)
    try:
        found = []
        for name in ("dark", "light"):
            settings.theme.set(name)
            application.processEvents()
            found.append(read())
        return found
    finally:
        settings.theme.set("system")
        applied.deleteLater()
        application.setPalette(before)
