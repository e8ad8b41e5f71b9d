"""Where a replay is: a slider over the whole of it, and a line of what has happened."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QAbstractSlider, QGridLayout, QLabel, QSlider, QWidget

from canmcast_gui.app.transmit.replay import ReplayControl
from canmcast_gui.ui import theme
from canmcast_gui.ui.elided_label import ElidedLabel

# Finer than any screen; the keys go by seconds.
STEPS = 1_000_000
_STEP_SECONDS, _PAGE_SECONDS = 1.0, 10.0


class PlaceRow(QWidget):
    """Shows the place; dragged, clicked or moved with the keys, the slider goes elsewhere."""

    def __init__(self, control: ReplayControl, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._control = control
        self.slider = QSlider(Qt.Orientation.Horizontal, self)
        self.slider.setRange(0, STEPS)
        self.slider.setToolTip("Where the replay is; drag it to go elsewhere, the arrow keys go by a second")
        self.slider.setAccessibleName("Place in the recording")
        self.slider.setMinimumWidth(120)
        self.slider.sliderReleased.connect(self._seek)
        self.slider.actionTriggered.connect(self._on_action)
        self.time = QLabel(self)
        self.time.setFont(theme.fixed_font())
        self.text = ElidedLabel(self)
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setColumnStretch(0, 1)
        layout.addWidget(self.slider, 0, 0)
        layout.addWidget(self.time, 0, 1)
        layout.addWidget(self.text, 1, 0, 1, 2)

    def _on_action(self, action: int) -> None:
        """Keys and clicks beside the handle; dragging ends with its release."""
        if QAbstractSlider.SliderAction(action) is not QAbstractSlider.SliderAction.SliderMove:
            self._seek(self.slider.sliderPosition())

    def _seek(self, place: int | None = None) -> None:
        value = self.slider.value() if place is None else place
        self._control.seek(value / STEPS * self._control.source.seconds)

    def show_place(self) -> None:
        """Show where it is now."""
        control, status = self._control, self._control.status
        seconds, whole = control.position_seconds, control.source.seconds
        self.slider.setEnabled(control.running)
        if not self.slider.isSliderDown():
            with QSignalBlocker(self.slider):
                self.slider.setSingleStep(_steps(_STEP_SECONDS, whole))
                self.slider.setPageStep(_steps(_PAGE_SECONDS, whole))
                self.slider.setValue(round(seconds / whole * STEPS) if whole else 0)
        self.time.setText(f"{seconds:,.1f} of {whole:,.1f} s")
        sent = ["begins when the range has been read"] if control.waiting else []
        sent += [f"{status.sent:,} sent"] if control.running or status.sent else []
        sent += [f"{status.late:,} late"] if status.late else []
        sent += [f"{status.skipped:,} not for this bus"] if status.skipped else []
        sent += [f"loop {status.loops + 1}"] if status.loops else []
        self.text.setText(", ".join(sent))


def _steps(seconds: float, whole: float) -> int:
    return max(1, min(STEPS, round(seconds / whole * STEPS))) if whole else 1
