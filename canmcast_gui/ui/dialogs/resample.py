"""The row of an export dialog that chooses between a row for each frame and rows at regular intervals."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox, QDoubleSpinBox, QHBoxLayout, QWidget


class ResampleRow(QWidget):
    """``evenly`` turns on the interval ``every_ms``."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.evenly = QCheckBox("&Resample every")
        self.evenly.setToolTip(
            "A row at regular intervals, with the newest values. Otherwise there is a row for each frame."
        )
        self.every_ms = QDoubleSpinBox()
        self.every_ms.setRange(0.001, 1e7)
        self.every_ms.setDecimals(3)
        self.every_ms.setValue(10.0)
        self.every_ms.setSuffix(" ms")
        self.every_ms.setEnabled(False)
        self.every_ms.setAccessibleName("Resample every, in milliseconds")
        self.evenly.toggled.connect(self.every_ms.setEnabled)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.evenly)
        layout.addWidget(self.every_ms)
        layout.addStretch(1)

    @property
    def interval_ms(self) -> float | None:
        """The interval; None for a row for each frame."""
        return self.every_ms.value() if self.evenly.isChecked() else None
