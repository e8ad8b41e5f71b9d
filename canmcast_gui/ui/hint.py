"""A sentence in the middle of an empty view: what belongs there, and how it gets there."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QAbstractScrollArea, QLabel, QWidget

MARGIN = 12


class EmptyHint(QLabel):
    """Lies over a view, lets clicks through, and keeps its size; show it while the view is empty."""

    def __init__(self, view: QWidget, text: str) -> None:
        area = view.viewport() if isinstance(view, QAbstractScrollArea) else view
        super().__init__(text, area)
        self.setWordWrap(True)
        self.setMargin(MARGIN)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._area = area
        area.installEventFilter(self)
        self.resize(area.size())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._area and event.type() == QEvent.Type.Resize:
            self.resize(self._area.size())
        return False
