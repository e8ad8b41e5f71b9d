"""The panel Watch: current values of chosen signals, with minimum, maximum, age and trend."""

from __future__ import annotations

import time
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, Qt
from PySide6.QtGui import QKeySequence, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import (
    QAbstractItemView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from canmcast_gui.app.program.settings import AppSettings
from canmcast_gui.app.session import Session, SessionState
from canmcast_gui.models.gauges import AGE, MAXIMUM, MINIMUM, NAME, TREND, VALUE, GaugesModel
from canmcast_gui.ui import theme
from canmcast_gui.ui.actions import allow, new_action
from canmcast_gui.ui.item_views import WideNumbers, prepare_table
from canmcast_gui.ui.labels import EmptyHint
from canmcast_gui.ui.updates import VisibleTicks

# Values are decoded on each tick and shown four times a second.
SHOW_EVERY = 5
LIVE_SECONDS, FILE_SECONDS = 0.006, 0.025
WIDTHS = (15, 10, 8, 12, 9, 9, 7)
HEADER = "gauges_header"
HINT = "No signals.\nDrag signals here, or select them in the panel Signals and choose Add to Watch."

Floats = npt.NDArray[np.float64]
ModelIndex = QModelIndex | QPersistentModelIndex


class GaugesPanel(QWidget):
    """A table of gauges that can be sorted by any column."""

    def __init__(self, session: Session, settings: AppSettings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._settings = settings
        self.model = GaugesModel(self)
        self.table = self._make_table()
        self.hint = EmptyHint(self.table, HINT)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.table)
        # the next row of the recording for each gauge; new gauges start with the first row
        self._next_rows: dict[str, int] = {}
        self._ticks_seen = 0
        self._make_actions()
        self.model.signals_dropped.connect(self.add_signals)
        session.document.replaced.connect(self._restart)
        session.databases.changed.connect(self._on_databases)
        self._ticks = VisibleTicks(session.clock, self, self.refresh)

    def _make_table(self) -> QTableView:
        table = QTableView(self)
        table.setModel(self.model)
        prepare_table(table, row_padding=6)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setAcceptDrops(True)
        table.setDragDropMode(QAbstractItemView.DragDropMode.DropOnly)
        table.setSortingEnabled(True)
        table.setItemDelegateForColumn(TREND, TrendDelegate(table))
        header = table.horizontalHeader()
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        header.setStretchLastSection(True)
        table.setTextElideMode(Qt.TextElideMode.ElideLeft)  # long names differ at their ends
        digit = table.fontMetrics().averageCharWidth()
        for column, width in enumerate(WIDTHS):
            header.resizeSection(column, digit * width)
        WideNumbers(table, (VALUE, MINIMUM, MAXIMUM, AGE))
        header.restoreState(self._settings.layout(HEADER))
        header.sectionResized.connect(lambda *_: self._settings.set_layout(HEADER, header.saveState()))
        return table

    def _make_actions(self) -> None:
        self.remove_action = new_action(
            self, "Remove", self._remove, icon="remove",
            keys=QKeySequence.StandardKey.Delete, context=Qt.ShortcutContext.WidgetShortcut,
        )  # fmt: skip
        self.reset_action = new_action(self, "Reset minimum and maximum", self._reset, icon="clear")
        self.table.addActions([self.reset_action, self.remove_action])
        self.table.selectionModel().selectionChanged.connect(self._update_actions)
        for changed in (self.model.rowsInserted, self.model.rowsRemoved, self.model.dataChanged):
            changed.connect(self._update_actions)
        self._update_actions()

    def _update_actions(self) -> None:
        chosen = bool(self._chosen())
        allow(self.remove_action, chosen, "Select a row first.")
        allow(self.reset_action, self.model.has_values, "There are no values yet.")

    # -- signals ------------------------------------------------------------------------------------------

    def add_signals(self, names: Iterable[str]) -> None:
        """Add gauges for signals; values in the recording are included."""
        first = self._session.document.recording.first_row
        self._next_rows |= dict.fromkeys(self.model.add(names, self._session.databases.loaded), first)
        self.hint.setVisible(not self.model.names)
        self._widen_names()

    def _widen_names(self) -> None:
        """Show whole names, unless they would take more than half of the panel."""
        header, room = self.table.horizontalHeader(), self.table.viewport().width() // 2
        needed = self.table.sizeHintForColumn(NAME) if self.model.names else 0
        if needed > header.sectionSize(NAME) < room:
            header.resizeSection(NAME, min(needed, room))

    def set_signals(self, names: Iterable[str]) -> None:
        """Show gauges for these signals only."""
        self.model.remove(range(self.model.rowCount()))
        self._next_rows.clear()
        self.add_signals(names)

    def signals(self) -> list[str]:
        """The signals that have gauges."""
        return self.model.names

    def _chosen(self) -> list[int]:
        return sorted({index.row() for index in self.table.selectedIndexes()})

    def _remove(self) -> None:
        self.model.remove(self._chosen())
        names = set(self.model.names)
        self._next_rows = {name: row for name, row in self._next_rows.items() if name in names}
        self.hint.setVisible(not names)

    def _reset(self) -> None:
        """Reset extremes and trends; they continue with the next frames."""
        self.model.clear()
        self._next_rows = dict.fromkeys(self.model.names, self._session.document.recording.end_row)

    # -- values -------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Decode new frames for a limited time, and show values at every fifth call, unless paused."""
        if self._session.clock.paused or not self._next_rows:
            return
        self._decode()
        self._ticks_seen += 1
        if self._ticks_seen % SHOW_EVERY == 1:
            self.model.refresh(self._now_ns())

    def _decode(self) -> None:
        recording, databases = self._session.document.recording, self._session.databases.loaded
        end = time.perf_counter() + (
            LIVE_SECONDS if self._session.state is SessionState.LIVE else FILE_SECONDS
        )
        while time.perf_counter() < end:
            # gauges with the lowest row first, up to the row of the next gauges
            row = min(self._next_rows.values())
            names = [name for name, next_row in self._next_rows.items() if next_row == row]
            block = next(iter(recording.blocks(row)), None)
            if block is None:
                return
            start, batch = block
            ahead = min(
                (later for later in self._next_rows.values() if later > row), default=start + len(batch)
            )
            batch = batch[: max(0, ahead - start)]
            self.model.append(batch, databases, names)
            self._next_rows |= dict.fromkeys(names, min(ahead, start + len(batch)) if len(batch) else ahead)

    def _now_ns(self) -> int:
        """The reference for ages: the current time on a bus, else the time of the last frame."""
        if self._session.state is SessionState.LIVE:
            return time.time_ns()
        recording = self._session.document.recording
        end = recording.end_row
        return int(recording.rows(end - 1, end).timestamp_ns[0]) if len(recording) else 0

    def _restart(self) -> None:
        self.model.clear()
        self._next_rows = dict.fromkeys(self.model.names, self._session.document.recording.first_row)

    def _on_databases(self) -> None:
        self.model.look_up(self._session.databases.loaded)
        self._restart()


class TrendDelegate(QStyledItemDelegate):
    """Draws the recent values of a gauge as a line that fills the height of the cell."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: ModelIndex) -> None:
        super().paint(painter, option, index)
        model = index.model()
        assert isinstance(model, GaugesModel)
        values = model.trend(index)
        area = option.rect.adjusted(4, 3, -4, -3)
        if len(values) < 2 or area.width() < 4:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.colors(option.palette).accent, 1.2))
        points = trend_points(values, area.width())
        painter.drawPolyline(
            QPolygonF(
                [QPointF(area.left() + x, area.bottom() - y * area.height()) for x, y in points.tolist()]
            )
        )
        painter.restore()


def trend_points(values: Floats, width: int) -> Floats:
    """The (n, 2) points of a line over ``width`` pixels: x in pixels, y from 0 to 1; peaks are kept."""
    finite = values[np.isfinite(values)]
    if not len(finite):
        return np.zeros((0, 2))
    low, high = float(finite.min()), float(finite.max())
    span = high - low
    per_pixel = max(1, -(-len(finite) // max(1, width)))
    padded = np.pad(finite, (0, -len(finite) % per_pixel), mode="edge").reshape(-1, per_pixel)
    ends = np.stack([padded.min(axis=1), padded.max(axis=1)], axis=1).ravel()
    if per_pixel == 1:
        ends = finite
    x = np.linspace(0, width, len(ends)) if len(ends) > 1 else np.zeros(1)
    y = (ends - low) / span if span else np.full(len(ends), 0.5)
    return np.stack([x, y], axis=1)
