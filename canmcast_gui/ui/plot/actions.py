"""What one can do with a plot: actions with their icons and keys, for its tool bar and its menu."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from canmcast_gui.ui.icons import icon


class PlotActions(QObject):
    """The actions; whoever owns them connects to their ``triggered``. Their keys work inside ``owner``."""

    def __init__(self, owner: QWidget) -> None:
        super().__init__(owner)
        self._owner = owner
        self.follow = self._switch("Follow", "follow", "Show the newest seconds")
        self.fit = self._make("Fit", "fit", "Show the whole recording and all values", "F")
        self.overlay = self._switch("Overlay", "plot", "All signals in one picture")
        self.xy = self._switch("XY", "xy", "All signals over the first one instead of over time")
        self.cursor = self._switch("Cursor", "cursor", "Read values at a time", "C")
        self.second = self._switch("Measure", "cursor-b", "Measure between two cursors, A and B", "Shift+C")
        self.clear = self._make("Remove all", "clear", "Remove all signals")
        self.export = self._make("Export…", "export", "Save a picture, or the signals as a table")

    @property
    def before_time(self) -> list[QAction]:
        """Those that stand before the choice of how much time is shown."""
        return [self.follow, self.fit]

    @property
    def behind_time(self) -> list[QAction]:
        """Those that stand behind it."""
        return [self.overlay, self.xy, self.cursor, self.second, self.clear, self.export]

    def _switch(self, name: str, icon_name: str, tip: str, keys: str = "") -> QAction:
        action = self._make(name, icon_name, tip, keys)
        action.setCheckable(True)
        return action

    def _make(self, name: str, icon_name: str, tip: str, keys: str = "") -> QAction:
        action = QAction(icon(icon_name), name, self._owner)
        action.setToolTip(f"{tip} ({keys})" if keys else tip)
        if keys:
            action.setShortcut(QKeySequence(keys))
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self._owner.addAction(action)
        return action
