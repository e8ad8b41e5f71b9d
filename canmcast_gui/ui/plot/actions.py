"""The actions of a plot, and the context menu of a plotted signal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QActionGroup, QColor, QKeySequence
from PySide6.QtWidgets import QColorDialog, QMenu, QWidget

from canmcast_gui.app.workspace.view_setups import LineKind, PlotStyle
from canmcast_gui.models.plot.data import PlotSignal
from canmcast_gui.ui.icons import icon
from canmcast_gui.ui.labels import label_text


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


TITLES = {LineKind.LINES: "Lines", LineKind.STEPS: "Steps", LineKind.POINTS: "Points"}


class SignalMenu(QMenu):
    """``change`` is called with the new style, ``remove`` when the signal shall go."""

    def __init__(
        self,
        parent: QWidget,
        signal: PlotSignal,
        color: QColor,
        change: Callable[[PlotStyle], None],
        remove: Callable[[], None],
    ) -> None:
        super().__init__(parent)
        self._style, self._color, self._change = signal.style, color, change
        self.addSection(label_text(signal.name))
        kinds = QActionGroup(self)
        for kind, title in TITLES.items():
            action = self._switch(title, signal.kind is kind, {"kind": kind})
            kinds.addAction(action)
        self.addSeparator()
        self._switch("Raw numbers", signal.style.raw, {"raw": not signal.style.raw})
        self._switch("Value axis of its own", signal.style.own_axis, {"own_axis": not signal.style.own_axis})
        self.addAction("Colour…").triggered.connect(self._choose_color)
        if signal.style.color:
            self.addAction("Colour by itself").triggered.connect(lambda: self._set({"color": None}))
        self.addSeparator()
        self.addAction("Remove").triggered.connect(lambda: remove())

    def _switch(self, title: str, is_on: bool, changes: dict[str, object]) -> QAction:
        action = self.addAction(title)
        action.setCheckable(True)
        action.setChecked(is_on)
        action.triggered.connect(lambda: self._set(changes))
        return action

    def _set(self, changes: dict[str, object]) -> None:
        self._change(replace(self._style, **changes))

    def _choose_color(self) -> None:
        chosen = QColorDialog.getColor(self._color, self.parentWidget(), "Colour of the line")
        if chosen.isValid():
            self._set({"color": chosen.name()})
