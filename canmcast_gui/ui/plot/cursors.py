"""The cursors A and B of a plot, and the numbers that are read at them and between them."""

from __future__ import annotations

import time
from collections.abc import Sequence

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QFontDatabase, QGuiApplication, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QLabel, QTableView, QVBoxLayout, QWidget

from canmcast_gui.app.session import Session
from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.models.plot.data import PlotData, PlotSignal
from canmcast_gui.models.plot.measure import MeasureModel, span_text
from canmcast_gui.models.plot.span import PlotSpan
from canmcast_gui.ui.item_views import WideNumbers, leave_by_tab
from canmcast_gui.ui.plot.legend import PlotLegend
from canmcast_gui.ui.plot.picture import PlotPicture
from canmcast_gui.ui.plot.signals import PlotSignals

A, B = 0, 1
START_FRACTIONS = (0.5, 0.75)  # where the cursors appear in the visible span

MAX_TABLE_ROWS = 6
MAX_TABLE_PART = 0.3  # of the height of the plot; more rows scroll
MIN_NUMBER_CHARACTERS = 5
MIN_NAME_CHARACTERS = 10

# Numbers that change more often cannot be read.
MIN_UPDATE_SECONDS = 0.2

# With more unread rows, reading takes half of the time, and its progress is shown.
MANY_ROWS = 500_000


class MeasureTable(QTableView):
    """The table of values between the cursors; Ctrl+C copies all of it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.measures = MeasureModel(self)
        self.setModel(self.measures)
        leave_by_tab(self)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 4)
        header, digit = self.horizontalHeader(), self.fontMetrics().horizontalAdvance("0")
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Fixed)
        header.setMinimumSectionSize(digit * MIN_NUMBER_CHARACTERS)
        header.setDefaultSectionSize(header.minimumSectionSize())
        self.setTextElideMode(Qt.TextElideMode.ElideLeft)  # long names differ at their end
        self.setWordWrap(False)
        self._numbers = WideNumbers(self, range(1, self.measures.columnCount()))
        self.setAccessibleName("Values between the cursors")

    def fit(self) -> None:
        """Make the table as high as its rows, up to a part of the plot, and columns as wide as numbers."""
        self._numbers.fit()
        self._fit_names()
        row = self.verticalHeader().defaultSectionSize()
        parent = self.parentWidget()
        plot = None if parent is None else parent.parentWidget()
        room = MAX_TABLE_PART * plot.height() / row if plot else MAX_TABLE_ROWS
        lines = min(self.measures.rowCount(), MAX_TABLE_ROWS, max(int(room), 1))
        rows = lines * self.verticalHeader().defaultSectionSize()
        bar = self.horizontalScrollBar()
        below = bar.sizeHint().height() if bar.maximum() else 0
        self.setFixedHeight(self.horizontalHeader().sizeHint().height() + rows + below + 2)

    def _fit_names(self) -> None:
        """Give the names the width that the numbers leave."""
        header = self.horizontalHeader()
        numbers = sum(header.sectionSize(column) for column in range(1, header.count()))
        least = self.fontMetrics().horizontalAdvance("0") * MIN_NAME_CHARACTERS
        header.resizeSection(0, max(self.viewport().width() - numbers, least))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_names()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self.measures.as_text())
        else:
            super().keyPressEvent(event)


class PlotCursors(QObject):
    """The times of the cursors A and B in ``seconds`` since the recording's start, None for a hidden one.

    ``moved`` is emitted when one of them moves, appears or disappears. ``actions`` are the two that show
    them. ``panel`` has the table of values between them, below their times; it is visible while both are.
    """

    moved = Signal()

    def __init__(
        self, data: PlotData, picture: PlotPicture, actions: Sequence[QAction], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._data = data
        self._picture = picture
        self._actions = actions
        self.seconds: list[float | None] = [None, None]
        self._a_is_for_measuring = False
        self.panel = QWidget()
        self.times_label = QLabel(self.panel)
        self.times_label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.times_label.setContentsMargins(8, 3, 8, 3)
        self.table = MeasureTable(self.panel)
        layout = QVBoxLayout(self.panel)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.times_label)
        layout.addWidget(self.table)
        self.panel.hide()
        picture.cursor_dragged.connect(self.move)

    def move(self, cursor: int, second: float | None) -> None:
        """Move cursor A (0) or B (1) to a time; None hides it."""
        self.seconds[cursor] = second
        self._actions[cursor].setChecked(second is not None)
        self._picture.show_cursors(self.seconds)
        self.moved.emit()

    def toggle(self, cursor: int, span: tuple[float, float]) -> None:
        """Show a cursor in a span if its action is checked, else hide it."""
        start, stop = span
        is_shown = self._actions[cursor].isChecked()
        self.move(cursor, start + (stop - start) * START_FRACTIONS[cursor] if is_shown else None)

    def toggle_measuring(self, span: tuple[float, float]) -> None:
        """Show cursor B, and A if it is hidden; or hide B, and A if it was shown together with B."""
        hide_a = self._a_is_for_measuring
        self._a_is_for_measuring = False
        if self._actions[B].isChecked():
            self.show_first(span)
        elif hide_a:
            self.move(A, None)
        self.toggle(B, span)

    def show_first(self, span: tuple[float, float]) -> None:
        """Show cursor A for a measurement, if it is hidden."""
        if self.seconds[A] is None:
            self._actions[A].setChecked(True)
            self.toggle(A, span)
            self._a_is_for_measuring = True

    def hide(self) -> bool:
        """Hide both cursors; returns whether one was shown."""
        was_shown = self.seconds != [None, None]
        self._a_is_for_measuring = False
        for cursor in (A, B):
            if self.seconds[cursor] is not None:
                self.move(cursor, None)
        return was_shown

    def copy_times(self, seconds: Sequence[float | None]) -> None:
        """Move both cursors to the times of another plot's."""
        for cursor, second in enumerate(seconds):
            if self.seconds[cursor] != second:
                self.move(cursor, second)

    def next_sample(self, cursor: int, direction: int, start_ns: int) -> float | None:
        """The time of the next (1) or previous (-1) sample of any signal, in seconds since ``start_ns``.

        None where there is none, or the cursor is hidden.
        """
        second = self.seconds[cursor]
        if second is None:
            return None
        here = start_ns + round(second * NS_PER_SECOND)
        found = (signal.samples.next_time(here, direction) for signal in self._data.signals)
        times = [time_ns for time_ns in found if time_ns is not None]
        return ((min if direction > 0 else max)(times) - start_ns) / NS_PER_SECOND if times else None

    def show_measures(self, start_ns: int) -> None:
        """Update the table; the recording starts at ``start_ns``."""
        first, second = self.seconds
        self.panel.setVisible(None not in self.seconds and bool(self._data.signals))
        if first is None or second is None:
            return
        self.times_label.setText(span_text(first, second))
        times = [start_ns + round(cursor * NS_PER_SECOND) for cursor in (first, second)]
        self.table.measures.show_signals(self._data.signals, times[A], times[B])
        self.table.fit()


