"""The actions of a plot, and the context menu of a plot and of a plotted signal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtGui import QAction, QActionGroup, QColor
from PySide6.QtWidgets import QColorDialog, QMenu, QWidget

from canmcast_gui.app.workspace.view_setups import LineKind, PlotStyle
from canmcast_gui.models.plot.data import PlotSignal
from canmcast_gui.ui.actions import allow, new_action
from canmcast_gui.ui.labels import label_text

NO_SIGNALS = "No signals are plotted."
NO_CURSOR = "Show the cursor first (C)."

LINE_KINDS = {LineKind.LINES: "Lines", LineKind.STEPS: "Steps", LineKind.POINTS: "Points"}


class PlotActions:
    """The actions; their keys work inside ``owner``, which connects to their ``triggered``."""

    def __init__(self, owner: QWidget) -> None:
        self._owner = owner
        self._make_time_actions()
        self._make_picture_actions()
        self._make_cursor_actions()
        self._make_file_actions()
        owner.addActions(self.all)

    def _make_time_actions(self) -> None:
        owner = self._owner
        self.follow = new_action(
            owner, "Follow", icon="follow", keys="End", tip="Show the newest seconds", checkable=True
        )
        self.fit = new_action(
            owner, "Fit", icon="fit", keys="F", tip="Show the whole recording and all values"
        )
        self.zoom_in = new_action(owner, "Zoom in", keys="+", tip="Show less time")
        self.zoom_out = new_action(owner, "Zoom out", keys="-", tip="Show more time")

    def _make_picture_actions(self) -> None:
        owner = self._owner
        self.overlay = new_action(
            owner, "Overlay", icon="plot", keys="O", tip="Draw all signals in one lane", checkable=True
        )
        self.xy = new_action(
            owner,
            "XY plot",
            icon="xy",
            keys="X",
            tip="Draw all signals over one of them instead of over time",
            checkable=True,
        )

    def _make_cursor_actions(self) -> None:
        owner = self._owner
        self.cursor = new_action(
            owner, "Cursor", icon="cursor", keys="C", tip="Read values at a time", checkable=True
        )
        self.measure = new_action(
            owner,
            "Measure",
            icon="cursor-b",
            keys="Shift+C",
            tip="Measure between two cursors, A and B; Esc removes them",
            checkable=True,
        )
        self.show_row = new_action(
            owner, "Show the row at the cursor", keys="R", tip="Select the row of cursor A in the trace"
        )
        self.copy = new_action(
            owner, "Copy values", keys="Ctrl+C", tip="Copy the values at the cursors as a table"
        )

    def _make_file_actions(self) -> None:
        owner = self._owner
        self.compare = new_action(
            owner, "Compare with a log file…", tip="Draw the same signals of another log file, dashed"
        )
        self.copy_image = new_action(owner, "Copy image", tip="Copy an image of the visible range")
        self.export = new_action(
            owner, "Export…", icon="export", keys="E", tip="Save an image, or the signals as a table"
        )
        self.clear = new_action(owner, "Remove all signals", icon="clear", tip="Remove all signals")

    @property
    def before_window(self) -> list[QAction]:
        """The actions that are on the tool bar before the box with the time window."""
        return [self.follow, self.fit]

    @property
    def after_window(self) -> list[QAction]:
        """The actions that are after it."""
        return [self.overlay, self.xy, self.cursor, self.measure, self.export, self.clear]

    @property
    def groups(self) -> list[list[QAction]]:
        """All actions, as menus group them."""
        return [
            [self.follow, self.fit, self.zoom_in, self.zoom_out],
            [self.overlay, self.xy],
            [self.cursor, self.measure, self.show_row, self.copy],
            [self.compare, self.copy_image, self.export],
            [self.clear],
        ]

    @property
    def all(self) -> list[QAction]:
        """All actions."""
        return [action for group in self.groups for action in group]

    def show_state(self, has_signals: bool, has_cursor: bool) -> None:
        """Disable what needs a signal or cursor A where there is none."""
        for action in (self.fit, self.zoom_in, self.zoom_out, self.copy, self.copy_image, self.clear):
            allow(action, has_signals, NO_SIGNALS)
        allow(self.show_row, has_signals and has_cursor, NO_CURSOR if has_signals else NO_SIGNALS)


def add_groups(menu: QMenu, groups: Sequence[Sequence[QAction]]) -> None:
    """Add groups of actions to a menu, with lines between them."""
    for group in groups:
        menu.addSeparator()
        menu.addActions(list(group))


class SignalMenu(QMenu):
    """The style of a signal; calls ``set_style`` with the one that is chosen, and ``remove``."""

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
        self.addAction("Remove from the plot", remove)

    def add_choice(self, title: str, is_checked: bool, slot: Callable[[], object]) -> None:
        """Add a checkable action."""
        action = self.addAction(title, slot)
        action.setCheckable(True)
        action.setChecked(is_checked)

    def _add_style(self, title: str, is_checked: bool, style: PlotStyle) -> QAction:
        action = self.addAction(title, lambda: self._set_style(style))
        action.setCheckable(True)
        action.setChecked(is_checked)
        return action

    def _choose_color(self) -> None:
        chosen = QColorDialog.getColor(self._color, self.parentWidget(), "Color of the line")
        if chosen.isValid():
            self._set_style(replace(self._style, color=chosen.name()))
