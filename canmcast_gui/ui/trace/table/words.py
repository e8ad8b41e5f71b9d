"""Texts in a proportional font: they are shortened to their room, and their glyphs are kept."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QStaticText

# Texts up to this number of characters are measured whole.
LONG_TEXT = 40


class Words:
    """Draws texts in one font. ``elide(text, room)`` is the text, or its beginning with an ellipsis."""

    def __init__(self, font: QFont) -> None:
        self.metrics = QFontMetricsF(font)
        self._narrow = max(1.0, self.metrics.horizontalAdvance("i"))
        self.elide = lru_cache(maxsize=2048)(self._elided)  # texts of some blocks in columns of one width
        # Glyphs of some screens: to find and to place them takes longer than to draw them.
        self._layout = lru_cache(maxsize=512)(self._laid_out)

    def draw(self, painter: QPainter, at: QPointF, text: str) -> None:
        """Draw a text in the proportional font, with its baseline at a point."""
        layout = self._layout(text)
        if layout is None:
            painter.drawText(at, text)
        else:
            painter.drawStaticText(QPointF(at.x(), at.y() - self.metrics.ascent()), layout)

    def _laid_out(self, text: str) -> QStaticText | None:
        """The glyphs of a text; None if another font has some of them, which would move the baseline."""
        if not all(map(self.metrics.inFontUcs4, map(ord, set(text)))):
            return None
        layout = QStaticText(text)
        layout.setTextFormat(Qt.TextFormat.PlainText)
        return layout

    def _elided(self, text: str, room: float) -> str:
        if len(text) > LONG_TEXT:  # the time grows with the length, also for what does not fit
            text = text[: max(LONG_TEXT, int(room / self._narrow))]
        return self.metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
