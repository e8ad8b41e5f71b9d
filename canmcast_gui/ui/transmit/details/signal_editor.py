"""Edits the payload of a row by its signals: each has a field for a number or a text, and a slider."""

from __future__ import annotations

import itertools

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QLineEdit,
    QScrollArea,
    QSizePolicy,
    QSlider,
    QWidget,
)

from canmcast_gui.app.transmit.message_rows import SignalLine, lines_of, with_value
from canmcast_gui.app.transmit.row import RowError
from canmcast_gui.database import DatabaseSet, Message
from canmcast_gui.models.transmit.row_model import TransmitModel
from canmcast_gui.ui import theme
from canmcast_gui.ui.content_size import widen
from canmcast_gui.ui.labels import ElidedLabel
from canmcast_gui.wording import printable

SLIDER_STEPS = 1000
MAX_CHOICES = 2000


class SignalEditor(QScrollArea):
    """Shows the signals of one row; edits change the row at once.

    ``problem`` carries a message about the last edit, empty if it was accepted unchanged.
    """

    problem = Signal(str)

    def __init__(self, model: TransmitModel, databases: DatabaseSet, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._databases = databases
        self._job_id: int | None = None
        self._message: Message | None = None
        self._gestures = itertools.count(1)
        self._gesture = 0
        self.fields: list[_SignalField] = []
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setMinimumWidth(270)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    @property
    def has_message(self) -> bool:
        """Whether the row is a message of a database."""
        return self._message is not None

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
            message = self._databases.message(row.arbitration_id, row.extended)
        lines = [] if message is None or row is None else lines_of(message, row.data)
        if message is not self._message or [line.signal for line in lines] != [
            field.line.signal for field in self.fields
        ]:
            self._message = message
            self._build(lines)
        for field, line in zip(self.fields, lines, strict=True):
            field.show_line(line)

    def _number(self) -> int | None:
        return None if self._job_id is None else self._model.rows.index_of(self._job_id)

    def _build(self, lines: list[SignalLine]) -> None:
        body = QWidget(self)
        grid = QGridLayout(body)
        grid.setContentsMargins(8, 4, 8, 4)
        grid.setVerticalSpacing(3)
        self.fields = []
        for number, line in enumerate(lines):
            field = _SignalField(line, body)
            field.changed.connect(self._change)
            field.slider.sliderPressed.connect(self._begin_gesture)
            self.fields.append(field)
            for column, widget in enumerate((field.label, field.editor, field.slider)):
                grid.addWidget(widget, number, column)
        grid.setColumnStretch(0, 3)
        grid.setColumnStretch(2, 2)
        grid.setRowStretch(len(lines), 1)
        self.setWidget(body)

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


class _SignalField(QWidget):
    """The widgets of one signal. ``changed`` carries its line, the new value, and whether a slider set it."""

    changed = Signal(SignalLine, object, bool)

    def __init__(self, line: SignalLine, parent: QWidget) -> None:
        super().__init__(parent)
        self.hide()
        self.line = line
        signal = line.signal
        self.label = ElidedLabel(printable(signal.name), parent)
        self.label.setMinimumWidth(90)
        self.label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.label.setToolTip(f"{signal.name}: {signal.comment}" if signal.comment else signal.name)
        self.editor: QLineEdit | QComboBox = (
            self._make_choice(parent) if signal.choices else self._make_number(parent)
        )
        self.editor.setAccessibleName(signal.name)  # a buddy would take an ampersand for a shortcut
        self.editor.setToolTip(f"{line.minimum:g} to {line.maximum:g} {signal.unit}".strip())
        self.slider = QSlider(Qt.Orientation.Horizontal, parent)
        self.slider.setMinimumWidth(40)
        span = (line.maximum - line.minimum) / abs(signal.scale or 1)
        self.steps = round(span) if span <= SLIDER_STEPS and not signal.is_float else SLIDER_STEPS
        self.slider.setRange(0, max(1, self.steps))
        self.slider.valueChanged.connect(self._on_slider)

    def _make_number(self, parent: QWidget) -> QLineEdit:
        editor = QLineEdit(parent)
        editor.setFont(theme.fixed_font())
        editor.setMaximumWidth(editor.fontMetrics().horizontalAdvance("0") * 12)
        editor.editingFinished.connect(self._on_typed)
        return editor

    def _make_choice(self, parent: QWidget) -> QComboBox:
        editor = QComboBox(parent)
        editor.setEditable(True)
        widen(editor)
        editor.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        editor.addItems([text for _raw, text in sorted(self.line.signal.choices.items())][:MAX_CHOICES])
        editor.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        editor.setMaximumWidth(editor.fontMetrics().horizontalAdvance("0") * 12)
        editor.textActivated.connect(lambda text: self.changed.emit(self.line, text, False))
        line = editor.lineEdit()
        assert line is not None
        line.editingFinished.connect(self._on_typed)
        return editor

    def _text(self) -> str:
        return self.editor.currentText() if isinstance(self.editor, QComboBox) else self.editor.text()

    def _on_typed(self) -> None:
        if self._text().strip() != self._shown():
            self.changed.emit(self.line, self._text(), False)

    def _on_slider(self, step: int) -> None:
        span = self.line.maximum - self.line.minimum
        value = self.line.minimum + span * step / max(1, self.steps)
        is_whole = float(value).is_integer() and not self.line.signal.is_float
        self.changed.emit(self.line, int(value) if is_whole else value, True)

    def _shown(self) -> str:
        """The text of the editor for the value."""
        signal, value = self.line.signal, self.line.value
        if value is None:
            return ""
        for raw, text in signal.choices.items():
            if raw * signal.scale + signal.offset == value:
                return text
        return self.line.text

    def show_line(self, line: SignalLine) -> None:
        """Show the value."""
        self.line = line
        is_present = line.value is not None
        for widget in (self.editor, self.slider):
            widget.setEnabled(is_present)
        shown = self._shown()
        if isinstance(self.editor, QComboBox):
            if self.editor.currentText() != shown:
                self.editor.setEditText(shown)
            if not self.editor.hasFocus():
                line_edit = self.editor.lineEdit()
                assert line_edit is not None
                line_edit.home(False)  # show the beginning of a long text
        elif self.editor.text() != shown:
            self.editor.setText(shown)
        span = line.maximum - line.minimum
        if is_present and span > 0 and not self.slider.isSliderDown():
            with QSignalBlocker(self.slider):
                part = (min(max(line.value or 0, line.minimum), line.maximum) - line.minimum) / span
                self.slider.setValue(round(part * self.steps))
