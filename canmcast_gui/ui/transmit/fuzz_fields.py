"""What may be random, how much of it, and until when: fields, each of which says what is wrong with it."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSpinBox,
    QToolButton,
    QWidget,
)

from canmcast_gui.app.transmit.fuzz_setup import MAX_COUNT, MAX_SEED, FuzzSetup
from canmcast_gui.transmit.fuzz.options import MAX_RATE, MIN_RATE
from canmcast_gui.ui.dialogs.files import ask_new_file, writable_log_filters
from canmcast_gui.ui.drop_down import widen
from canmcast_gui.ui.labels import TintedLabel

Number = TypeVar("Number", bound=QAbstractSpinBox)

KIND_NAMES = {"classic": "Classic", "fd": "CAN FD", "brs": "FD with BRS", "remote": "Remote"}
# Room for the usual numbers, so that all three stand in one line of a narrow dock; and for large ones.
_NUMBER_WIDTHS = 64, 110
_SPACE = 6


class FuzzFields(QWidget):
    """``edited`` comes with every edit, ``signal_chosen`` with the place of a signal, -1 for all bits."""

    edited = Signal()
    signal_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.ids = self._line("e.g. 100..1FF, 7DF; with 4 to 8 digits extended ones")
        self.kinds = {name: QCheckBox(text, self) for name, text in KIND_NAMES.items()}
        self.lengths = self._line("all; e.g. 0..8")
        self.data = self._line("0; e.g. 02 xx 0x")
        self.data.setToolTip("Bits that are not random, in hex; x is a random digit")
        self.mask = self._line("what data does not fix")
        self.mask.setToolTip("Bits that are random, in hex: FF is a whole byte")
        self.signal = QComboBox(self)
        widen(self.signal)
        self.signal.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.signal.setMinimumContentsLength(10)
        self.signal.setToolTip("Let the bits of one signal be random, and keep all others")
        self.ranges = self._line("e.g. 2=10..1F, from byte 0 on")
        self.ranges.setToolTip("Bytes that are random between two values, in hex")
        self.rate = self._rate_box()
        self.rate.setToolTip("How many frames leave in a second")
        self.count = self._number_box(MAX_COUNT)
        self.count.setSpecialValueText("no end")
        self.seed = self._number_box(MAX_SEED)
        self.seed.setToolTip("The same seed makes the same frames, on any machine")
        self.new_seed = self._button("New", "Another seed")
        self.stop_at = self._line("nothing; e.g. id == 0x7E8")
        self.stop_at.setToolTip("A filter: a frame of somebody else that passes it ends the run")
        self.log = self._line("no log")
        self.log.setToolTip("What has left, and when, is written to this file; one that is there stays")
        self.browse = self._button("Choose…", "Choose a file for the log")
        self._notes = {
            name: self._note() for name in ("ids", "kinds", "lengths", "data", "ranges", "stop_at")
        }
        self._lay_out()
        self._connect()
        self.show_setup(FuzzSetup())

    # -- making ------------------------------------------------------------------------------------------

    def _line(self, example: str) -> QLineEdit:
        line = QLineEdit(self)
        line.setPlaceholderText(example)
        return line

    def _number_box(self, most: int) -> QSpinBox:
        box = QSpinBox(self)
        box.setRange(0, most)
        box.setGroupSeparatorShown(True)
        return _narrow(box)

    def _rate_box(self) -> QDoubleSpinBox:
        box = _RateBox(self)
        box.setDecimals(6)  # one frame in 24 hours is 0.000012 in a second
        box.setRange(MIN_RATE, MAX_RATE)
        box.setStepType(QDoubleSpinBox.StepType.AdaptiveDecimalStepType)
        return _narrow(box)

    def _button(self, text: str, tip: str) -> QToolButton:
        button = QToolButton(self)
        button.setText(text)
        button.setToolTip(tip)
        return button

    def _note(self) -> TintedLabel:
        note = TintedLabel(parent=self, tint="error")
        note.setWordWrap(True)
        note.hide()
        return note

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        numbers = (
            self.rate,
            QLabel("Count", self),
            self.count,
            QLabel("Seed", self),
            self.seed,
            self.new_seed,
        )
        rows: tuple[tuple[str, tuple[QWidget, ...], str, bool], ...] = (
            ("Ids", (self.ids,), "ids", False),
            ("Kinds", tuple(self.kinds.values()), "kinds", True),
            ("Data bytes", (self.lengths, QLabel("Signal", self), self.signal), "lengths", False),
            ("Data", (self.data, QLabel("Random bits", self), self.mask), "data", False),
            ("Byte ranges", (self.ranges,), "ranges", False),
            ("Frames/s", numbers, "", True),
            ("Stop at", (self.stop_at,), "stop_at", False),
            ("Log", (self.log, self.browse), "", False),
        )
        for place, (name, widgets, note, narrow) in enumerate(rows):
            label = QLabel(name, self)
            label.setBuddy(widgets[0])
            line = QHBoxLayout()
            line.setSpacing(_SPACE)
            for widget in widgets:
                line.addWidget(widget, 1 if isinstance(widget, QLineEdit | QComboBox) else 0)
            if narrow:
                line.addStretch(1)
            grid.addWidget(label, 2 * place, 0)
            grid.addLayout(line, 2 * place, 1)
            if note:
                grid.addWidget(self._notes[note], 2 * place + 1, 1)

    def _connect(self) -> None:
        for line in (self.ids, self.lengths, self.data, self.mask, self.ranges, self.stop_at, self.log):
            line.textChanged.connect(self.edited)
        for box in self.kinds.values():
            box.toggled.connect(self.edited)
        for number in (self.rate, self.count, self.seed):
            number.valueChanged.connect(self.edited)
        self.new_seed.clicked.connect(lambda: self.seed.setValue(secrets.randbelow(MAX_SEED)))
        self.signal.activated.connect(lambda place: self.signal_chosen.emit(place - 1))
        self.browse.clicked.connect(self.ask_log)

    # -- what they say -----------------------------------------------------------------------------------

    def setup(self) -> FuzzSetup:
        """What the fields say, right or wrong."""
        log = self.log.text().strip()
        return FuzzSetup(
            ids=self.ids.text(),
            kinds=tuple(name for name, box in self.kinds.items() if box.isChecked()),
            lengths=self.lengths.text(),
            data=self.data.text(),
            mask=self.mask.text(),
            ranges=self.ranges.text(),
            seed=self.seed.value(),
            rate=self.rate.value(),
            count=self.count.value(),
            stop_at=self.stop_at.text().strip(),
            log=Path(log).expanduser() if log else None,
        )

    def show_setup(self, setup: FuzzSetup) -> None:
        """Fill all fields."""
        blocked = self.blockSignals(True)
        for line, text in (
            (self.ids, setup.ids),
            (self.lengths, setup.lengths),
            (self.data, setup.data),
            (self.mask, setup.mask),
            (self.ranges, setup.ranges),
            (self.stop_at, setup.stop_at),
            (self.log, str(setup.log or "")),
        ):
            line.setText(text)
        for name, box in self.kinds.items():
            box.setChecked(name in setup.kinds)
        self.rate.setValue(setup.rate)
        self.count.setValue(setup.count)
        self.seed.setValue(setup.seed)
        self.blockSignals(blocked)
        self.edited.emit()

    def show_signals(self, names: list[str]) -> None:
        """Offer the signals of the message; none where there is no message."""
        texts = ["All bits", *names] if names else ["No message with this id"]
        if [self.signal.itemText(place) for place in range(self.signal.count())] != texts:
            self.signal.clear()
            self.signal.addItems(texts)
        self.signal.setEnabled(bool(names))

    def show_problems(self, problems: dict[str, str]) -> None:
        """Say below each field what is wrong with it."""
        for name, note in self._notes.items():
            note.setText(problems.get(name, ""))
            note.setVisible(name in problems)

    def ask_log(self) -> None:
        """Ask for the log's file."""
        now = Path(self.log.text() or Path.home() / "fuzz.asc")
        filters = writable_log_filters()
        ask_new_file(self, "Log of the fuzz run", now, filters, self.log.setText, confirm_overwrite=False)


def _narrow(box: Number) -> Number:
    box.setButtonSymbols(QAbstractSpinBox.ButtonSymbols.NoButtons)
    box.setMinimumWidth(_NUMBER_WIDTHS[0])
    box.setMaximumWidth(_NUMBER_WIDTHS[1])
    return box


class _RateBox(QDoubleSpinBox):
    """Shows only the decimals that there are."""

    def textFromValue(self, value: float) -> str:
        return f"{value:.6f}".rstrip("0").rstrip(".")
