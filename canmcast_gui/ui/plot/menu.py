"""The menu of one plotted signal: how it is drawn, and that it goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtGui import QAction, QActionGroup, QColor
from PySide6.QtWidgets import QColorDialog, QMenu, QWidget

from canmcast_gui.app.plot_setup import LineKind, PlotStyle
from canmcast_gui.models.plot.data import PlotSignal
from canmcast_gui.ui.plain_text import label_text

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
