"""What the panels share: the actions of a run, buttons, fields, scrolling, and the lines below the panels."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QScrollArea,
    QSpinBox,
    QToolButton,
    QWidget,
)

from canmcast_gui.app.transmit.row import Load
from canmcast_gui.app.transmit.transmit_link import MAX_RATE_LIMIT
from canmcast_gui.channels.measurement import Measurement
from canmcast_gui.ui.actions import action_button, allow, new_action
from canmcast_gui.ui.icons import icon
from canmcast_gui.ui.labels import TintedLabel

# The menu indicator of the style is three pixels in a corner. The text of the button has an arrow instead.
NO_INDICATOR = "QToolButton::menu-indicator { image: none; }"


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

    def show_state(self, is_active: bool, is_paused: bool, obstacle: str, can_stop: bool) -> None:
        """Show what the first action does, and enable what is possible.

        ``obstacle`` says why nothing can be run, "" if it can.
        """
        self.start.setText("Pause" if is_active else "Resume" if is_paused else self._name)
        self.start.setIcon(icon("pause" if is_active else "start"))
        allow(self.start, not obstacle, obstacle)
        allow(self.step, not obstacle, obstacle)
        allow(self.stop, can_stop, "It does not run.")


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
    button.setText(f"{text} ▾")
    button.setAutoRaise(True)
    button.setMenu(menu)
    button.setStyleSheet(NO_INDICATOR)
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    return button


def text_line(example: str, parent: QWidget) -> QLineEdit:
    """A field for a text, which shows an example while it is empty."""
    line = QLineEdit(parent)
    line.setPlaceholderText(example)
    return line


def scroll_area(body: QWidget, parent: QWidget) -> QScrollArea:
    """A frameless area that scrolls ``body`` where a dock is too small for it."""
    area = QScrollArea(parent)
    area.setWidget(body)
    area.setWidgetResizable(True)
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    return area


class StatusLine(TintedLabel):
    """Shows the last problem in the error color, else a hint; hidden without either."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.problem = ""
        self._hint = ""
        self.setWordWrap(True)
        self.setContentsMargins(8, 3, 8, 4)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._show()

    def show_problem(self, problem: str) -> None:
        """Show a problem; an empty text clears it."""
        self.problem = problem
        self._show()

    def clear_problem(self) -> None:
        """Show the hint again."""
        self.show_problem("")

    def show_hint(self, hint: str) -> None:
        """Set what is shown while there is no problem."""
        if hint != self._hint:
            self._hint = hint
            self._show()

    def _show(self) -> None:
        self.set_tint("error" if self.problem else "muted")
        self.setText(self.problem or self._hint)
        self.setVisible(bool(self.text()))


class LoadLine(QWidget):
    """Shows how far frames reach, and the load that they put on the bus."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.reach = TintedLabel(parent=self)
        self.load = TintedLabel(parent=self)
        self.line = QHBoxLayout(self)
        self.line.setContentsMargins(8, 2, 8, 2)
        self.line.addWidget(self.reach)
        self.line.addStretch(1)
        self.line.addWidget(self.load)

    def show_reach(self, settings: Measurement | None) -> None:
        """Show how far frames reach on a bus with these settings; None for no bus."""
        self.reach.setText("" if settings is None else settings.reach())
        leaves = settings is not None and settings.leaves_host
        self.reach.set_tint("error" if leaves else "muted")

    def show_load(self, load: Load, more: str = "") -> None:
        """Show a load, followed by ``more``; above the capacity of the bus it is a warning."""
        too_much = load.share > 1.0
        text = load.text + (": more than it can carry" if too_much else "")
        self.load.setText(text + more if text else "")
        self.load.set_tint("error" if too_much else "muted")


class TransmitFooter(LoadLine):
    """Also has the rate limit; ``limit_changed`` carries it in frames per second, 0 for none."""

    limit_changed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.limit = QSpinBox(self)
        self.limit.setRange(0, MAX_RATE_LIMIT)
        self.limit.setSingleStep(100)
        self.limit.setSpecialValueText("no limit")
        self.limit.setSuffix(" frames/s")
        self.limit.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
        self.limit.setKeyboardTracking(False)
        self.limit.setToolTip("Rate limit for all frames that this program sends, in frames/s")
        self.limit.setAccessibleName("Rate limit in frames per second")
        self.limit.valueChanged.connect(self.limit_changed)
        self.line.addWidget(QLabel("Rate limit", self))
        self.line.addWidget(self.limit)
