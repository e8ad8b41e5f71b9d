"""The form of the selected rows: kind of frame, length, when it is sent, group and comment."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QFrame,
    QLineEdit,
    QScrollArea,
    QSizePolicy,
    QWidget,
)

from canmcast_gui.app.transmit.parsing.channel_text import FIRST, channel_text
from canmcast_gui.app.transmit.parsing.condition_text import condition_for, joined_trigger, split_trigger
from canmcast_gui.app.transmit.row import RowError, TransmitRow
from canmcast_gui.database import DatabaseSet
from canmcast_gui.frames.filters.proposals import Words
from canmcast_gui.models.transmit.row_columns import (
    CHANNEL,
    COMMENT,
    COUNT,
    GROUP,
    KEY,
    LENGTH,
    NAME,
    TRIGGER,
    TransmitColumn,
    cell_text,
)
from canmcast_gui.models.transmit.row_model import TransmitModel
from canmcast_gui.transmit.conditions import Condition
from canmcast_gui.ui.content_size import widen
from canmcast_gui.ui.filters.field import FilterField
from canmcast_gui.ui.labels import TintedLabel
from canmcast_gui.ui.transmit.channel_field import ChannelField
from canmcast_gui.ui.transmit.details.checked_field import CheckedField
from canmcast_gui.ui.transmit.details.type_fields import VARIOUS, TypeFields

TEXTS: tuple[tuple[TransmitColumn, str, str], ...] = (
    (NAME, "Name", ""),
    (CHANNEL, "Channel", FIRST),
    (COUNT, "Count", "no limit"),
    (KEY, "Key", "such as F9 or Ctrl+1"),
    (GROUP, "Group", "started and stopped together"),
    (COMMENT, "Comment", ""),
)


class FrameForm(QScrollArea):
    """Shows the values that the selected rows have in common; an edit changes all of them at once."""

    def __init__(
        self,
        model: TransmitModel,
        databases: DatabaseSet,
        words: Callable[[], Words] = Words,
        parent: QWidget | None = None,
    ) -> None:
        """``words`` returns what is proposed in the filter of the trigger."""
        super().__init__(parent)
        self._model = model
        self._databases = databases
        self._words = words
        self._job_ids: list[int] = []
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.body = QWidget(self)
        self.form = QFormLayout(self.body)
        self.form.setContentsMargins(8, 6, 8, 6)
        self.form.setVerticalSpacing(4)
        self.form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.remaining = TintedLabel(parent=self.body)
        self.lines: dict[str, QLineEdit] = {}
        self.problems: dict[str, CheckedField] = {}
        self._make_type()
        self._make_texts()
        self._make_trigger()
        self.setWidget(self.body)
        model.rows.channels_changed.connect(self.refresh)

    # -- fields ------------------------------------------------------------------------------------------

    def _make_type(self) -> None:
        self.type = TypeFields(self._set_flags, self.body)
        self.length = QComboBox(self.body)
        widen(self.length)
        self.length.setAccessibleName("Length in bytes")
        self.length.activated.connect(lambda _index: self._set_text(LENGTH, self.length.currentData()))
        self._add("Format", "format", self.type.format)
        self._add("Type", "type", self.type.kind)
        self.form.addRow("CAN FD", self.type.options_line)
        self._add("Length", "length", self.length)

    def _make_texts(self) -> None:
        self.channel = ChannelField(self.body)
        self.channel.activated.connect(lambda _index: self._set_text(CHANNEL, self.channel.currentText()))
        for column, label, hint in TEXTS:
            line = self._line(column.key, column.tip, hint, self.channel.line if column is CHANNEL else None)
            line.editingFinished.connect(lambda column=column, line=line: self._take_line(column, line))
            self._add(label, column.key, self.channel if column is CHANNEL else line)
            if column is COUNT:
                self.form.addRow("Remaining", self.remaining)

    def _make_trigger(self) -> None:
        self.trigger = QComboBox(self.body)
        self.trigger.addItems(["Cyclic", "On a received frame"])
        self.trigger.setAccessibleName("Trigger")
        self.trigger.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.trigger.activated.connect(self._choose_trigger)
        self.condition = FilterField(self._words, self._condition_of, self.body)
        condition = self._line("condition", TRIGGER.tip, "filter, such as id == 0x100", self.condition.edit)
        delay = self._line("delay", "Time between the received frame and the answer", "0 ms")
        condition.editingFinished.connect(self._take_trigger)
        delay.editingFinished.connect(self._take_trigger)
        for number, (label, key, editor) in enumerate(
            (
                ("Send", "trigger", self.trigger),
                ("When", "condition", self.condition),
                ("Delay", "delay", delay),
            )
        ):
            self._add(label, key, editor, at=5 + number)

    def _condition_of(self, text: str) -> Condition:
        """The filter before the delay, if there is one; raises FilterError."""
        return condition_for(split_trigger(text)[0], self._databases, self._words().channel_names)

    def _line(self, key: str, tip: str, hint: str, line: QLineEdit | None = None) -> QLineEdit:
        line = self.lines[key] = line or QLineEdit(self.body)
        line.setToolTip(tip)
        line.setPlaceholderText(hint)
        line.setProperty("hint", hint)
        return line

    def _add(self, label: str, key: str, editor: QWidget, at: int = -1) -> None:
        field = self.problems[key] = CheckedField(editor, self.body)
        editor.setAccessibleName(label)
        self.form.insertRow(at if at >= 0 else self.form.rowCount(), label, field)

    # -- showing -----------------------------------------------------------------------------------------

    def show_rows(self, numbers: list[int]) -> None:
        """Show rows."""
        self._job_ids = [self._model.rows.job_id(number) for number in numbers]
        for field in self.problems.values():
            field.show_problem("")
        self.refresh()

    def _numbers(self) -> list[int]:
        found = (self._model.rows.index_of(job_id) for job_id in self._job_ids)
        return [number for number in found if number is not None]

    def refresh(self) -> None:
        """Show what the rows contain now."""
        numbers = self._numbers()
        rows = [self._model.rows[number] for number in numbers]
        self.body.setEnabled(bool(rows))
        if not rows:
            return
        self.channel.offer(self._model.rows.open_channels())
        self.type.show_flags([row.flags for row in rows])
        self._show_lengths(rows)
        for column, _label, _hint in TEXTS:
            self._show_line(column.key, {self._typed_text(row, column) for row in rows})
        self._show_channel(rows)
        self._show_trigger(rows)
        left = {cell_text(self._model.rows.entry(number), COUNT, False) or "" for number in numbers}
        self.remaining.setText(next(iter(left)) if len(left) == 1 else VARIOUS)

    def _show_lengths(self, rows: list[TransmitRow]) -> None:
        lengths = {row.lengths for row in rows}
        common = next(iter(lengths)) if len(lengths) == 1 else tuple(range(9))
        if [self.length.itemData(number) for number in range(self.length.count())] != list(map(str, common)):
            self.length.clear()
            for dlc, length in enumerate(common):
                self.length.addItem(f"{length}" if dlc == length else f"{length} (DLC {dlc})", str(length))
        values = {len(row.data) for row in rows}
        self.length.setCurrentIndex(self.length.findData(str(values.pop())) if len(values) == 1 else -1)
        self.length.setPlaceholderText(VARIOUS)

    def _show_channel(self, rows: list[TransmitRow]) -> None:
        if not self.channel.line.isModified():
            self.channel.follow()
        is_needed = any(self.channel.is_needed(row.channel) for row in rows)
        self.form.setRowVisible(self.problems[CHANNEL.key], is_needed)

    def _typed_text(self, row: TransmitRow, column: TransmitColumn) -> str:
        """The text of a field as users type it."""
        if column is COUNT:
            return "" if row.count is None else str(row.count)
        if column is CHANNEL:
            return channel_text(row.channel, self._model.rows.open_channels())
        return column.text(row, False) if column.text is not None else ""

    def _show_line(self, key: str, values: set[str]) -> None:
        line = self.lines[key]
        text = next(iter(values)) if len(values) == 1 else ""
        line.setPlaceholderText(VARIOUS if len(values) > 1 else line.property("hint"))
        line.setProperty("shown", text)
        if not (line.hasFocus() and line.isModified()) and line.text() != text:
            line.setText(text)

    def _show_trigger(self, rows: list[TransmitRow]) -> None:
        triggered = {bool(row.trigger) for row in rows}
        is_typed = self.trigger.currentIndex() == 1 and self.lines["condition"].hasFocus()
        if not (is_typed and triggered == {False}):
            self.trigger.setCurrentIndex(triggered.pop() if len(triggered) == 1 else -1)
        parts = {split_trigger(row.trigger) for row in rows}
        self._show_line("condition", {text for text, _delay in parts})
        self._show_line("delay", {delay for _text, delay in parts})
        self._show_condition()

    def _show_condition(self) -> None:
        for key in ("condition", "delay"):
            self.form.setRowVisible(self.problems[key], self.trigger.currentIndex() == 1)

    # -- changing ----------------------------------------------------------------------------------------

    def _change(self, key: str, edit: Callable[[TransmitRow], TransmitRow]) -> None:
        """Change all rows, or show why that is not possible at the field."""
        try:
            self._model.change(self._numbers(), edit)
        except RowError as error:
            self.problems[key].show_problem(str(error))
        else:
            self.problems[key].show_problem("")
            self.refresh()

    def _set_text(self, column: TransmitColumn, text: str) -> None:
        self._change(column.key, lambda row: self._model.edited(row, column, text))

    def _set_flags(self, change: Callable[[int], int]) -> None:
        self._change("type", lambda row: row.with_flags(change(row.flags)))
        self.refresh()

    def _take_line(self, column: TransmitColumn, line: QLineEdit) -> None:
        if line.isModified() and line.text() != line.property("shown"):
            self._set_text(column, line.text())

    def _choose_trigger(self, index: int) -> None:
        self._show_condition()
        if index == 1:
            self.lines["condition"].setFocus()
        else:
            self._set_text(TRIGGER, "")
            self.problems["condition"].show_problem("")

    def _take_trigger(self) -> None:
        condition, delay = self.lines["condition"], self.lines["delay"]
        if not condition.isModified() and not delay.isModified():
            return
        if self.condition.check() is not None:
            return
        text = joined_trigger(condition.text(), delay.text())
        try:
            self._model.change(self._numbers(), lambda row: self._model.edited(row, TRIGGER, text))
        except RowError as error:
            self.problems["condition"].show_problem(str(error))
            return
        self.problems["condition"].show_problem("")
        condition.setModified(False)
        delay.setModified(False)
        self.refresh()
