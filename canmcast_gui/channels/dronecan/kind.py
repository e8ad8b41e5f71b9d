"""How channels of the kind ``dronecan`` are checked and opened; the address is the number of the bus."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from canmcast_gui.channels.kinds import Kind, only_known
from canmcast_gui.channels.multicast import LATENCY, longest_pause
from canmcast_gui.channels.settings import ChannelSettings
from canmcast_gui.transport.capture.client import Capture, ProcessCapture
from canmcast_gui.transport.errors import BusError
from canmcast_gui.transport.settings import BusSettings

GROUP_START = "239.65.82."
PORT = 57732
MOST_BUS = 9

RECEIVER = "canmcast_gui.channels.dronecan.decoder:open_receiver"
SENDER = "canmcast_gui.channels.dronecan.encoder:open_sender"

_OPTIONS: dict[str, type | tuple[type, ...]] = {
    "interface": (str, int),
    "hop_limit": int,
    "local": bool,
    "fd": bool,
    LATENCY: (int, float),
}


class DroneCan(Kind):
    """Opens the capture process of the transport with a decoder of its own."""

    title = "DroneCAN multicast"

    def checked(self, settings: ChannelSettings) -> ChannelSettings:
        """Raises BusError for wrong settings."""
        to_bus_settings(settings)
        return settings

    def carries_fd(self, settings: ChannelSettings) -> bool:
        """By its option ``fd``."""
        return to_bus_settings(settings).fd

    def leaves_host(self, settings: ChannelSettings) -> bool:
        """By the hop limit."""
        return to_bus_settings(settings).leaves_host

    def open_capture(self, settings: ChannelSettings, patient: bool = False) -> ProcessCapture:
        """The capture process of the transport."""
        return Capture(
            to_bus_settings(settings),
            receiver=RECEIVER,
            longest_pause=longest_pause(settings),
            patient=patient,
        )

    def with_latency(self, settings: ChannelSettings, latency_ms: float) -> ChannelSettings:
        """With the option that limits the latency."""
        return replace(settings, options={LATENCY: latency_ms, **settings.options})

    def sender(
        self, settings: ChannelSettings, _capture: ProcessCapture | None
    ) -> tuple[str, dict[str, Any]]:
        """The sender of the transport with an encoder of its own."""
        return SENDER, to_bus_settings(settings).to_dict()

    def receiver(
        self, settings: ChannelSettings, _capture: ProcessCapture | None
    ) -> tuple[str, dict[str, Any]]:
        """The receiver of the transport with a decoder of its own."""
        return RECEIVER, to_bus_settings(settings).to_dict()


def to_bus_settings(settings: ChannelSettings) -> BusSettings:
    """The settings for the transport. Raises BusError."""
    only_known(settings, _OPTIONS)
    longest_pause(settings)
    options: dict[str, Any] = {name: value for name, value in settings.options.items() if name != LATENCY}
    if "interface" in options:
        options["interface"] = str(options["interface"])
    number = settings.address or "0"
    if not number.isascii() or not number.isdecimal() or int(number) > MOST_BUS:
        raise BusError(
            f"{settings.title}: the address of a DroneCAN channel is the number of its bus, 0 to {MOST_BUS}, "
            f"for example dronecan:0, and not {settings.address!r}"
        )
    return BusSettings(group=f"{GROUP_START}{int(number)}", port=PORT, **options).validated()
