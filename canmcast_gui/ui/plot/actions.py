"""The actions of a plot, and the context menu of a plotted signal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtGui import QAction, QActionGroup, QColor
from PySide6.QtWidgets import QColorDialog, QMenu, QWidget

from canmcast_gui.app.workspace.view_setups import LineKind, PlotStyle
from canmcast_gui.models.plot.data import PlotSignal
from canmcast_gui.ui.actions import new_action
from canmcast_gui.ui.labels import label_text

LINE_KINDS = {LineKind.LINES: "Lines", LineKind.STEPS: "Steps", LineKind.POINTS: "Points"}


class PlotActions:
    """The actions; their keys work inside ``owner``, which connects to their ``triggered``."""

    def __init__(self, owner: QWidget) -> None:
        self.follow = new_action(
            owner, "Follow", icon="follow", tip="Show the newest seconds", checkable=True
        )
        self.fit = new_action(
            owner, "Fit", icon="fit", keys="F", tip="Show the whole recording and all values"
        )
        self.overlay = new_action(
            owner, "Overlay", icon="plot", tip="Draw all signals in one lane", checkable=True
        )
        self.xy = new_action(
            owner,
            "XY",
            icon="xy",
            tip="Draw all signals over the first one instead of over time",
            checkable=True,
        )
        self.cursor = new_action(
            owner, "Cursor", icon="cursor", keys="C", tip="Read values at a time", checkable=True
        )
        self.measure = new_action(
            owner,
            "Measure",
            icon="cursor-b",
            keys="Shift+C",
            tip="Measure between two cursors, A and B",
            checkable=True,
        )
        self.clear = new_action(owner, "Remove all", icon="clear", tip="Remove all signals")
        self.export = new_action(
            owner, "Export…", icon="export", tip="Save a picture, or the signals as a table"
        )
        owner.addActions(self.all)

    @property
    def before_window(self) -> list[QAction]:
        """The actions that are on the tool bar before the box with the time window."""
        return [self.follow, self.fit]

    @property
    def after_window(self) -> list[QAction]:
        """The actions that are after it."""
        return [self.overlay, self.xy, self.cursor, self.measure, self.clear, self.export]

    @property
    def all(self) -> list[QAction]:
        """All actions, in the order of the tool bar."""
        return [*self.before_window, *self.after_window]


class SignalMenu(QMenu):
    """Calls ``set_style`` with the style that is chosen, and ``remove`` to remove the signal."""

    def __init__(
        self,
        parent: QWidget,
        signal: PlotSignal,
        color: QColor,
        set_style: Callable[[PlotStyle], None],
        remove: Callable[[], None],
    ) -> None:
        """``color`` is the color that the signal has now."""
        super().__init__(parent)
        self._color = color
        self._set_style = set_style
        style = self._style = signal.style
        self.addSection(label_text(signal.name))
        kinds = QActionGroup(self)
        for kind, title in LINE_KINDS.items():
            kinds.addAction(self._add_style(title, signal.kind is kind, replace(style, kind=kind)))
        self.addSeparator()
        self._add_style("Raw values", style.raw, replace(style, raw=not style.raw))
        self._add_style("Separate value axis", style.own_axis, replace(style, own_axis=not style.own_axis))
        self.addAction("Color…", self._choose_color)
        if style.color:
            self.addAction("Automatic color", lambda: set_style(replace(style, color=None)))
        self.addSeparator()
        self.addAction("Remove", remove)

    def _add_style(self, title: str, is_checked: bool, style: PlotStyle) -> QAction:
        action = self.addAction(title, lambda: self._set_style(style))
        action.setCheckable(True)
        action.setChecked(is_checked)
        return action

    def _choose_color(self) -> None:
        chosen = QColorDialog.getColor(self._color, self.parentWidget(), "Color of the line")
        if chosen.isValid():
            self._set_style(replace(self._style, color=chosen.name()))
