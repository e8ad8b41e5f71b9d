"""Edits the payload of a row by its signals: each has a field for a number or a text, and a slider."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QScrollArea, QWidget

from canmcast_gui.app.transmit.generated import Part, driver_of, parts_of, preview
from canmcast_gui.app.transmit.message_rows import SignalLine, line_of, lines_of, with_value
from canmcast_gui.app.transmit.row import RowError, TransmitRow
from canmcast_gui.database import DatabaseSet, Message
from canmcast_gui.models.transmit.row_model import TransmitModel
from canmcast_gui.ui.labels import EmptyHint
from canmcast_gui.ui.transmit.details.signal_field import SignalField

# The columns of widgets that are hidden where there is no room for them, and the room in characters.
RAW = 3
ROOM = ((RAW, 40), (4, 46), (5, 64))
NO_MESSAGE = "No loaded database has this ID.\nLoad a database (Ctrl+D) to edit its signals."


class SignalEditor(QScrollArea):
    """Shows the signals of one row; edits change the row at once.

    ``problem`` carries a message about the last edit, empty if it was accepted unchanged. ``generate``
    carries a signal and a group of generators to add, ``edit_generator`` and ``remove_generator`` the text of
    a generator. ``sent_payload`` returns the last payload that a row has sent, None if that is unknown.
    """

    problem = Signal(str)
    generate = Signal(str, str)
    edit_generator = Signal(str)
    remove_generator = Signal(str)

    def __init__(self, model: TransmitModel, databases: DatabaseSet, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._databases = databases
        self._job_id: int | None = None
        self._message: Message | None = None
        self._gestures = itertools.count(1)
        self._gesture = 0
        self._parts: list[Part] = []
        self._parts_row: TransmitRow | None = None
        self.sent_payload: Callable[[TransmitRow], bytes | None] = lambda _row: None
        self.fields: list[SignalField] = []
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.hint = EmptyHint(self, NO_MESSAGE)

    @property
    def has_message(self) -> bool:
        """Whether the row is a message of a database."""
        return self._message is not None

    @property
    def row(self) -> TransmitRow | None:
        """The row that is shown."""
        number = self._number()
        return None if number is None else self._model.rows[number]

    def show_row(self, number: int | None) -> None:
        """Show the signals of a row; None for no row."""
        self._job_id = None if number is None else self._model.rows.job_id(number)
        self.refresh()

    def refresh(self) -> None:
        """Show what the row and the databases contain now."""
        number = self._number()
        row = None if number is None else self._model.rows[number]
        message = None
        if row is not None and not row.is_remote:
            message = self._databases.message(row.arbitration_id, row.extended, row.channel or None)
        lines = [] if message is None or row is None else lines_of(message, row.data)
        if message is not self._message or [line.signal for line in lines] != [
            field.line.signal for field in self.fields
        ]:
            self._message = message
            self._build(lines)
        self.hint.setVisible(message is None)
        if row is not None:
            self._show_lines(row, lines)

    def _show_lines(self, row: TransmitRow, lines: list[SignalLine]) -> None:
        if row is not self._parts_row:  # rows never change: their generators are parsed once
            self._parts_row = row
            self._parts = parts_of(row, self._model.rows.find_signal(row)) if row.generators else []
        payload = self._generated_payload(row) if self._parts else row.data
        for field, line in zip(self.fields, lines, strict=True):
            driver = driver_of(line.signal, self._parts, len(row.data)) if self._parts else ""
            field.show_line(line_of(line.signal, payload) if driver else line, driver)

    def refresh_generated(self) -> None:
        """Show the values that generators write now."""
        if self._parts and self.isVisible():
            self.refresh()

    def _generated_payload(self, row: TransmitRow) -> bytes:
        sent = self.sent_payload(row)
        if sent is not None and len(sent) == len(row.data):
            return sent
        try:
            return preview(row, self._model.rows.find_signal(row), 1)[0]
        except RowError:
            return row.data

    def _number(self) -> int | None:
        return None if self._job_id is None else self._model.rows.index_of(self._job_id)

    def _build(self, lines: list[SignalLine]) -> None:
        body = QWidget(self)
        grid = QGridLayout(body)
        grid.setContentsMargins(8, 4, 8, 4)
        grid.setVerticalSpacing(3)
        self.fields = []
        for number, line in enumerate(lines):
            field = SignalField(line, body)
            field.changed.connect(self._change)
            field.slider.sliderPressed.connect(self._begin_gesture)
            field.generate.connect(lambda group, field=field: self._generate(field, group))
            field.fixed.connect(lambda field=field: self.remove_generator.emit(field.driver))
            self.fields.append(field)
            for column, widget in enumerate(field.widgets):
                grid.addWidget(widget, number, column)
        grid.setColumnStretch(0, 3)
        grid.setColumnStretch(4, 2)
        grid.setRowStretch(len(lines), 1)
        self.setWidget(body)
        self._fit()

    def _fit(self) -> None:
        """Hide sliders and ranges where there is no room for them."""
        characters = self.viewport().width() / max(1, self.fontMetrics().horizontalAdvance("0"))
        for field in self.fields:
            for column, room in ROOM:
                fits = characters >= room
                field.widgets[column].setVisible(fits and not (column == RAW and field.line.signal.is_float))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _generate(self, field: SignalField, group: str) -> None:
        if group:
            self.generate.emit(field.line.signal.name, group)
        else:
            self.edit_generator.emit(field.driver)

    def _begin_gesture(self) -> None:
        self._gesture = next(self._gestures)

    def _change(self, line: SignalLine, value: float | str, by_slider: bool) -> None:
        number = self._number()
        if number is None or self._message is None:
            return
        try:
            row, problem = with_value(self._model.rows[number], line.signal, value)
        except RowError as error:
            self.problem.emit(str(error))
            self.refresh()
            return
        self._model.replace(number, row, gesture=self._gesture if by_slider else 0)
        self.problem.emit(problem)
        self.refresh()
