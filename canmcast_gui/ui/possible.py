"""Actions that are possible only sometimes: while they are not, their tool tip says why."""

from __future__ import annotations

from PySide6.QtGui import QAction

_TIP = "tip while it is possible"


def allow(action: QAction, is_possible: bool, reason: str) -> None:
    """Enable an action, or disable it with a sentence about what is missing, which menus show too."""
    usual = action.property(_TIP)
    if usual is None:
        usual = action.toolTip()
        action.setProperty(_TIP, usual)
    action.setEnabled(is_possible)
    tip = usual if is_possible else f"{usual}\n{reason}"
    if action.toolTip() != tip:
        action.setToolTip(tip)
