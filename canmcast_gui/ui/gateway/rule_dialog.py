"""The dialog for one rule of the gateway: a field for each of its keys, and what is wrong beside it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from canmcast_gui.app.gateway.rule_fields import rule_from_texts, rule_to_texts
from canmcast_gui.channels.settings import ChannelSettings
from canmcast_gui.gateway.rules import Rule, RuleError
from canmcast_gui.ui import icons
from canmcast_gui.ui.content_size import FitHeight
from canmcast_gui.ui.labels import TintedLabel

WIDTH = 560
# Key, label, example, and tool tip of each field with a text.
FIELDS = (
    ("name", "&Name", "its number", "For counters and messages"),
    ("from", "&From", "any channel", "The channel from which frames come, by name or number"),
    ("to", "&To", "any other channel", "The channel to which frames go, by name or number"),
    ("filter", "Fi&lter", "all frames, or for example id in 0x100..0x1FF", "Which frames the rule is for"),
    ("id", "&Id", "stays, or for example 0x300", "The id of all forwarded frames"),
    ("id_table", "Id &table", "for example 0x100 = 0x300, 0x101 = 0x301", "Other ids for single ones"),
    ("id_offset", "Id &offset", "for example 0x10", "A number that is added to ids"),
    (
        "channel",
        "&Channel",
        "stays, or for example 2",
        "The channel number that a multicast datagram carries",
    ),
    ("channel_table", "Channel ta&ble", "for example 1 = 2", "Other channel numbers for single ones"),
    (
        "data",
        "&Data",
        "for example 6 = 0x10 / 0xF0",
        "Byte = value / mask: the bits of the mask in a byte, which counts from 0, get those of the value",
    ),
    (
        "signals",
        "&Signals",
        "for example Engine.Speed = 800",
        "Values of signals; the databases must describe the frame before its id changes",
    ),
    ("rate_limit", "&Rate limit", "no limit, or frames/s", "Frames per second; what is more is dropped"),
    ("delay_ms", "Dela&y", "none, or milliseconds", "Frames are sent this many milliseconds later"),
)
_CHANNELS = ("from", "to")
_ID_KINDS = ((None, "Stays"), (False, "Standard ids"), (True, "Extended ids"))


class RuleDialog(QDialog):
    """Shows a rule; ``accepted_rule`` carries the new one. It does not close while something is wrong."""

    accepted_rule = Signal(object)

    def __init__(
        self, title: str, rule: Rule, channels: Sequence[ChannelSettings], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.resize(WIDTH, 0)
        self.fields: dict[str, QLineEdit | QComboBox] = {}
        self.problems: dict[str, TintedLabel] = {}
        self.enabled = QCheckBox("The rule is &used")
        self.drop = QCheckBox("Dro&p the frames instead of forwarding them")
        self.extended = QComboBox()
        self.form = QFormLayout()
        self._channels = [channel.name or str(channel.number) for channel in channels]
        self._make_fields()
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        icons.without_icons(self.buttons)
        self.buttons.accepted.connect(self._on_accepted)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addLayout(self.form)
        layout.addWidget(self.buttons)
        self._show(rule)
        FitHeight(self)

    def _make_fields(self) -> None:
        for value, text in _ID_KINDS:
            self.extended.addItem(text, value)
        self.form.addRow("", self.enabled)
        for key, label, example, tip in FIELDS:
            self._add(key, label, example, tip)
            if key == "filter":
                self._add_below("drop", "", self.drop)
            elif key == "id_offset":
                self._add_below("extended", "&Kind of the id", self.extended)

    def _add(self, key: str, label: str, example: str, tip: str) -> None:
        field: QLineEdit | QComboBox
        if key in _CHANNELS:
            field = QComboBox()
            field.setEditable(True)
            field.addItems(["", *self._channels])
            line = field.lineEdit()
        else:
            field = line = QLineEdit()
        assert line is not None
        line.setPlaceholderText(example)
        line.textEdited.connect(lambda: self.problems[key].hide())
        field.setToolTip(tip)
        self.fields[key] = field
        self.form.addRow(label, field)
        self._add_problem(key)

    def _add_below(self, key: str, label: str, widget: QWidget) -> None:
        self.form.addRow(label, widget)
        self._add_problem(key)

    def _add_problem(self, key: str) -> None:
        problem = self.problems[key] = TintedLabel(tint="error")
        problem.setWordWrap(True)
        problem.hide()
        self.form.addRow("", problem)

    # -- the rule ----------------------------------------------------------------------------------------

    def _show(self, rule: Rule) -> None:
        for key, text in rule_to_texts(rule).items():
            field = self.fields[key]
            if isinstance(field, QComboBox):
                field.setCurrentText(text)
            else:
                field.setText(text)
        self.enabled.setChecked(rule.enabled)
        self.drop.setChecked(rule.drop)
        self.extended.setCurrentIndex([value for value, _text in _ID_KINDS].index(rule.extended))
        self.fields["name"].setFocus()

    def _rule(self) -> Rule:
        texts = {
            key: field.currentText() if isinstance(field, QComboBox) else field.text()
            for key, field in self.fields.items()
        }
        flags = {
            "enabled": self.enabled.isChecked(),
            "drop": self.drop.isChecked(),
            "extended": self.extended.currentData(),
        }
        return rule_from_texts(texts, flags)

    def _on_accepted(self) -> None:
        for problem in self.problems.values():
            problem.hide()
        try:
            rule = self._rule()
            self._check_channels(rule)
        except RuleError as error:
            problem = self.problems[error.key]
            problem.setText(f"{str(error)[:1].upper()}{str(error)[1:]}.")
            problem.show()
            self.fields.get(error.key, self.drop).setFocus()
            return
        self.accepted_rule.emit(rule)
        self.accept()

    def _check_channels(self, rule: Rule) -> None:
        """Without open channels any name is possible. Raises RuleError."""
        for key, name in (("from", rule.source), ("to", rule.target)):
            if name and self._channels and name not in self._channels and not name.isdigit():
                known = ", ".join(self._channels)
                raise RuleError(f"there is no channel {name!r}; the channels are {known}", key=key)
