"""Actions: one way to make them, to connect them, and to disable them with a reason.

A class that has several actions makes them in its constructor and keeps each in an attribute, so that readers
and type checkers see them: ``self.copy = new_action(self, "Copy", self._copy, icon="copy", keys="Ctrl+C")``.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, SignalInstance
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QToolButton, QWidget

from canmcast_gui.ui import icons

# Keys of the window work in floating panels, too, which are windows of their own; not while a dialog is open.
EVERYWHERE = Qt.ShortcutContext.ApplicationShortcut

# Keys of a panel work while the panel, or a widget in it, has the focus.
IN_PANEL = Qt.ShortcutContext.WidgetWithChildrenShortcut

_ENABLED_TIP = "tool tip while enabled"


def new_action(
    owner: QObject,
    text: str,
    slot: Callable[[], object] | None = None,
    *,
    icon: str = "",
    keys: str | QKeySequence.StandardKey = "",
    context: Qt.ShortcutContext = IN_PANEL,
    tip: str = "",
    checkable: bool = False,
) -> QAction:
    """An action that belongs to ``owner`` and calls ``slot``; its tool tip is ``tip`` with the keys.

    ``icon`` is a name for icons.icon(). Keys work where the action is in a menu, or in a widget to which it
    was added with addAction().
    """
    action = QAction(text, owner)
    action.setCheckable(checkable)
    if icon:
        action.setIcon(icons.icon(icon))
    if keys:
        set_keys(action, keys, context)
    if tip:
        action.setToolTip(f"{tip} ({keys_text(action)})" if keys else tip)
    if slot is not None:
        connect(action.triggered, slot)
    return action


def set_keys(
    action: QAction, keys: str | QKeySequence.StandardKey, context: Qt.ShortcutContext = IN_PANEL
) -> QAction:
    """Give an action its keys; returns the action."""
    action.setShortcut(QKeySequence(keys))
    action.setShortcutContext(context)
    return action


def keys_text(action: QAction) -> str:
    """The keys of an action as the system writes them, such as Ctrl+C."""
    return action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)


def connect(signal: SignalInstance, slot: Callable[[], object]) -> None:
    """Call ``slot`` without arguments when the signal is emitted.

    ``triggered`` and ``clicked`` carry whether the action or button is checked. A slot with a parameter of
    its own would receive that value.
    """
    signal.connect(lambda *_: slot())


def allow(action: QAction, is_possible: bool, reason: str) -> None:
    """Enable an action, or disable it and add the reason to its tool tip, which menus show as well."""
    usual = action.property(_ENABLED_TIP)
    if usual is None:
        usual = action.toolTip()
        action.setProperty(_ENABLED_TIP, usual)
    action.setEnabled(is_possible)
    tip = usual if is_possible else f"{usual}\n{reason}"
    if action.toolTip() != tip:
        action.setToolTip(tip)


def action_button(action: QAction, parent: QWidget) -> QToolButton:
    """A flat button with an action's icon and text."""
    button = QToolButton(parent)
    button.setDefaultAction(action)
    button.setAutoRaise(True)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    return button
