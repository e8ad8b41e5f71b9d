"""What can be done in the fuzz panel, and the bar that offers it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QWidget

from canmcast_gui.app.transmit.fuzz import FuzzControl
from canmcast_gui.ui.icons import icon
from canmcast_gui.ui.transmit.buttons import action_button, new_action

_GO_ON = {"playing": "Pause", "paused": "Go on", "answered": "Go on"}


class FuzzActions(QObject):
    """Actions of a panel, without what they do."""

    def __init__(self, panel: QWidget) -> None:
        super().__init__(panel)
        self._panel = panel
        make = partial(new_action, panel)
        self.start = make("Start", "start", "Send from the first frame, pause, or go on")
        self.step = make("Step", "step", "Send one frame and stand still")
        self.stop = make("Stop", "stop", "End the run")
        self.row = make("The selected transmit row", "edit", "Its frame, with random bits")
        self.message = make("A message of a database…", "database", "Its frame, with the bits of a signal")
        self.reset = make("The usual: all standard ids", "clear", "Put all fields back")

    def connect_to(self, slots: dict[QAction, Callable[[], object]]) -> None:
        """What each of them does."""
        for action, slot in slots.items():
            action.triggered.connect(lambda _checked=False, slot=slot: slot())

    def bar(self, progress: QWidget) -> QHBoxLayout:
        """The bar above the fields, with how far the run is."""
        bar = QHBoxLayout()
        bar.setContentsMargins(8, 4, 8, 4)
        for action in (self.start, self.step, self.stop):
            bar.addWidget(action_button(action, self._panel))
        menu = QMenu(self._panel)
        menu.addActions([self.row, self.message, self.reset])
        take = QToolButton(self._panel)
        take.setText("Fill in from")
        take.setToolTip("Take the frame of a row or of a message")
        take.setAutoRaise(True)
        take.setMenu(menu)
        take.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        bar.addWidget(take)
        bar.addWidget(progress, 1)
        return bar

    def show_possible(self, control: FuzzControl) -> None:
        """Enable what is possible, and say what Start would do."""
        playing = control.status.state == "playing"
        self.start.setText(_GO_ON[control.status.state] if control.running else "Start")
        self.start.setIcon(icon("pause" if playing else "start"))
        self.start.setEnabled(control.can_run)
        self.step.setEnabled(control.can_run)
        self.stop.setEnabled(control.running)
        for action in (self.row, self.message, self.reset):
            action.setEnabled(not control.running)
