"""The fields of the replay panel: range, filter, changed ids and channels; speed; position."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractSlider,
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSlider,
    QWidget,
)

from canmcast_gui.app.transmit.replay_control import ReplayControl
from canmcast_gui.app.transmit.replay_setup import MAX_NUMBER
from canmcast_gui.frames.filters.proposals import Words
from canmcast_gui.transmit.replay.options import MAX_SPEED, MIN_SPEED
from canmcast_gui.ui import theme
from canmcast_gui.ui.filters.field import FilterField
from canmcast_gui.ui.labels import ElidedLabel
from canmcast_gui.ui.transmit.panel_parts import text_line


class ReplayFields(QWidget):
    """What is replayed of a recording, and what is changed on the way."""

    def __init__(
        self,
        words: Callable[[], Words],
        compiled: Callable[[str], object],
        parent: QWidget | None = None,
    ) -> None:
        """``words`` are proposed in the filter; ``compiled`` raises FilterError for a mistake in it."""
        super().__init__(parent)
        self.start = number_box(" s", "start")
        self.stop = number_box(" s", "end")
        self.start.setAccessibleName("Start of the range in seconds")
        self.stop.setAccessibleName("End of the range in seconds")
        self.loop = QCheckBox("Loop", self)
        self.loop.setToolTip("Start again at the end")
        self.filter_field = FilterField(words, compiled, self)
        self.filter = self.filter_field.edit
        self.filter.setPlaceholderText("all frames; e.g. id in 0x100..0x1FF, name ~ Engine*")
        self.ids = text_line("as recorded; e.g. 123=456, 18FF0001=7A0", self)
        self.channels = text_line("as recorded; e.g. 1=2", self)
        self.skip_live = QCheckBox("Skip IDs already on the bus", self)
        self.skip_live.setToolTip("Skip frames with ids that another node sends during the replay")
        self.error_frames = QCheckBox("With error frames", self)
        span = QHBoxLayout()
        for widget in (self.start, QLabel("to", self), self.stop, self.loop):
            span.addWidget(widget)
        span.addStretch(1)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.addWidget(QLabel("Range", self), 0, 0)
        grid.addLayout(span, 0, 1)
        lines: tuple[tuple[str, QWidget], ...] = (
            ("Filter", self.filter_field),
            ("Change IDs", self.ids),
            ("Channels", self.channels),
        )
        for line, (name, field) in enumerate(lines, 1):
            label = QLabel(name, self)
            label.setBuddy(field)
            grid.addWidget(label, line, 0)
            grid.addWidget(field, line, 1)
        grid.addWidget(self.skip_live, 4, 1)
        grid.addWidget(self.error_frames, 5, 1)
        grid.setColumnStretch(1, 1)


def number_box(suffix: str, none: str, decimals: int = 3) -> QDoubleSpinBox:
    """A field for a number, which shows ``none`` for 0."""
    box = QDoubleSpinBox()
    box.setRange(0, MAX_NUMBER)
    box.setDecimals(decimals)
    box.setSuffix(suffix)
    box.setSpecialValueText(none)
    box.setButtonSymbols(QDoubleSpinBox.ButtonSymbols.NoButtons)
    return box


FACTORS = (0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 100.0)
FASTEST = "Fastest"


class SpeedBox(QComboBox):
    """Chooses the speed, a factor of the recorded times; others than the offered ones can be typed.

    ``speed`` is None for as fast as possible. A text that is not a speed is replaced by the last speed, and
    ``refused`` carries a message.
    """

    speed_changed = Signal()
    refused = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setToolTip(
            f"Factor of the recorded times, also typed, from {MIN_SPEED:g} to {MAX_SPEED:g}. "
            f"{FASTEST}: without waiting"
        )
        self.setAccessibleName("Speed")
        self.addItems([*(_text(factor) for factor in FACTORS), FASTEST])
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(len(FASTEST))
        self.speed: float | None = 1.0
        self._show()
        self.activated.connect(self._take)
        line = self.lineEdit()
        assert line is not None
        line.editingFinished.connect(self._take)

    def set_speed(self, speed: float | None) -> None:
        """Change the speed; ``speed_changed`` is not emitted."""
        self.speed = speed
        self._show()

    def _show(self) -> None:
        self.setEditText(FASTEST if self.speed is None else _text(self.speed))

    def _take(self) -> None:
        try:
            speed = _parsed(self.currentText())
        except ValueError as error:
            self.refused.emit(str(error))
            self._show()
            return
        has_changed = speed != self.speed
        self.set_speed(speed)
        if has_changed:
            self.speed_changed.emit()


def _text(factor: float) -> str:
    return f"× {factor:.10g}"


def _parsed(text: str) -> float | None:
    """The speed that a text means: "× 2", "2x", "0,5", or the word for the fastest; raises ValueError."""
    if text.strip().lower() == FASTEST.lower():
        return None
    try:
        factor = float(text.strip().strip("×xX").strip().replace(",", "."))
    except ValueError:
        factor = 0.0
    if not MIN_SPEED <= factor <= MAX_SPEED:
        raise ValueError(
            f"“{text.strip()}” is not a speed: type a factor from {MIN_SPEED:g} to {MAX_SPEED:g}, "
            "such as × 2."
        )
    return factor


# Positions of the slider: more than pixels of any screen.
_SLIDER_STEPS = 1_000_000
# What an arrow key and a page key move by.
_STEP_SECONDS, _PAGE_SECONDS = 1.0, 10.0


class PositionRow(QWidget):
    """A slider for the position in the recording, and what was sent so far."""

    def __init__(self, control: ReplayControl, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._control = control
        self.slider = QSlider(Qt.Orientation.Horizontal, self)
        self.slider.setRange(0, _SLIDER_STEPS)
        self.slider.setToolTip("Position of the replay; drag it, or use the arrow keys to move by a second")
        self.slider.setAccessibleName("Position in the recording")
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
        """Seek on keys and on clicks beside the handle; after a drag its release does."""
        if QAbstractSlider.SliderAction(action) is not QAbstractSlider.SliderAction.SliderMove:
            self._seek(self.slider.sliderPosition())

    def _seek(self, value: int | None = None) -> None:
        value = self.slider.value() if value is None else value
        self._control.seek(value / _SLIDER_STEPS * self._control.source.seconds)

    def show_position(self) -> None:
        """Show the present position and counts."""
        control, status = self._control, self._control.status
        seconds, duration = control.position_seconds, control.source.seconds
        self.slider.setEnabled(control.running)
        if not self.slider.isSliderDown():
            with QSignalBlocker(self.slider):
                self.slider.setSingleStep(_slider_steps(_STEP_SECONDS, duration))
                self.slider.setPageStep(_slider_steps(_PAGE_SECONDS, duration))
                self.slider.setValue(round(seconds / duration * _SLIDER_STEPS) if duration else 0)
        self.time.setText(f"{seconds:,.1f} of {duration:,.1f} s")
        parts = ["starts when the range has been read"] if control.waiting else []
        parts += [f"{status.sent:,} sent"] if control.running or status.sent else []
        parts += [f"{status.late:,} sent late (> 1 ms)"] if status.late else []
        parts += [f"{status.skipped:,} not for this bus"] if status.skipped else []
        parts += [f"loop {status.loops + 1}"] if status.loops else []
        self.text.setText(", ".join(parts))
        self.text.setVisible(bool(parts))


def _slider_steps(seconds: float, duration: float) -> int:
    return max(1, min(_SLIDER_STEPS, round(seconds / duration * _SLIDER_STEPS))) if duration else 1
