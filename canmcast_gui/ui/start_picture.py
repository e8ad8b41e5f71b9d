"""The picture that is on the screen while the window is made."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import psutil  # type: ignore[import-untyped]
from PySide6.QtCore import QByteArray, QDeadlineTimer, QEventLoop, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication, QLabel

from canmcast_gui import __version__
from canmcast_gui.resources_path import resource

WIDTH, HEIGHT, ICON_SIDE = 380, 132, 72
# The same in both themes: the settings, which name the theme, are not read yet.
_BACKGROUND, _TEXT, _MUTED = QColor("#1d2733"), QColor("#ffffff"), QColor("#a9b6c4")

# A window system that does not show the picture in this time shows it later, or not at all.
_LONGEST_WAIT_MS = 200


def seconds_since_command() -> float:
    """How long this process has existed, in seconds.

    On Linux from proc(5), field ``starttime``: psutil adds it to the time of the boot, which the kernel
    gives in whole seconds and does not correct when the clock is set.
    """
    if sys.platform != "linux":
        return time.time() - float(psutil.Process().create_time())
    fields = Path("/proc/self/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    return time.clock_gettime(time.CLOCK_BOOTTIME) - int(fields[19]) / os.sysconf("SC_CLK_TCK")


class StartPicture(QLabel):
    """Name, version and icon. ``painted_s`` is the time from the command to the first drawing.

    QSplashScreen is not used: it blocks for a second where no window manager shows it.
    """

    def __init__(self, application: QApplication) -> None:
        super().__init__(None, Qt.WindowType.SplashScreen | Qt.WindowType.FramelessWindowHint)
        self.painted_s: float | None = None
        self._application = application
        self.setPixmap(_pixmap(application.devicePixelRatio()))
        self.setFixedSize(WIDTH, HEIGHT)
        self.move(application.primaryScreen().availableGeometry().center() - self.rect().center())

    def show_now(self) -> None:
        """Show the picture and wait for its drawing. Input of the user waits until the window exists."""
        self.show()
        deadline = QDeadlineTimer(_LONGEST_WAIT_MS)
        while self.painted_s is None and not deadline.hasExpired():
            self._application.processEvents(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents, 20)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.painted_s is None:
            self.painted_s = seconds_since_command()


def _pixmap(ratio: float) -> QPixmap:
    pixmap = QPixmap(round(WIDTH * ratio), round(HEIGHT * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(_BACKGROUND)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    margin = (HEIGHT - ICON_SIDE) / 2
    drawing = resource("icons/canmcast.svg").read_bytes()
    QSvgRenderer(QByteArray(drawing)).render(painter, QRectF(margin, margin, ICON_SIDE, ICON_SIDE))
    _draw_texts(painter, 2 * margin + ICON_SIDE)
    painter.end()
    return pixmap


def _draw_texts(painter: QPainter, left: float) -> None:
    middle = HEIGHT / 2
    font = painter.font()
    size = font.pointSizeF()
    font.setPointSizeF(2 * size)
    painter.setFont(font)
    painter.setPen(_TEXT)
    painter.drawText(QRectF(left, 0, WIDTH - left, middle + 6), Qt.AlignmentFlag.AlignBottom, "canmcast")
    font.setPointSizeF(size)
    painter.setFont(font)
    painter.setPen(_MUTED)
    version = f"{__version__} – starting…"
    painter.drawText(QRectF(left, middle + 10, WIDTH - left, middle), Qt.AlignmentFlag.AlignTop, version)
