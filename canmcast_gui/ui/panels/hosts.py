"""The hosts panel: the senders of frames and what they send."""

from __future__ import annotations

import time
from collections.abc import Sequence

from PySide6.QtCore import QEvent
from PySide6.QtGui import QBrush
from PySide6.QtWidgets import QAbstractItemView, QTableView, QVBoxLayout, QWidget

from canmcast_gui.app.bus.source_names import SourceNames
from canmcast_gui.app.program.settings import AppSettings
from canmcast_gui.app.session import Session
from canmcast_gui.models.hosts import COLUMNS, FRAMES, IDS, NAME, HostsModel
from canmcast_gui.ui import theme
from canmcast_gui.ui.item_views import WideNumbers, prepare_table
from canmcast_gui.ui.labels import EmptyHint
from canmcast_gui.ui.updates import VisibleTicks

# Four times a second, each time too short to disturb a view that scrolls.
EVERY_TICKS = 5
BUDGET_SECONDS = 0.004
HEADER = "hosts/header"


class HostsPanel(QWidget):
    """A table of the sources in the recording; it counts frames while it is visible."""

    def __init__(
        self, session: Session, settings: AppSettings, names: SourceNames, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._names = names
        self._session = session
        self._settings = settings
        self.model = HostsModel(self)
        self.table = self._make_table()
        self.hint = EmptyHint(self.table, "No senders yet.")
        self._set_colors()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.table)
        self._next_row = 0
        session.document.replaced.connect(self._restart)
        session.databases.changed.connect(self._set_nodes)
        names.changed.connect(lambda: self.model.set_names(names.names))
        self._set_nodes()
        self._ticks = VisibleTicks(session.clock, self, self.refresh, EVERY_TICKS)

    def _make_table(self) -> QTableView:
        table = QTableView(self)
        table.setModel(self.model)
        prepare_table(table, row_padding=4)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        header = table.horizontalHeader()
        digit = table.fontMetrics().horizontalAdvance("0")
        for number, column in enumerate(COLUMNS):
            header.resizeSection(number, digit * column.width + 14)
        for place, number in enumerate((NAME, FRAMES, IDS)):  # a narrow panel shows what says most
            header.moveSection(header.visualIndex(number), place)
        WideNumbers(table, (number for number, column in enumerate(COLUMNS) if column.right))
        header.restoreState(self._settings.layout(HEADER))
        header.sectionResized.connect(lambda *_: self._settings.set_layout(HEADER, header.saveState()))
        return table

    def refresh(self) -> None:
        """Count new frames for a limited time; the rest is counted at the next call."""
        recording = self._session.document.recording
        end = time.perf_counter() + BUDGET_SECONDS
        for row, batch in recording.blocks(self._next_row):
            self.model.count(batch, recording.sources)
            self._next_row = row + len(batch)
            if time.perf_counter() > end:
                break
        if self._session.bus.is_open:
            self.model.set_counters(self._session.bus.counts_by_source())
        self.hint.setVisible(self.model.rowCount() == 0)
        self.model.set_names(self._names.names)

    def _set_nodes(self) -> None:
        self.model.set_nodes(self._nodes_of)

    def _nodes_of(self, arbitration_id: int, extended: bool) -> Sequence[str]:
        message = self._session.databases.loaded.message(arbitration_id, extended)
        return () if message is None else message.senders

    def _set_colors(self) -> None:
        self.model.set_warning(QBrush(theme.colors(self.palette()).error))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "model"):
            self._set_colors()

    def _restart(self) -> None:
        self._next_row = 0
        self.model.clear()
        self.hint.setVisible(True)
