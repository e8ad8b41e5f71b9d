"""The dialog for the settings of the program. Each is applied and stored when it is changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from canmcast_gui.app.program.settings import (
    ASK_UNSAVED,
    DECIMAL,
    FONT_SIZE,
    FONT_SIZES,
    THEME,
    TIME_MODE,
    AppSettings,
    Field,
    Setting,
)
from canmcast_gui.app.transmit.transmit_control import CATCH_UP
from canmcast_gui.logfile.formats import FORMATS
from canmcast_gui.ui import icons
from canmcast_gui.ui.actions import connect
from canmcast_gui.ui.dialogs.files import DATABASE_FOLDER, LOG_FOLDER, LOG_FORMAT, WORKSPACE_FOLDER

WIDTH = 520
# Pixels before the labels below a heading, and above a heading.
INDENT = 10


class Editor(QWidget):
    """A widget for a value. ``edited`` carries the value that the user has chosen."""

    edited = Signal(object)

    def show_value(self, value: Any) -> None:
        """Show a value."""
        raise NotImplementedError


class Choice(Editor):
    """One of several values, each with a text."""

    def __init__(self, choices: tuple[tuple[Any, str], ...]) -> None:
        super().__init__()
        self.box = _fill(self, QComboBox())
        for value, text in choices:
            self.box.addItem(text, value)
        self.box.activated.connect(lambda index: self.edited.emit(self.box.itemData(index)))

    def show_value(self, value: Any) -> None:
        self.box.setCurrentIndex(self.box.findData(value))


class Tick(Editor):
    """Yes or no."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.box = _fill(self, QCheckBox(text))
        connect(self.box.clicked, lambda: self.edited.emit(self.box.isChecked()))

    def show_value(self, value: Any) -> None:
        self.box.setChecked(value)


class Number(Editor):
    """A whole number; the lowest one has a text instead."""

    def __init__(self, lowest: int, highest: int, lowest_text: str, unit: str) -> None:
        super().__init__()
        self.box = _fill(self, QSpinBox())
        self.box.setRange(lowest, highest)
        self.box.setSpecialValueText(lowest_text)
        self.box.setSuffix(f" {unit}")
        self.box.setKeyboardTracking(False)
        self.box.valueChanged.connect(self.edited.emit)

    def show_value(self, value: Any) -> None:
        self.box.blockSignals(True)
        self.box.setValue(value)
        self.box.blockSignals(False)


class Folder(Editor):
    """A folder; empty: that of the last file."""

    def __init__(self) -> None:
        super().__init__()
        self.line = _fill(self, QLineEdit())
        self.line.setPlaceholderText("That of the last file")
        self.browse = _fill(self, QPushButton("Browse…"))
        self.browse.setAutoDefault(False)
        self.line.editingFinished.connect(lambda: self.edited.emit(self.line.text().strip()))
        connect(self.browse.clicked, self._ask)

    def show_value(self, value: Any) -> None:
        if value != self.line.text():
            self.line.setText(value)

    def _ask(self) -> None:
        dialog = QFileDialog(self, "Choose a folder", self.line.text())
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(self.edited.emit)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()


Inner = TypeVar("Inner", bound=QWidget)


def _fill(editor: QWidget, widget: Inner) -> Inner:
    layout = editor.layout()
    if layout is None:
        layout = QHBoxLayout(editor)
        layout.setContentsMargins(0, 0, 0, 0)
        editor.setFocusProxy(widget)
    layout.addWidget(widget)
    return widget


@dataclass(frozen=True)
class Preference:
    """A line of the dialog: a setting and the editor for its values."""

    label: str
    setting: Setting[Any]
    editor: Callable[[], Editor]
    tip: str = ""


def _formats() -> Choice:
    return Choice(tuple((form.name, form.title) for form in FORMATS if form.can_write))


