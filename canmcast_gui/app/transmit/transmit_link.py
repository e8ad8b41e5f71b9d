"""The connection to the transmit process, the main switch, and what all controls of runs have in common."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from canmcast_gui.channels.measurement import Measurement
from canmcast_gui.transmit import TransmitEvent, Transmitter

NO_BUS = "Connect to a bus first (F5): without one nothing can be sent."
# The highest limit for what is sent, in frames/s.
MAX_RATE_LIMIT = 1_000_000
SWITCHED_OFF = "Nothing is sent while Transmit is off: switch it on in the toolbar (F8)."


class TransmitSwitch(QObject):
    """The main switch: while it is off, nothing is sent. ``changed`` carries whether it is on."""

    changed = Signal(bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.on = True

    def set(self, on: bool) -> None:
        """Switch on or off."""
        if on != self.on:
            self.on = on
            self.changed.emit(on)


class TransmitLink(QObject):
    """Holds the client of the transmit process while a bus is open.

    ``client`` is None without a bus; ``settings`` are those of the open bus. ``changed`` is emitted when a
    bus was opened or closed, and when the transmit process may have been restarted; ``events`` carries a list
    of TransmitEvent.

    A bus of this computer only starts with the main switch on. One that other computers receive starts with
    it off, until the user has switched it on for this bus.
    """

    changed = Signal()
    events = Signal(list)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.switch = TransmitSwitch(self)
        self.client: Transmitter | None = None
        self.settings: Measurement | None = None
        self._confirmed: Measurement | None = None
        self.switch.changed.connect(self._on_switched)

    def use(self, client: Transmitter | None, settings: Measurement | None) -> None:
        """Use the client of a bus that was opened; None after it was closed."""
        is_new = client is not None and client is not self.client
        self.client = client
        self.settings = settings if client is not None else None
        if is_new and self.settings is not None:
            self.switch.set(not self.settings.leaves_host or self.settings == self._confirmed)
        self.changed.emit()

    def _on_switched(self, on: bool) -> None:
        """Remember a bus on the network on which the user switched sending on."""
        if self.settings is not None and self.settings.leaves_host:
            self._confirmed = self.settings if on else None

    @property
    def is_open(self) -> bool:
        """Whether a bus is open."""
        return self.client is not None

    def channel_problem(self, number: int) -> str:
        """Why nothing can be sent on the channel with this number, "" if it can or no bus is open."""
        return "" if self.settings is None else self.settings.channel_problem(number)

    @property
    def channel_names(self) -> dict[int, str]:
        """The names of the open channels by number; see Measurement.names()."""
        return {} if self.settings is None else self.settings.names()

    @property
    def obstacle(self) -> str:
        """Why nothing can be sent, as a message; "" if sending is possible."""
        if self.client is None:
            return NO_BUS
        return "" if self.switch.on else SWITCHED_OFF


class RunControl(QObject):
    """Controls one run of the transmit process, such as a replay.

    ``changed`` is emitted when anything shown has changed; ``failed`` carries a message. The run is stopped
    when the main switch goes off.
    """

    changed = Signal()
    failed = Signal(str)

    def __init__(self, link: TransmitLink, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._link = link
        link.events.connect(self._on_events)
        link.changed.connect(self._on_link_changed)
        link.switch.changed.connect(self._on_switched)

    @property
    def can_run(self) -> bool:
        """Whether there is a bus to run on."""
        return self._link.is_open

    def stop(self) -> None:
        """End the run."""
        raise NotImplementedError

    def _on_events(self, events: list[TransmitEvent]) -> None:
        raise NotImplementedError

    def _on_link_changed(self) -> None:
        raise NotImplementedError

    def _on_switched(self, on: bool) -> None:
        if not on:
            self.stop()
        self.changed.emit()
