"""The transmit panel: a table of frames, sent by hand, periodically, or when another frame comes."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from canmcast_gui.app.program.settings import AppSettings
from canmcast_gui.app.session import Session
from canmcast_gui.app.transmit.link import NO_BUS
from canmcast_gui.app.transmit.row import TransmitRow, load_of
from canmcast_gui.models.transmit.model import TransmitModel
from canmcast_gui.ui.actions import allow
from canmcast_gui.ui.labels import EmptyHint
from canmcast_gui.ui.transmit.actions import RowKeys, TransmitActions
from canmcast_gui.ui.transmit.message_dialog import MessageDialog
from canmcast_gui.ui.transmit.signal_editor import SignalEditor
from canmcast_gui.ui.transmit.status_line import Sentence, TransmitFooter
from canmcast_gui.ui.transmit.table import TransmitTableView
from canmcast_gui.ui.updates import Debouncer


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
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._transmit = transmit = session.transmit
        self._jobs = transmit.jobs
        self._settings = settings
        # What armed rows ask for takes a while to work out: once for all that change together.
        self._load_later = Debouncer(self._show_load, self)
        self.model = TransmitModel(transmit.rows, self)
        self.table = TransmitTableView(self.model, settings, self)
        edits = self.model.edits
        self.actions_ = TransmitActions(self, edits.createUndoAction(self), edits.createRedoAction(self))
        self.keys = RowKeys(self)
        self._sentence = Sentence(self)
        self.footer = TransmitFooter(self)
        self.signals = SignalEditor(self.model, session.databases, self)
        self.model.key_use = lambda key: self.keys.taken_by(key)
        self._hint = EmptyHint(
            self.table,
            "No frames to send yet.\n"
            "Add a row, choose a message of a database, or paste lines such as 123#DEADBEEF.",
        )
        self._lay_out()
        self.model.set_decimal(settings.decimal.value)
        self.footer.limit.setValue(transmit.limit)
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
        actions.switch.setChecked(self._transmit.switch.on)
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
                actions.stop: self._jobs.stop_all,
                actions.switch: lambda: self._transmit.switch.set(actions.switch.isChecked()),
            }
        )

    def _connect(self) -> None:
        model, session, settings, transmit = self.model, self._session, self._settings, self._transmit
        self.table.cells.send_clicked.connect(lambda number: self._jobs.send([number]))
        for problem in (self.table.cells.problem, model.refused, self._jobs.failed, self.signals.problem):
            problem.connect(self._say)
        self.keys.pressed.connect(self._send_by_key)
        transmit.rows.edited.connect(self._update_keys)
        transmit.rows.row_changed.connect(self._on_row_changed)
        for changed in (model.rowsInserted, model.rowsRemoved, model.rowsMoved):
            changed.connect(self._update_actions)
        model.rowsRemoved.connect(self._show_signals)
        transmit.switch.changed.connect(self._on_switched)
        self.footer.limited.connect(transmit.set_limit)
        transmit.limit_changed.connect(self.footer.limit.setValue)
        settings.bitrate.changed.connect(self._show_load)
        settings.data_bitrate.changed.connect(self._show_load)
        settings.decimal.changed.connect(model.set_decimal)
        selection = self.table.selectionModel().selectionChanged
        for event in (selection, session.databases_changed):
            event.connect(self._update_actions)
            event.connect(self._show_signals)
        transmit.link.changed.connect(self._update_actions)

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
        self._insert([self._transmit.rows[number] for number in self.selected()])

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
        self._jobs.send(self.selected())

    def toggle_armed(self) -> None:
        """Arm the selected rows, or disarm them where all are armed."""
        numbers = self.selected()
        self._say("")
        rows = self._transmit.rows
        rows.set_armed(numbers, not all(rows.is_armed(number) for number in numbers))

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
        self.keys.use([row.key for row in self._transmit.rows])

    def _send_by_key(self, key: str) -> None:
        self._jobs.send([number for number, row in enumerate(self._transmit.rows) if row.key == key])

    # -- showing what is possible ------------------------------------------------------------------------

    def _say(self, problem: str) -> None:
        """Show a sentence about what went wrong below the table; an empty one when it is put right."""
        self._sentence.say(problem)

    def _show_signals(self) -> None:
        """The signals of the selected row, while there is just one and it is a message of a database."""
        numbers = self.selected()
        self.signals.show_row(numbers[0] if len(numbers) == 1 else None)
        self.signals.setVisible(self.signals.has_message)

    def _show_load(self) -> None:
        rows, settings = self._transmit.rows.armed_rows, self._settings
        self.footer.show_load(load_of(rows, settings.bitrate.value, settings.data_bitrate.value))

    def _on_switched(self, on: bool) -> None:
        self.actions_.switch.setChecked(on)
        self._say("")
        self._update_actions()

    def _on_row_changed(self) -> None:
        self._update_actions()
        self.signals.refresh()
        self.signals.setVisible(self.signals.has_message)

    def _update_actions(self) -> None:
        numbers, link = self.selected(), self._transmit.link
        obstacle = link.obstacle
        self.footer.show_reach(link.settings)
        self._load_later.start()
        rows, actions = self.model.rowCount(), self.actions_
        self._hint.setVisible(rows == 0)
        actions.show_possible(numbers, rows, obstacle, len(self._session.databases) > 0)
        armed = bool(numbers) and all(self._transmit.rows.is_armed(number) for number in numbers)
        actions.arm.setText("Disarm" if armed else "Arm")
        allow(actions.stop, link.is_open, NO_BUS)
        self.table.cells.can_send = not obstacle
        self.table.viewport().update()
        self._sentence.hint(obstacle if rows else "")

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "footer"):
            self._update_actions()
