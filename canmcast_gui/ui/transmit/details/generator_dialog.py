"""The form of one payload generator, with the payloads that it makes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from canmcast_gui.app.transmit.generated import preview
from canmcast_gui.app.transmit.generators.defaults import defaults_of, range_of, targets_of
from canmcast_gui.app.transmit.generators.forms import FORMS, GROUPS, FormField, Values, group_of, text_of
from canmcast_gui.app.transmit.generators.values import problems_of
from canmcast_gui.app.transmit.parsing.generator_text import FindSignal
from canmcast_gui.app.transmit.row import RowError, TransmitRow
from canmcast_gui.database import Message
from canmcast_gui.frames.text import data_text
from canmcast_gui.ui import icons, theme
from canmcast_gui.ui.content_size import widen
from canmcast_gui.ui.dialogs.files import ask_files
from canmcast_gui.ui.labels import TintedLabel
from canmcast_gui.ui.transmit.details.checked_field import CheckedField

PREVIEWED = 4
UNITS = {"time": "ms"}


class GeneratorDialog(QDialog):
    """Asks for the fields of a generator of a row. ``chosen`` carries its text.

    ``others`` is the text of the row's other generators: the preview shows all of them.
    """

    chosen = Signal(str)

    def __init__(
        self,
        row: TransmitRow,
        others: str,
        message: Message | None,
        find_signal: FindSignal,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setModal(True)
        self._row = row
        self._others = others
        self._message = message
        self._find_signal = find_signal
        self._ranges: Values = {}
        self._is_accepted = False
        self.fields: dict[str, CheckedField] = {}
        self.kind = QComboBox(self)
        self.kind.setAccessibleName("Generator")
        self.kind.activated.connect(lambda _index: self._use_kind(self.kind.currentData()))
        self.form = QFormLayout()
        self.form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.equivalent = TintedLabel(parent=self)
        self.problem = TintedLabel(parent=self, tint="error")
        self.problem.setWordWrap(True)
        self.payloads = QLabel(self)
        self.payloads.setFont(theme.fixed_font())
        self.payloads.setAccessibleName("First payloads")
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel, self
        )
        icons.without_icons(self.buttons)
        self.ok = self.buttons.button(QDialogButtonBox.StandardButton.Ok)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addLayout(self.form)
        self.payloads.setWordWrap(True)
        self.heading = QLabel("First payloads", self)
        for widget in (self.problem, self.heading, self.payloads, self.equivalent):
            layout.addWidget(widget)
        layout.addStretch(1)
        layout.addWidget(self.buttons)
        self.setMinimumWidth(420)

    def show_new(self, group: str, target: str = "") -> None:
        """Ask for a new generator of a group, for a target if one is given."""
        title = group if group.startswith("E2E") else f"a {group}"
        self.setWindowTitle(f"Add {title}")
        self.ok.setText("Add")
        self._offer(GROUPS[group])
        kind = GROUPS[group][0]
        self._show(kind, defaults_of(kind, self._message, len(self._row.data), target))

    def show_values(self, kind: str, values: Values) -> None:
        """Ask for changes of a generator."""
        self.setWindowTitle(f"Change the {FORMS[kind].title}")
        self.ok.setText("Change")
        self._offer(GROUPS[group_of(kind)])
        self._show(kind, values)

    # -- the fields --------------------------------------------------------------------------------------

    def _offer(self, kinds: tuple[str, ...]) -> None:
        self.kind.clear()
        for kind in kinds:
            self.kind.addItem(FORMS[kind].title, kind)

    def _use_kind(self, kind: str) -> None:
        """Show the fields of another kind, with the values that both have."""
        before = self.values()
        values = defaults_of(kind, self._message, len(self._row.data), before.get("target", ""))
        self._show(kind, {**values, **{key: before[key] for key in values if before.get(key)}})

    def _show(self, kind: str, values: Values) -> None:
        self.form.removeWidget(self.kind)
        while self.form.rowCount():
            self.form.takeRow(0)
        for field in self.fields.values():
            field.deleteLater()
        self.fields = {}
        self.kind.setCurrentIndex(self.kind.findData(kind))
        self.kind.setVisible(self.kind.count() > 1)
        if self.kind.count() > 1:
            self.form.addRow("Generator", self.kind)
        for one in FORMS[kind].fields:
            self.fields[one.key] = CheckedField(self._editor(one, values.get(one.key, "")), self)
            unit = f" ({UNITS[one.kind]})" if one.kind in UNITS else ""
            self.form.addRow(one.label + unit, self.fields[one.key])
        self._ranges = range_of(kind, self._message, len(self._row.data), values.get("target", ""))
        self._check()
        next(iter(self.fields.values())).setFocus()

    def _editor(self, field: FormField, value: str) -> QWidget:
        if field.kind in ("target", "choice"):
            size = len(self._row.data)
            choices = field.choices or tuple(targets_of(self._message, size))
            return self._choice(field, choices, value)
        editor = QLineEdit(value, self)
        editor.setToolTip(field.tip)
        editor.setAccessibleName(field.label)
        editor.textChanged.connect(self._check)
        return editor if field.kind != "file" else _FileField(editor, self)

    def _choice(self, field: FormField, choices: tuple[str, ...], value: str) -> QComboBox:
        box = QComboBox(self)
        box.setEditable(field.kind == "target" or field.key == "algorithm")
        box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        box.addItems(choices)
        widen(box)
        box.setToolTip(field.tip)
        box.setAccessibleName(field.label)
        line = box.lineEdit()
        if line is not None:
            box.setCurrentIndex(box.findText(value))  # Enter would return to the entry of another index
            box.setEditText(value)
            line.returnPressed.connect(self.accept)  # a box that can be typed in keeps Enter to itself
        else:
            box.setCurrentText(value)
        changed: Callable[[str], None] = self._on_target if field.kind == "target" else self._on_choice
        box.currentTextChanged.connect(changed)
        return box

    def _on_choice(self, _text: str) -> None:
        self._check()

    def _on_target(self, target: str) -> None:
        """Use the range of another target, unless the user has typed one."""
        ranges = range_of(self.kind.currentData(), self._message, len(self._row.data), target)
        if target in targets_of(self._message, len(self._row.data)):
            for key, value in ranges.items():
                editor = self.fields[key].editor
                if isinstance(editor, QLineEdit) and editor.text() == self._ranges.get(key):
                    editor.setText(value)
            self._ranges = ranges
        self._check()

    def values(self) -> Values:
        """The values of the fields."""
        return {key: _value(field.editor) for key, field in self.fields.items()}

    def text(self) -> str:
        """The text of the generator."""
        return text_of(self.kind.currentData(), self.values())

    # -- checking ----------------------------------------------------------------------------------------

    def _check(self) -> None:
        """Show problems at their fields, and the first payloads."""
        size = len(self._row.data)
        problems = problems_of(self.kind.currentData(), self.values(), size, self._find_signal)
        for key, field in self.fields.items():
            field.show_problem(problems.get(key, ""))
        rest = problems.get("", "")
        if not problems:
            rest = self._show_payloads()
        self.problem.setText(rest)
        self.problem.setVisible(bool(rest))
        for label in (self.heading, self.payloads):
            label.setVisible(not problems and not rest)
        self.ok.setEnabled(not problems and not rest)
        self.equivalent.setText("" if problems else f"As text: {self.text()}")

    def _show_payloads(self) -> str:
        """Show the payloads of all generators; returns a problem."""
        generators = "; ".join(text for text in (self._others, self.text()) if text)
        try:
            payloads = preview(replace(self._row, generators=generators), self._find_signal, PREVIEWED)
        except RowError as error:
            return str(error)
        self.payloads.setText("\n".join(data_text(payload, False) for payload in payloads))
        return ""

    def accept(self) -> None:
        """Emit ``chosen`` with the text, once: a second Enter may arrive while the dialog is deleted."""
        if not self._is_accepted and self.ok.isEnabled():
            self._is_accepted = True
            self.chosen.emit(self.text())
            super().accept()


class _FileField(QWidget):
    """A line for a path, and a button that asks for it."""

    def __init__(self, line: QLineEdit, parent: QWidget) -> None:
        super().__init__(parent)
        self.line = line
        button = QPushButton("Choose…", self)
        button.clicked.connect(self._ask)
        layout = QFormLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addRow(line)
        layout.addRow(button)

    def _ask(self) -> None:
        ask_files(self, "CSV file", "", "CSV files (*.csv);;All files (*)", self._take, several=False)

    def _take(self, paths: list[str]) -> None:
        self.line.setText(paths[0])


def _value(editor: QWidget) -> str:
    if isinstance(editor, QComboBox):
        return editor.currentText().strip()
    if isinstance(editor, _FileField):
        return editor.line.text().strip()
    assert isinstance(editor, QLineEdit)
    return editor.text().strip()
