"""Actions of the panels that send, and the buttons that show them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QToolButton, QWidget

from canmcast_gui.ui.icons import icon


def new_action(
    owner: QWidget, name: str, picture: str, tip: str, slot: Callable[[], object] | None = None
) -> QAction:
    """An action that belongs to ``owner``, with what it does where that is known already."""
    action = QAction(icon(picture), name, owner)
    action.setToolTip(tip)
    if slot is not None:
        action.triggered.connect(lambda _checked=False: slot())
    return action


def action_button(action: QAction, parent: QWidget) -> QToolButton:
    """A flat button with an action's icon and text."""
    button = QToolButton(parent)
    button.setDefaultAction(action)
    button.setAutoRaise(True)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    return button
