"""What the program is, in a few words."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from canmcast_gui import __version__


def show_about(parent: QWidget) -> None:
    """A few words about the program."""
    box = QMessageBox(parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setWindowTitle("About canmcast")
    box.setTextFormat(Qt.TextFormat.RichText)
    box.setText(f"<b>canmcast {__version__}</b>")
    box.setInformativeText(
        "Watches and feeds CAN and CAN FD buses carried over UDP multicast, as python-can speaks it.\n"
        "MIT licence."
    )
    box.setIconPixmap(parent.windowIcon().pixmap(64, 64))
    box.open()
