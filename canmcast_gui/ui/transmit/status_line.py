"""A line below a panel for what went wrong there, or else for what is in the way."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSpinBox, QWidget

from canmcast_gui.app.transmit.link import MAX_RATE_LIMIT
from canmcast_gui.app.transmit.row import Load
from canmcast_gui.transport.settings import BusSettings
from canmcast_gui.ui.labels import TintedLabel


class Sentence(TintedLabel):
    """Shows the last problem in the colour of errors, else a hint; it is hidden while there is neither."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.problem = ""
        self._hint = ""
        self.setWordWrap(True)
        self.setContentsMargins(8, 3, 8, 4)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._show()

    def say(self, problem: str) -> None:
        """Show a problem; an empty one when it is put right."""
        self.problem = problem
        self._show()

    def hint(self, hint: str) -> None:
        """What to show while there is no problem."""
        if hint != self._hint:
            self._hint = hint
            self._show()

    def _show(self) -> None:
        self.set_tint("error" if self.problem else "muted")
        self.setText(self.problem or self._hint)
        self.setVisible(bool(self.text()))


class ReachAndLoad(QWidget):
    """How far frames go, and what is asked of the bus."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.reach = TintedLabel(parent=self)
        self.load = TintedLabel(parent=self)
        self.line = QHBoxLayout(self)
        self.line.setContentsMargins(8, 2, 8, 2)
        self.line.addWidget(self.reach)
        self.line.addStretch(1)
        self.line.addWidget(self.load)

    def show_reach(self, settings: BusSettings | None) -> None:
        """Say how far frames go, before the first of them leaves."""
        self.reach.setText("" if settings is None else settings.reach())
        leaves = settings is not None and settings.leaves_host
        self.reach.set_tint("error" if leaves else "muted")

    def show_load(self, load: Load, more: str = "") -> None:
        """Say what is asked of the bus, and ``more`` about it; more than it could carry is a warning."""
        too_much = load.share > 1.0
        text = load.text + (": more than it can carry" if too_much else "")
        self.load.setText(text + more if text else "")
        self.load.set_tint("error" if too_much else "muted")


class TransmitFooter(ReachAndLoad):
    """``limited`` carries the limit in frames per second, 0 for none."""

    limited = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.limit = QSpinBox(self)
        self.limit.setRange(0, MAX_RATE_LIMIT)
        self.limit.setSingleStep(100)
        self.limit.setSpecialValueText("no limit")
        self.limit.setSuffix(" frames/s")
        self.limit.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
        self.limit.setKeyboardTracking(False)
        self.limit.setToolTip("At most so many frames a second leave this program, of whatever kind")
        self.limit.valueChanged.connect(self.limited)
        self.line.addWidget(QLabel("Limit", self))
        self.line.addWidget(self.limit)
