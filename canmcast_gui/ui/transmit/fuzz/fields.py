"""The fields of the fuzz panel: what is random, how many frames are sent, and when the run ends."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
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

from canmcast_gui.app.transmit.fuzz_setup import MAX_COUNT, MAX_SEED, FuzzSetup, Kind
from canmcast_gui.frames.filters.proposals import Words
from canmcast_gui.transmit.fuzz.options import MAX_RATE, MIN_RATE
from canmcast_gui.ui.content_size import widen
from canmcast_gui.ui.dialogs.files import ask_new_file, writable_log_filters
from canmcast_gui.ui.filters.field import FilterField
from canmcast_gui.ui.labels import TintedLabel
from canmcast_gui.ui.transmit.channel_field import ChannelField
from canmcast_gui.ui.transmit.panel_parts import text_line

Number = TypeVar("Number", bound=QAbstractSpinBox)

KIND_NAMES: dict[Kind, str] = {"classic": "Classic", "fd": "CAN FD", "brs": "FD with BRS", "remote": "Remote"}
# From common numbers, so that three fit in one line of a narrow dock, to large ones.
_NUMBER_WIDTHS = 64, 110
_SPACE = 6


class FuzzFields(QWidget):
    """Each field shows its problem. ``signal_chosen`` carries the index of a signal, -1 for all bits."""

    edited = Signal()
    signal_chosen = Signal(int)

    def __init__(
        self,
        words: Callable[[], Words],
        compiled: Callable[[str], object],
        parent: QWidget | None = None,
    ) -> None:
        """``words`` are proposed in the filter; ``compiled`` raises FilterError for a mistake in it."""
        super().__init__(parent)
        self.ids = text_line("e.g. 100..1FF, 7DF; extended ids have 4 to 8 digits", self)
        self.channel = ChannelField(self)
        self.channel_label = QLabel("Channel", self)
        self.channel_label.setBuddy(self.channel)
        self.kinds = {name: QCheckBox(text, self) for name, text in KIND_NAMES.items()}
        self.lengths = text_line("all; e.g. 0..8", self)
        self.data = text_line("such as 02 xx 0x", self)
        self.data.setToolTip("Bits that are not random, in hex; x is a random digit")
        self.random_bits = text_line("default: all bits not fixed by Data", self)
        self.random_bits.setToolTip("Mask of the bits that are random, in hex: FF is a whole byte")
        self.signal = QComboBox(self)
        widen(self.signal)
        self.signal.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.signal.setMinimumContentsLength(10)
        self.signal.setToolTip("Make the bits of one signal random, and no others")
        self.ranges = text_line("such as 2=10..1F; the first byte is 0", self)
        self.ranges.setToolTip("Bytes that are random between two values, in hex")
        self.rate = self._rate_box()
        self.rate.setToolTip("Frames sent per second")
        self.count = self._number_box(MAX_COUNT)
        self.count.setSpecialValueText("no limit")
        self.seed = self._number_box(MAX_SEED)
        self.seed.setToolTip("The same seed gives the same frames, on any computer")
        self.new_seed = self._button("New", "Another seed")
        self.stop_field = FilterField(words, compiled, self)
        self.stop_at = self.stop_field.edit
        self.stop_at.setPlaceholderText("no frame; e.g. id == 0x7E8")
        self.stop_at.setToolTip("Stop when a received frame matches this filter")
        self.log = text_line("no log", self)
        self.log.setToolTip(
            "The sent frames and their times are written to this file; an existing file is kept"
        )
        self.browse = self._button("Choose…", "Choose a file for the log")
        self.notes = {name: self._note() for name in ("ids", "kinds", "lengths", "data", "ranges")}
        self._lay_out()
        self._connect()
        self.show_setup(FuzzSetup())

    # -- layout ------------------------------------------------------------------------------------------

    def _number_box(self, maximum: int) -> QSpinBox:
        box = QSpinBox(self)
        box.setRange(0, maximum)
        box.setGroupSeparatorShown(True)
        return _narrow(box)

    def _rate_box(self) -> QDoubleSpinBox:
        box = _RateBox(self)
        box.setDecimals(6)  # one frame in 24 hours is 0.000012 frames/s
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
        rows: list[tuple[str, Sequence[QWidget], str, bool]] = [
            ("IDs", (self.ids, self.channel_label, self.channel), "ids", False),
            ("Kinds", tuple(self.kinds.values()), "kinds", True),
            ("Data bytes", (self.lengths, QLabel("Signal", self), self.signal), "lengths", False),
            ("Data", (self.data, QLabel("Random mask", self), self.random_bits), "data", False),
            ("Byte ranges", (self.ranges,), "ranges", False),
            ("Frames/s", numbers, "", True),
            ("Stop at", (self.stop_field,), "", False),
            ("Log", (self.log, self.browse), "", False),
        ]
        for row, (name, widgets, note, narrow) in enumerate(rows):
            label = QLabel(name, self)
            label.setBuddy(widgets[0])
            line = QHBoxLayout()
            line.setSpacing(_SPACE)
            for widget in widgets:
                line.addWidget(widget, 1 if isinstance(widget, QLineEdit | QComboBox | FilterField) else 0)
            if narrow:
                line.addStretch(1)
            grid.addWidget(label, 2 * row, 0)
            grid.addLayout(line, 2 * row, 1)
            if note:
                grid.addWidget(self.notes[note], 2 * row + 1, 1)

    def _connect(self) -> None:
        for line in (
            self.ids,
            self.lengths,
            self.data,
            self.random_bits,
            self.ranges,
            self.stop_at,
            self.log,
        ):
            line.textChanged.connect(self.edited)
        for box in self.kinds.values():
            box.toggled.connect(self.edited)
        self.channel.editTextChanged.connect(self.edited)
        for number in (self.rate, self.count, self.seed):
            number.valueChanged.connect(self.edited)
        self.new_seed.clicked.connect(lambda: self.seed.setValue(secrets.randbelow(MAX_SEED)))
        self.signal.activated.connect(lambda index: self.signal_chosen.emit(index - 1))
        self.browse.clicked.connect(self.ask_log)

    # -- values ------------------------------------------------------------------------------------------

    def setup(self) -> FuzzSetup:
        """The values of the fields, right or wrong."""
        log = self.log.text().strip()
        return FuzzSetup(
            ids=self.ids.text(),
            kinds=tuple(name for name, box in self.kinds.items() if box.isChecked()),
            lengths=self.lengths.text(),
            data=self.data.text(),
            mask=self.random_bits.text(),
            ranges=self.ranges.text(),
            seed=self.seed.value(),
            rate=self.rate.value(),
            count=self.count.value(),
            stop_at=self.stop_at.text().strip(),
            log=Path(log).expanduser() if log else None,
            channel=self.channel.number,
        )

    def show_setup(self, setup: FuzzSetup) -> None:
        """Fill all fields."""
        blocked = self.blockSignals(True)
        for line, text in (
            (self.ids, setup.ids),
            (self.lengths, setup.lengths),
            (self.data, setup.data),
            (self.random_bits, setup.mask),
            (self.ranges, setup.ranges),
            (self.stop_at, setup.stop_at),
            (self.log, str(setup.log or "")),
        ):
            line.setText(text)
        for name, box in self.kinds.items():
            box.setChecked(name in setup.kinds)
        self.channel.show_number(setup.channel)
        self.rate.setValue(setup.rate)
        self.count.setValue(setup.count)
        self.seed.setValue(setup.seed)
        self.blockSignals(blocked)
        self.edited.emit()

    def show_channels(self, names: Mapping[int, str]) -> None:
        """Offer the open channels, in a field that is shown only if there is a choice."""
        self.channel.offer(names)
        is_needed = bool(self.channel.problem) or self.channel.is_needed(self.channel.number)
        for widget in (self.channel_label, self.channel):
            widget.setVisible(is_needed)

    def show_signals(self, names: list[str]) -> None:
        """Offer the signals of the message; none without a message."""
        texts = ["All bits", *names] if names else ["No message with this id"]
        if [self.signal.itemText(index) for index in range(self.signal.count())] != texts:
            self.signal.clear()
            self.signal.addItems(texts)
        self.signal.setEnabled(bool(names))

    def show_problems(self, problems: dict[str, str]) -> None:
        """Show problems below their fields."""
        for name, note in self.notes.items():
            note.setText(problems.get(name, ""))
            note.setVisible(name in problems)

    def ask_log(self) -> None:
        """Ask for the file of the log."""
        now = Path(self.log.text() or Path.home() / "fuzz.asc")
        filters = writable_log_filters()
        ask_new_file(self, "Log of the fuzz run", now, filters, self.log.setText, confirm_overwrite=False)


def _narrow(box: Number) -> Number:
    box.setButtonSymbols(QAbstractSpinBox.ButtonSymbols.NoButtons)
    box.setMinimumWidth(_NUMBER_WIDTHS[0])
    box.setMaximumWidth(_NUMBER_WIDTHS[1])
    return box


class _RateBox(QDoubleSpinBox):
    """Shows no trailing zeros."""

    def textFromValue(self, value: float) -> str:
        return f"{value:.6f}".rstrip("0").rstrip(".")
