"""The transmit panel: a table of frames, sent by hand, periodically, or when another frame comes."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QModelIndex, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from canmcast_gui.app.program.settings import AppSettings
from canmcast_gui.app.session import Session
from canmcast_gui.app.transmit.conditions import condition_for
from canmcast_gui.app.transmit.load import load_of
from canmcast_gui.app.transmit.message_rows import field_of
from canmcast_gui.app.transmit.row import RowError, TransmitRow
from canmcast_gui.app.transmit.switch import SWITCHED_OFF, TransmitSwitch
from canmcast_gui.models.transmit.jobs import TransmitJobs
from canmcast_gui.models.transmit.model import TransmitModel
from canmcast_gui.transmit.payload.scaled_field import Field
from canmcast_gui.ui.actions import allow
from canmcast_gui.ui.labels import EmptyHint
from canmcast_gui.ui.transmit.actions import RowKeys, TransmitActions
from canmcast_gui.ui.transmit.message_dialog import MessageDialog
from canmcast_gui.ui.transmit.signal_editor import SignalEditor
from canmcast_gui.ui.transmit.status_line import Sentence, TransmitFooter
from canmcast_gui.ui.transmit.table import TransmitTableView
from canmcast_gui.ui.updates import Debouncer

NO_BUS = "Connect to a bus first (F5): without one nothing can be sent."


class TransmitPanel(QWidget):
    """Rows of frames with their buttons; remembers them, disarmed, in the settings.

    ``actions_`` are what can be done with them, ``keys`` the keys that send rows. ``rows_coming`` says that
    rows are about to be added, which the user should see.
    """

    rows_coming = Signal()

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
        self._settings = settings
        self._was_on_bus = False
        # What armed rows ask for takes a while to work out: once for all that change together.
        self._load_later = Debouncer(self._show_load, self)
        self.model = TransmitModel(self)
        self.jobs = TransmitJobs(session, self.model, self.switch, self)
        self.table = TransmitTableView(self.model, settings, self)
        edits = self.model.edits
        self.actions_ = TransmitActions(self, edits.createUndoAction(self), edits.createRedoAction(self))
        self.keys = RowKeys(self)
        self._sentence = Sentence(self)
        self.footer = TransmitFooter(self)
        self.signals = SignalEditor(self.model, session.databases, self)
        self.model.signal_field = self._field_of
        self.model.condition = lambda text: condition_for(text, session.databases)
        self.model.key_use = lambda key: self.keys.taken_by(key)
        self._hint = EmptyHint(
            self.table,
            "No frames to send yet.\n"
            "Add a row, choose a message of a database, or paste lines such as 123#DEADBEEF.",
        )
        self._lay_out()
        self.model.set_decimal(settings.decimal.value)
        self.footer.limit.setValue(settings.rate_limit.value)
        self.set_rows(settings.transmit_rows.value)
        self._connect_actions()
        self._connect()
        self._update_keys()
        self._update_actions()
        self._show_signals()

    # -- making ------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        actions = self.actions_
        self.table.addActions([*actions.menu, actions.up, actions.down])
        splitter = QSplitter(self)
        splitter.addWidget(self.table)
        splitter.addWidget(self.signals)
        splitter.setStretchFactor(0, 3)
        splitter.setStretchFactor(1, 2)
        splitter.setChildrenCollapsible(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for widget in (actions.tool_bar(), splitter, self._sentence, self.footer):
            layout.addWidget(widget)
        layout.setStretchFactor(splitter, 1)

    def _connect_actions(self) -> None:
        actions = self.actions_
        actions.switch.setChecked(self.switch.on)
        actions.connect_to(
            {
                actions.add: self.add_row,
                actions.database: self.add_from_database,
                actions.paste: self.paste,
                actions.duplicate: self.duplicate,
                actions.remove: self.remove,
                actions.up: lambda: self.move_rows(-1),
                actions.down: lambda: self.move_rows(1),
                actions.send: self.send,
                actions.arm: self.toggle_armed,
                actions.stop: self.jobs.stop_all,
                actions.switch: lambda: self.switch.set(actions.switch.isChecked()),
            }
        )

    def _connect(self) -> None:
        model, session, settings = self.model, self._session, self._settings
        self.table.cells.send_clicked.connect(lambda number: self.jobs.send([number]))
        for problem in (self.table.cells.problem, model.refused, self.jobs.failed, self.signals.problem):
            problem.connect(self._say)
        self.keys.pressed.connect(self._send_by_key)
        model.rows_edited.connect(self._remember_rows)
        model.rows_edited.connect(self._update_keys)
        model.dataChanged.connect(self._on_data_changed)
        for changed in (model.rowsInserted, model.rowsRemoved, model.rowsMoved):
            changed.connect(self._update_actions)
        model.rowsRemoved.connect(self._show_signals)
        self.switch.changed.connect(self._on_switched)
        self.footer.limited.connect(settings.rate_limit.set)
        settings.rate_limit.changed.connect(self._set_limit)
        settings.bitrate.changed.connect(self._show_load)
        settings.data_bitrate.changed.connect(self._show_load)
        settings.decimal.changed.connect(model.set_decimal)
        selection = self.table.selectionModel().selectionChanged
        for event in (selection, session.databases_changed):
            event.connect(self._update_actions)
            event.connect(self._show_signals)
        session.state_changed.connect(self._update_actions)

    # -- what the buttons do -----------------------------------------------------------------------------

    def selected(self) -> list[int]:
        """The places of the selected rows, from top to bottom."""
        return self.table.selected()

    def add_row(self) -> None:
        """Add a row behind the selected ones, and let its id be typed at once."""
        at = self._insert([TransmitRow()])
        if at is not None:
            self.table.edit_cell(at, "id")

    def add_from_database(self) -> None:
        """Let the user choose messages and add a row for each."""
        dialog = MessageDialog(self._session.databases, self)
        dialog.chosen.connect(self._insert)
        dialog.refused.connect(self._say)
        dialog.open()

    def paste(self) -> None:
        """Add the frames that the clipboard holds as text."""
        self.rows_coming.emit()
        self._say("")
        at = self._place()
        count = self.model.insert_text(at, QGuiApplication.clipboard().text())
        self.table.select(list(range(at, at + count)))

    def duplicate(self) -> None:
        """Put a copy of the selected rows behind them."""
        self._insert([self.model.row(number) for number in self.selected()])

    def remove(self) -> None:
        """Remove the selected rows."""
        numbers = self.selected()
        self.model.remove(numbers)
        if numbers and self.model.rowCount():
            self.table.selectRow(min(numbers[0], self.model.rowCount() - 1))

    def move_rows(self, by: int) -> None:
        """Move the selected rows up (-1) or down (1), next to each other."""
        numbers = self.selected()
        if numbers:
            at = numbers[0] - 1 if by < 0 else numbers[-1] + 2
            self.table.select(self.model.move(numbers, at))

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
        self.rows_coming.emit()
        self._say("")
        at = self._place()
        count = self.model.insert(at, rows)
        self.table.select(list(range(at, at + count)))
        return at if count else None

    # -- keys --------------------------------------------------------------------------------------------

    def _update_keys(self) -> None:
        self.keys.use([row.key for row in self.model.rows])

    def _send_by_key(self, key: str) -> None:
        self.jobs.send([number for number, row in enumerate(self.model.rows) if row.key == key])

    # -- showing what is possible ------------------------------------------------------------------------

    def _say(self, problem: str) -> None:
        """Show a sentence about what went wrong below the table; an empty one when it is put right."""
        self._sentence.say(problem)

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

    def _show_load(self) -> None:
        rows = [row for number, row in enumerate(self.model.rows) if self.model.is_armed(number)]
        settings = self._settings
        self.footer.show_load(load_of(rows, settings.bitrate.value, settings.data_bitrate.value))

    def _set_limit(self, frames_per_second: int) -> None:
        self.footer.limit.setValue(frames_per_second)
        if self._session.bus.transmitter is not None:
            self._session.bus.transmitter.set_rate_limit(self.footer.limit.value() or None)

    def _on_switched(self, on: bool) -> None:
        self.actions_.switch.setChecked(on)
        self._say("")
        self._update_actions()

    def _on_data_changed(self, first: QModelIndex) -> None:
        """Counts change often and alone; what else changes, changes whole rows."""
        if first.column() == 0:
            self._update_actions()
            self.signals.refresh()
            self.signals.setVisible(self.signals.has_message)

    def _update_actions(self) -> None:
        numbers, on_bus = self.selected(), self.jobs.can_send
        in_the_way = NO_BUS if not on_bus else "" if self.switch.on else SWITCHED_OFF
        self.footer.show_reach(self._session.bus.settings if on_bus else None)
        if on_bus and not self._was_on_bus:
            self._set_limit(self._settings.rate_limit.value)
        self._was_on_bus = on_bus
        self._load_later.start()
        rows, actions = self.model.rowCount(), self.actions_
        self._hint.setVisible(rows == 0)
        actions.show_possible(numbers, rows, in_the_way, len(self._session.databases) > 0)
        armed = bool(numbers) and all(self.model.is_armed(number) for number in numbers)
        actions.arm.setText("Disarm" if armed else "Arm")
        allow(actions.stop, on_bus, NO_BUS)
        self.table.cells.can_send = not in_the_way
        self.table.viewport().update()
        self._sentence.hint(in_the_way if rows else "")

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "footer"):
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
