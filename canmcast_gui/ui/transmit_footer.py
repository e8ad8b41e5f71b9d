"""The line below the transmit table: how far frames go, what is asked of the bus, and the limit for all."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QSpinBox, QWidget

from canmcast_gui.app.workspace_values import MOST_RATE_LIMIT
from canmcast_gui.models.transmit_load import Load
from canmcast_gui.transport.settings import BusSettings
from canmcast_gui.ui import theme


class TransmitFooter(QWidget):
    """``limited`` carries the limit in frames per second, 0 for none."""

    limited = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.reach = QLabel(self)
        self.load = QLabel(self)
        self.limit = QSpinBox(self)
        self.limit.setRange(0, MOST_RATE_LIMIT)
        self.limit.setSingleStep(100)
        self.limit.setSpecialValueText("no limit")
        self.limit.setSuffix(" frames/s")
        self.limit.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
        self.limit.setKeyboardTracking(False)
        self.limit.setToolTip("At most so many frames a second leave this program, of whatever kind")
        self.limit.valueChanged.connect(self.limited)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 2, 8, 2)
        layout.addWidget(self.reach)
        layout.addStretch(1)
        layout.addWidget(self.load)
        layout.addWidget(QLabel("Limit", self))
        layout.addWidget(self.limit)

    def show_reach(self, settings: BusSettings | None) -> None:
        """Say how far frames go, before the first of them leaves."""
        self.reach.setText("" if settings is None else settings.reach())
        self._color(self.reach, settings is not None and settings.leaves_host)

    def show_load(self, load: Load) -> None:
        """Say what is asked of the bus; more than it could carry is a warning."""
        too_much = load.share > 1.0
        self.load.setText(load.text + (": more than it can carry" if too_much else ""))
        self._color(self.load, too_much)

    def _color(self, label: QLabel, warning: bool) -> None:
        named = theme.colors(self.palette())
        palette = QPalette(QApplication.palette(label))
        palette.setColor(QPalette.ColorRole.WindowText, named.error if warning else named.muted)
        label.setPalette(palette)
