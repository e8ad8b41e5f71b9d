"""The time of all lanes: its axis, what the mouse does to it, and the cursors."""

from __future__ import annotations

from collections.abc import Sequence

import pyqtgraph as pg
from pyqtgraph.GraphicsScene.mouseEvents import HoverEvent, MouseClickEvent, MouseDragEvent
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QGraphicsSceneWheelEvent

from canmcast_gui.ui import theme
from canmcast_gui.ui.plot.drawing.axis import PlotAxis
from canmcast_gui.ui.plot.drawing.value_axis import WHEEL_BASE

MIN_RECTANGLE = 4  # pixels: a smaller rectangle is a click with a small movement
TICK_LINES = 3.5

_CURSOR_PENS = (Qt.PenStyle.DashLine, Qt.PenStyle.DotLine)


class TimeBox(pg.ViewBox):
    """Lies over all lanes and the time axis. The mouse moves and zooms it in time, and draws rectangles.

    ``zoomed`` carries a factor and the time that stays in place, ``dragged`` seconds, ``clicked`` a time,
    ``rectangle_drawn`` the rectangle in the scene that is drawn with Ctrl held, ``cursor_dragged`` the number
    of a cursor and its new time. The panel decides which time is shown after that.
    """

    zoomed = Signal(float, float)
    dragged = Signal(float)
    clicked = Signal(float)
    rectangle_drawn = Signal(QRectF)
    cursor_dragged = Signal(int, float)

    def __init__(self) -> None:
        super().__init__(enableMenu=False, defaultPadding=0)
        self.disableAutoRange()
        self.setZValue(0)
        # Flags of cursors at the edges are not cut.
        self.setFlag(self.GraphicsItemFlag.ItemClipsChildrenToShape, False)
        self.setRange(xRange=(0.0, 10.0), yRange=(0.0, 1.0), padding=0)
        self.axis = PlotAxis("bottom", TICK_LINES, " s")
        self.axis.linkToView(self)
        self.lines = [Cursor(letter) for letter in "AB"]
        for number, line in enumerate(self.lines):
            line.sigDragged.connect(
                lambda line, number=number: self.cursor_dragged.emit(number, float(line.value()))
            )
        self.cursors: list[float | None] = [None, None]

    @property
    def span(self) -> tuple[float, float]:
        """The visible time in seconds since the recording's start."""
        start, stop = self.viewRange()[0]
        return start, stop

    def show_span(self, span: tuple[float, float]) -> None:
        """Show these times."""
        self.setXRange(*span, padding=0)
        self.show_cursors(self.cursors)

    def show_cursors(self, seconds: Sequence[float | None]) -> None:
        """Move the cursors to their times, in seconds; None hides one."""
        self.cursors = list(seconds)
        start, stop = self.span
        for line, second in zip(self.lines, seconds, strict=True):
            if second is None or not start <= second <= stop:
                self._take(line)
                continue
            if line.scene() is None:
                self.addItem(line, ignoreBounds=True)
            if second != line.value():
                line.setValue(second)

    def _take(self, line: Cursor) -> None:
        """Hide a line: in the scene it would be updated with each change of the time, even if invisible."""
        if line.scene() is not None:
            self.removeItem(line)

    def set_colors(self, palette: QPalette) -> None:
        """Use the colors of the theme."""
        named = theme.colors(palette)
        self.axis.set_colors(named.line, palette.color(QPalette.ColorRole.Text))
        text = theme.readable_on(named.accent.rgba(), palette.color(QPalette.ColorRole.Base).rgba())
        for line, style in zip(self.lines, _CURSOR_PENS, strict=True):
            line.setPen(pg.mkPen(named.accent, style=style))
            line.setHoverPen(pg.mkPen(named.accent, width=2))
            line.flag.fill = pg.mkBrush(named.accent)
            line.flag.setColor(QColor(text))
        self.rbScaleBox.setPen(pg.mkPen(named.accent))
        self.rbScaleBox.setBrush(pg.mkBrush(None))

    def place(self, area: QRectF, axis: QRectF, font: QFont) -> None:
        """Lie over the area of the lanes and the axis below it."""
        self.setGeometry(area.united(axis))
        self.axis.place(axis, font)
        for line in self.lines:
            line.flag.setFont(font)

    # -- positions ---------------------------------------------------------------------------------------

    def x_of(self, second: float) -> float:
        """The horizontal position of a time in the scene."""
        return float(self.mapViewToScene(QPointF(second, 0.0)).x())

    def second_at(self, x: float) -> float:
        """The time at a horizontal position in the scene."""
        return float(self.mapSceneToView(QPointF(x, 0.0)).x())

    def flag(self, cursor: int) -> QRectF:
        """The rectangle of a cursor's flag in the scene."""
        rect: QRectF = self.lines[cursor].flag.sceneBoundingRect()
        return rect

    # -- the mouse ---------------------------------------------------------------------------------------

    def wheelEvent(self, event: QGraphicsSceneWheelEvent, axis: int | None = None) -> None:  # noqa: ARG002
        event.accept()
        self.zoomed.emit(WHEEL_BASE ** -event.delta(), self.second_at(event.scenePos().x()))

    def mouseDragEvent(self, event: MouseDragEvent, axis: int | None = None) -> None:  # noqa: ARG002
        event.accept()  # of all buttons: else the box of a lane moves
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._draw_rectangle(event)
            return
        before, now = event.lastScenePos().x(), event.scenePos().x()
        self.dragged.emit(self.second_at(before) - self.second_at(now))

    def _draw_rectangle(self, event: MouseDragEvent) -> None:
        """Draw the rectangle until the button is released."""
        start, here = event.buttonDownPos(), event.pos()
        if not event.isFinish():
            self.updateScaleBox(start, here)
            return
        self.rbScaleBox.hide()
        drawn = QRectF(event.buttonDownScenePos(), event.scenePos()).normalized()
        if drawn.width() >= MIN_RECTANGLE and drawn.height() >= MIN_RECTANGLE:
            self.rectangle_drawn.emit(drawn)

    def mouseClickEvent(self, event: MouseClickEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            event.accept()
            self.clicked.emit(self.second_at(event.scenePos().x()))


class Cursor(pg.InfiniteLine):
    """The line of a cursor through all lanes, with a flag on the time axis."""

    def __init__(self, letter: str) -> None:
        super().__init__(angle=90, movable=True)
        self.flag = Flag(self, letter, position=0.0, anchors=[(0.5, 1.0), (0.5, 1.0)])
        self.flag.textItem.document().setDocumentMargin(3)


class Flag(pg.InfLineLabel):
    """The letter of a cursor, by which the mouse takes it as by its line."""

    def mouseDragEvent(self, event: MouseDragEvent) -> None:
        event.currentItem = self.line
        self.line.mouseDragEvent(event)

    def hoverEvent(self, event: HoverEvent) -> None:
        self.line.hoverEvent(event)
