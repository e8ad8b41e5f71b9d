"""The bar of a panel that cannot send: it says why, and offers what to do."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from canmcast_gui.app.transmit.transmit_link import TransmitLink
from canmcast_gui.ui.labels import ElidedLabel


class SendingBar(QWidget):
    """Hidden while sending is possible. ``connect_requested`` asks for a bus."""

    connect_requested = Signal()

    def __init__(self, link: TransmitLink, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._link = link
        self.text = ElidedLabel(parent=self)
        self.button = QPushButton(self)
        self.button.clicked.connect(self._act)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 3, 8, 3)
        layout.addWidget(self.text, 1)
        layout.addWidget(self.button)
        link.changed.connect(self.refresh)
        link.switch.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show what prevents sending."""
        settings = self._link.settings
        if settings is None:
            text, button, tip = "Not connected.", "Connect…", "Choose a bus (F5)"
        else:
            text = "Sending is off."
            if settings.leaves_host:
                text = "Sending is off. Other computers would receive the frames."
            button, tip = "Turn on", f"The main switch (F8). {settings.reach()}."
        self.text.setText(text)
        self.text.setToolTip(text)
        self.button.setText(button)
        self.button.setToolTip(tip)
        self.setVisible(bool(self._link.obstacle))

    def _act(self) -> None:
        if self._link.is_open:
            self._link.switch.set(True)
        else:
            self.connect_requested.emit()
