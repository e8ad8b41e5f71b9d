"""The cursors A and B of a plot, and the numbers that are read at them and between them."""

from __future__ import annotations

import time
from collections.abc import Sequence

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QFontDatabase, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QLabel, QTableView, QVBoxLayout, QWidget

from canmcast_gui.app.session import Session
from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.models.plot.compare import Comparison
from canmcast_gui.models.plot.data import PlotData, PlotSignal
from canmcast_gui.models.plot.measure import MeasureModel, span_text
from canmcast_gui.models.plot.span import PlotSpan
from canmcast_gui.ui.item_views import WideNumbers, leave_by_tab
from canmcast_gui.ui.plot.lanes import PlotView
from canmcast_gui.ui.plot.legend import PlotLegend

MOST_LINES = 6
A, B = 0, 1
LEAST_NAME = 8  # characters
FIRST_PLACES = (0.5, 0.75)  # of what is shown


class MeasureTable(QTableView):
    """The table; Ctrl+C copies all of it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.measures = MeasureModel(self)
        self.setModel(self.measures)
        leave_by_tab(self)
        self.setFrameShape(self.Shape.NoFrame)
        self.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 4)
        self.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.horizontalHeader().setMinimumSectionSize(self.fontMetrics().horizontalAdvance("0") * LEAST_NAME)
        self.setTextElideMode(Qt.TextElideMode.ElideLeft)  # what differs is at the end of a name
        self.setWordWrap(False)
        self.horizontalHeader().setDefaultSectionSize(self.horizontalHeader().minimumSectionSize())
        self._numbers = WideNumbers(self, range(1, self.measures.columnCount()))
        self.setAccessibleName("Values between the cursors")

    def fit(self) -> None:
        """As high as its rows, a few at most; and as wide as needed for its numbers."""
        self._numbers.fit()
        lines = min(self.measures.rowCount(), MOST_LINES)
        rows = lines * self.verticalHeader().defaultSectionSize()
        bar = self.horizontalScrollBar()
        below = bar.sizeHint().height() if bar.maximum() else 0
        self.setFixedHeight(self.horizontalHeader().sizeHint().height() + rows + below + 2)

    def keyPressEvent(self, event) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self.measures.as_text())
            return
        super().keyPressEvent(event)


class PlotCursors(QObject):
    """Where the cursors are, in seconds since the recording's start, None where one is hidden.

    ``moved`` tells that one has. ``actions`` are switched on while A and B are shown. ``panel`` is the table
    with the times above it, shown while both are.
    """

    moved = Signal()

    def __init__(
        self, data: PlotData, view: PlotView, actions: Sequence[QAction], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._data = data
        self._view = view
        self._actions = actions
        self.seconds: list[float | None] = [None, None]
        self._a_came_along = False
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

    def move(self, which: int, second: float | None) -> None:
        """Put A (0) or B (1) at a time, or hide it."""
        self.seconds[which] = second
        self._actions[which].setChecked(second is not None)
        self._view.show_cursors(self.seconds)
        self.moved.emit()

    def toggle(self, which: int, span: tuple[float, float]) -> None:
        """Show a cursor in a span, or hide it, as its action says."""
        start, stop = span
        is_shown = self._actions[which].isChecked()
        self.move(which, start + (stop - start) * FIRST_PLACES[which] if is_shown else None)

    def toggle_measuring(self, span: tuple[float, float]) -> None:
        """Show cursor B, with A where that is not shown yet; or hide B, and A where it came along."""
        came_along = self._a_came_along
        self._a_came_along = False
        if self._actions[B].isChecked():
            self.add_first(span)
        elif came_along:
            self.move(A, None)
        self.toggle(B, span)

    def add_first(self, span: tuple[float, float]) -> None:
        """Show cursor A for a measurement, where it is not shown yet."""
        if self.seconds[A] is None:
            self._actions[A].setChecked(True)
            self.toggle(A, span)
            self._a_came_along = True

    def adopt(self, seconds: Sequence[float | None]) -> None:
        """Have the cursors where those of another plot are."""
        for which, second in enumerate(seconds):
            if self.seconds[which] != second:
                self.move(which, second)

    def beside(self, which: int, direction: int, start_ns: int) -> float | None:
        """Where the next (1) or the previous (-1) sample of any signal is; the recording starts at
        ``start_ns``. None where there is none, or no cursor.
        """
        here_s = self.seconds[which]
        if here_s is None:
            return None
        here = start_ns + round(here_s * NS_PER_SECOND)
        found = (one.samples.beside(here, direction) for one in self._data.signals)
        times = [time for time in found if time is not None]
        return ((min if direction > 0 else max)(times) - start_ns) / NS_PER_SECOND if times else None

    def show_measures(self, start_ns: int) -> None:
        """Bring the table up to date; the recording starts at ``start_ns``."""
        first, second = self.seconds
        self.panel.setVisible(None not in self.seconds and bool(self._data.signals))
        if first is None or second is None:
            return
        self._times.setText(span_text(first, second))
        places = (start_ns + round(one * NS_PER_SECOND) for one in (first, second))
        self.table.measures.show_signals(self._data.signals, *places)
        self.table.fit()


# Numbers that change more often cannot be read.
LEAST_SECONDS = 0.2

# So far behind, reading takes half of the time, and the user is told how far it has come.
FAR_BEHIND = 500_000


class PlotReadout:
    """Brings the numbers up to date, at most five times a second."""

    def __init__(
        self,
        session: Session,
        data: PlotData,
        comparison: Comparison,
        span: PlotSpan,
        cursors: PlotCursors,
        legend: PlotLegend,
    ) -> None:
        self._session = session
        self._data = data
        self._comparison = comparison
        self._span = span
        self._cursors = cursors
        self._legend = legend
        self._due = 0.0
        self._is_old = False

    def hurry(self) -> None:
        """Let the next update not wait."""
        self._due = 0.0

    def update(self, has_changed: bool) -> bool:
        """Show the numbers of now where they may have changed, and it is time; whether that was so."""
        self._is_old = self._is_old or has_changed
        if not self._is_old or time.monotonic() < self._due:
            return False
        self._is_old = False
        self._due = time.monotonic() + LEAST_SECONDS
        self.show_values()
        return True

    def show_values(self) -> None:
        """Values at the cursor, else at the end of what is shown; and what is between two cursors."""
        start_ns = self._session.recording.start_ns
        cursor = self._cursors.seconds[A]
        time_ns = start_ns + round((self._span.span[1] if cursor is None else cursor) * NS_PER_SECOND)
        self._legend.set_values([self._value_text(one, time_ns) for one in self._data.signals])
        self._cursors.show_measures(start_ns)

    def _value_text(self, signal: PlotSignal, time_ns: int) -> str:
        """A value, and how far it lies above that of the recording which it is compared with."""
        text = signal.text(signal.samples.value_at(time_ns))
        start_ns = self._session.recording.start_ns
        difference = self._comparison.difference(signal, (time_ns - start_ns) / NS_PER_SECOND, start_ns)
        return text if difference is None else f"{text}  Δ {difference:+.6g}"

    @property
    def is_far_behind(self) -> bool:
        """Whether much of the recording has not been decoded."""
        return self._data.rows_behind > FAR_BEHIND

    def progress(self) -> str:
        """How far reading has come, in a sentence; "" where it is not far behind."""
        behind, total = self._data.rows_behind, len(self._session.recording)
        return f"Reading the recording: {100 * (total - behind) // total} %" if behind > FAR_BEHIND else ""
