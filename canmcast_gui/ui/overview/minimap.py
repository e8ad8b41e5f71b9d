"""The overview of a recording: its mean frame rate over time, with losses, marks and the visible part."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from canmcast_gui.app.document.timeline import Spread
from canmcast_gui.models.overview.times import date_text, relative_text
from canmcast_gui.ui import theme
from canmcast_gui.wording import counted

HEIGHT = 38
# Rows of pixels at the top for marks, and at the bottom for losses and problems.
MARKS, LOSSES = 5, 4
# The smallest width of the visible part, so that it is seen in a long recording.
LEAST_WIDTH = 5
# What keys move by, as shares of the whole time.
STEP, PAGE = 0.01, 0.1
# Pixels around the number of frames that are outside of the shown time.
MARGIN = 4


@dataclass(frozen=True)
class Places:
    """Times in ns of what the overview marks: marks of the user, losses of frames, problems of a file."""

    marks: tuple[int, ...] = ()
    losses: tuple[int, ...] = ()
    problems: tuple[int, ...] = ()


class Minimap(QWidget):
    """Shows the frames over time. A click or drag, or a key, asks for a time with ``time_requested``.

    A few frames far away from all others are not in the shown time: their number is at the edge, and a click
    there asks for the first or the last frame. ``zero`` returns the time that relative times count from.
    """

    time_requested = Signal(object)  # int: a time in ns does not fit in the 32 bits of Signal(int)

    def __init__(self, zero: Callable[[], int], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._zero = zero
        self.spread = Spread()
        self.places = Places()
        self.visible_ns = (0, 0)
        self.current_ns: int | None = None
        self._image: QImage | None = None
        self.setMinimumHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName("Overview of the recording")
        self.setAccessibleDescription(
            "The frame rate over time; arrow keys, Page Up and Page Down move in it"
        )

    def show_recording(self, spread: Spread, places: Places) -> None:
        """Draw other frames, losses and marks."""
        if spread is not self.spread or places != self.places:
            self.spread, self.places, self._image = spread, places, None
            self.update()

    def show_visible(self, first_ns: int, last_ns: int, current_ns: int | None) -> None:
        """Show which part the trace shows, and the time of its current row."""
        if (first_ns, last_ns, current_ns) != (*self.visible_ns, self.current_ns):
            self.visible_ns, self.current_ns = (first_ns, last_ns), current_ns
            self.update()

    # -- times and pixels ----------------------------------------------------------------------------------

    def x_of(self, time_ns: int) -> int:
        """The column of a time."""
        share = (time_ns - self.spread.start_ns) / max(self.spread.main_ns, 1)
        return round(min(max(share, 0.0), 1.0) * (self.width() - 1))

    def time_at(self, x: float) -> int:
        """The time of a column; on the number of frames outside, that of the first or the last frame."""
        side = self._side_at(x)
        if side:
            return self.spread.first_ns if side < 0 else self.spread.last_ns
        share = min(max(x / max(self.width() - 1, 1), 0.0), 1.0)
        return self.spread.start_ns + round(share * self.spread.main_ns)

    @property
    def before(self) -> str:
        """How many frames are before the shown time; "" if there are none."""
        return f"◂ {counted(self.spread.before, 'frame')}" if self.spread.before else ""

    @property
    def after(self) -> str:
        """How many frames are after the shown time; "" if there are none."""
        return f"{counted(self.spread.after, 'frame')} ▸" if self.spread.after else ""

    def _side_at(self, x: float) -> int:
        """-1 or 1 where a column has the text about the frames before or after the shown time, else 0."""
        width = self.fontMetrics().horizontalAdvance
        if self.before and x < width(self.before) + 2 * MARGIN:
            return -1
        return 1 if self.after and x >= self.width() - width(self.after) - 2 * MARGIN else 0

    def text_at(self, x: float) -> str:
        """The time and the frame rate at a column, and what is marked there."""
        time_ns = self.time_at(x)
        lines = [relative_text(time_ns - self._zero()), date_text(time_ns)]
        side = self._side_at(x)
        if side:
            count, where = (self.spread.before, "before") if side < 0 else (self.spread.after, "after")
            title = f"{counted(count, 'frame')} long {where} the shown time, for example at:"
            return "\n".join(filter(None, (title, *lines)))
        lines.append(f"{self.spread.rate_at(time_ns):,.0f} frames/s")
        for found, noun in (
            (self.places.losses, "frames were lost here"),
            (self.places.problems, "a problem of the file"),
            (self.places.marks, "a mark"),
        ):
            if any(abs(self.x_of(place) - x) <= 2 for place in found):
                lines.append(noun)
        return "\n".join(filter(None, lines))

    # -- painting ------------------------------------------------------------------------------------------

    def paintEvent(self, _event: QPaintEvent) -> None:
        ratio = self.devicePixelRatioF()
        size = round(self.width() * ratio), round(self.height() * ratio)
        if self._image is None or (self._image.width(), self._image.height()) != size:
            self._image = self._draw(*size)
        painter = QPainter(self)
        painter.drawImage(self.rect(), self._image)
        self._draw_visible(painter)
        self._draw_outside(painter)
        if self.hasFocus():
            painter.setPen(self.palette().color(QPalette.ColorRole.Highlight))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def _draw(self, width: int, height: int) -> QImage:
        """The picture without the visible part: a column of pixels for the mean rate in its time."""
        colors = theme.colors(self.palette())
        base = self.palette().color(QPalette.ColorRole.Base)
        pixels = np.full((height, width), base.rgb(), dtype=np.uint32)
        scale = height / HEIGHT
        top, bottom = round(MARKS * scale), height - round(LOSSES * scale)
        rates = self.spread.rates(width)
        most = float(rates.max(initial=0.0))
        if most:
            tall = np.where(rates > 0, np.maximum(np.rint(rates / most * (bottom - top)), 1), 0)
            rows = np.arange(height)[:, np.newaxis]
            bars = (rows >= bottom - tall) & (rows < bottom)
            pixels[bars] = theme.mix(base.rgba(), colors.accent.rgba(), 36).rgb()
        thick = max(round(2 * scale), 1)
        for times, rows_of, color in (
            (self.places.problems, slice(bottom, height), colors.warning),
            (self.places.losses, slice(bottom, height), colors.error),
            (self.places.marks, slice(0, top), colors.good),
        ):
            for column in self._columns(times, width):
                pixels[rows_of, column : column + thick] = color.rgb()
        image = QImage(pixels.tobytes(), width, height, width * 4, QImage.Format.Format_RGB32)
        return image.copy()  # owns its pixels

    def _columns(self, times: Iterable[int], width: int) -> list[int]:
        found = np.fromiter(times, dtype=np.int64)
        shares = (found - self.spread.start_ns) / max(self.spread.main_ns, 1)
        columns: list[int] = np.unique(np.rint(shares.clip(0, 1) * (width - 2)).astype(int)).tolist()
        return columns

    def _draw_outside(self, painter: QPainter) -> None:
        """Write how many frames are outside of the shown time, over the edges."""
        painter.setPen(theme.colors(self.palette()).warning)
        back = self.palette().color(QPalette.ColorRole.Base)
        for text, is_left in ((self.before, True), (self.after, False)):
            if text:
                width = self.fontMetrics().horizontalAdvance(text) + 2 * MARGIN
                place = QRect(0 if is_left else self.width() - width, 0, width, self.height())
                painter.fillRect(place, back)
                painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)

    def _draw_visible(self, painter: QPainter) -> None:
        left, right = (self.x_of(time) for time in self.visible_ns)
        middle, width = (left + right) // 2, max(right - left, LEAST_WIDTH)
        part = QRect(QPoint(max(middle - width // 2, 0), 0), self.rect().bottomRight())
        part.setWidth(width)
        line = self.palette().color(QPalette.ColorRole.Text)
        fill = QColor(line)
        fill.setAlpha(40)
        painter.fillRect(part, fill)
        line.setAlpha(150)
        painter.setPen(line)
        painter.drawRect(part.adjusted(0, 0, -1, -1))
        if self.current_ns is not None:
            x = self.x_of(self.current_ns)
            painter.setPen(theme.colors(self.palette()).accent)
            painter.drawLine(x, 0, x, self.height())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._image = None
            self.update()

    # -- mouse and keys ------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.time_requested.emit(self.time_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        x = event.position().x()
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.time_requested.emit(self.time_at(x))
        QToolTip.showText(event.globalPosition().toPoint() + QPoint(0, 12), self.text_at(x), self)

    def leaveEvent(self, event: QEvent) -> None:
        QToolTip.hideText()
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys, span = Qt.Key, self.spread.main_ns
        here = self.current_ns if self.current_ns is not None else self.visible_ns[0]
        moves = {
            keys.Key_Left: here - span * STEP,
            keys.Key_Right: here + span * STEP,
            keys.Key_PageUp: here - span * PAGE,
            keys.Key_PageDown: here + span * PAGE,
            keys.Key_Home: self.spread.first_ns,
            keys.Key_End: self.spread.last_ns,
        }
        wanted = moves.get(keys(event.key()))
        if wanted is None or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            super().keyPressEvent(event)
            return
        time_ns = min(max(round(wanted), self.spread.first_ns), self.spread.last_ns)
        self.time_requested.emit(time_ns)
