"""What the views of plots have in common: a scene of pyqtgraph in the colors of the theme."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QPalette, QResizeEvent
from PySide6.QtWidgets import QGraphicsScene, QWidget

GRAB_PIXELS = 5  # so near to a cursor the mouse takes it


class PlotView(pg.GraphicsView):
    """``menu_requested`` carries a name or "" and a position on the screen."""

    menu_requested = Signal(str, QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        # Nearly everything changes with each tick: to find what does not would take longer than to draw it.
        self.setViewportUpdateMode(self.ViewportUpdateMode.FullViewportUpdate)
        self.setCacheMode(self.CacheModeFlag.CacheNone)
        self.setOptimizationFlag(self.OptimizationFlag.DontAdjustForAntialiasing)
        self.scene().setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        self.scene().setClickRadius(GRAB_PIXELS)
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.setAcceptDrops(False)  # else it accepts drops for its scene
        self.viewport().setAcceptDrops(False)
        self.viewport().setMouseTracking(True)

    def show_background(self) -> QPalette:
        """Use the colors of the application's palette, and return it: views of pyqtgraph have another one."""
        palette = QGuiApplication.palette()
        self.setBackground(palette.color(QPalette.ColorRole.Base))
        return palette

    def name_at(self, _position: QPoint) -> str:
        """The name of the signal whose menu is shown at a position on the viewport; "" for none."""
        return ""

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        position = self.viewport().mapFromGlobal(event.globalPos())
        self.menu_requested.emit(self.name_at(position), event.globalPos())

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        if event is not None:  # pyqtgraph calls it without one before the view is complete
            self.lay_out()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.lay_out()

    def lay_out(self) -> None:
        """Place everything in the size and the font of the view."""
