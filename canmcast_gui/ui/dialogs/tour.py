"""The first steps: five hints, one at a time, each beside the part of the window that it is about."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from canmcast_gui.ui import theme
from canmcast_gui.ui.actions import connect
from canmcast_gui.ui.labels import TintedLabel

WIDTH, GAP, EDGE = 320, 10, 8


@dataclass(frozen=True)
class Hint:
    """``target`` returns the widget; ``prepare`` brings it into sight before."""

    title: str
    text: str
    target: Callable[[], QWidget]
    prepare: Callable[[], object] = lambda: None


class Tour(QObject):
    """Shows hints over a window. ``ended`` is emitted when the user has closed it or has seen all hints."""

    ended = Signal()

    def __init__(self, hints: Sequence[Hint], window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._hints = list(hints)
        self._number = 0
        self.frame = _Frame(window)
        self.bubble = Bubble(window)
        connect(self.bubble.next.clicked, lambda: self.go(1))
        connect(self.bubble.back.clicked, lambda: self.go(-1))
        connect(self.bubble.close_button.clicked, self.end)
        self.bubble.escaped.connect(self.end)
        window.installEventFilter(self)

    @property
    def number(self) -> int:
        """The number of the hint that is shown, from 0."""
        return self._number

    @property
    def target(self) -> QWidget:
        """The widget that the hint is about."""
        return self._hints[self._number].target()

    def start(self, with_focus: bool) -> None:
        """Show the first hint; ``with_focus`` gives its button the focus."""
        self._number = 0
        self._show()
        if with_focus:
            self.bubble.next.setFocus()

    def go(self, step: int) -> None:
        """Show the next hint (1) or the previous one (-1); after the last one the tour ends."""
        if self._number + step >= len(self._hints):
            self.end()
            return
        self._number = max(self._number + step, 0)
        self._show()

    def end(self) -> None:
        """Hide the hint and report the end."""
        self.bubble.hide()
        self.frame.hide()
        self._window.removeEventFilter(self)
        self.ended.emit()

    def _show(self) -> None:
        hint = self._hints[self._number]
        hint.prepare()
        self.bubble.fill(hint, self._number, len(self._hints))
        self.place()
        for widget in (self.frame, self.bubble):
            widget.show()
            widget.raise_()

    def place(self) -> None:
        """Put frame and bubble where the target is."""
        target = self.target
        corner = target.mapTo(self._window, QPoint(0, 0))
        area = QRect(corner, target.size()).intersected(self._window.rect())
        self.frame.setGeometry(area.adjusted(-3, -3, 3, 3))
        size = self.bubble.fitting_size()
        self.bubble.setGeometry(QRect(bubble_corner(area, size, self._window.size()), size))

    def eventFilter(self, _window: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest or event.type() == QEvent.Type.Resize:
            self.place()
        return False


def bubble_corner(target: QRect, bubble: QSize, window: QSize) -> QPoint:
    """Where a bubble is put: below the target, above it, beside it, else in its middle."""
    x = min(max(target.left(), EDGE), window.width() - bubble.width() - EDGE)
    below, above = target.bottom() + GAP, target.top() - GAP - bubble.height()
    if below + bubble.height() + EDGE <= window.height():
        return QPoint(x, below)
    if above >= EDGE:
        return QPoint(x, above)
    y = min(max(target.top() + 3 * GAP, EDGE), window.height() - bubble.height() - EDGE)
    right, left = target.right() + GAP, target.left() - GAP - bubble.width()
    if right + bubble.width() + EDGE <= window.width():
        return QPoint(right, y)
    if left >= EDGE:
        return QPoint(left, y)
    return target.center() - QPoint(bubble.width() // 2, bubble.height() // 2)


class Bubble(QFrame):
    """A hint with its buttons. ``escaped``: Esc was pressed in it."""

    escaped = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("tour")
        self.setAutoFillBackground(True)
        self.title, self.text = QLabel(), QLabel()
        self.title.setStyleSheet("font-weight: bold")
        self.text.setWordWrap(True)
        self.count = TintedLabel()
        self.close_button = QPushButton("End tour")
        self.back = QPushButton("Back")
        self.next = QPushButton("Next")
        buttons = QHBoxLayout()
        buttons.addWidget(self.count)
        buttons.addStretch(1)
        for button in (self.close_button, self.back, self.next):
            button.setAutoDefault(True)  # Enter presses it
            buttons.addWidget(button)
        layout = QVBoxLayout(self)
        layout.addWidget(self.title)
        layout.addWidget(self.text)
        layout.addLayout(buttons)
        self._set_style()
        self.hide()

    def fill(self, hint: Hint, number: int, count: int) -> None:
        """Show a hint."""
        self.title.setText(hint.title)
        self.text.setText(hint.text)
        self.count.setText(f"{number + 1} of {count}")
        self.back.setEnabled(number > 0)
        self.next.setText("Next" if number + 1 < count else "Done")
        self.setAccessibleName(f"{hint.title}: {hint.text}")

    def fitting_size(self) -> QSize:
        """The size for the present text."""
        layout = self.layout()
        assert layout is not None
        width = max(WIDTH, layout.minimumSize().width())
        return QSize(width, layout.totalHeightForWidth(width))

    def _set_style(self) -> None:
        accent = theme.colors(QGuiApplication.palette()).accent.name()  # not that of its own style
        sheet = f"#tour {{ border: 2px solid {accent}; border-radius: 6px; background: palette(base); }}"
        if sheet != self.styleSheet():
            self.setStyleSheet(sheet)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._set_style()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.escaped.emit()
        else:
            super().keyPressEvent(event)


class _Frame(QWidget):
    """A line around the target, through which the mouse works."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.colors(self.palette()).accent, 3))
        painter.drawRoundedRect(self.rect().adjusted(2, 2, -2, -2), 4, 4)
        painter.end()
