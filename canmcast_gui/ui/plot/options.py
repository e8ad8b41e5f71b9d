"""The row below the tool bar of a plot: the file that is compared with, and the signal x of an XY plot."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QHBoxLayout, QLabel, QToolButton, QWidget

from canmcast_gui.models.plot.data import short_names
from canmcast_gui.ui import icons
from canmcast_gui.ui.actions import connect
from canmcast_gui.ui.content_size import widen
from canmcast_gui.ui.labels import ElidedLabel


class PlotOptions(QWidget):
    """Hidden while there is neither a comparison nor an XY plot.

    ``offset_chosen`` carries seconds, ``x_chosen`` the name of a signal; ``end_clicked`` ends the comparison.
    """

    offset_chosen = Signal(float)
    x_chosen = Signal(str)
    end_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.x_box = QComboBox(self)
        self.x_box.setToolTip("The signal over which the others are drawn")
        self.x_box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        widen(self.x_box)
        self.x_box.activated.connect(lambda _index: self.x_chosen.emit(self.x_box.currentData()))
        self.x_label = QLabel("&x:", self)
        self.x_label.setBuddy(self.x_box)
        self.file_label = ElidedLabel("", self)
        self.file_label.mode = Qt.TextElideMode.ElideMiddle
        self.offset_box = self._make_offset_box()
        self.end_button = QToolButton(self)
        self.end_button.setIcon(icons.icon("close"))
        self.end_button.setAutoRaise(True)
        self.end_button.setToolTip("Remove the comparison")
        self.end_button.setAccessibleName("Remove the comparison")
        connect(self.end_button.clicked, self.end_clicked.emit)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 1, 4, 2)
        layout.addWidget(self.x_label)
        layout.addWidget(self.x_box)
        layout.addWidget(self.file_label, 1)
        layout.addWidget(self.offset_box)
        layout.addWidget(self.end_button)
        layout.addStretch(0)
        self._is_xy = self._is_comparing = False
        self._update()

    def _make_offset_box(self) -> QDoubleSpinBox:
        box = QDoubleSpinBox(self)
        box.setRange(-1e6, 1e6)
        box.setDecimals(4)
        box.setSingleStep(0.1)
        box.setPrefix("Offset ")
        box.setSuffix(" s")
        box.setKeyboardTracking(False)
        box.valueChanged.connect(self.offset_chosen)
        return box

    def _update(self) -> None:
        xy: tuple[QWidget, ...] = (self.x_label, self.x_box)
        comparison: tuple[QWidget, ...] = (self.file_label, self.offset_box, self.end_button)
        for widget in xy:
            widget.setVisible(self._is_xy)
        for widget in comparison:
            widget.setVisible(self._is_comparing)
        self.setVisible(self._is_xy or self._is_comparing)

    def show_reference(self, path: Path | None, seconds: float) -> None:
        """Show the name and the offset of the recording that is compared with; None hides them."""
        self._is_comparing = path is not None
        if path is not None:
            self.file_label.setText(f"Dashed: {path.name}")
            self.file_label.setToolTip(str(path))
            self.offset_box.setToolTip(f"Seconds that are added to the times of {path.name}")
        with QSignalBlocker(self.offset_box):
            self.offset_box.setValue(seconds)
        self._update()

    def show_x(self, is_xy: bool, names: Sequence[str], name: str) -> None:
        """Offer these signals as x while the plot is an XY plot."""
        self._is_xy = is_xy
        self.x_box.clear()
        for title, one in zip(short_names(names), names, strict=True):
            self.x_box.addItem(title, one)
        self.x_box.setCurrentIndex(max(self.x_box.findData(name), 0) if names else -1)
        self._update()
