"""The kind ``multicast``: a group in the wire format of python-can's udp_multicast, the native bus."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from canmcast_gui.channels.kinds import Kind, only_known
from canmcast_gui.channels.settings import ChannelSettings
from canmcast_gui.transport.capture.client import Capture, ProcessCapture
from canmcast_gui.transport.capture.pacing import LONGEST_SECONDS
from canmcast_gui.transport.errors import BusError
from canmcast_gui.transport.settings import RECEIVER_FACTORY, SENDER_FACTORY, BusSettings

#: The option of multicast kinds that limits how long frames wait in the socket while they arrive densely. The
#: default takes less processor time.
LATENCY = "latency_ms"
_SHORTEST_MS, _LONGEST_MS = 0.1, 1000 * LONGEST_SECONDS

_OPTIONS: dict[str, type | tuple[type, ...]] = {
    "port": int,
    "interface": (str, int),
    "hop_limit": int,
    "local": bool,
    "fd": bool,
    "receive_buffer": int,
    "rate_limit": (int, float),
    LATENCY: (int, float),
}


class GroupKind(Kind):
    """Channels that are multicast groups: the transport opens them. Subclasses give the settings."""

    #: The functions that open the receiver and the sender in another process.
    receiver_factory = RECEIVER_FACTORY
    sender_factory = SENDER_FACTORY

    @abstractmethod
    def to_bus(self, settings: ChannelSettings) -> BusSettings:
        """The settings for the transport. Raises BusError."""

    def carries_fd(self, settings: ChannelSettings) -> bool:
        """By its option ``fd``."""
        return self.to_bus(settings).fd

    def leaves_host(self, settings: ChannelSettings) -> bool:
        """By the hop limit."""
        return self.to_bus(settings).leaves_host

    def open_capture(self, settings: ChannelSettings, patient: bool = False) -> ProcessCapture:
        """The capture process of the transport."""
        return Capture(
            self.to_bus(settings),
            receiver=self.receiver_factory,
            longest_pause=longest_pause(settings),
            patient=patient,
        )

    def with_latency(self, settings: ChannelSettings, latency_ms: float) -> ChannelSettings:
        """With the option that limits the latency."""
        return replace(settings, options={LATENCY: latency_ms, **settings.options})

    def sender(
        self, settings: ChannelSettings, _capture: ProcessCapture | None
    ) -> tuple[str, dict[str, Any]]:
        """The sender of the transport."""
        return self.sender_factory, self.to_bus(settings).to_dict()

    def receiver(
        self, settings: ChannelSettings, _capture: ProcessCapture | None
    ) -> tuple[str, dict[str, Any]]:
        """The receiver of the transport."""
        return self.receiver_factory, self.to_bus(settings).to_dict()


class Multicast(GroupKind):
    """The native bus."""

    title = "UDP multicast"

    def to_bus(self, settings: ChannelSettings) -> BusSettings:
        """The settings for the transport. Raises BusError."""
        return to_bus_settings(settings)

    def checked(self, settings: ChannelSettings) -> ChannelSettings:
        """With a group in its usual form."""
        checked = from_bus_settings(to_bus_settings(settings), settings)
        latency = {name: value for name, value in settings.options.items() if name == LATENCY}
        return replace(checked, options={**checked.options, **latency})

    def label(self, settings: ChannelSettings) -> str:
        """Its name, or that of the bus."""
        try:
            return settings.name or to_bus_settings(settings).label()
        except BusError:  # opening it says why
            return settings.title


def to_bus_settings(settings: ChannelSettings) -> BusSettings:
    """The settings for the transport. Raises BusError."""
    options = transport_options(settings, _OPTIONS)
    if settings.address:
        options["group"] = settings.address
    make = BusSettings.this_computer if options.get("local") else BusSettings
    return make(**options).validated()


def transport_options(
    settings: ChannelSettings, known: Mapping[str, type | tuple[type, ...]]
) -> dict[str, Any]:
    """The options that are settings of the transport, after a check. Raises BusError."""
    only_known(settings, known)
    longest_pause(settings)
    options: dict[str, Any] = {name: value for name, value in settings.options.items() if name != LATENCY}
    if "interface" in options:
        options["interface"] = str(options["interface"])
    return options


def longest_pause(settings: ChannelSettings) -> float:
    """How long frames may wait in the socket, in seconds. Raises BusError."""
    latency_ms = settings.options.get(LATENCY, _LONGEST_MS)
    if not isinstance(latency_ms, int | float) or not _SHORTEST_MS <= latency_ms <= _LONGEST_MS:
        limits = f"between {_SHORTEST_MS:g} and {_LONGEST_MS:g}"
        raise BusError(f"{settings.title}: the option {LATENCY} is {latency_ms!r}; it must be {limits}")
    return latency_ms / 1000


def from_bus_settings(bus: BusSettings, like: ChannelSettings | None = None) -> ChannelSettings:
    """The channel of a multicast bus, with the options that differ from the defaults.

    Name and number are those of ``like``.
    """
    default = BusSettings.this_computer() if bus.local else BusSettings()
    options = {name: value for name, value in bus.to_dict().items() if value != getattr(default, name)}
    options.pop("group", None)
    if bus.local:
        options["local"] = True
    like = like or ChannelSettings("multicast")
    return replace(like, kind="multicast", address=bus.group, options=options)
