"""The dialog for recording with options: split files, a trigger, and the time around it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from canmcast_gui.app.program.messages import whole_sentence
from canmcast_gui.app.program.settings import Setting
from canmcast_gui.frames.files import within
from canmcast_gui.frames.filters import FilterError
from canmcast_gui.frames.filters.proposals import Words
from canmcast_gui.logfile import FileError, RecordOptions
from canmcast_gui.logfile.format_choice import format_for_writing
from canmcast_gui.logfile.record.options import numbered
from canmcast_gui.ui import icons
from canmcast_gui.ui.content_size import FitHeight
from canmcast_gui.ui.filters.field import FilterField
from canmcast_gui.ui.labels import TintedLabel

_MEGABYTE = 1_000_000
# The longest wait of the window for a slow disk.
PATIENCE_SECONDS = 0.5


LimitName = Literal["split_bytes", "split_seconds", "split_frames", "pre", "post"]


@dataclass(frozen=True)
class RecordFields:
    """The contents of the dialog except the file: check boxes and numbers by name, and the trigger."""

    ticked: dict[LimitName, bool] = field(default_factory=dict)
    numbers: dict[LimitName, int] = field(default_factory=dict)
    trigger: str = ""

    def options(self) -> RecordOptions:
        """The options of a recording with these fields."""
        values = {name: self.numbers.get(name) for name, is_ticked in self.ticked.items() if is_ticked}
        size, trigger = values.get("split_bytes"), self.trigger.strip()
        return RecordOptions(
            split_bytes=None if size is None else size * _MEGABYTE,
            split_seconds=values.get("split_seconds"),
            split_frames=values.get("split_frames"),
            trigger=trigger,
            pre_seconds=values.get("pre") or 0.0,
            post_seconds=values.get("post") if trigger else None,
        )


SPLIT_UNITS: dict[LimitName, str] = {
    "split_bytes": "size",
    "split_seconds": "time",
    "split_frames": "number of frames",
}
RECORD_FIELDS = Setting("record/options", RecordFields, RecordFields())


class RecordDialog(QDialog):
    """Asks for a file and the options, and starts a recording.

    ``values`` are those of the last time. ``compiled`` raises FilterError for a mistake in the trigger, for
    which ``words`` are proposed. ``browse`` asks for a file and passes its path to a function. ``start``
    starts and returns "", or the reason why that failed; the dialog then stays open. ``started`` is emitted
    before it closes.
    """

    started = Signal()

    def __init__(
        self,
        path: Path,
        values: RecordFields,
        compiled: Callable[[str], object],
        browse: Callable[[Callable[[str], None]], None],
        start: Callable[[str, RecordOptions], str],
        words: Callable[[], Words] = Words,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Record with options")
        self.resize(600, 0)
        self._compiled = compiled
        self._words = words
        self._start = start
        self.path = QLineEdit(str(path))
        self.browse = QPushButton("Browse…")
        self.browse.setAutoDefault(False)
        self.browse.clicked.connect(lambda: browse(self.path.setText))
        self._make_fields()
        self.problem = TintedLabel()
        self.problem.setWordWrap(True)
        self._make_buttons()
        FitHeight(self)
        self._lay_out()
        self._restore(values)
        self._connect()
        self._check()

    def _make_fields(self) -> None:
        self.limits: dict[LimitName, _Limit] = {
            "split_bytes": _Limit("size", 1, 1_000_000, 100, " MB", "Split by size"),
            "split_seconds": _Limit("duration", 1, 10_000_000, 600, " s", "Split by duration"),
            "split_frames": _Limit("frames", 1, 2_000_000_000, 1_000_000, "", "Split by frames"),
        }
        self.trigger_field = FilterField(self._words, self._compiled, self)
        self.trigger = self.trigger_field.edit
        self.trigger.setPlaceholderText(
            "a filter, for example  id == 0x123 and data[0] > 5; empty: start immediately"
        )
        self.pre = _Limit("Pre-trigger", 1, 3600, 60, " s")
        for name, limit in self.limits.items():
            limit.setToolTip(f"Begin a new file after this {SPLIT_UNITS[name]}")
        self.pre.setToolTip("Also record this time before, with what the trace already has")
        self.post = _Limit("Post-trigger, then re-arm", 1, 100_000, 10, " s")
        self.post.setToolTip("Stop this time after the last trigger, and wait for the next one in a new file")

    def _make_buttons(self) -> None:
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self._ok = self.buttons.button(QDialogButtonBox.StandardButton.Ok)
        self._ok.setText("Record")
        icons.without_icons(self.buttons)
        self.buttons.accepted.connect(self._on_accepted)
        self.buttons.rejected.connect(self.reject)

    def options(self) -> RecordOptions:
        """The options of the fields."""
        return self.values().options()

    def values(self) -> RecordFields:
        """The values of all fields except the file, for the settings."""
        ticked = {name: box.check.isChecked() for name, box in self._boxes().items()}
        numbers = {name: box.number.value() for name, box in self._boxes().items()}
        return RecordFields(ticked, numbers, self.trigger.text())

    def _boxes(self) -> dict[LimitName, _Limit]:
        return {**self.limits, "pre": self.pre, "post": self.post}

    def _lay_out(self) -> None:
        file = QHBoxLayout()
        file.addWidget(self.path, 1)
        file.addWidget(self.browse)
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        label = QLabel("&File")
        label.setBuddy(self.path)
        form.addRow(label, file)
        form.addRow("Split by", _row(*self.limits.values()))
        form.addRow("&Trigger", self.trigger_field)
        form.addRow("", _row(self.pre, self.post))
        layout = QVBoxLayout(self)
        layout.setSpacing(12)
        layout.addLayout(form)
        layout.addWidget(self.problem)
        layout.addStretch(1)
        layout.addWidget(self.buttons)

    def _connect(self) -> None:
        self.path.textChanged.connect(self._check)
        self.trigger.textChanged.connect(self._check)
        for box in (*self.limits.values(), self.pre, self.post):
            box.check.toggled.connect(self._check)

    def _restore(self, values: RecordFields) -> None:
        for name, box in self._boxes().items():
            if name in values.numbers:
                box.number.setValue(values.numbers[name])
            box.check.setChecked(values.ticked.get(name, False))
        self.trigger.setText(values.trigger)

    def _check(self) -> None:
        self.post.setEnabled(bool(self.trigger.text().strip()))
        problem, options = self._problem(), self.options()
        text = problem
        if not problem and options.is_numbered:
            text = f"The files are named {numbered(Path(self.path.text()), 1).name} and so on."
        elif not problem and _exists(Path(self.path.text().strip())):
            text = f"{Path(self.path.text()).name} exists and is replaced when the recording ends."
        self._show_problem(text, is_error=bool(problem))
        self._ok.setEnabled(not problem and not self._is_mistaken())

    def _show_problem(self, text: str, is_error: bool = True) -> None:
        self.problem.set_tint("error" if is_error else "muted")
        self.problem.setText(text)

    def _problem(self) -> str:
        try:
            format_for_writing(Path(self.path.text().strip()))
        except FileError as error:
            return whole_sentence(str(error))
        return ""

    def _is_mistaken(self) -> bool:
        """Whether the trigger is not a filter; its field says why."""
        try:
            self._compiled(self.trigger.text().strip())
        except FilterError:
            return True
        return False

    def _on_accepted(self) -> None:
        problem = self._start(self.path.text().strip(), self.options())
        if problem:
            self._show_problem(whole_sentence(problem))
            self.path.setFocus()
            self.path.selectAll()
            return
        self.started.emit()
        self.accept()


def _exists(path: Path) -> bool:
    with suppress(TimeoutError):
        return within(PATIENCE_SECONDS, path.exists)
    return False


class _Limit(QWidget):
    """A check box and a number; a changed number checks the box."""

    def __init__(self, text: str, least: int, most: int, default: int, unit: str, name: str = "") -> None:
        super().__init__()
        self.check = QCheckBox(text)
        self.check.setAccessibleName(name or text)
        self.number = QSpinBox()
        self.number.setRange(least, most)
        self.number.setValue(default)
        self.number.setSuffix(unit)
        self.number.setGroupSeparatorShown(True)
        self.number.setAccessibleName(f"{name or text}{unit}")
        self.number.valueChanged.connect(lambda _value: self.check.setChecked(True))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.check)
        layout.addWidget(self.number)


def _row(*limits: _Limit) -> QHBoxLayout:
    """Limits beside each other."""
    row = QHBoxLayout()
    row.setSpacing(16)
    for limit in limits:
        row.addWidget(limit)
    row.addStretch(1)
    return row
