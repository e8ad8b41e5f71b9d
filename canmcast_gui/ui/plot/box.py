"""Where the curves of a lane are, and what the mouse does there."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal

LEAST_FRAME = 4  # pixels: less is a click with an unsteady hand
WHEEL_BASE = 1.0015


class LaneBox(pg.ViewBox):
    """Where curves are: the wheel and the mouse move along the time axis, or on a value axis along that.

    ``zoomed`` carries a factor and the time that should stay, ``dragged`` seconds, ``clicked`` a time,
    ``framed`` the two times of a rectangle that was drawn with Ctrl held; what they mean for the
    picture is for others to decide. ``scaled`` says that the user moved the value axis.
    """

    zoomed = Signal(float, float)
    dragged = Signal(float)
    clicked = Signal(float)
    framed = Signal(float, float)
    scaled = Signal()

    def __init__(self) -> None:
        super().__init__(enableMenu=False, defaultPadding=0)
        self.disableAutoRange()

    def wheelEvent(self, event, axis: int | None = None) -> None:
        if axis == pg.ViewBox.YAxis:
            super().wheelEvent(event, axis)
            self.scaled.emit()
            return
        event.accept()
        self.zoomed.emit(WHEEL_BASE ** -event.delta(), self.mapSceneToView(event.scenePos()).x())

    def mouseDragEvent(self, event, axis: int | None = None) -> None:
        if axis == pg.ViewBox.YAxis:
            super().mouseDragEvent(event, axis)
            self.scaled.emit()
            return
        event.accept()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._frame(event)
            return
        there, here = self.mapToView(event.lastPos()), self.mapToView(event.pos())
        self.dragged.emit(there.x() - here.x())

    def _frame(self, event) -> None:
        """Draw the rectangle; at its end show just what is in it."""
        start, here = event.buttonDownPos(), event.pos()
        if not event.isFinish():
            self.updateScaleBox(start, here)
            return
        self.rbScaleBox.hide()
        if abs(start.x() - here.x()) < LEAST_FRAME or abs(start.y() - here.y()) < LEAST_FRAME:
            return
        one, other = self.mapToView(start), self.mapToView(here)
        self.setYRange(*sorted((one.y(), other.y())), padding=0)
        self.scaled.emit()
        self.framed.emit(*sorted((one.x(), other.x())))

    def mouseClickEvent(self, event) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            event.accept()
            self.clicked.emit(self.mapSceneToView(event.scenePos()).x())
