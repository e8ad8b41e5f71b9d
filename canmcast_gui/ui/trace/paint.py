"""Draws the lines of a frame table: straight from the texts of a screenful, one column after the other.

A delegate is called for each cell and asks the model some eight times; drawing the screen in one go takes a
tenth of that, which is what lets a busy trace be repainted 25 times a second.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPalette, QPen, QPolygonF

from canmcast_gui.models.columns import Column
from canmcast_gui.models.trace.lines import Screen
from canmcast_gui.ui import theme
from canmcast_gui.ui.theme import readable_on

PADDING = 4
EXPANDER = 16
SIGNAL_NAME_CHARACTERS = 30
SIGNAL_VALUE_CHARACTERS = 18

# A note takes the room behind the data; with room for fewer characters it is a flag. Its tool tip has all.
SMALLEST_TAG = 7

# Sixty-fourths of freshness from which on a changed byte is bold: for the first 0.6 s.
BOLD_FROM = 32


@dataclass(frozen=True)
class Slot:
    """Where a column stands on the screen; ``indent`` leaves room for the expander in the leftmost one."""

    column: Column
    x: float
    width: float
    indent: float = 0.0


class LinePainter:
    """Knows fonts, colours and the height of a line; draws screens with them."""

    def __init__(self, font: QFont, number_font: QFont, palette: QPalette, line_height: int) -> None:
        self.line_height = line_height
        self._font = font
        self._number_font = number_font
        self._metrics = QFontMetricsF(font)
        self._number_metrics = QFontMetricsF(number_font)
        self.digit = self._number_metrics.horizontalAdvance("0")
        self._baseline = round(
            (line_height + self._number_metrics.ascent() - self._number_metrics.descent()) / 2
        )
        self._colors = theme.colors(palette)
        role = QPalette.ColorRole
        self._text = palette.color(role.Text)
        self._pens = {"": self._text, "error": self._colors.error, "remote": self._colors.remote}
        self._bold_font = QFont(number_font)
        self._bold_font.setBold(True)
        self.tints: list[QColor] = []
        self.cut: dict[Column, int] = {}  # columns of numbers that were cut short: characters that they need
        self._base = palette.color(role.Base)
        self._elide = lru_cache(maxsize=2048)(self._elided)  # texts of a few screens of one width

    def set_selection(self, palette: QPalette, group: QPalette.ColorGroup) -> None:
        """How selected lines look: a window in the background shows them paler."""
        self._selection = palette.color(group, QPalette.ColorRole.Highlight)
        self._selected_text = palette.color(group, QPalette.ColorRole.HighlightedText)

    def draw(
        self, painter: QPainter, screen: Screen, slots: list[Slot], width: int, selected: set[int]
    ) -> None:
        """All lines of the screen from the top of the painter; ``selected`` counts from its first line."""
        backgrounds = self._draw_backgrounds(painter, screen, width, selected)
        pens = self._line_pens(screen, selected)
        for slot in slots:
            painter.setClipRect(QRectF(slot.x, 0, slot.width, len(screen.frames) * self.line_height))
            self._draw_column(painter, screen, slot, pens)
            if slot.column.key == "data" and screen.marks:
                self._draw_marks(painter, screen, slot, pens, backgrounds)
            if slot.column.key == "time" and screen.backwards:
                self._draw_backwards(painter, screen, slot)
        painter.setClipping(False)
        if slots:
            self._draw_expanders(painter, screen, slots, selected)
        self._draw_signals(painter, screen, selected)
        self._draw_gaps(painter, screen, selected)
        self._draw_tags(painter, screen, slots, width)

    def _draw_backgrounds(
        self, painter: QPainter, screen: Screen, width: int, selected: set[int]
    ) -> list[QColor]:
        """Returns what each line is drawn on."""
        rules, backgrounds = screen.rules, [self._base] * len(screen.frames)
        for line, frame in enumerate(screen.frames):
            color: QColor | None = None
            if line in selected:
                color = self._selection
            elif line in screen.signals:
                color = self._colors.signal_background
            elif frame is not None and rules is not None and rules[frame] >= 0:
                color = self.tints[rules[frame]]
            if color is not None:
                backgrounds[line] = color
                painter.fillRect(QRectF(0, line * self.line_height, width, self.line_height), color)
        return backgrounds

    def _line_pens(self, screen: Screen, selected: set[int]) -> list[tuple[int, int, QColor]]:
        """(y of the baseline, frame, colour) of the lines with frames, one colour after the other."""
        kinds, height, baseline = screen.kinds, self.line_height, self._baseline
        rows = [
            (
                line * height + baseline,
                frame,
                self._selected_text if line in selected else self._pens[kinds[frame]],
            )
            for line, frame in enumerate(screen.frames)
            if frame is not None
        ]
        return sorted(rows, key=lambda row: row[2].rgb())

    def _draw_column(
        self, painter: QPainter, screen: Screen, slot: Slot, pens: list[tuple[int, int, QColor]]
    ) -> None:
        texts = screen.texts(slot.column)
        proportional = slot.column.proportional
        painter.setFont(self._font if proportional else self._number_font)
        left = slot.x + PADDING + slot.indent
        room = slot.width - 2 * PADDING - slot.indent
        pen: QColor | None = None
        for y, frame, color in pens:
            text = texts[frame]
            if not text:
                continue
            if color is not pen:
                pen = color
                painter.setPen(color)
            if proportional:
                painter.drawText(QPointF(left, y), self._elide(text, room))
                continue
            length = len(text) * self.digit
            if len(text) > self._characters(slot):
                if slot.column.right:
                    self.cut[slot.column] = max(len(text), self.cut.get(slot.column, 0))
                text = text[: max(self._characters(slot) - 1, 0)] + "…"
                length = len(text) * self.digit
            x = left + max(room - length, 0.0) if slot.column.right else left
            painter.drawText(QPointF(x, y), text)

    def _elided(self, text: str, room: float) -> str:
        return self._metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)

    def _draw_marks(
        self,
        painter: QPainter,
        screen: Screen,
        slot: Slot,
        pens: list[tuple[int, int, QColor]],
        backgrounds: list[QColor],
    ) -> None:
        """Changed bytes over the text of their line: a fading background, and a bar above what rose or below
        what fell. Those that changed just now are bold, which is seen without any color.
        """
        length = 3 if screen.shown.decimal else 2
        step, wide = (length + 1) * self.digit, length * self.digit
        left = slot.x + PADDING + slot.indent
        texts = screen.texts(slot.column)
        room = self._characters(slot)
        for baseline, frame, pen in pens:
            line = (baseline - self._baseline) // self.line_height
            top, background = line * self.line_height, backgrounds[line]
            shown = len(texts[frame]) if len(texts[frame]) <= room else room - 1  # else there are dots
            for byte, rose, sixtyfourths in screen.marks.get(frame, ()):
                start = byte * (length + 1)
                if start + length > shown:
                    continue
                strong = self._colors.changed_up if rose else self._colors.changed_down
                color = theme.mix(background.rgba(), strong.rgba(), sixtyfourths)
                text = readable_on(color.rgba(), pen.rgba())
                x = left + byte * step
                painter.fillRect(QRectF(x - 1.5, top + 1, wide + 3, self.line_height - 2), color)
                bar = QRectF(x - 1.5, top + 1 if rose else top + self.line_height - 3, wide + 3, 2)
                painter.fillRect(bar, theme.mix(color.rgba(), text.rgba(), sixtyfourths))
                painter.setFont(self._bold_font if sixtyfourths >= BOLD_FROM else self._number_font)
                painter.setPen(text)
                painter.drawText(QPointF(x, baseline), texts[frame][start : start + length])

    def _characters(self, slot: Slot) -> int:
        """How many characters of the number font a column has room for."""
        return int((slot.width - 2 * PADDING - slot.indent + 0.5) / self.digit)

    def _draw_backwards(self, painter: QPainter, screen: Screen, slot: Slot) -> None:
        """Before a time that is earlier than the one above it: a triangle that points back."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._colors.warning)
        for line, frame in enumerate(screen.frames):
            if frame is not None and frame in screen.backwards:
                middle = QPointF(slot.x + slot.indent + PADDING + 3, (line + 0.5) * self.line_height)
                points = (QPointF(3, -5), QPointF(-4, 0), QPointF(3, 5))
                painter.drawPolygon(QPolygonF([middle + point for point in points]))
        painter.restore()

    def _draw_gaps(self, painter: QPainter, screen: Screen, selected: set[int]) -> None:
        """Where frames are missing: a sentence across all columns, between dashed lines."""
        painter.setFont(self._font)
        for line, text in screen.gaps.items():
            top = line * self.line_height
            color = self._selected_text if line in selected else self._colors.error
            painter.setPen(color)
            painter.drawText(QPointF(EXPANDER + 4 * PADDING, top + self._baseline), f"⚠ {text}")
            painter.setPen(QPen(color, 1, Qt.PenStyle.DashLine))
            for y in (top + 0.5, top + self.line_height - 0.5):
                painter.drawLine(QPointF(PADDING, y), QPointF(painter.window().width(), y))

    def _draw_tags(self, painter: QPainter, screen: Screen, slots: list[Slot], width: int) -> None:
        """The notes of marked rows, at the right end of their lines, and a bar at the left one."""
        if not screen.tags:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._font)
        for line, frame in enumerate(screen.frames):
            if frame is None or frame not in screen.tags:
                continue
            top = line * self.line_height
            text = screen.tags[frame].replace("\n", " ")
            room = width - self._data_end(screen, slots, frame) - 6 * PADDING
            text = self._elide(text, room) if room >= SMALLEST_TAG * self.digit else "⚑"
            wide = self._metrics.horizontalAdvance(text) + 4 * PADDING
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._colors.accent)
            painter.drawRect(QRectF(0, top, 3, self.line_height))
            box = QRectF(width - wide - PADDING, top + 1.5, wide, self.line_height - 3)
            painter.drawRoundedRect(box, 4, 4)
            painter.setPen(self._base)
            painter.drawText(QPointF(box.x() + 2 * PADDING, top + self._baseline), text)
        painter.restore()

    def _data_end(self, screen: Screen, slots: list[Slot], frame: int) -> float:
        """Where the text of the rightmost column ends."""
        if not slots:
            return 0.0
        last = slots[-1]
        if last.column.right:
            return last.x + last.width
        return last.x + PADDING + last.indent + len(screen.texts(last.column)[frame]) * self.digit

    def _draw_expanders(
        self, painter: QPainter, screen: Screen, slots: list[Slot], selected: set[int]
    ) -> None:
        slot = next((slot for slot in slots if slot.indent), None)
        if slot is None:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        for line, frame in enumerate(screen.frames):
            if frame is not None and screen.can_open[frame]:
                painter.setBrush(self._selected_text if line in selected else self._colors.muted)
                middle = QPointF(slot.x + 11, (line + 0.5) * self.line_height)
                painter.drawPolygon(_triangle(middle, screen.is_open[frame]))
        painter.restore()

    def _draw_signals(self, painter: QPainter, screen: Screen, selected: set[int]) -> None:
        """Decoded signals stand below their frame across all columns: name, value, unit, raw value."""
        left = EXPANDER + 4 * PADDING
        value_at = left + SIGNAL_NAME_CHARACTERS * self.digit
        for line, signal in screen.signals.items():
            chosen = line in selected
            y = line * self.line_height + self._baseline
            painter.setPen(self._selected_text if chosen else self._text)
            painter.setFont(self._font)
            painter.drawText(QPointF(left, y), self._elide(signal.name, value_at - left - PADDING))
            painter.setFont(self._number_font)
            painter.drawText(QPointF(value_at, y), signal.value)
            if signal.raw:
                painter.setPen(self._selected_text if chosen else self._colors.muted)
                raw_at = value_at + max(len(signal.value) + 2, SIGNAL_VALUE_CHARACTERS) * self.digit
                painter.drawText(QPointF(raw_at, y), f"raw {signal.raw}")
        if screen.signals:
            painter.setPen(self._colors.line)
            for line in screen.signals:
                painter.drawLine(
                    QPointF(EXPANDER + PADDING, line * self.line_height),
                    QPointF(EXPANDER + PADDING, (line + 1) * self.line_height),
                )


def _triangle(middle: QPointF, is_open: bool) -> QPolygonF:
    points: Iterable[tuple[float, float]] = (
        ((-4, -2), (4, -2), (0, 3)) if is_open else ((-2, -4), (3, 0), (-2, 4))
    )
    return QPolygonF([middle + QPointF(x, y) for x, y in points])
