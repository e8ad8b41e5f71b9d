"""The lanes of a plot over time, below each other, with one time axis that stays in place."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QGuiApplication,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from canmcast_gui.ui import theme
from canmcast_gui.ui.plot.drawing.area import LanesArea
from canmcast_gui.ui.plot.drawing.entry import LegendEntry
from canmcast_gui.ui.plot.drawing.mouse import Drag, axis_at, begin_drag, turn_wheel

_SCROLL_KEYS = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
_CURSOR_PENS = (Qt.PenStyle.DashLine, Qt.PenStyle.DotLine)


class LanesView(LanesArea):
    """Draws lanes, and handles the mouse and the keys."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.times.installEventFilter(self)
        self._drag: Drag | None = None

    # -- drawing -----------------------------------------------------------------------------------------

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, palette = QPainter(self.viewport()), QGuiApplication.palette()
        painter.fillRect(self.viewport().rect(), palette.color(QPalette.ColorRole.Base))
        painter.translate(0, -self.offset)
        seconds, _ = self.times.ticks()
        line = theme.colors(palette).line
        for lane in self.visible_lanes():
            painter.setPen(line)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            lane.paint(painter, self.span, seconds)
            lane.paint_axes(painter)
        painter.resetTransform()
        self._paint_cursors(painter, theme.colors(palette).accent)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for entry in self.entries:
            entry.paint(painter, palette, entry is self.hovered, in_lane=True)
        if not self.rectangle.isEmpty():
            painter.setPen(theme.colors(palette).accent)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rectangle)
        painter.end()

    def _paint_cursors(self, painter: QPainter, color: QColor) -> None:
        for second, style in zip(self.cursors, _CURSOR_PENS, strict=True):
            if second is not None and self.span[0] <= second <= self.span[1] and self.lanes:
                painter.setPen(QPen(color, 1, style))
                x = round(self.times.x_of(second))
                painter.drawLine(x, 0, x, self.viewport().height())

    # -- mouse and keys ----------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or not self.lanes:
            return
        entry = self._entry_at(event.position().toPoint())
        if entry is not None and entry.cross.contains(event.position().toPoint()):
            self.remove_clicked.emit(entry.name)
            return
        self._drag = begin_drag(self, event.position(), event.modifiers())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._drag is not None:
            self._drag.move(event.position())
            return
        hovered = self._entry_at(event.position().toPoint())
        if hovered is not self.hovered:
            self.hovered = hovered
            self.viewport().update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        drag, self._drag = self._drag, None
        if drag is not None and event.button() == Qt.MouseButton.LeftButton:
            drag.finish(event.position())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        axis = axis_at(self, event.position())
        if axis is None:
            self.mousePressEvent(event)
            return
        axis.refit()
        self.redraw()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            super().wheelEvent(event)
        else:
            turn_wheel(self, event.position(), event.angleDelta().y() or event.angleDelta().x())
            event.accept()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        position = QPointF(self.viewport().mapFromGlobal(event.globalPos()))
        lane = self.lane_at(position)
        signal = lane.signal_near(self.content(position), self.span) if lane is not None else None
        self.menu_requested.emit("" if signal is None else signal.name, event.globalPos())

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            entry = self._entry_at(event.pos())
            QToolTip.showText(event.globalPos(), entry.tip(event.pos()) if entry else "", self.viewport())
            return True
        if event.type() == QEvent.Type.Leave and self.hovered is not None:
            self.hovered = None
            self.viewport().update()
        return super().viewportEvent(event)

    def eventFilter(self, watched: QWidget, event: QEvent) -> bool:  # type: ignore[override]
        """Handle the mouse over the time axis as over the lanes."""
        if watched is self.times:
            if isinstance(event, QMouseEvent):
                moved = _moved(event, QPointF(self.times.pos() - self.viewport().pos()))
                handlers = {
                    QEvent.Type.MouseButtonPress: self.mousePressEvent,
                    QEvent.Type.MouseMove: self.mouseMoveEvent,
                    QEvent.Type.MouseButtonRelease: self.mouseReleaseEvent,
                }
                if event.type() in handlers:
                    handlers[event.type()](moved)
                    return True
            if isinstance(event, QWheelEvent):
                turn_wheel(self, QPointF(event.position().x(), -1), event.angleDelta().y())
                return True
        return super().eventFilter(watched, event)

    def _entry_at(self, position: QPoint) -> LegendEntry | None:
        return next((entry for entry in self.entries if entry.contains(position)), None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _SCROLL_KEYS:
            super().keyPressEvent(event)
        else:
            event.ignore()


def _moved(event: QMouseEvent, offset: QPointF) -> QMouseEvent:
    """A mouse event of the time axis as one of the viewport."""
    return QMouseEvent(
        event.type(),
        event.position() + offset,
        event.globalPosition(),
        event.button(),
        event.buttons(),
        event.modifiers(),
    )
