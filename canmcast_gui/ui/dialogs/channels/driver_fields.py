"""The fields of a channel that a driver of python-can opens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QWidget,
)

from canmcast_gui.channels.devices import FoundDevice
from canmcast_gui.channels.interfaces import BIT_RATES, describe
from canmcast_gui.channels.settings import ChannelSettings, Option, parse_option
from canmcast_gui.transport.errors import BusError
from canmcast_gui.ui.content_size import widen
from canmcast_gui.ui.dialogs.channels.fields import KindFields, align_labels, top_form

_DATA_BIT_RATES = ("8000000", "5000000", "4000000", "2000000", "1000000")
_OPTIONS_LINES = 3


class DriverFields(KindFields):
    """What most drivers of python-can have: address, bit rates, listen-only; and any other option as text.

    ``find_button`` is the button that asks for the devices of the driver; offer() takes what was found.
    """

    def __init__(self, kind: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._interface = describe(kind)
        self.address = QComboBox(editable=True)
        widen(self.address)
        self.find_button = QPushButton("Find d&evices")
        self.find_button.setToolTip("Ask the driver which devices there are, and offer them as addresses")
        self.find_button.setAutoDefault(False)
        self._found: dict[str, FoundDevice] = {}
        self.bit_rate = _rates(BIT_RATES)
        self.fd = QCheckBox("CAN &FD")
        self.data_bit_rate = _rates(_DATA_BIT_RATES)
        self.listen_only = QCheckBox("&Listen only: nothing is sent, and frames are not acknowledged")
        self.more = QPlainTextEdit()
        self.more.setPlaceholderText("Further options of the driver, one in a line: tseg1_abr=63")
        self.more.setFixedHeight(self.more.fontMetrics().lineSpacing() * _OPTIONS_LINES + 12)
        self.more.setTabChangesFocus(True)
        self._lay_out()
        self.address.currentTextChanged.connect(self.changed)
        self.address.activated.connect(self._use_device)
        for box in (self.bit_rate, self.data_bit_rate):
            box.currentTextChanged.connect(self.changed)
        self.fd.toggled.connect(self._on_fd)
        self.listen_only.toggled.connect(self.changed)
        self.more.textChanged.connect(self.changed)
        self._on_fd()

    def _lay_out(self) -> None:
        form = top_form(self)
        line = QHBoxLayout()
        line.addWidget(self.address, 1)
        line.addWidget(self.find_button)
        label = QLabel("&Address")
        label.setBuddy(self.address)
        form.addRow(label, line)
        form.addRow("&Bit rate (bit/s)", self.bit_rate)
        form.addRow("", self.fd)
        form.addRow("&Data bit rate (bit/s)", self.data_bit_rate)
        if self._interface.listen_only is not None:
            form.addRow("", self.listen_only)
        form.addRow("&More options", self.more)
        align_labels(form)
        edit = self.address.lineEdit()
        assert edit is not None
        edit.setPlaceholderText(f"for example {self._interface.address}" if self._interface.address else "")

    def _on_fd(self) -> None:
        self.data_bit_rate.setEnabled(self.fd.isChecked())
        self.changed.emit()

    def offer(self, devices: Sequence[FoundDevice]) -> None:
        """Offer found devices; what is typed stays, and the only device fills an empty field."""
        typed = self.address.currentText()
        self._found = {_device_text(device): device for device in devices}
        self.address.clear()
        self.address.addItems(list(self._found))
        self.address.setCurrentText(typed)
        if len(devices) == 1 and not typed.strip():
            self.address.setCurrentIndex(0)
            self._use_device()

    def _use_device(self) -> None:
        """Take the address of the device that was chosen, and the options that it needs."""
        device = self._found.get(self.address.currentText())
        if device is None:
            return
        self.address.setCurrentText(device.address)
        if device.options:
            try:
                now = self.channel(ChannelSettings(device.kind))
            except BusError:  # of a line that the user is typing
                return
            self.show_channel(replace(now, options={**now.options, **device.options}))

    def show_channel(self, channel: ChannelSettings) -> None:
        """Options without a field of their own are lines of text."""
        options = dict(channel.options)
        self.address.setCurrentText(channel.address)
        self.bit_rate.setCurrentText(_text(options.pop("bitrate", "")))
        self.fd.setChecked(options.pop("fd", False) is True)
        self.data_bit_rate.setCurrentText(_text(options.pop("data_bitrate", "")))
        if self._interface.listen_only is not None:
            self.listen_only.setChecked(options.pop("listen_only", False) is True)
        self.more.setPlainText("\n".join(f"{name}={_text(value)}" for name, value in options.items()))

    def channel(self, like: ChannelSettings) -> ChannelSettings:
        """Raises BusError for a line without an option, or a bit rate that cannot be read."""
        lines = [line.strip() for line in self.more.toPlainText().splitlines() if line.strip()]
        for line in lines:
            if "," in line:
                raise BusError(f"{line!r} has a comma: write each option in a line of its own")
        options = dict(parse_option(line) for line in lines)
        options.update(_rate("bitrate", self.bit_rate))
        if self.fd.isChecked():
            options["fd"] = True
            options.update(_rate("data_bitrate", self.data_bit_rate))
        if self.listen_only.isChecked():
            options["listen_only"] = True
        return replace(like, address=self.address.currentText().strip(), options=options)


def _device_text(device: FoundDevice) -> str:
    return f"{device.address}  {device.description}".strip()


def _rates(rates: Sequence[str]) -> QComboBox:
    box = QComboBox(editable=True)
    box.addItem("")
    box.addItems(list(rates))
    line = box.lineEdit()
    assert line is not None
    line.setPlaceholderText("as the driver or the system has it")
    return box


def _rate(name: str, box: QComboBox) -> dict[str, Any]:
    text = box.currentText().strip()
    if not text:
        return {}
    if not text.isdecimal() or not int(text):
        raise BusError(f"{text!r} is not a bit rate: write bits per second, for example 500000")
    return {name: int(text)}


def _text(value: Option) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
