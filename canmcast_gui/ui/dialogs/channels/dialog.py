"""The dialog that asks which channels to open."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from canmcast_gui.app.bus.device_search import DeviceSearch
from canmcast_gui.app.bus.trial import ChannelTrial
from canmcast_gui.channels.devices import Detection
from canmcast_gui.channels.measurement import Measurement
from canmcast_gui.channels.settings import MOST_CHANNELS, ChannelSettings
from canmcast_gui.transport.errors import BusError
from canmcast_gui.ui import icons
from canmcast_gui.ui.actions import connect
from canmcast_gui.ui.content_size import FitHeight
from canmcast_gui.ui.dialogs.channels.channel_list import LIST_WIDTH, ChannelList
from canmcast_gui.ui.dialogs.channels.form import ChannelForm
from canmcast_gui.ui.labels import TintedLabel
from canmcast_gui.wording import counted

WIDTH = 560
# The fields of a channel that is wrong are not kept: its settings have no place for wrong values.
LOCKED = "Correct or remove this channel before you choose another one."


class ChannelsDialog(QDialog):
    """``chosen`` carries the measurement when the dialog is accepted; it is freed when it closes.

    ``help_requested`` is emitted by F1.

    With one channel only its fields are shown; the list appears with the second one.
    """

    chosen = Signal(Measurement)
    help_requested = Signal()

    def __init__(
        self,
        measurement: Measurement,
        trial: ChannelTrial,
        search: DeviceSearch,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Connect to a bus")
        self._trial = trial
        self._search = search
        self.list = ChannelList(measurement.channels)
        self.form = ChannelForm(self.list.channels[0])
        self.hint = QLabel()
        self.hint.setWordWrap(True)
        self.note = TintedLabel()
        self.note.setWordWrap(True)
        self.add_button = QPushButton("Add &channel")
        self.test_button = QPushButton("&Test")
        self.test_button.setToolTip("Open this channel for a second and say what it receives")
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self._ok = self.buttons.button(QDialogButtonBox.StandardButton.Ok)
        self._ok.setText("Connect")
        icons.without_icons(self.buttons)
        for button in (self.add_button, self.test_button):
            self.buttons.addButton(button, QDialogButtonBox.ButtonRole.ActionRole)
        self._lay_out()
        FitHeight(self)
        self._connect()
        self._check()

    def _lay_out(self) -> None:
        middle = QHBoxLayout()
        middle.setSpacing(12)
        middle.addWidget(self.list)
        middle.addWidget(self.form, 1)
        layout = QVBoxLayout(self)
        layout.setSpacing(12)
        layout.addWidget(self.hint)
        layout.addLayout(middle)
        layout.addWidget(self.note)
        layout.addStretch(1)
        layout.addWidget(self.buttons)

    def _connect(self) -> None:
        self.buttons.accepted.connect(self._on_accepted)
        self.buttons.rejected.connect(self.reject)
        connect(self.add_button.clicked, self.add_channel)
        connect(self.test_button.clicked, self.test)
        QShortcut(QKeySequence(QKeySequence.StandardKey.HelpContents), self, self.help_requested.emit)
        self.form.changed.connect(self._on_form)
        self.list.current_changed.connect(self._show_current)
        self.list.edited.connect(self._check)
        self._trial.ended.connect(self._on_trial)
        self.finished.connect(self._trial.cancel)
        self.form.find_requested.connect(self.find_devices)
        self._search.ended.connect(self._on_found)
        self.finished.connect(self._search.cancel)

    def show_channel(self, number: int) -> None:
        """Make a channel the current one, by its number; nothing happens if there is none."""
        if 1 <= number <= len(self.list.channels):
            self.list.list.setCurrentRow(number - 1)

    def add_channel(self) -> None:
        """Add a channel of the kind of the current one, and show its fields."""
        self.list.add(ChannelSettings(self.list.channels[self.list.current].kind))
        self.form.name.setFocus()

    def test(self) -> None:
        """Open the current channel, listen for a second, and say what was received."""
        self._say("Listening…", "muted")
        self._trial.run(self.form.channel())

    def find_devices(self, kind: str) -> None:
        """Ask the driver of a kind for its devices, and offer them."""
        self._say("Finding devices…", "muted")
        self._search.run(kind)

    def measurement(self) -> Measurement:
        """The measurement that is set up. Raises BusError if it is wrong."""
        return Measurement.of(self.list.channels).validated()

    def _show_current(self) -> None:
        self.form.show_channel(self.list.channels[self.list.current])

    def _on_form(self) -> None:
        if not self.form.problem:
            self.list.replace_current(self.form.channel())
        self._check()

    def _check(self) -> None:
        several = len(self.list.channels) > 1
        self.hint.setText(self.form.hint)
        self.list.setVisible(several)
        # A least width that is set takes the place of that of the fields.
        layout = self.layout()
        needed = layout.minimumSize().width() if layout else 0
        self.setMinimumWidth(max(WIDTH + (LIST_WIDTH if several else 0), needed))
        problem = self.form.problem
        self.list.lock(bool(problem))
        self.add_button.setEnabled(len(self.list.channels) < MOST_CHANNELS and not problem)
        self.test_button.setEnabled(not problem)
        try:
            self.measurement()
        except BusError as error:
            problem = problem or str(error)
            self._say("" if self.form.problem else problem, "error")
        else:
            self._say("", "muted")
        if several and self.form.problem:
            self._say(LOCKED, "muted")
        self._ok.setEnabled(not problem)

    def _on_trial(self, works: bool, text: str) -> None:
        self._say(text, "good" if works else "error")

    def _on_found(self, kind: str, found: Detection) -> None:
        devices = [device for device in found.devices if device.kind == kind]
        self.form.offer(kind, devices)
        text = " ".join(f"{each.rstrip('.')}." for each in found.problems)
        if devices:
            text = f"{counted(len(devices), 'device')} found: choose from the list of addresses."
        self._say(text or "No device was found. Check that it is connected, or type its address.", "muted")

    def _say(self, text: str, tint: str) -> None:
        self.note.set_tint(tint)
        self.note.setText(text[:1].upper() + text[1:])
        self.note.setVisible(bool(text))

    def _on_accepted(self) -> None:
        self.chosen.emit(self.measurement())
        self.accept()
