"""The fields of one channel: what every kind has, and one form for each kind."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFormLayout, QLineEdit, QStackedWidget, QVBoxLayout, QWidget

from canmcast_gui.channels.devices import FoundDevice
from canmcast_gui.channels.interfaces import describe
from canmcast_gui.channels.kinds import kind_names, kind_of, kind_title
from canmcast_gui.channels.settings import ChannelSettings
from canmcast_gui.transport.errors import BusError
from canmcast_gui.ui.actions import connect
from canmcast_gui.ui.content_size import widen
from canmcast_gui.ui.dialogs.channels.driver_fields import DriverFields
from canmcast_gui.ui.dialogs.channels.fields import DroneCanFields, KindFields, MulticastFields, align_labels
from canmcast_gui.ui.labels import TintedLabel

_HINTS = {
    "multicast": "Programs with the same group and port on the same network share a bus.",
    "dronecan": "The UDP multicast format of DroneCAN tools and ArduPilot. Programs with the same bus number "
    "share a bus.",
    "socketcan": "A CAN interface of Linux. It must be up; its bit rate is set in the system.",
}


def hint_of(kind: str) -> str:
    """A sentence about a kind: what shares a bus, or what the driver needs."""
    if kind in _HINTS:
        return _HINTS[kind]
    package = describe(kind).package
    needs = f" It needs the Python package {package}." if package else ""
    return f"The interface {kind!r} of python-can opens this bus.{needs}"


class ChannelForm(QWidget):
    """Name and kind of a channel, and the form of the kind. ``changed`` is emitted by every edit.

    ``find_requested`` carries the kind whose devices are to be found.
    """

    changed = Signal()
    find_requested = Signal(str)

    def __init__(self, channel: ChannelSettings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._channel = channel
        self.name = QLineEdit()
        self.name.setPlaceholderText("optional, such as powertrain")
        self.kind = QComboBox()
        widen(self.kind)
        for kind in kind_names():
            self.kind.addItem(kind_title(kind), kind)
        self.note = TintedLabel()
        self.note.setWordWrap(True)
        self._fields: dict[str, KindFields] = {}
        self._stack = QStackedWidget()
        top = QFormLayout()
        top.addRow("&Name", self.name)
        top.addRow("&Kind", self.kind)
        align_labels(top)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(top)
        layout.addWidget(self._stack)
        layout.addWidget(self.note)
        layout.addStretch(1)
        self.show_channel(channel)
        self.name.textChanged.connect(self._on_edit)
        self.kind.activated.connect(self._on_kind)

    @property
    def fields(self) -> KindFields:
        """The form of the kind that is chosen."""
        kind = self.kind.currentData()
        if kind not in self._fields:
            fields = self._fields[kind] = _make_fields(kind)
            self._stack.addWidget(fields)
            fields.changed.connect(self._on_edit)
            if isinstance(fields, DriverFields):
                connect(fields.find_button.clicked, lambda: self.find_requested.emit(kind))
        return self._fields[kind]

    @property
    def hint(self) -> str:
        """A sentence about the kind that is chosen."""
        return hint_of(self.kind.currentData())

    def show_channel(self, channel: ChannelSettings) -> None:
        """Set all fields."""
        self._channel = channel
        self.name.setText(channel.name)
        self.kind.setCurrentIndex(max(self.kind.findData(channel.kind), 0))
        self._show_fields(channel)

    def _show_fields(self, channel: ChannelSettings) -> None:
        fields = self.fields
        fields.blockSignals(True)
        fields.show_channel(channel)
        fields.blockSignals(False)
        self._stack.setCurrentWidget(fields)
        self._on_edit()

    def _on_kind(self) -> None:
        kind = self.kind.currentData()
        if kind != self._channel.kind:
            self._channel = replace(self._channel, kind=kind, address="", options={})
            self._show_fields(self._channel)

    def offer(self, kind: str, devices: Sequence[FoundDevice]) -> None:
        """Offer found devices in the form of their kind."""
        fields = self._fields.get(kind)
        if isinstance(fields, DriverFields):
            fields.offer(devices)

    def _on_edit(self) -> None:
        problem = self.problem
        self.note.set_tint("error")
        self.note.setText(problem[:1].upper() + problem[1:])
        self.note.setVisible(bool(problem))
        self.changed.emit()

    @property
    def problem(self) -> str:
        """What is wrong with the fields, "" if nothing is."""
        try:
            self.channel()
        except BusError as error:
            return str(error)
        return ""

    def channel(self) -> ChannelSettings:
        """The channel of the fields. Raises BusError for wrong ones."""
        like = replace(self._channel, name=self.name.text().strip(), kind=self.kind.currentData())
        channel = self.fields.channel(like)
        return kind_of(channel).checked(channel)


_FORMS: dict[str, Callable[[], KindFields]] = {"multicast": MulticastFields, "dronecan": DroneCanFields}


def _make_fields(kind: str) -> KindFields:
    return _FORMS[kind]() if kind in _FORMS else DriverFields(kind)