#: Each section with its preferences. A further setting needs one line here.
SECTIONS: tuple[tuple[str, tuple[Preference, ...]], ...] = (
    (
        "Appearance",
        (
            Preference(
                "&Theme",
                THEME,
                lambda: Choice((("system", "Follow system"), ("light", "Light"), ("dark", "Dark"))),
            ),
            Preference("Font &size", FONT_SIZE, lambda: Number(*FONT_SIZES, "System", "pt")),
        ),
    ),
    (
        "Numbers and times",
        (
            Preference("IDs and &data", DECIMAL, lambda: Choice(((False, "Hexadecimal"), (True, "Decimal")))),
            Preference(
                "T&ime column",
                TIME_MODE,
                lambda: Choice(
                    (
                        ("absolute", "Relative"),
                        ("clock", "Clock"),
                        ("delta", "Delta previous row"),
                        ("delta_id", "Delta same ID"),
                    )
                ),
            ),
        ),
    ),
    (
        "Files",
        (
            Preference("Log &format", LOG_FORMAT, _formats, "Proposed for new log files"),
            Preference("&Log files", LOG_FOLDER, Folder, "Where file dialogs begin; follows the last file"),
            Preference("&Databases", DATABASE_FOLDER, Folder, "Where file dialogs begin"),
            Preference("&Workspaces", WORKSPACE_FOLDER, Folder, "Where file dialogs begin"),
            Preference("&Unsaved frames", ASK_UNSAVED, lambda: Tick("Ask before unsaved frames are deleted")),
        ),
    ),
    (
        "Transmit",
        (
            Preference(
                "Late &periodic frames",
                CATCH_UP,
                lambda: Choice(((False, "Leave out"), (True, "Send late"))),
                "What happens to frames that are late by more than their period; both are counted",
            ),
        ),
    ),
)


class PreferencesDialog(QDialog):
    """Edits the settings of SECTIONS; freed when it closes."""

    def __init__(self, settings: AppSettings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Preferences")
        self.resize(WIDTH, 0)
        self._settings = settings
        #: The editor of each setting, by its key.
        self.editors: dict[str, Editor] = {}
        layout = QVBoxLayout(self)
        layout.setSpacing(10)
        layout.addLayout(self._form())
        layout.addStretch(1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        icons.without_icons(buttons)
        self.defaults = QPushButton("Restore defaults")
        self.defaults.setAutoDefault(False)
        buttons.addButton(self.defaults, QDialogButtonBox.ButtonRole.ResetRole)
        buttons.button(QDialogButtonBox.StandardButton.Close).setAutoDefault(False)  # Enter ends a field
        buttons.rejected.connect(self.reject)
        connect(self.defaults.clicked, self._restore_defaults)
        layout.addWidget(buttons)

    def _form(self) -> QFormLayout:
        """All sections in one form, so that their fields are below each other."""
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for number, (title, preferences) in enumerate(SECTIONS):
            form.addRow(_heading(title, is_first=number == 0))
            for preference in preferences:
                self._add_row(form, preference)
        return form

    def _add_row(self, form: QFormLayout, preference: Preference) -> None:
        field: Field[Any] = self._settings.field(preference.setting)
        editor = preference.editor()
        editor.setToolTip(preference.tip)
        editor.show_value(field.value)
        editor.edited.connect(field.set)
        field.changed.connect(editor.show_value)
        form.addRow(preference.label, editor)
        form.labelForField(editor).setContentsMargins(INDENT, 0, 0, 0)
        self.editors[preference.setting.key] = editor

    def _restore_defaults(self) -> None:
        for _title, preferences in SECTIONS:
            for preference in preferences:
                self._settings.field(preference.setting).set(preference.setting.default)


def _heading(text: str, is_first: bool) -> QLabel:
    label = QLabel(text)
    label.setContentsMargins(0, 0 if is_first else INDENT, 0, 0)
    font = label.font()
    font.setBold(True)
    label.setFont(font)
    return label
