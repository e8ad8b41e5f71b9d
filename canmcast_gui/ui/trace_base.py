"""What the views of a trace share: a table, the number and time settings, copying, the context menu."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from canmcast_gui.app.session import Session
from canmcast_gui.app.settings import AppSettings
from canmcast_gui.frames import Flag
from canmcast_gui.models.byid import ByIdModel
from canmcast_gui.models.columns import DATA, IDENTIFIER, Column
from canmcast_gui.models.trace import TraceModel
from canmcast_gui.ui import icons
from canmcast_gui.ui.hint import EmptyHint
from canmcast_gui.ui.trace_copy import MOST_ROWS, rows_text
from canmcast_gui.ui.trace_table import FrameTable

_NOTHING_YET = {
    "connecting": "Connecting…",
    "loading": "Opening…",
    "live": "On the bus. Nothing has arrived yet.\n\nIf somebody is sending: do group, port and network "
    "interface agree (Ctrl+B)? The command “canmcast doctor” looks for the reason.",
    "file": "The file holds no frames.",
}


class FrameView(QWidget):
    """A table of frames. ``filter_requested`` carries a filter text that the user chose from a menu."""

    filter_requested = Signal(str)

    def __init__(
        self,
        model: TraceModel | ByIdModel,
        key: str,
        session: Session,
        settings: AppSettings,
        hidden: Collection[Column] = (),
        parent: QWidget | None = None,
    ) -> None:
        """``key`` is the name under which the columns are remembered, ``hidden`` those not shown at first."""
        super().__init__(parent)
        self._session = session
        self._model = model
        self.table = FrameTable(model, settings, key, hidden, self)
        self.table.menu_requested.connect(self._show_menu)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.table)
        self.setFocusProxy(self.table)
        self._hint = EmptyHint(self.table, "")
        for signal in (model.rowsInserted, model.rowsRemoved, model.modelReset, session.state_changed):
            signal.connect(self._update_hint)
        settings.decimal.changed.connect(model.set_decimal)
        settings.time_mode.changed.connect(model.set_time_mode)
        session.databases_changed.connect(model.databases_changed)
        model.set_decimal(settings.decimal.value)
        model.set_time_mode(settings.time_mode.value)

    def _update_hint(self) -> None:
        """An empty view says why it is empty."""
        empty = not self._model.rowCount()
        if empty:
            self._hint.setText(self._why_empty())
        if empty == self._hint.isHidden():
            self._hint.setVisible(empty)

    def _why_empty(self) -> str:
        if len(self._session.recording):
            return "No frame passes the filter."
        return _NOTHING_YET.get(self._session.state, "No frames.")

    def copy(self) -> None:
        """Put the selected rows on the clipboard, with the columns that are shown."""
        ranges = self.table.selected_lines()
        if not ranges:
            return
        QGuiApplication.setOverrideCursor(Qt.CursorShape.WaitCursor)
        try:
            text = rows_text(self._model, ranges, self.table.header.shown_columns())
            QGuiApplication.clipboard().setText(text)
        finally:
            QGuiApplication.restoreOverrideCursor()
        selected = sum(last - first + 1 for first, last in ranges)
        if selected > MOST_ROWS:
            self._session.message.emit(
                "warning",
                f"The first {MOST_ROWS:,} of {selected:,} rows were copied. To take them all, save the trace "
                "to a file (Ctrl+S).",
            )

    # -- context menu ------------------------------------------------------------------------------------

    def menu(self) -> QMenu:
        """What can be done with the current row."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        line = self.table.currentIndex().row()
        menu.addAction(icons.icon("copy"), "Copy rows", self.copy).setEnabled(
            bool(self.table.selected_lines())
        )
        if line >= 0:
            menu.addAction("Copy data", lambda: self._copy_cell(line, DATA))
            self.table.add_open_actions(menu)
            menu.addSeparator()
            self._add_filters(menu, line)
        return menu

    def _add_filters(self, menu: QMenu, line: int) -> None:
        screen = self._model.make_screen(line, line)
        if not len(screen.batch):
            return
        flags, one = int(screen.batch.flags[0]), int(screen.batch.arbitration_id[0])
        kind = " and extended" if flags & Flag.EXTENDED else " and not extended"
        text = "error" if flags & Flag.ERROR else f"id == 0x{one:X}{kind}"
        name = "error frames" if flags & Flag.ERROR else f"ID {screen.texts(IDENTIFIER)[0]}"
        menu.addAction(icons.icon("filter"), f"Only {name}", lambda: self.filter_requested.emit(text))
        menu.addAction(f"All but {name}", lambda: self.filter_requested.emit(f"not ({text})"))
        source = screen.shown.sources[int(screen.batch.source[0])].address
        if source:
            menu.addAction(f"Only from {source}", lambda: self.filter_requested.emit(f"source == {source}"))

    def _copy_cell(self, line: int, column: Column) -> None:
        screen = self._model.make_screen(line, line)
        if len(screen.batch):
            QGuiApplication.clipboard().setText(screen.texts(column)[0])

    def _show_menu(self, position: QPoint) -> None:
        self.menu().popup(position)
