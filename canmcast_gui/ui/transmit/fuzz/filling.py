"""Fills the fields of the fuzz panel from a transmit row, a message of a database, or a signal."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from canmcast_gui.app.session import Session
from canmcast_gui.app.transmit.fuzz_setup import message_of, setup_of_row, with_signal
from canmcast_gui.app.transmit.row import RowError, TransmitRow
from canmcast_gui.transmit import TransmitError
from canmcast_gui.ui.actions import new_action
from canmcast_gui.ui.transmit.fuzz.fields import FuzzFields
from canmcast_gui.ui.transmit.rows.message_dialog import MessageDialog
from canmcast_gui.ui.transmit.rows.table import TransmitTableView

NO_ROW = "Select a row of the transmit list first."


class FuzzFilling(QObject):
    """``actions`` are for a menu. ``problem`` says why the fields were not filled, "" at the next attempt."""

    filled = Signal()
    problem = Signal(str)

    def __init__(self, session: Session, table: TransmitTableView, fields: FuzzFields) -> None:
        super().__init__(fields)
        self._session = session
        self._table = table
        self._fields = fields
        self.from_row = new_action(
            fields, "The selected transmit row", self.fill_from_row, icon="edit",
            tip="Its frame, with random bits",
        )  # fmt: skip
        self.from_message = new_action(
            fields, "A message of a database…", self.ask_message, icon="database",
            tip="Its frame, with the bits of a signal",
        )  # fmt: skip
        self.actions = [self.from_row, self.from_message]
        fields.signal_chosen.connect(self.choose_signal)

    def fill_from_row(self) -> None:
        """Fill the fields from the selected row of the transmit list."""
        selected = self._table.selected()
        if len(selected) != 1:
            self.problem.emit(NO_ROW)
            return
        self._fill_from([self._session.transmit.rows[selected[0]]])

    def ask_message(self) -> None:
        """Let the user choose a message, and fill the fields from it."""
        dialog = MessageDialog(self._session.databases.loaded, self._fields)
        dialog.chosen.connect(self._fill_from)
        dialog.refused.connect(self.problem)
        dialog.open()

    def _fill_from(self, rows: list[TransmitRow]) -> None:
        """Fill the fields from the first row."""
        self.problem.emit("")
        try:
            setup = setup_of_row(self._fields.setup(), rows[0])
        except RowError as error:
            self.problem.emit(str(error))
            return
        self.filled.emit()
        self._fields.show_setup(setup)

    def choose_signal(self, index: int) -> None:
        """Make the bits of a signal of the message random; -1 is all bits."""
        self.problem.emit("")
        setup = self._fields.setup()
        message = message_of(setup, self._session.databases.loaded)
        if message is None:
            return
        try:
            signal = None if index < 0 else message.signals[index]
            self._fields.show_setup(with_signal(setup, message, signal))
        except TransmitError as error:
            self.problem.emit(str(error))
