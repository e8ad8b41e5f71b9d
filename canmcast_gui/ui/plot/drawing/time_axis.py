"""The time axis below the lanes of a plot, which stays in place while the lanes scroll."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QWidget

from canmcast_gui.ui import theme
from canmcast_gui.ui.plot.drawing.ticks import round_ticks, tick_texts

TICK_PIXELS = 70
FLAG_PAD = 4

LETTERS = "AB"


class TimeAxis(QWidget):
    """Shows the times of a span between two positions, and flags with the letters of the cursors."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.span = (0.0, 10.0)
        self._left, self._right = 0.0, 100.0
        self.cursors: list[float | None] = [None, None]
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def sizeHint(self) -> QSize:
        return QSize(100, self.fontMetrics().height() + 6)

    def set_room(self, left: float, right: float) -> None:
        """Use these horizontal positions for the ends of the span."""
        self._left, self._right = left, right
        self.update()

    def show_span(self, span: tuple[float, float]) -> None:
        """Show these times."""
        self.span = span
        self.update()

    def show_cursors(self, seconds: Sequence[float | None]) -> None:
        """Show the flags of the cursors at their times; None hides one."""
        self.cursors = list(seconds)
        self.update()

    def ticks(self) -> tuple[list[float], list[str]]:
        """The times of the ticks with their texts."""
        count = max(int((self._right - self._left) / TICK_PIXELS), 2)
        spacing, values = round_ticks(*self.span, count)
        return values, tick_texts(values, spacing, " s")

    def x_of(self, second: float) -> float:
        """The horizontal position of a time."""
        start, stop = self.span
        return self._left + (second - start) * (self._right - self._left) / (stop - start)

    def second_at(self, x: float) -> float:
        """The time at a horizontal position."""
        start, stop = self.span
        return start + (x - self._left) * (stop - start) / max(self._right - self._left, 1.0)

    def flag(self, cursor: int) -> QRectF | None:
        """The rectangle of a cursor's flag; None while the cursor is hidden or at an invisible time."""
        second = self.cursors[cursor]
        if second is None or not self.span[0] <= second <= self.span[1]:
            return None
        width = self.fontMetrics().horizontalAdvance(LETTERS[cursor]) + 2 * FLAG_PAD
        left = min(max(self.x_of(second) - width / 2, 0.0), self.width() - width)
        return QRectF(round(left), 1, width, self.height() - 3)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, palette = QPainter(self), QGuiApplication.palette()
        painter.fillRect(self.rect(), palette.color(QPalette.ColorRole.Base))
        painter.setPen(palette.color(QPalette.ColorRole.Text))
        end = 0.0
        for value, text in zip(*self.ticks(), strict=True):
            width = self.fontMetrics().horizontalAdvance(text)
            left = min(max(self.x_of(value) - width / 2, 0.0), self.width() - width)
            if left >= end:
                painter.drawText(QRectF(left, 0, width + 2, self.height()), int(_LEFT), text)
                end = left + width + 8
        accent = theme.colors(palette).accent
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for cursor in range(len(LETTERS)):
            self._paint_flag(painter, cursor, accent)
        painter.end()

    def _paint_flag(self, painter: QPainter, cursor: int, color: QColor) -> None:
        flag = self.flag(cursor)
        if flag is None:
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawRoundedRect(flag, 3, 3)
        base = QGuiApplication.palette().color(QPalette.ColorRole.Base)
        painter.setPen(theme.readable_on(color.rgba(), base.rgba()))
        painter.drawText(flag, int(Qt.AlignmentFlag.AlignCenter), LETTERS[cursor])


_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
