"""The fields of a multicast bus, each with a note."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QLineEdit,
    QSpinBox,
    QWidget,
)

from canmcast_gui.transport.errors import BusError
from canmcast_gui.transport.settings import BusSettings
from canmcast_gui.transport.sockets.addresses import (
    DEFAULT_GROUP_IPV4,
    DEFAULT_GROUP_IPV6,
    parse_group,
)
from canmcast_gui.transport.sockets.interfaces import NetworkInterface, list_interfaces
from canmcast_gui.transport.sockets.routes import choose_interfaces
from canmcast_gui.ui.content_size import widen
from canmcast_gui.ui.labels import TintedLabel

PRESETS = (
    ("IPv6 default", BusSettings(group=DEFAULT_GROUP_IPV6)),
    ("IPv4 default", BusSettings(group=DEFAULT_GROUP_IPV4)),
    ("This computer only", BusSettings.this_computer()),
)
OTHER = "Other"


WIDTH = 560
# The width of the notes in characters: the usual ones have one line.
NOTE_CHARACTERS = 62


class ConnectForm(QWidget):
    """Fields for a BusSettings, each with a note below it. ``changed`` is emitted by every edit."""

    changed = Signal()

    def __init__(self, settings: BusSettings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._base = settings
        self.preset = QComboBox()
        self.preset.addItems([*(name for name, _ in PRESETS), OTHER])
        self.group = QLineEdit()
        self.port = QLineEdit()
        self.port.setMaximumWidth(110)
        self.interface = QComboBox()
        widen(self.interface)
        self.hop_limit = QSpinBox()
        self.hop_limit.setRange(0, 255)
        self.hop_limit.setMaximumWidth(110)
        self.local = QCheckBox(
            "This computer &only: frames are neither sent to nor received from other computers"
        )
        self.fd = QCheckBox("CAN &FD (off: classic CAN frames only)")
        self.notes = {name: _note() for name in ("group", "port", "interface", "hop_limit")}
        self._fill_interfaces()
        self._lay_out()
        self.show_settings(settings)
        self._connect()

    def _lay_out(self) -> None:
        self.fields = form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow("&Bus", self.preset)
        form.addRow("", self.local)
        for label, name, field in (
            ("&Group", "group", self.group),
            ("&Port", "port", self.port),
            ("&Interface", "interface", self.interface),
            ("&Hop limit", "hop_limit", self.hop_limit),
        ):
            form.addRow(label, field)
            form.addRow("", self.notes[name])
        form.addRow("", self.fd)

    def _connect(self) -> None:
        self.preset.activated.connect(self._use_preset)
        self.group.textChanged.connect(self._on_edit)
        self.port.textChanged.connect(self._on_edit)
        self.interface.currentIndexChanged.connect(self._on_edit)
        self.hop_limit.valueChanged.connect(self._on_edit)
        self.local.toggled.connect(self._on_edit)
        self.fd.toggled.connect(self._on_edit)

    def _fill_interfaces(self) -> None:
        self.interface.addItem("Automatic", None)
        for interface in list_interfaces():
            if interface.is_up and (interface.is_multicast or interface.is_loopback):
                self.interface.addItem(_interface_text(interface), interface.name)

    def show_settings(self, settings: BusSettings) -> None:
        """Set all fields."""
        self._base = settings
        for field in (self.group, self.port, self.interface, self.hop_limit, self.local, self.fd):
            field.blockSignals(True)
        self.group.setText(settings.group)
        self.port.setText(str(settings.port))
        index = self.interface.findData(settings.interface)
        if index < 0:
            self.interface.addItem(f"{settings.interface} (not available)", settings.interface)
            index = self.interface.count() - 1
        self.interface.setCurrentIndex(index)
        self.hop_limit.setValue(settings.hop_limit)
        self.local.setChecked(settings.local)
        self.fd.setChecked(settings.fd)
        for field in (self.group, self.port, self.interface, self.hop_limit, self.local, self.fd):
            field.blockSignals(False)
        self._on_edit()

    def settings(self) -> BusSettings:
        """The settings of the fields. Raises BusError if they are invalid."""
        return BusSettings(
            group=self.group.text().strip(),
            port=_number(self.port.text()),
            interface=self.interface.currentData(),
            hop_limit=0 if self.local.isChecked() else self.hop_limit.value(),
            fd=self.fd.isChecked(),
            local=self.local.isChecked(),
            receive_buffer=self._base.receive_buffer,
            rate_limit=self._base.rate_limit,
        ).validated()

    @property
    def problems(self) -> dict[str, str]:
        """An error message for each invalid field."""
        found: dict[str, str] = {}
        group = None
        try:
            group = parse_group(self.group.text().strip())
        except BusError as error:
            found["group"] = _sentence(error)
        try:
            BusSettings(port=_number(self.port.text())).validated()
        except BusError as error:
            found["port"] = _sentence(error)
        if group is not None:
            try:
                choose_interfaces(group, self.interface.currentData(), self.local.isChecked())
            except BusError as error:
                found["interface"] = _sentence(error)
        return found

    # -- reacting -----------------------------------------------------------------------------------------

    def _use_preset(self, index: int) -> None:
        if index < len(PRESETS):
            self.show_settings(PRESETS[index][1])

    def _on_edit(self) -> None:
        self.hop_limit.setEnabled(not self.local.isChecked())
        problems = self.problems
        notes = {"group": "", "port": "", "interface": self._interface_note(), "hop_limit": self._hop_note()}
        for name, note in self.notes.items():
            _set_note(note, problems.get(name, notes[name]), name in problems)
        self._show_preset()
        self.changed.emit()

    def _show_preset(self) -> None:
        try:
            now = self.settings()
        except BusError:
            index = len(PRESETS)
        else:
            known = [preset.validated() for _, preset in PRESETS]
            index = known.index(now) if now in known else len(PRESETS)
        self.preset.setCurrentIndex(index)

    def _hop_note(self) -> str:
        hops = 0 if self.local.isChecked() else self.hop_limit.value()
        if hops == 0:
            return "0: frames do not leave this computer."
        if hops == 1:
            return "1: frames reach all computers on the same network; routers do not forward them."
        return f"{hops}: frames can pass {hops - 1} router{'s' if hops > 2 else ''} into other networks."

    def _interface_note(self) -> str:
        if self.interface.currentData() is not None:
            return ""
        try:
            links = choose_interfaces(parse_group(self.group.text().strip()), None, self.local.isChecked())
        except BusError:
            return ""
        return f"Currently {', '.join(link.name for link in links)} for this group."


def _number(text: str) -> int:
    try:
        return int(text.strip())
    except ValueError:
        raise BusError(f"the port must be a whole number between 1 and 65535, not {text.strip()!r}") from None


def _sentence(error: BusError) -> str:
    text = str(error)
    return text[:1].upper() + text[1:]


def _interface_text(interface: NetworkInterface) -> str:
    address = next(iter((*interface.ipv4, *interface.ipv6)), "no address")
    return f"{interface.name}  ({address}{', this computer' if interface.is_loopback else ''})"


def _note() -> TintedLabel:
    label = TintedLabel()
    label.setWordWrap(True)
    label.setMinimumWidth(label.fontMetrics().horizontalAdvance("0") * NOTE_CHARACTERS)
    return label


def _set_note(label: TintedLabel, text: str, wrong: bool) -> None:
    label.set_tint("error" if wrong else "muted")
    label.setText(text)
    label.setVisible(bool(text))
