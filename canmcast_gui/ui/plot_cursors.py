"""The two cursors of a plot, A and B, and the table of what signals do between them."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QFontDatabase, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QLabel, QTableView, QVBoxLayout, QWidget

from canmcast_gui.models.plot import PlotData
from canmcast_gui.models.plot_measure import MeasureModel, span_text
from canmcast_gui.ui.plot_view import PlotView

NS = 1e9
MOST_LINES = 6
A, B = 0, 1


class MeasureTable(QTableView):
    """The table; Ctrl+C copies all of it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.measures = MeasureModel(self)
        self.setModel(self.measures)
        self.setFrameShape(self.Shape.NoFrame)
        self.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 4)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        self.setAccessibleName("Values between the cursors")

    def fit_height(self) -> None:
        """As high as its rows, a few at most."""
        lines = min(self.measures.rowCount(), MOST_LINES)
        rows = lines * self.verticalHeader().defaultSectionSize()
        self.setFixedHeight(self.horizontalHeader().sizeHint().height() + rows + 2)

    def keyPressEvent(self, event) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self.measures.as_text())
            return
        super().keyPressEvent(event)


class PlotCursors(QObject):
    """Where the cursors are, in seconds since the recording's start, None where one is hidden.

    ``moved`` tells that one has. ``panel`` is the table with the times above it, shown while both are.
    """

    moved = Signal()

    def __init__(self, data: PlotData, view: PlotView, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._data = data
        self._view = view
        self.seconds: list[float | None] = [None, None]
        self.panel = QWidget()
        self._times = QLabel(self.panel)
        self._times.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._times.setContentsMargins(8, 3, 8, 3)
        self.table = MeasureTable(self.panel)
        layout = QVBoxLayout(self.panel)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._times)
        layout.addWidget(self.table)
        self.panel.hide()
        view.cursor_dragged.connect(self.move)

    @property
    def both(self) -> bool:
        """Whether there is something between them."""
        return None not in self.seconds

    def move(self, which: int, second: float | None) -> None:
        """Put A (0) or B (1) at a time, or hide it."""
        self.seconds[which] = second
        self._view.show_cursors(self.seconds)
        self.moved.emit()

    def show_measures(self, start_ns: int) -> None:
        """Bring the table up to date; the recording starts at ``start_ns``."""
        first, second = self.seconds
        self.panel.setVisible(self.both and bool(self._data.signals))
        if first is None or second is None:
            return
        self._times.setText(span_text(first, second))
        places = (start_ns + round(one * NS) for one in (first, second))
        self.table.measures.show_signals(self._data.signals, *places)
        self.table.fit_height()
