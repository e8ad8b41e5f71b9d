"""The lines below the panels: problems and hints, the reach of frames, the bus load and the rate limit."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSpinBox, QWidget

from canmcast_gui.app.transmit.row import Load
from canmcast_gui.app.transmit.transmit_link import MAX_RATE_LIMIT
from canmcast_gui.transport.settings import BusSettings
from canmcast_gui.ui.labels import TintedLabel


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

    def show_reach(self, settings: BusSettings | None) -> None:
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
        self.limit.setToolTip("Limit for all frames that this program sends, in frames/s")
        self.limit.setAccessibleName("Limit in frames per second")
        self.limit.valueChanged.connect(self.limit_changed)
        self.line.addWidget(QLabel("Limit", self))
        self.line.addWidget(self.limit)
