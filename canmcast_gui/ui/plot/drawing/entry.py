"""A signal's name, color and value: in the legend above a picture, or at the upper edge of its lane."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPalette

from canmcast_gui.ui import theme

PAD = 6
SWATCH = 10
CROSS = 14

# So that a curve can be seen below a name, and the name read above a curve.
_BACKGROUND_ALPHA = 200


@dataclass
class LegendEntry:
    """A signal "Message.Signal" with its title, color and value, and its problem if it has one.

    ``rect`` is where it is drawn, None where it is not. ``value_width`` is that of the widest value so far.
    """

    name: str
    title: str
    color: QColor
    value: str = ""
    problem: str = ""
    rect: QRect | None = None
    value_width: int = 0

    @property
    def cross(self) -> QRect:
        """The rectangle of the cross that removes the signal."""
        if self.rect is None:
            return QRect()
        return QRect(self.rect.right() - CROSS - 2, self.rect.top(), CROSS + 2, self.rect.height())

    def contains(self, position: QPoint) -> bool:
        """Whether it is drawn at a position."""
        return self.rect is not None and self.rect.contains(position)

    def tip(self, position: QPoint) -> str:
        """The tool tip at a position."""
        if self.cross.contains(position):
            return f"Remove {self.name}"
        return f"{self.problem or self.name}\nRight-click for its style and other actions."

    def fixed_width(self) -> int:
        """The width of everything but the title."""
        return SWATCH + self.value_width + CROSS + 5 * PAD

    def width(self, metrics: QFontMetrics) -> int:
        """The width at which nothing is elided."""
        return self.fixed_width() + metrics.horizontalAdvance(self.title)

    def paint(self, painter: QPainter, palette: QPalette, is_hovered: bool, in_lane: bool = False) -> None:
        """Draw it into ``rect``, in a lane over the curves."""
        rect, metrics = self.rect, painter.fontMetrics()
        if rect is None:
            return
        self._paint_background(painter, palette, rect, in_lane)
        swatch = QRect(rect.left() + PAD, rect.center().y() - SWATCH // 2 + 1, SWATCH, SWATCH)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.color)
        painter.drawRoundedRect(swatch, 2, 2)
        text = rect.adjusted(SWATCH + 2 * PAD, 0, -CROSS - PAD, 0)
        value = QRect(text)
        value.setLeft(max(text.right() - self.value_width, text.left()))
        color = theme.colors(palette).error if self.problem else palette.color(QPalette.ColorRole.WindowText)
        painter.setPen(color)
        elide, middle = Qt.TextElideMode.ElideRight, Qt.AlignmentFlag.AlignVCenter
        value_text = metrics.elidedText(self.value, elide, value.width())
        painter.drawText(value, Qt.AlignmentFlag.AlignRight | middle, value_text)
        text.setRight(value.left() - PAD)
        title = metrics.elidedText(self.title, elide, text.width())
        painter.drawText(text, Qt.AlignmentFlag.AlignLeft | middle, title)
        if is_hovered or not in_lane:
            self._paint_cross(painter, palette, is_hovered)

    def _paint_background(self, painter: QPainter, palette: QPalette, rect: QRect, in_lane: bool) -> None:
        base = palette.color(QPalette.ColorRole.Base)
        if in_lane:
            base.setAlpha(_BACKGROUND_ALPHA)
        painter.setPen(Qt.PenStyle.NoPen if in_lane else theme.colors(palette).line)
        painter.setBrush(base)
        painter.drawRoundedRect(rect, 4, 4)

    def _paint_cross(self, painter: QPainter, palette: QPalette, is_hovered: bool) -> None:
        role = QPalette.ColorRole.WindowText if is_hovered else QPalette.ColorRole.PlaceholderText
        painter.setPen(palette.color(role))
        middle = self.cross.center()
        painter.drawLine(middle - QPoint(3, 3), middle + QPoint(3, 3))
        painter.drawLine(middle - QPoint(3, -3), middle + QPoint(3, -3))
