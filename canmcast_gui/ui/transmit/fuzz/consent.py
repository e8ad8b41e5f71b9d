"""The question before random frames are sent to other computers."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget


def ask_consent(reach: str, agreed: Callable[[], None], parent: QWidget) -> None:
    """Ask, and call ``agreed`` if the user wants it; ``reach`` says which computers receive the frames."""
    text = "Send random frames to other computers?"
    buttons = QMessageBox.StandardButton.Ok | QMessageBox.StandardButton.Cancel
    box = QMessageBox(QMessageBox.Icon.Warning, "Fuzz", text, buttons, parent)
    box.setInformativeText(f"{reach}. Random frames can damage connected devices.")
    box.button(QMessageBox.StandardButton.Ok).setText("Send")
    box.setDefaultButton(QMessageBox.StandardButton.Cancel)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.accepted.connect(agreed)
    box.open()
