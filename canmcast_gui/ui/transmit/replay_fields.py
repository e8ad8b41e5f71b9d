"""What of a recording is replayed, and as what: range, filter, other ids and channels."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox, QDoubleSpinBox, QGridLayout, QHBoxLayout, QLabel, QLineEdit, QWidget

from canmcast_gui.app.transmit.replay_setup import MOST_NUMBER


class ReplayFields(QWidget):
    """Fields to fill in before a replay begins."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.start = number_box(" s", "beginning")
        self.stop = number_box(" s", "end")
        self.start.setAccessibleName("Beginning of the range in seconds")
        self.stop.setAccessibleName("End of the range in seconds")
        self.loop = QCheckBox("Loop", self)
        self.loop.setToolTip("Begin anew at the end")
        self.filter = self._line("all frames; e.g. id in 0x100..0x1FF, name ~ Engine*")
        self.ids = self._line("as recorded; e.g. 123=456, 18FF0001=7A0")
        self.channels = self._line("as recorded; e.g. 1=2")
        self.live = QCheckBox("Without ids that another node sends", self)
        self.live.setToolTip("Ids that somebody else on the bus sends while the replay runs are left out")
        self.errors = QCheckBox("With error frames", self)
        span = QHBoxLayout()
        for widget in (self.start, QLabel("to", self), self.stop, self.loop):
            span.addWidget(widget)
        span.addStretch(1)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.addWidget(QLabel("Range", self), 0, 0)
        grid.addLayout(span, 0, 1)
        lines = (("Filter", self.filter), ("Change ids", self.ids), ("Channels", self.channels))
        for line, (name, field) in enumerate(lines, 1):
            label = QLabel(name, self)
            label.setBuddy(field)
            grid.addWidget(label, line, 0)
            grid.addWidget(field, line, 1)
        grid.addWidget(self.live, 4, 1)
        grid.addWidget(self.errors, 5, 1)
        grid.setColumnStretch(1, 1)

    def _line(self, example: str) -> QLineEdit:
        line = QLineEdit(self)
        line.setPlaceholderText(example)
        return line


def number_box(suffix: str, none: str, decimals: int = 3) -> QDoubleSpinBox:
    """A field for a number, of which 0 stands for ``none``."""
    box = QDoubleSpinBox()
    box.setRange(0, MOST_NUMBER)
    box.setDecimals(decimals)
    box.setSuffix(suffix)
    box.setSpecialValueText(none)
    box.setButtonSymbols(QDoubleSpinBox.ButtonSymbols.NoButtons)
    return box
