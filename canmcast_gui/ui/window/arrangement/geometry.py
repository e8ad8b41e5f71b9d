"""The size of the window, its docks between two starts, and the layouts to choose from."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta
from PySide6.QtCore import QByteArray, QObject, QSize
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QMainWindow

from canmcast_gui.app.program.settings import AppSettings, Setting
from canmcast_gui.ui.actions import EVERYWHERE, new_action
from canmcast_gui.ui.window.arrangement.layouts import LAYOUTS
from canmcast_gui.ui.window.docks import Docks

# The first size is this part of the screen, at least FIRST_SIZE where the screen is large enough.
FIRST_SIZE, FIRST_SHARE = QSize(1280, 800), 0.85
GEOMETRY, STATE = "window/geometry", "window/state"

_Share = Annotated[float, Meta(ge=0, le=1)]
SHARES = Setting("window/shares", tuple[_Share, _Share], (0.0, 0.0))


class WindowGeometry(QObject):
    """``actions`` choose a layout; the last one is the layout of the first start."""

    def __init__(self, window: QMainWindow, docks: Docks, settings: AppSettings) -> None:
        super().__init__(window)
        self._window = window
        self._docks = docks
        self._settings = settings
        self._shares = settings.field(SHARES)
        self.actions = [self._action(number) for number in range(len(LAYOUTS))]
        self.reset = new_action(self, "&Reset layout", docks.arrange, tip="All panels at their usual places")

    def _action(self, number: int) -> QAction:
        layout = LAYOUTS[number]
        return new_action(
            self,
            layout.title,
            lambda: self._docks.arrange(layout),
            keys=layout.keys,
            context=EVERYWHERE,
            tip=layout.tip,
        )

    def restore(self) -> None:
        """Restore size and docks of the last session; the first time, fit them to the screen."""
        geometry, state = self._settings.layout(GEOMETRY), self._settings.layout(STATE)
        if geometry.isEmpty() or not self._window.restoreGeometry(geometry):
            self._window.resize(first_size())
        if state.isEmpty() or not self._window.restoreState(state):
            self._docks.arrange()
        else:
            self._docks.place_new(state)
            self._docks.shares.set(*self._shares.value)

    def restore_docks(self) -> None:
        """Restore the docks of the last session again, after further ones were made."""
        state: QByteArray = self._settings.layout(STATE)
        if not state.isEmpty():
            self._window.restoreState(state)
            self._docks.place_new(state)
            self._docks.shares.set(*self._shares.value)

    def store(self) -> None:
        """Keep size and docks for the next start."""
        self._settings.set_layout(GEOMETRY, self._window.saveGeometry())
        self._settings.set_layout(STATE, self._window.saveState())
        self._shares.set(self._docks.shares.values)


def first_size() -> QSize:
    """The size of the window at the first start, by the size of the screen."""
    available = QGuiApplication.primaryScreen().availableSize()
    part = QSize(round(available.width() * FIRST_SHARE), round(available.height() * FIRST_SHARE))
    return FIRST_SIZE.expandedTo(part).boundedTo(available)
