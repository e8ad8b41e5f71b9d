"""The statistics panel: totals, a table of all ids, and the cycle times of the selected id."""

from __future__ import annotations

import time

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QAction, QBrush, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLabel,
    QSizePolicy,
    QSplitter,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from canmcast_gui.app.program.settings import AppSettings
from canmcast_gui.app.session import Session
from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.models.overview.summary import summarize
from canmcast_gui.models.statistics import CHANNEL, COLUMNS, ID, StatisticsModel
from canmcast_gui.ui import theme
from canmcast_gui.ui.actions import allow, new_action
from canmcast_gui.ui.item_views import WideNumbers, prepare_table, select_rows
from canmcast_gui.ui.labels import EmptyHint
from canmcast_gui.ui.panels.cycle_histogram import Histogram
from canmcast_gui.ui.updates import VisibleTicks
from canmcast_gui.wording import counted

# Four times a second: numbers that change more often cannot be read.
EVERY_TICKS = 5
HEADER = "statistics_header"


class StatisticsPanel(QWidget):
    """Shows the statistics of the session while it is visible.

    ``jump_requested`` carries the row of the recording before which cycles were missed.
    """

    jump_requested = Signal(int)

    def __init__(self, session: Session, settings: AppSettings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._settings = settings
        self._last_jump: tuple[int, int] | None = None  # entry and row
        self.model = StatisticsModel(session.databases.loaded, self)
        self.total = QLabel()
        self.total.setMargin(4)
        self.total.setWordWrap(True)
        # It wraps instead of making the dock wider.
        self.total.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self.table = self._make_table()
        self._make_actions()
        self.histogram = Histogram()
        self.hint = EmptyHint(self.table, "No frames yet.")
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(self.table)
        splitter.addWidget(self.histogram)
        splitter.setStretchFactor(0, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.total)
        layout.addWidget(splitter)
        self.setFocusProxy(self.table)
        self._set_colors()
        settings.decimal.changed.connect(self.model.set_decimal)
        self.model.set_decimal(settings.decimal.value)
        session.databases.changed.connect(self.model.texts_changed)
        self._ticks = VisibleTicks(session.clock, self, self.refresh, EVERY_TICKS)

    def _make_table(self) -> _StatisticsTable:
        table = _StatisticsTable(self.model)
        prepare_table(table, row_padding=4)
        header = table.horizontalHeader()
        digit = table.fontMetrics().horizontalAdvance("0")
        for number, column in enumerate(COLUMNS):
            header.resizeSection(number, digit * column.width + 10)
        WideNumbers(table, (number for number, column in enumerate(COLUMNS) if column.right))
        header.setSortIndicator(ID, Qt.SortOrder.AscendingOrder)
        header.restoreState(self._settings.layout(HEADER))
        header.setSortIndicatorShown(True)
        table.setSortingEnabled(True)
        header.sectionResized.connect(lambda *_: self._settings.set_layout(HEADER, header.saveState()))
        header.sortIndicatorChanged.connect(lambda *_: self._settings.set_layout(HEADER, header.saveState()))
        table.selectionModel().currentRowChanged.connect(lambda *_: self._show_histogram())
        table.chosen.connect(self.show_missed)
        return table

    def refresh(self) -> None:
        """Show the current numbers."""
        self.model.refresh(self._session.document.newest)
        self.model.set_channel_names(self._session.document.recording.channels)
        self.hint.setVisible(not self.model.rowCount())
        self.table.setColumnHidden(CHANNEL, not self.model.has_channels)
        self.total.setText(self._total_text())
        self._show_histogram()

    def _total_text(self) -> str:
        parts = [
            counted(len(self._session.document.recording), "frame"),
            counted(self.model.rowCount(), "ID"),
            *(self._file_parts() if self._session.document.file_path is not None else self._live_parts()),
        ]
        overflow = self._session.document.newest.overflow
        if overflow:
            parts.append(f"{counted(overflow, 'frame')} of further ids are not counted")
        return "  ·  ".join(filter(None, parts))

    def _file_parts(self) -> list[str]:
        """Duration, mean rate and mean load of an opened file."""
        session, settings = self._session, self._settings
        rates = settings.bitrate.value, settings.data_bitrate.value
        summary = summarize(session.document, session.overview, *rates, "")
        seconds = session.overview.spread.span_ns / NS_PER_SECOND
        if summary is None or not seconds:
            return []
        mean = len(session.document.recording) / seconds
        return [summary.duration, f"mean {mean:,.0f} frames/s", summary.load]

    def _live_parts(self) -> list[str]:
        session, settings, now = self._session, self._settings, time.monotonic_ns()
        rates = session.bus.rates
        loads = session.bus.loads(now, settings.bitrate.value, settings.data_bitrate.value)
        load = max(each.load for each in loads)
        return [
            f"{rates.frames_per_second(now):,.0f} frames/s",
            f"{rates.bits_per_second(now) / 1000:,.1f} kbit/s",
            f"load {load * 100:.1f} %",
        ]

    def _show_histogram(self) -> None:
        index = self.table.currentIndex()
        newest = self._session.document.newest
        entry = self.model.entry(index.row()) if index.isValid() else -1
        if 0 <= entry < len(newest):
            self.histogram.show_counts(self.model.title(entry), newest.cycles.histogram(entry))
        else:
            self.histogram.show_counts("", self.histogram.counts * 0)

    # -- missed cycles ------------------------------------------------------------------------------------

    def show_missed(self) -> None:
        """Jump to the next missed cycle of the current id; after the last one to the first."""
        index = self.table.currentIndex()
        if not index.isValid():
            return
        entry = self.model.entry(index.row())
        first_row = self._session.document.recording.first_row
        rows = [
            missed.row
            for missed in self._session.document.newest.cycles.missed_cycles(entry)
            if missed.row >= first_row
        ]
        if not rows:
            self._session.messages.info(f"{self.model.title(entry)} has no missed cycles in the recording.")
            return
        before = self._last_jump[1] if self._last_jump and self._last_jump[0] == entry else -1
        row = next((row for row in rows if row > before), rows[0])
        self._last_jump = (entry, row)
        self.jump_requested.emit(row)

    def _make_actions(self) -> None:
        self.missed_action = new_action(
            self, "Go to &next missed cycle", self.show_missed, icon="next",
            tip="Show the next frame before which cycles were missed in the trace",
        )  # fmt: skip
        self.copy_action = new_action(
            self, "&Copy table rows", self.table.copy, icon="copy", tip="Copy the selected rows with titles"
        )
        self.copy_all_action = new_action(
            self, "Copy &all table rows", self.table.copy_all, tip="Copy all rows with titles"
        )

    def menu_actions(self) -> list[QAction]:
        """The actions of the context menu, as the current line allows."""
        has_current = self.table.currentIndex().isValid()
        allow(self.missed_action, has_current, "Select an ID first.")
        allow(self.copy_action, has_current, "Select an ID first.")
        allow(self.copy_all_action, self.model.rowCount() > 0, "There are no frames.")
        return [self.missed_action, self.copy_action, self.copy_all_action]

    def show_id(self, arbitration_id: int, extended: bool) -> None:
        """Select the line of an id and show its cycle times."""
        self.refresh()
        entry = self._session.document.newest.find(arbitration_id, extended)
        lines = (line for line in range(self.model.rowCount()) if self.model.entry(line) == entry)
        line = next(lines, None)
        if line is not None:
            select_rows(self.table, [line])
            self.table.scrollTo(self.model.index(line, 0))

    def _set_colors(self) -> None:
        self.model.set_warning(QBrush(theme.colors(self.palette()).error))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "model"):
            self._set_colors()


class _StatisticsTable(QTableView):
    """Emits ``chosen`` on Enter and double-click; Ctrl+C copies the selected lines with titles."""

    chosen = Signal()

    def __init__(self, model: StatisticsModel) -> None:
        super().__init__()
        self._lines = model
        self.setModel(model)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.doubleClicked.connect(lambda _index: self.chosen.emit())

    def copy(self) -> None:
        """Put the selected lines on the clipboard."""
        self._copy(sorted(index.row() for index in self.selectionModel().selectedRows()))

    def copy_all(self) -> None:
        """Put all lines on the clipboard."""
        self._copy(range(self._lines.rowCount()))

    def _copy(self, lines: list[int] | range) -> None:
        titles = "\t".join(column.title for column in COLUMNS)
        text = "\n".join([titles, *(self._lines.line_text(line) for line in lines)])
        QGuiApplication.clipboard().setText(text + "\n")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.chosen.emit()
        else:
            super().keyPressEvent(event)
