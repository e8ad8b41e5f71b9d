"""The legend of a plot: names with their colors and values, in at most two lines, or in the lanes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QHelpEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QMenu, QSizePolicy, QToolTip, QWidget

from canmcast_gui.models.plot.data import PlotSignal, short_names
from canmcast_gui.ui.labels import label_text
from canmcast_gui.ui.plot.drawing.entry import PAD, LegendEntry

MAX_LINES = 2
MIN_TITLE = 30  # pixels of an elided title


class PlotLegend(QWidget):
    """``entries`` are drawn here, or in the lanes while ``is_merged``: then the legend is hidden.

    ``remove_clicked`` carries a name, ``menu_requested`` a name and a position on the screen, ``widened`` is
    emitted when values need more room, ``values_changed`` when other values must be drawn.
    """

    remove_clicked = Signal(str)
    menu_requested = Signal(str, QPoint)
    widened = Signal()
    values_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.entries: list[LegendEntry] = []
        self.is_merged = False
        self.more = QRect()  # where the number of entries without room is
        self._hovered: LegendEntry | None = None
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setMouseTracking(True)
        self.hide()

    def show_signals(
        self, signals: Sequence[PlotSignal], colors: Mapping[str, QColor], is_merged: bool, x_name: str = ""
    ) -> None:
        """Show these signals, without values; ``x_name`` is the signal over which the others are drawn."""
        titles = short_names([signal.name for signal in signals])
        widths = {entry.name: entry.value_width for entry in self.entries}
        self.entries = [
            LegendEntry(
                signal.name,
                f"x: {title}" if signal.name == x_name else title,
                colors[signal.name],
                problem=signal.problem,
                value_width=widths.get(signal.name, 0),
            )
            for signal, title in zip(signals, titles, strict=True)
        ]
        self._hovered = None
        self.is_merged = is_merged
        self._lay_out()
        self.setVisible(bool(signals) and not is_merged)

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
            self.widened.emit()
        if changed:
            self.update()
            self.values_changed.emit()

    @property
    def hidden_entries(self) -> list[LegendEntry]:
        """The entries without room."""
        return [entry for entry in self.entries if entry.rect is None]

    # -- layout ------------------------------------------------------------------------------------------

    def _line_height(self) -> int:
        return self.fontMetrics().height() + 8

    def _lay_out(self) -> None:
        if not self.is_merged:
            self._place(self.width())
            self.updateGeometry()
        self.update()

    def _place(self, width: int) -> None:
        """Place the entries, with elided titles where whole ones do not fit, or only the first entries."""
        more = self.fontMetrics().horizontalAdvance("+00") + 2 * PAD
        for room in (0, more):
            for title in (10_000, 120, 80, 50, MIN_TITLE):
                rects = self._rects(width, title, room)
                if len(rects) == len(self.entries):
                    break
            else:
                continue
            break
        for number, entry in enumerate(self.entries):
            entry.rect = rects[number] if number < len(rects) else None
        end = rects[-1] if rects else QRect(PAD, 2, 0, self._line_height() - 2)
        self.more = (
            QRect(end.right() + PAD, end.top(), more, end.height()) if self.hidden_entries else QRect()
        )

    def _rects(self, width: int, max_title: int, reserved: int) -> list[QRect]:
        """The rectangles of the entries that fit into the lines, with ``reserved`` pixels at the end."""
        rects: list[QRect] = []
        x, line, height = PAD, 0, self._line_height()
        for entry in self.entries:
            title = self.fontMetrics().horizontalAdvance(entry.title)
            needed = min(entry.fixed_width() + min(title, max_title), max(width - 2 * PAD, 1))
            room = width - PAD - (reserved if line == MAX_LINES - 1 else 0)
            if x > PAD and x + needed > room:
                x, line = PAD, line + 1
                room = width - PAD - (reserved if line == MAX_LINES - 1 else 0)
            if line >= MAX_LINES or (reserved and line == MAX_LINES - 1 and x + needed > room):
                break
            rects.append(QRect(x, 2 + line * height, needed, height - 2))
            x += needed + PAD
        return rects

    def heightForWidth(self, width: int) -> int:  # noqa: N802
        if not self.entries:
            return 0
        rects = self._rects(width, 10_000, 0)
        lines = (
            MAX_LINES if len(rects) < len(self.entries) else 1 + (rects[-1].top() - 2) // self._line_height()
        )
        return 2 + lines * self._line_height()

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

    # -- drawing and the mouse ---------------------------------------------------------------------------

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for entry in self.entries:
            entry.paint(painter, self.palette(), entry is self._hovered)
        if not self.more.isNull():
            painter.setPen(self.palette().windowText().color())
            painter.drawText(self.more, Qt.AlignmentFlag.AlignCenter, f"+{len(self.hidden_entries)}")
        painter.end()

    def _entry_at(self, position: QPoint) -> LegendEntry | None:
        return next((entry for entry in self.entries if entry.contains(position)), None)

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
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if entry is not None and entry.cross.contains(position):
            self.remove_clicked.emit(entry.name)
        elif self.more.contains(position):
            self._list_hidden(event.globalPosition().toPoint())

    def _list_hidden(self, position: QPoint) -> None:
        """A menu of the entries without room, each of which opens the menu of its signal."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for entry in self.hidden_entries:
            text = label_text(f"{entry.title}  {entry.value}")
            menu.addAction(text, partial(self.menu_requested.emit, entry.name, position))
        menu.popup(position)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        entry = self._entry_at(event.pos())
        self.menu_requested.emit("" if entry is None else entry.name, event.globalPos())

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self._tip(event.pos()), self)
            return True
        return super().event(event)

    def _tip(self, position: QPoint) -> str:
        entry = self._entry_at(position)
        if entry is not None:
            return entry.tip(position)
        if self.more.contains(position):
            return "\n".join(f"{hidden.name}  {hidden.value}" for hidden in self.hidden_entries)
        return ""
