"""What the replay, sequence and fuzz panels share: the actions of a run, buttons, and a scroll area."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QScrollArea, QToolButton, QWidget

from canmcast_gui.ui.actions import action_button, new_action
from canmcast_gui.ui.icons import icon


class RunActions(QObject):
    """Start, step and stop a run. The first action starts it, pauses it and resumes it."""

    def __init__(
        self,
        panel: QWidget,
        name: str,
        start: Callable[[], object],
        step: Callable[[], object],
        stop: Callable[[], object],
        what: str,
    ) -> None:
        """``name`` is the text of the first action, ``what`` what is run, for the tool tips."""
        super().__init__(panel)
        self._name = name
        self.start = new_action(panel, name, start, icon="start", tip=f"Start the {what}, pause or resume it")
        self.step = new_action(panel, "Step", step, icon="step", tip=f"Do one step of the {what} and pause")
        self.stop = new_action(panel, "Stop", stop, icon="stop", tip=f"End the {what}")

    def buttons(self, parent: QWidget) -> list[QToolButton]:
        """A button for each action."""
        return [action_button(action, parent) for action in (self.start, self.step, self.stop)]

    def show_state(self, is_active: bool, is_paused: bool, can_run: bool, can_stop: bool) -> None:
        """Show what the first action does, and enable what is possible."""
        self.start.setText("Pause" if is_active else "Resume" if is_paused else self._name)
        self.start.setIcon(icon("pause" if is_active else "start"))
        self.start.setEnabled(can_run)
        self.step.setEnabled(can_run)
        self.stop.setEnabled(can_stop)


def icon_button(action: QAction, parent: QWidget) -> QToolButton:
    """A flat button with an action's icon only."""
    button = QToolButton(parent)
    button.setDefaultAction(action)
    button.setAutoRaise(True)
    return button


def menu_button(text: str, actions: list[QAction], parent: QWidget) -> QToolButton:
    """A flat button that opens a menu of actions."""
    menu = QMenu(parent)
    menu.addActions(actions)
    button = QToolButton(parent)
    button.setText(text)
    button.setAutoRaise(True)
    button.setMenu(menu)
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    return button


def scroll_area(body: QWidget, parent: QWidget) -> QScrollArea:
    """A frameless area that scrolls ``body`` where a dock is too small for it."""
    area = QScrollArea(parent)
    area.setWidget(body)
    area.setWidgetResizable(True)
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    return area
