"""The fields of a kind of channel: what all forms share, multicast, DroneCAN."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QFormLayout, QSpinBox, QVBoxLayout, QWidget

from canmcast_gui.channels.multicast import from_bus_settings, to_bus_settings
from canmcast_gui.channels.settings import ChannelSettings, Option
from canmcast_gui.transport.errors import BusError
from canmcast_gui.transport.settings import BusSettings
from canmcast_gui.ui.dialogs.connect import ConnectForm

# All forms are aligned as this label needs.
WIDEST_LABEL = "Data bit rate (bit/s)"


def top_form(fields: QWidget) -> QFormLayout:
    """A form at the top of a widget, whose rows do not spread over room that is left."""
    layout = QVBoxLayout(fields)
    layout.setContentsMargins(0, 0, 0, 0)
    form = QFormLayout()
    form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    layout.addLayout(form)
    layout.addStretch(1)
    return form


def align_labels(form: QFormLayout) -> None:
    """Make the column of labels as wide as in all other forms of the dialog."""
    for row in range(form.rowCount()):
        item = form.itemAt(row, QFormLayout.ItemRole.LabelRole)
        if item is not None and (label := item.widget()) is not None:
            label.setMinimumWidth(label.fontMetrics().horizontalAdvance(WIDEST_LABEL))


class KindFields(QWidget):
    """Base of the forms of the kinds. ``changed`` is emitted by every edit."""

    changed = Signal()

    def show_channel(self, channel: ChannelSettings) -> None:
        """Set all fields."""
        raise NotImplementedError

    def channel(self, like: ChannelSettings) -> ChannelSettings:
        """``like`` with the address and the options of the fields. Raises BusError for wrong ones."""
        raise NotImplementedError


class MulticastFields(KindFields):
    """Group, port, interface, hop limit."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.form = ConnectForm(BusSettings())
        self.form.changed.connect(self.changed)
        align_labels(self.form.fields)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.form)
        layout.addStretch(1)

    def show_channel(self, channel: ChannelSettings) -> None:
        """Wrong settings, as a file may have them, are shown as the default ones."""
        try:
            self.form.show_settings(to_bus_settings(channel))
        except BusError:
            self.form.show_settings(BusSettings())

    def channel(self, like: ChannelSettings) -> ChannelSettings:
        """Raises BusError with the first problem of a field."""
        for problem in self.form.problems.values():
            raise BusError(problem)
        return from_bus_settings(self.form.settings(), like)


class DroneCanFields(KindFields):
    """The number of the bus, the network interface, and whether frames stay on this computer."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bus = QSpinBox()
        self.bus.setRange(0, 9)
        self.bus.setMaximumWidth(110)
        self.local = QCheckBox("This computer &only")
        self._options: dict[str, Option] = {}
        form = top_form(self)
        form.addRow("&Bus number", self.bus)
        form.addRow("", self.local)
        align_labels(form)
        self.bus.valueChanged.connect(self.changed)
        self.local.toggled.connect(self.changed)

    def show_channel(self, channel: ChannelSettings) -> None:
        """Options without a field are kept."""
        self._options = {name: value for name, value in channel.options.items() if name != "local"}
        self.bus.setValue(int(channel.address) if channel.address.isdecimal() else 0)
        self.local.setChecked(channel.options.get("local") is True)

    def channel(self, like: ChannelSettings) -> ChannelSettings:
        """The bus number is the address."""
        local: dict[str, Option] = {"local": True} if self.local.isChecked() else {}
        return replace(like, address=str(self.bus.value()), options={**self._options, **local})