class PlotReadout:
    """Updates the values in the legend and the table of the cursors, at most five times a second."""

    def __init__(
        self, session: Session, signals: PlotSignals, span: PlotSpan, cursors: PlotCursors, legend: PlotLegend
    ) -> None:
        self._session = session
        self._signals = signals
        self._span = span
        self._cursors = cursors
        self._legend = legend
        self._due = 0.0
        self._is_outdated = False

    def update_soon(self) -> None:
        """Do not delay the next update."""
        self._due = 0.0

    def update(self, has_changed: bool) -> bool:
        """Update the numbers if something has changed and it is time; returns whether they were updated."""
        self._is_outdated = self._is_outdated or has_changed
        if not self._is_outdated or time.monotonic() < self._due:
            return False
        self._is_outdated = False
        self._due = time.monotonic() + MIN_UPDATE_SECONDS
        self.show_values()
        return True

    def show_values(self) -> None:
        """Show the values at cursor A, or at the end of the span without one, and the table."""
        start_ns = self._session.document.recording.start_ns
        cursor = self._cursors.seconds[A]
        time_ns = start_ns + round((self._span.span[1] if cursor is None else cursor) * NS_PER_SECOND)
        self._legend.set_values([self._value_text(signal, time_ns) for signal in self._signals.data.signals])
        self._cursors.show_measures(start_ns)

    def as_text(self) -> str:
        """The values for the clipboard: the table between two cursors, else names and values in lines."""
        if None not in self._cursors.seconds:
            return self._cursors.table.measures.as_text()
        return "\n".join(f"{entry.name}\t{entry.value}" for entry in self._legend.entries)

    def _value_text(self, signal: PlotSignal, time_ns: int) -> str:
        """A value, and its difference from the recording that is compared with."""
        text = signal.text(signal.samples.value_at(time_ns))
        start_ns = self._session.document.recording.start_ns
        second = (time_ns - start_ns) / NS_PER_SECOND
        difference = self._signals.comparison.difference(signal, second, start_ns)
        return text if difference is None else f"{text}  Δ {difference:+.6g}"

    @property
    def is_reading(self) -> bool:
        """Whether many rows of the recording have not been decoded."""
        return self._signals.data.unread_rows > MANY_ROWS

    def progress(self) -> str:
        """The progress of decoding in a sentence; "" if only few rows are left."""
        unread, total = self._signals.data.unread_rows, len(self._session.document.recording)
        return f"Reading the recording: {100 * (total - unread) // total} %" if self.is_reading else ""
