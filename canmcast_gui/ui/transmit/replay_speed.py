"""The replay's speed: a few usual factors to choose, any other to type."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QWidget

from canmcast_gui.transmit.replay.options import MAX_SPEED, MIN_SPEED

FACTORS = (0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 100.0)
FASTEST = "Fastest"


class SpeedBox(QComboBox):
    """``speed`` is the factor of the recorded times, None as fast as possible; ``speed_changed`` says when.

    What is no factor is put back to what was there, and ``refused`` carries a sentence.
    """

    speed_changed = Signal()
    refused = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setToolTip(
            f"A factor of the recorded times, also typed, from 0.001 to 1000. {FASTEST}: without waiting"
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
        """Have another one."""
        self.speed = speed
        self._show()

    def _show(self) -> None:
        self.setEditText(FASTEST if self.speed is None else _text(self.speed))

    def _take(self) -> None:
        try:
            wanted = _parsed(self.currentText())
        except ValueError as error:
            self.refused.emit(str(error))
            self._show()
            return
        changed = wanted != self.speed
        self.set_speed(wanted)
        if changed:
            self.speed_changed.emit()


def _text(factor: float) -> str:
    return f"× {factor:.10g}"


def _parsed(text: str) -> float | None:
    """What a user may mean: "× 2", "2x", "0,5", or the word for no waiting at all; raises ValueError."""
    if text.strip().lower() == FASTEST.lower():
        return None
    try:
        factor = float(text.strip().strip("×xX").strip().replace(",", "."))
    except ValueError:
        factor = 0.0
    if not MIN_SPEED <= factor <= MAX_SPEED:
        raise ValueError(
            f"“{text.strip()}” is no speed: type a factor from {MIN_SPEED:g} to {MAX_SPEED:g}, such as × 2."
        )
    return factor
