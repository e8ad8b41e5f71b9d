"""The histogram of the cycle times of one id."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QWidget

from canmcast_gui.models.statistics import period_text
from canmcast_gui.recording.id_statistics import BIN_EDGES_NS, BINS
from canmcast_gui.ui import theme

# Fewer bins look like a block without a scale.
FEWEST_BINS = 24
MARGIN = 6
NO_ID = "Select an ID to see its cycle-time histogram."


class Histogram(QWidget):
    """Bars for the used bins and some around them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = ""
        self.counts: npt.NDArray[np.uint32] = np.zeros(BINS, dtype=np.uint32)
        self.setMinimumHeight(self.fontMetrics().height() * 4)

    def sizeHint(self) -> QSize:
        return QSize(200, self.fontMetrics().height() * 6)

    def show_counts(self, title: str, counts: npt.NDArray[np.uint32]) -> None:
        """Draw counts, one for each bin of the statistics of cycle times."""
        self.title, self.counts = title, counts
        self.setAccessibleName(f"Cycle times of {title}")
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        palette, colors = self.palette(), theme.colors(self.palette())
        painter.fillRect(self.rect(), palette.color(QPalette.ColorRole.Base))
        line = self.fontMetrics().height()
        if not self.counts.any():
            painter.setPen(colors.muted)
            text = f"{self.title}: only one frame" if self.title else NO_ID
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, text)
            return
        painter.setPen(palette.color(QPalette.ColorRole.Text))
        inner = self.rect().adjusted(MARGIN, 2, -MARGIN, -2)
        painter.drawText(inner, Qt.AlignmentFlag.AlignLeft, f"Cycle times of {self.title}")
        painter.setPen(colors.muted)
        highest = f"highest bar: {int(self.counts.max()):,}"
        painter.drawText(inner, Qt.AlignmentFlag.AlignRight, highest)
        self._draw_bars(painter, QRectF(inner.adjusted(0, line + 4, 0, -line - 4)), colors)

    def _draw_bars(self, painter: QPainter, area: QRectF, colors: theme.Colors) -> None:
        first, last = shown_bins(self.counts)
        width = area.width() / (last - first)
        highest = np.log1p(float(self.counts.max()))
        for number in np.flatnonzero(self.counts[first:last]).tolist():
            height = max(2.0, area.height() * float(np.log1p(self.counts[first + number])) / highest)
            bar = QRectF(area.left() + number * width, area.bottom() - height, max(width - 1, 1), height)
            painter.fillRect(bar, colors.accent)
        painter.setPen(colors.line)
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        painter.setPen(colors.muted)
        labels = max(2, int(area.width() / (self.fontMetrics().horizontalAdvance("888.888 ms") * 2)))
        for label in range(labels + 1):
            bin_ = first + round((last - first) * label / labels)
            self._draw_label(painter, area, area.left() + (bin_ - first) * width, int(BIN_EDGES_NS[bin_]))

    def _draw_label(self, painter: QPainter, area: QRectF, x: float, period_ns: int) -> None:
        text = short_period(period_ns)
        width = self.fontMetrics().horizontalAdvance(text)
        left = min(max(x - width / 2, area.left()), area.right() - width)
        painter.drawLine(QPointF(x, area.bottom()), QPointF(x, area.bottom() + 3))
        painter.drawText(QPointF(left, area.bottom() + 2 + self.fontMetrics().ascent()), text)


def shown_bins(counts: npt.NDArray[np.uint32]) -> tuple[int, int]:
    """The drawn bins (start, stop): the used ones and some on each side."""
    used = np.flatnonzero(counts)
    first, stop = (int(used[0]), int(used[-1]) + 1) if len(used) else (0, BINS)
    around = max(2, (FEWEST_BINS - (stop - first) + 1) // 2)
    return max(first - around, 0), min(stop + around, BINS)


def short_period(period_ns: int) -> str:
    """A period with three digits."""
    text, unit = period_text(period_ns).split(" ")
    return f"{float(text.replace(',', '')):.3g} {unit}"
