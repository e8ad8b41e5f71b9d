"""The legend of a plot: names with their colors and values, in as many lines as they need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QHelpEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from canmcast_gui.models.plot.data import PlotSignal, short_names
from canmcast_gui.ui import theme

PAD = 6
SWATCH = 10
CROSS = 14


@dataclass
class LegendEntry:
    """A signal "Message.Signal" with its title, color and value, and its problem if it has one."""

    name: str
    title: str
    color: QColor
    value: str = ""
    problem: str = ""
    rect: QRect | None = None
    value_width: int = 0


class PlotLegend(QWidget):
    """``remove_clicked`` carries a name, ``menu_requested`` a name and a position on the screen."""

    remove_clicked = Signal(str)
    menu_requested = Signal(str, QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.entries: list[LegendEntry] = []
        self._hovered: LegendEntry | None = None
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setMouseTracking(True)

    def show_signals(self, signals: Sequence[PlotSignal], colors: Mapping[str, QColor]) -> None:
        """Show these signals, without values."""
        titles = short_names([signal.name for signal in signals])
        self.entries = [
            LegendEntry(signal.name, title, colors[signal.name], problem=signal.problem)
            for signal, title in zip(signals, titles, strict=True)
        ]
        self._hovered = None
        self._lay_out()
        self.setVisible(bool(signals))

    def set_values(self, values: list[str]) -> None:
        """Show new values, in the order of the entries."""
        wider = changed = False
        for entry, value in zip(self.entries, values, strict=True):
            if entry.value != value:
                entry.value = value
                changed = True
                width = self.fontMetrics().horizontalAdvance(value)
                if width > entry.value_width:
                    entry.value_width = width
                    wider = True
        if wider:
            self._lay_out()
        if changed:
            self.update()

    # -- layout ------------------------------------------------------------------------------------------

    def _line_height(self) -> int:
        return self.fontMetrics().height() + 8

    def _entry_width(self, entry: LegendEntry) -> int:
        title = self.fontMetrics().horizontalAdvance(entry.title)
        return SWATCH + title + entry.value_width + CROSS + 5 * PAD

    def _lay_out(self) -> None:
        self._break_lines(self.width(), keep=True)
        self.updateGeometry()
        self.update()

    def _break_lines(self, width: int, keep: bool) -> int:
        """Break the entries into lines and return the height; ``keep`` stores their rectangles."""
        x, y, line = PAD, 2, self._line_height()
        for entry in self.entries:
            needed = min(self._entry_width(entry), max(width - 2 * PAD, 1))
            if x > PAD and x + needed > width - PAD:
                x, y = PAD, y + line
            if keep:
                entry.rect = QRect(x, y, needed, line - 2)
            x += needed + PAD
        return y + line if self.entries else 0

    def heightForWidth(self, width: int) -> int:  # noqa: N802
        return self._break_lines(width, keep=False)

    def hasHeightForWidth(self) -> bool:  # noqa: N802
        return True

    def sizeHint(self) -> QSize:
        width = self.width() or 300
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        return QSize(80, self.heightForWidth(max(self.width(), 80)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()

    def _entry_at(self, position: QPoint) -> LegendEntry | None:
        return next((entry for entry in self.entries if entry.rect and entry.rect.contains(position)), None)

    @staticmethod
    def cross_of(entry: LegendEntry) -> QRect:
        """The rectangle of an entry's cross."""
        assert entry.rect is not None
        return QRect(entry.rect.right() - CROSS - 2, entry.rect.top(), CROSS + 2, entry.rect.height())

    # -- drawing and the mouse ---------------------------------------------------------------------------

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for entry in self.entries:
            if entry.rect is not None:
                self._paint_entry(painter, entry, entry.rect)

    def _paint_entry(self, painter: QPainter, entry: LegendEntry, rect: QRect) -> None:
        palette = self.palette()
        named = theme.colors(palette)
        painter.setPen(named.line)
        painter.setBrush(palette.color(QPalette.ColorRole.Base))
        painter.drawRoundedRect(rect, 4, 4)
        swatch = QRect(rect.left() + PAD, rect.center().y() - SWATCH // 2 + 1, SWATCH, SWATCH)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(entry.color)
        painter.drawRoundedRect(swatch, 2, 2)
        text = rect.adjusted(SWATCH + 2 * PAD, 0, -CROSS - PAD, 0)
        value = QRect(text)
        value.setLeft(max(text.right() - entry.value_width, text.left()))
        value_text = self.fontMetrics().elidedText(entry.value, Qt.TextElideMode.ElideRight, value.width())
        painter.setPen(named.error if entry.problem else palette.color(QPalette.ColorRole.WindowText))
        painter.drawText(value, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, value_text)
        text.setRight(value.left() - PAD)
        title = self.fontMetrics().elidedText(entry.title, Qt.TextElideMode.ElideRight, text.width())
        painter.drawText(text, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, title)
        self._paint_cross(painter, entry)

    def _paint_cross(self, painter: QPainter, entry: LegendEntry) -> None:
        color = (
            QPalette.ColorRole.WindowText if entry is self._hovered else QPalette.ColorRole.PlaceholderText
        )
        painter.setPen(self.palette().color(color))
        middle = self.cross_of(entry).center()
        painter.drawLine(middle - QPoint(3, 3), middle + QPoint(3, 3))
        painter.drawLine(middle - QPoint(3, -3), middle + QPoint(3, -3))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        hovered = self._entry_at(event.position().toPoint())
        if hovered is not self._hovered:
            self._hovered = hovered
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hovered = None
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        position = event.position().toPoint()
        entry = self._entry_at(position)
        left = event.button() == Qt.MouseButton.LeftButton
        if entry is not None and left and self.cross_of(entry).contains(position):
            self.remove_clicked.emit(entry.name)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        entry = self._entry_at(event.pos())
        if entry is not None:
            self.menu_requested.emit(entry.name, event.globalPos())

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            entry = self._entry_at(event.pos())
            QToolTip.showText(event.globalPos(), self._tip(entry, event.pos()) if entry else "", self)
            return True
        return super().event(event)

    def _tip(self, entry: LegendEntry, position: QPoint) -> str:
        if self.cross_of(entry).contains(position):
            return f"Remove {entry.name}"
        return f"{entry.problem or entry.name}\nRight-click to change the style."
