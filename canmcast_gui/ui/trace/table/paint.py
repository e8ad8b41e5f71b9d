"""Draws the lines of a frame table from the texts of a block, one column after the other.

A delegate is called for each cell and asks the model about eight times. To draw all visible lines in one go
takes a tenth of that time, so that a busy trace can be repainted 25 times a second.
"""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QPainter,
    QPalette,
    QPen,
    QPolygonF,
)

from canmcast_gui.models.columns import INFO, Column
from canmcast_gui.models.trace.lines import LineBlock
from canmcast_gui.ui import theme
from canmcast_gui.ui.theme import readable_on
from canmcast_gui.ui.trace.table.column_area import EXPANDER, PADDING, ColumnArea
from canmcast_gui.ui.trace.table.words import Words

SIGNAL_NAME_CHARACTERS = 30
SIGNAL_VALUE_CHARACTERS = 18

# A mark is drawn after the data, or only a flag if fewer characters fit. The tool tip has the whole text.
MIN_MARK_CHARACTERS = 7

# The strength from which a changed byte is bold: for the first 0.6 s.
BOLD_FROM = 32


class LinePainter:
    """Draws blocks of lines with the fonts and colors of a palette."""

    def __init__(self, font: QFont, number_font: QFont, palette: QPalette, line_height: int) -> None:
        self.line_height = line_height
        self._font = font
        self._number_font = number_font
        self._words = Words(font)
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
        self.cut: dict[Column, int] = {}  # columns with truncated numbers: the characters that they need
        self._base = palette.color(role.Base)

    def set_selection(self, palette: QPalette, group: QPalette.ColorGroup) -> None:
        """Use the colors of selected lines: they are paler in an inactive window."""
        self._selection = palette.color(group, QPalette.ColorRole.Highlight)
        self._selected_text = palette.color(group, QPalette.ColorRole.HighlightedText)

    def draw(
        self, painter: QPainter, block: LineBlock, areas: list[ColumnArea], width: int, selected: set[int]
    ) -> None:
        """Draw all lines of a block from y = 0; ``selected`` lines count from its first line."""
        backgrounds = self._draw_backgrounds(painter, block, width, selected)
        pens = self._line_pens(block, selected)
        for area in areas:
            painter.setClipRect(QRectF(area.x, 0, area.width, len(block.frames) * self.line_height))
            self._draw_column(painter, block, area, pens)
            if area.column.key == "data" and block.changed_bytes:
                self._draw_changed_bytes(painter, block, area, pens, backgrounds)
            if area.column.key == "time" and block.backwards:
                self._draw_backwards(painter, block, area)
        painter.setClipping(False)
        if areas:
            self._draw_expanders(painter, block, areas, selected)
        self._draw_signals(painter, block, selected)
        self._draw_gaps(painter, block, selected)
        self._draw_marks(painter, block, areas, width)

    def _draw_backgrounds(
        self, painter: QPainter, block: LineBlock, width: int, selected: set[int]
    ) -> list[QColor]:
        """Draw the background of each line, and return its color."""
        rules, backgrounds = block.rules, [self._base] * len(block.frames)
        for line, frame in enumerate(block.frames):
            color: QColor | None = None
            if line in selected:
                color = self._selection
            elif line in block.signals:
                color = self._colors.signal_background
            elif frame is not None and rules is not None and rules[frame] >= 0:
                color = self.tints[rules[frame]]
            if color is not None:
                backgrounds[line] = color
                painter.fillRect(QRectF(0, line * self.line_height, width, self.line_height), color)
        return backgrounds

    def _line_pens(self, block: LineBlock, selected: set[int]) -> list[tuple[int, int, QColor]]:
        """(y of the baseline, frame, color) of the lines with frames, sorted by color."""
        kinds, height, baseline = block.kinds, self.line_height, self._baseline
        pens = [
            (
                line * height + baseline,
                frame,
                self._selected_text if line in selected else self._pens[kinds[frame]],
            )
            for line, frame in enumerate(block.frames)
            if frame is not None
        ]
        return sorted(pens, key=lambda pen: pen[2].rgb())

    def _draw_column(
        self, painter: QPainter, block: LineBlock, area: ColumnArea, pens: list[tuple[int, int, QColor]]
    ) -> None:
        texts = block.texts(area.column)
        proportional = area.column.proportional
        painter.setFont(self._font if proportional else self._number_font)
        left, room, most = area.left, area.room, self._characters(area)
        draw, elide = self._words.draw, self._words.elide
        pen: QColor | None = None
        for y, frame, color in pens:
            text = texts[frame]
            if not text:
                continue
            if color is not pen:
                pen = color
                painter.setPen(color)
            if proportional:
                draw(painter, QPointF(left, y), elide(text, room))
                continue
            length = len(text) * self.digit
            if len(text) > most:
                if area.column.right:
                    self.cut[area.column] = max(len(text), self.cut.get(area.column, 0))
                text = text[: max(most - 1, 0)] + "…"
                length = len(text) * self.digit
            x = left + max(room - length, 0.0) if area.column.right else left
            painter.drawText(QPointF(x, y), text)

    def _draw_changed_bytes(
        self,
        painter: QPainter,
        block: LineBlock,
        area: ColumnArea,
        pens: list[tuple[int, int, QColor]],
        backgrounds: list[QColor],
    ) -> None:
        """Draw changed bytes over the text of their line: on a fading background, with a bar above bytes that
        increased and below bytes that decreased. Recent changes are bold, which is visible without colors.
        """
        length = 3 if block.shown.decimal else 2
        step, wide = (length + 1) * self.digit, length * self.digit
        texts = block.texts(area.column)
        room = self._characters(area)
        for baseline, frame, pen in pens:
            line = (baseline - self._baseline) // self.line_height
            top, background = line * self.line_height, backgrounds[line]
            shown = len(texts[frame]) if len(texts[frame]) <= room else room - 1  # without the ellipsis
            for byte, increased, strength in block.changed_bytes.get(frame, ()):
                start = byte * (length + 1)
                if start + length > shown:
                    continue
                full = self._colors.changed_up if increased else self._colors.changed_down
                color = theme.mix(background.rgba(), full.rgba(), strength)
                text = readable_on(color.rgba(), pen.rgba())
                x = area.left + byte * step
                painter.fillRect(QRectF(x - 1.5, top + 1, wide + 3, self.line_height - 2), color)
                bar = QRectF(x - 1.5, top + 1 if increased else top + self.line_height - 3, wide + 3, 2)
                painter.fillRect(bar, theme.mix(color.rgba(), text.rgba(), strength))
                painter.setFont(self._bold_font if strength >= BOLD_FROM else self._number_font)
                painter.setPen(text)
                painter.drawText(QPointF(x, baseline), texts[frame][start : start + length])

    def _characters(self, area: ColumnArea) -> int:
        """The number of characters of the number font that fit into a column."""
        return int((area.room + 0.5) / self.digit)

    def _draw_backwards(self, painter: QPainter, block: LineBlock, area: ColumnArea) -> None:
        """Draw a triangle that points back before each time that is earlier than the one above it."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._colors.warning)
        for line, frame in enumerate(block.frames):
            if frame is not None and frame in block.backwards:
                middle = QPointF(area.left + 3, (line + 0.5) * self.line_height)
                points = (QPointF(3, -5), QPointF(-4, 0), QPointF(3, 5))
                painter.drawPolygon(QPolygonF([middle + point for point in points]))
        painter.restore()

    def _draw_gaps(self, painter: QPainter, block: LineBlock, selected: set[int]) -> None:
        """Draw the sentences about missing frames across all columns, between dashed lines."""
        painter.setFont(self._font)
        for line, text in block.gaps.items():
            top = line * self.line_height
            color = self._selected_text if line in selected else self._colors.error
            painter.setPen(color)
            painter.drawText(QPointF(EXPANDER + 4 * PADDING, top + self._baseline), f"⚠ {text}")
            painter.setPen(QPen(color, 1, Qt.PenStyle.DashLine))
            for y in (top + 0.5, top + self.line_height - 0.5):
                painter.drawLine(QPointF(PADDING, y), QPointF(painter.window().width(), y))

    def _draw_marks(self, painter: QPainter, block: LineBlock, areas: list[ColumnArea], width: int) -> None:
        """Draw the texts of marks at the right end of their lines, and a bar at the left end."""
        if not block.mark_texts:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._font)
        for line, frame in enumerate(block.frames):
            if frame is None or frame not in block.mark_texts:
                continue
            top = line * self.line_height
            text = block.mark_texts[frame].replace("\n", " ")
            room = width - self._data_end(block, areas, frame) - 6 * PADDING
            text = self._words.elide(text, room) if room >= MIN_MARK_CHARACTERS * self.digit else "⚑"
            wide = self._words.metrics.horizontalAdvance(text) + 4 * PADDING
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._colors.accent)
            painter.drawRect(QRectF(0, top, 3, self.line_height))
            box = QRectF(width - wide - PADDING, top + 1.5, wide, self.line_height - 3)
            painter.drawRoundedRect(box, 4, 4)
            painter.setPen(self._base)
            painter.drawText(QPointF(box.x() + 2 * PADDING, top + self._baseline), text)
        painter.restore()

    def _data_end(self, block: LineBlock, areas: list[ColumnArea], frame: int) -> float:
        """The x coordinate at which the text of the rightmost column ends."""
        if not areas:
            return 0.0
        last = areas[-1]
        if last.column.right:
            return last.x + last.width
        if last.column is INFO:  # its text may fill the line, and a mark is more important
            return last.x + last.width / 2
        return last.left + len(block.texts(last.column)[frame]) * self.digit

    def _draw_expanders(
        self, painter: QPainter, block: LineBlock, areas: list[ColumnArea], selected: set[int]
    ) -> None:
        area = next((area for area in areas if area.indent), None)
        if area is None:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        for line, frame in enumerate(block.frames):
            if frame is not None and block.can_expand[frame]:
                painter.setBrush(self._selected_text if line in selected else self._colors.muted)
                middle = QPointF(area.x + 11, (line + 0.5) * self.line_height)
                painter.drawPolygon(_triangle(middle, block.is_expanded[frame]))
        painter.restore()

    def _draw_signals(self, painter: QPainter, block: LineBlock, selected: set[int]) -> None:
        """Draw decoded signals across all columns: name, value with unit, raw value."""
        left = EXPANDER + 4 * PADDING
        value_at = left + SIGNAL_NAME_CHARACTERS * self.digit
        for line, signal in block.signals.items():
            is_selected = line in selected
            y = line * self.line_height + self._baseline
            painter.setPen(self._selected_text if is_selected else self._text)
            painter.setFont(self._font)
            painter.drawText(QPointF(left, y), self._words.elide(signal.name, value_at - left - PADDING))
            painter.setFont(self._number_font)
            painter.drawText(QPointF(value_at, y), signal.value)
            if signal.raw:
                painter.setPen(self._selected_text if is_selected else self._colors.muted)
                raw_at = value_at + max(len(signal.value) + 2, SIGNAL_VALUE_CHARACTERS) * self.digit
                painter.drawText(QPointF(raw_at, y), f"raw {signal.raw}")
        if block.signals:
            painter.setPen(self._colors.line)
            for line in block.signals:
                painter.drawLine(
                    QPointF(EXPANDER + PADDING, line * self.line_height),
                    QPointF(EXPANDER + PADDING, (line + 1) * self.line_height),
                )


def _triangle(middle: QPointF, is_expanded: bool) -> QPolygonF:
    points: Iterable[tuple[float, float]] = (
        ((-4, -2), (4, -2), (0, 3)) if is_expanded else ((-2, -4), (3, 0), (-2, 4))
    )
    return QPolygonF([middle + QPointF(x, y) for x, y in points])
