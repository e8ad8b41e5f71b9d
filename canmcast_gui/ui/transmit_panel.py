"""The transmit panel: a table of frames, sent by hand or periodically."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import QEvent, QModelIndex, Qt
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QMenu,
    QSplitter,
    QTableView,
    QToolBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from canmcast_gui.app.session import Session
from canmcast_gui.app.settings import AppSettings
from canmcast_gui.models.transmit import TransmitModel
from canmcast_gui.models.transmit_columns import COLUMNS, DATA
from canmcast_gui.models.transmit_jobs import TransmitJobs
from canmcast_gui.models.transmit_load import load_of
from canmcast_gui.models.transmit_row import RowError, TransmitRow
from canmcast_gui.models.transmit_signals import field_of
from canmcast_gui.models.transmit_switch import SWITCHED_OFF, TransmitSwitch
from canmcast_gui.transmit.fields import Field
from canmcast_gui.ui.hint import EmptyHint
from canmcast_gui.ui.icons import icon
from canmcast_gui.ui.transmit_database import MessageDialog
from canmcast_gui.ui.transmit_delegate import TransmitDelegate
from canmcast_gui.ui.transmit_footer import TransmitFooter
from canmcast_gui.ui.transmit_sentence import Sentence
from canmcast_gui.ui.transmit_signals import SignalEditor
from canmcast_gui.ui.views import VisibleChecks, prepare_table

NO_BUS = "Connect to a bus first (F5): without one nothing can be sent."
HEADER = "transmit_header"


class TransmitPanel(QWidget):
    """Rows of frames with their buttons; remembers them, disarmed, in the settings.

    ``menu_actions`` are the actions that a menu can offer as well.
    """

    def __init__(
        self,
        session: Session,
        settings: AppSettings,
        switch: TransmitSwitch | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.switch = switch or TransmitSwitch(self)
        self._session = session
        self._was_on_bus = False
        self._keys: dict[str, QShortcut] = {}
        self._settings = settings
        self.model = TransmitModel(self)
        self.jobs = TransmitJobs(session, self.model, self.switch, self)
        self._delegate = TransmitDelegate(self.model, self)
        self.table = self._make_table()
        self._make_actions()
        self._sentence = Sentence(self)
        self.footer = TransmitFooter(self)
        self.signals = SignalEditor(self.model, session.databases, self)
        self.model.signal_field = self._field_of
        self._splitter = QSplitter(self)
        self._splitter.addWidget(self.table)
        self._splitter.addWidget(self.signals)
        self._splitter.setStretchFactor(0, 3)
        self._splitter.setStretchFactor(1, 2)
        self._splitter.setChildrenCollapsible(False)
        self._hint = EmptyHint(
            self.table,
            "No frames to send yet.\n"
            "Add a row, choose a message of a database, or paste lines such as 123#DEADBEEF.",
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for widget in (self._make_toolbar(), self._splitter, self._sentence, self.footer):
            layout.addWidget(widget)
        layout.setStretchFactor(self._splitter, 1)
        self.model.set_decimal(settings.decimal.value)
        self.set_rows(settings.transmit_rows.value)
        self._connect()
        self._update_keys()
        self._update_actions()
        self._show_signals()

    # -- making ------------------------------------------------------------------------------------------

    def _make_table(self) -> QTableView:
        table = QTableView(self)
        table.setModel(self.model)
        table.setItemDelegate(self._delegate)
        prepare_table(table, row_padding=10)
        VisibleChecks(table)
        table.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.EditKeyPressed
            | QAbstractItemView.EditTrigger.AnyKeyPressed
        )
        table.setMouseTracking(True)
        table.setAcceptDrops(True)
        table.setDragDropMode(QAbstractItemView.DragDropMode.DropOnly)
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        metrics = table.fontMetrics()
        header = table.horizontalHeader()
        header.setMinimumSectionSize(metrics.averageCharWidth() * 4)
        for number, column in enumerate(COLUMNS):
            header.resizeSection(number, metrics.horizontalAdvance("0") * column.width + 10)
        header.restoreState(self._settings.layout(HEADER))
        return table

    def _action(self, name: str, icon_name: str, tip: str, slot, keys: str = "") -> QAction:
        action = QAction(icon(icon_name), name, self)
        action.setToolTip(f"{tip} ({keys})" if keys else tip)
        action.triggered.connect(slot)
        if keys:
            action.setShortcut(QKeySequence(keys))
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self.addAction(action)
        return action

    def _make_actions(self) -> None:
        make = self._action
        self.add_action = make("Add row", "add", "Add a frame", self.add_row, "Insert")
        self.database_action = make(
            "Add from database…", "database", "Add a message of a loaded database", self.add_from_database
        )
        self.paste_action = make(
            "Paste frames", "import", "Add frames from lines such as 123#DEADBEEF", self.paste, "Ctrl+V"
        )
        self.duplicate_action = make(
            "Duplicate", "duplicate", "Duplicate the rows", self.duplicate, "Ctrl+Shift+D"
        )
        self.remove_action = make("Remove", "remove", "Remove the rows", self.remove, "Del")
        self.up_action = make("Move up", "up", "Move the row up", lambda: self.move(-1), "Alt+Up")
        self.down_action = make("Move down", "down", "Move the row down", lambda: self.move(1), "Alt+Down")
        self.send_action = make("Send", "send", "Send the selected rows once, now", self.send, "Ctrl+Return")
        self.arm_action = make(
            "Arm", "arm", "Send the selected rows periodically", self.toggle_armed, "Ctrl+E"
        )
        self.stop_action = make(
            "Stop all", "stop-all", "End all rows, replays and sequences", self.jobs.stop_all, "Ctrl+."
        )
        self.stop_action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        self.switch_action = make(
            "Transmit", "arm", "The main switch: while it is off, nothing is sent", self._on_switch
        )
        self.switch_action.setCheckable(True)
        self.switch_action.setChecked(self.switch.on)
        self.undo_action = self._edit_action(self.model.edits.createUndoAction(self), "Ctrl+Z")
        self.redo_action = self._edit_action(self.model.edits.createRedoAction(self), "Ctrl+Shift+Z")
        self.menu_actions = [
            self.add_action, self.database_action, self.paste_action, self.duplicate_action,
            self.remove_action, self.undo_action, self.redo_action, self.send_action, self.arm_action,
            self.stop_action, self.switch_action,
        ]  # fmt: skip
        self.table.addActions([*self.menu_actions, self.up_action, self.down_action])

    def _edit_action(self, action: QAction, keys: str) -> QAction:
        action.setShortcut(QKeySequence(keys))
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self.addAction(action)
        return action

    def _on_switch(self) -> None:
        self.switch.set(self.switch_action.isChecked())

    def _make_toolbar(self) -> QToolBar:
        bar = QToolBar(self)
        size = self.fontMetrics().height()
        bar.setIconSize(bar.iconSize().scaled(size, size, Qt.AspectRatioMode.KeepAspectRatio))
        for action in (self.switch_action, self.send_action, self.arm_action, self.stop_action):
            bar.addAction(action)
            bar.widgetForAction(action).setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        bar.addSeparator()
        bar.addWidget(self._make_add_button(bar))
        bar.addActions([self.duplicate_action, self.remove_action, self.up_action, self.down_action])
        return bar

    def _make_add_button(self, bar: QToolBar) -> QToolButton:
        menu = QMenu(bar)
        menu.addActions([self.add_action, self.database_action, self.paste_action])
        button = QToolButton(bar)
        button.setDefaultAction(self.add_action)
        button.setMenu(menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
        return button

    def _connect(self) -> None:
        self._delegate.send_clicked.connect(lambda number: self.jobs.send([number]))
        self._delegate.problem.connect(self._say)
        self.model.refused.connect(self._say)
        self.jobs.failed.connect(self._say)
        self.model.rows_edited.connect(self._remember_rows)
        self.model.rows_edited.connect(self._update_keys)
        self.switch.changed.connect(self._on_switched)
        self.signals.problem.connect(self._say)
        self.model.rowsRemoved.connect(self._show_signals)
        self._session.databases_changed.connect(self._show_signals)
        self.footer.limited.connect(self._set_limit)
        self._settings.bitrate.changed.connect(self._show_load)
        self._settings.data_bitrate.changed.connect(self._show_load)
        self.model.dataChanged.connect(self._on_data_changed)
        self.model.rowsInserted.connect(self._update_actions)
        self.model.rowsRemoved.connect(self._update_actions)
        self.model.rowsMoved.connect(self._update_actions)
        self.table.selectionModel().selectionChanged.connect(self._update_actions)
        self.table.selectionModel().selectionChanged.connect(self._show_signals)
        self.table.horizontalHeader().sectionResized.connect(self._remember_header)
        self._session.state_changed.connect(self._update_actions)
        self._session.databases_changed.connect(self._update_actions)
        self._settings.decimal.changed.connect(self.model.set_decimal)

    # -- what the buttons do -----------------------------------------------------------------------------

    def selected(self) -> list[int]:
        """The places of the selected rows, from top to bottom."""
        return sorted(index.row() for index in self.table.selectionModel().selectedRows())

    def add_row(self) -> None:
        """Add a row behind the selected ones, and let its id be typed at once."""
        at = self._insert([TransmitRow()])
        if at is not None:
            self.table.edit(self.model.index(at, next(n for n, c in enumerate(COLUMNS) if c.key == "id")))

    def add_from_database(self) -> None:
        """Let the user choose messages and add a row for each."""
        dialog = MessageDialog(self._session.databases, self)
        dialog.chosen.connect(self._insert)
        dialog.refused.connect(self._say)
        dialog.open()

    def paste(self) -> None:
        """Add the frames that the clipboard holds as text."""
        self._say("")
        at = self._place()
        count = self.model.insert_text(at, QGuiApplication.clipboard().text())
        self._select(at, count)

    def duplicate(self) -> None:
        """Put a copy of the selected rows behind them."""
        self._insert([self.model.row(number) for number in self.selected()])

    def remove(self) -> None:
        """Remove the selected rows."""
        numbers = self.selected()
        self.model.remove(numbers)
        if numbers and self.model.rowCount():
            self.table.selectRow(min(numbers[0], self.model.rowCount() - 1))

    def move(self, by: int) -> None:
        """Move the selected row."""
        numbers = self.selected()
        if len(numbers) == 1:
            self.table.selectRow(self.model.move(numbers[0], by))

    def send(self) -> None:
        """Send the selected rows once."""
        self.jobs.send(self.selected())

    def toggle_armed(self) -> None:
        """Arm the selected rows, or disarm them where all are armed."""
        numbers = self.selected()
        self._say("")
        self.model.set_armed(numbers, not all(self.model.is_armed(number) for number in numbers))

    def _place(self) -> int:
        """Where new rows go: behind the selected ones, else at the end."""
        return max(self.selected(), default=self.model.rowCount() - 1) + 1

    def _insert(self, rows: list[TransmitRow]) -> int | None:
        self._say("")
        at = self._place()
        count = self.model.insert(at, rows)
        self._select(at, count)
        return at if count else None

    def _select(self, at: int, count: int) -> None:
        if not count:
            return
        self.table.setCurrentIndex(self.model.index(at, COLUMNS.index(DATA)))
        for number in range(at + 1, at + count):
            selection = self.table.selectionModel()
            flags = selection.SelectionFlag.Select | selection.SelectionFlag.Rows
            selection.select(self.model.index(number, 0), flags)
        self.table.setFocus()

    # -- showing what is possible ------------------------------------------------------------------------

    def _say(self, problem: str) -> None:
        """Show a sentence about what went wrong below the table; an empty one when it is put right."""
        self._sentence.say(problem)

    def _show_sentence(self) -> None:
        """What is in the way of sending, if anything is; shown while there is no problem."""
        if not self.model.rowCount():
            self._sentence.hint("")
        elif not self.jobs.can_send:
            self._sentence.hint(NO_BUS)
        else:
            self._sentence.hint("" if self.switch.on else SWITCHED_OFF)

    def _show_signals(self) -> None:
        """The signals of the selected row, while there is just one and it is a message of a database."""
        numbers = self.selected()
        self.signals.show_row(numbers[0] if len(numbers) == 1 else None)
        self.signals.setVisible(self.signals.has_message)

    def _field_of(self, row: TransmitRow, name: str) -> Field | None:
        """Where a signal of a row's message stands."""
        message = self._session.databases.message(row.arbitration_id, row.extended)
        signal = message.signal(name) if message is not None else None
        return None if signal is None else field_of(signal)

    def _update_keys(self) -> None:
        """Let the keys of rows send them; an empty field among them is no key."""
        keys = {row.key for row in self.model.rows} - {""}
        for key in set(self._keys) - keys:
            shortcut = self._keys.pop(key)
            shortcut.setEnabled(False)
            shortcut.deleteLater()
        for key in keys - set(self._keys):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(partial(self._send_by_key, key))
            self._keys[key] = shortcut

    def _send_by_key(self, key: str) -> None:
        self.jobs.send([number for number, row in enumerate(self.model.rows) if row.key == key])

    def _show_load(self) -> None:
        rows = [row for number, row in enumerate(self.model.rows) if self.model.is_armed(number)]
        settings = self._settings
        self.footer.show_load(load_of(rows, settings.bitrate.value, settings.data_bitrate.value))

    def _set_limit(self, frames_per_second: int) -> None:
        if self._session.transmitter is not None:
            self._session.transmitter.set_rate_limit(frames_per_second or None)

    def _on_switched(self, on: bool) -> None:
        self.switch_action.setChecked(on)
        self._say("")
        self._update_actions()

    def _on_data_changed(self, first: QModelIndex) -> None:
        """Counts change often and alone; what else changes, changes whole rows."""
        if first.column() == 0:
            self._update_actions()
            self.signals.refresh()

    def _update_actions(self) -> None:
        numbers = self.selected()
        can_send = self.jobs.can_send and self.switch.on
        on_bus = self.jobs.can_send
        self.footer.show_reach(self._session.bus_settings if on_bus else None)
        if on_bus and not self._was_on_bus:
            self._set_limit(self.footer.limit.value())
        self._was_on_bus = on_bus
        self._show_load()
        self._hint.setVisible(self.model.rowCount() == 0)
        for action in (self.duplicate_action, self.remove_action):
            action.setEnabled(bool(numbers))
        self.up_action.setEnabled(len(numbers) == 1 and numbers[0] > 0)
        self.down_action.setEnabled(len(numbers) == 1 and numbers[0] < self.model.rowCount() - 1)
        self.database_action.setEnabled(len(self._session.databases) > 0)
        armed = bool(numbers) and all(self.model.is_armed(number) for number in numbers)
        self.arm_action.setText("Disarm" if armed else "Arm")
        self._enable(self.send_action, can_send, numbers, "Send the selected rows once, now (Ctrl+Return)")
        self._enable(self.arm_action, can_send, numbers, "Send the selected rows periodically (Ctrl+E)")
        self.stop_action.setEnabled(on_bus)
        if self._delegate.can_send != can_send:
            self._delegate.can_send = can_send
            self.table.viewport().update()
        self._show_sentence()

    def _in_the_way(self) -> str:
        return SWITCHED_OFF if self.jobs.can_send else NO_BUS

    def _enable(self, action: QAction, can_send: bool, numbers: list[int], tip: str) -> None:
        action.setEnabled(can_send and bool(numbers))
        action.setToolTip(self._in_the_way() if not can_send else tip if numbers else "Select a row first.")

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ApplicationPaletteChange and hasattr(self, "footer"):
            self._sentence.repaint_text()
            self._update_actions()

    # -- remembering -------------------------------------------------------------------------------------

    def set_rows(self, stored: list[dict[str, Any]]) -> None:
        """Replace all rows by stored ones, disarmed; those that cannot be read are left out and said."""
        rows = []
        for values in stored:
            try:
                rows.append(TransmitRow.from_dict(values))
            except RowError as error:
                self._session.message.emit("warning", str(error))
        self.model.start_with(rows)

    def _remember_rows(self) -> None:
        self._settings.transmit_rows.set([row.to_dict() for row in self.model.rows])

    def _remember_header(self) -> None:
        self._settings.set_layout(HEADER, self.table.horizontalHeader().saveState())
