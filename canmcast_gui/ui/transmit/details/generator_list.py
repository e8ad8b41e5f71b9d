"""The payload generators of a row: a list with forms, the equivalent text, and the first payloads."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from canmcast_gui.app.transmit.generated import kind_title, preview
from canmcast_gui.app.transmit.generators.forms import GROUPS
from canmcast_gui.app.transmit.generators.values import values_of
from canmcast_gui.app.transmit.parsing.generator_text import split_generators
from canmcast_gui.app.transmit.row import RowError
from canmcast_gui.frames.text import data_text
from canmcast_gui.models.transmit.row_columns import GENERATORS
from canmcast_gui.models.transmit.row_model import TransmitModel
from canmcast_gui.ui import theme
from canmcast_gui.ui.actions import action_button, allow, new_action
from canmcast_gui.ui.labels import EmptyHint, TintedLabel
from canmcast_gui.ui.transmit.details.checked_field import CheckedField
from canmcast_gui.ui.transmit.details.generator_dialog import GeneratorDialog
from canmcast_gui.ui.transmit.panel_parts import NO_INDICATOR

PREVIEWED = 3
ADD = {
    "counter": "Add counter…",
    "checksum": "Add checksum…",
    "waveform": "Add waveform…",
    "E2E protection": "Add E2E protection…",
}
NO_GENERATOR = "Select a counter, checksum or waveform first."
HINT = "Data does not change.\nAdd a counter, a checksum or a waveform."


class GeneratorList(QScrollArea):
    """Shows the generators of one row; edits change the row at once. ``problem`` carries a message."""

    problem = Signal(str)

    def __init__(self, model: TransmitModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._job_id: int | None = None
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.body = QWidget(self)
        self.add_actions = {
            group: new_action(self, ADD[group], partial(self.add, group), icon="add") for group in GROUPS
        }
        self.edit_action = new_action(
            self, "Edit…", self.edit_current, icon="edit", tip="Change it in a form"
        )
        self.remove_action = new_action(self, "Remove", self.remove_current, icon="remove", keys="Del")
        self.list = QListWidget(self.body)
        self.list.setAlternatingRowColors(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.addActions([self.edit_action, self.remove_action])
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.list.itemActivated.connect(lambda _item: self.edit_current())
        self.list.currentRowChanged.connect(self._update_actions)
        self.list.setMinimumHeight(self.fontMetrics().height() * 3)
        self.hint = EmptyHint(self.list, HINT)
        self.line = QLineEdit(self.body)
        self.line.setFont(theme.fixed_font())
        self.line.setPlaceholderText("counter(byte 0, 0..15); checksum(byte 7, xor, 0..6)")
        self.line.setToolTip(GENERATORS.tip)
        self.line.setAccessibleName("The same as text")
        self.line.editingFinished.connect(self._take_line)
        self.text = CheckedField(self.line, self.body)
        self.payloads = TintedLabel(parent=self.body)
        self.payloads.setFont(theme.fixed_font())
        self.payloads.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._lay_out()

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self.body)
        layout.setContentsMargins(8, 4, 8, 4)
        layout.setSpacing(3)
        bar = QHBoxLayout()
        bar.setSpacing(0)
        self.menu = QMenu(self)
        self.menu.addActions(list(self.add_actions.values()))
        for group in ("counter", "checksum"):
            bar.addWidget(action_button(self.add_actions[group], self.body))
        self.more = action_button(new_action(self, "More ▾", tip="Waveforms and E2E protection"), self.body)
        more = QMenu(self.more)
        more.addActions([self.add_actions["waveform"], self.add_actions["E2E protection"]])
        self.more.setMenu(more)
        self.more.setStyleSheet(NO_INDICATOR)
        self.more.setPopupMode(self.more.ToolButtonPopupMode.InstantPopup)
        bar.addWidget(self.more)
        bar.addStretch(1)
        buttons = QHBoxLayout()
        buttons.setSpacing(0)
        for action in (self.edit_action, self.remove_action):
            buttons.addWidget(action_button(action, self.body))
        buttons.addStretch(1)
        layout.addLayout(bar)
        layout.addWidget(self.list, 1)
        layout.addLayout(buttons)
        layout.addWidget(QLabel("As text", self.body))
        layout.addWidget(self.text)
        layout.addWidget(QLabel("First payloads", self.body))
        layout.addWidget(self.payloads)
        self.setWidget(self.body)

    # -- showing -----------------------------------------------------------------------------------------

    def show_row(self, number: int | None) -> None:
        """Show the generators of a row; None for no row."""
        self._job_id = None if number is None else self._model.rows.job_id(number)
        self.text.show_problem("")
        self.line.setModified(False)
        self.refresh()

    def refresh(self) -> None:
        """Show what the row contains now."""
        number = self._number()
        row = None if number is None else self._model.rows[number]
        self.body.setEnabled(row is not None and not row.is_remote)
        parts = [] if row is None else split_generators(row.generators)
        if parts != [self.list.item(at).data(Qt.ItemDataRole.UserRole) for at in range(self.list.count())]:
            self._fill(parts)
        self.hint.setVisible(not parts)
        if row is not None and not (self.line.hasFocus() and self.line.isModified()):
            self.line.setText(row.generators)
        self.payloads.setText("" if number is None else self._payloads(number))
        self.payloads.setToolTip(self.payloads.text())
        self._update_actions()

    def _fill(self, parts: list[str]) -> None:
        current = self.list.currentRow()
        self.list.clear()
        for text in parts:
            item = QListWidgetItem(f"{kind_title(text).capitalize()}:  {text}", self.list)
            item.setData(Qt.ItemDataRole.UserRole, text)
            item.setToolTip(text)
        self.list.setCurrentRow(min(max(current, 0), len(parts) - 1))

    def _payloads(self, number: int) -> str:
        row = self._model.rows[number]
        try:
            payloads = preview(row, self._model.rows.find_signal(row), PREVIEWED if row.generators else 1)
        except RowError as error:
            self.payloads.setWordWrap(True)
            return str(error)
        self.payloads.setWordWrap(False)
        return "\n".join(data_text(payload, False) for payload in payloads)

    def _number(self) -> int | None:
        return None if self._job_id is None else self._model.rows.index_of(self._job_id)

    def _update_actions(self) -> None:
        is_chosen = self.list.currentRow() >= 0
        for action in (self.edit_action, self.remove_action):
            allow(action, is_chosen, NO_GENERATOR)

    # -- changing ----------------------------------------------------------------------------------------

    def add(self, group: str, target: str = "") -> GeneratorDialog | None:
        """Ask for a new generator, for a signal if one is given."""
        number = self._number()
        if number is None:
            return None
        parts = split_generators(self._model.rows[number].generators)
        dialog = self._dialog(number, parts)
        dialog.chosen.connect(lambda text: self._set([*parts, text]))
        dialog.show_new(group, target)
        dialog.open()
        return dialog

    def edit_current(self) -> None:
        """Change the current generator in a form."""
        if self.list.currentRow() >= 0:
            self.edit(self.list.currentRow())

    def edit(self, at: int) -> None:
        """Change a generator in a form."""
        number = self._number()
        if number is None:
            return
        parts = split_generators(self._model.rows[number].generators)
        try:
            kind, values = values_of(parts[at])
        except RowError as error:
            self.text.show_problem(str(error))
            return
        others = parts[:at] + parts[at + 1 :]
        dialog = self._dialog(number, others)
        dialog.chosen.connect(lambda text: self._set([*parts[:at], text, *parts[at + 1 :]]))
        dialog.show_values(kind, values)
        dialog.open()

    def _dialog(self, number: int, others: list[str]) -> GeneratorDialog:
        rows, row = self._model.rows, self._model.rows[number]
        dialog = GeneratorDialog(row, "; ".join(others), rows.message_of(row), rows.find_signal(row), self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return dialog

    def remove_current(self) -> None:
        """Remove the current generator."""
        self.remove(self.list.currentRow())

    def remove(self, at: int) -> None:
        """Remove a generator."""
        number = self._number()
        parts = [] if number is None else split_generators(self._model.rows[number].generators)
        if 0 <= at < len(parts):
            self._set(parts[:at] + parts[at + 1 :])

    def _set(self, parts: list[str]) -> None:
        self._set_text("; ".join(parts))

    def _set_text(self, text: str) -> None:
        number = self._number()
        if number is None:
            return
        try:
            self._model.change([number], lambda row: self._model.edited(row, GENERATORS, text))
        except RowError as error:
            self.text.show_problem(str(error))
            return
        self.text.show_problem("")
        self.line.setModified(False)
        self.refresh()

    def _take_line(self) -> None:
        if self.line.isModified():
            self._set_text(self.line.text())
