"""How channels of the kind ``dronecan`` are checked and opened; the address is the number of the bus."""

from __future__ import annotations

from canmcast_gui.channels.multicast import LATENCY, GroupKind, transport_options
from canmcast_gui.channels.settings import ChannelSettings
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


class DroneCan(GroupKind):
    """The transport opens it with a decoder and an encoder of its own."""

    title = "DroneCAN multicast"
    receiver_factory = RECEIVER
    sender_factory = SENDER

    def to_bus(self, settings: ChannelSettings) -> BusSettings:
        """The settings for the transport. Raises BusError."""
        return to_bus_settings(settings)

    def checked(self, settings: ChannelSettings) -> ChannelSettings:
        """Raises BusError for wrong settings."""
        to_bus_settings(settings)
        return settings


def to_bus_settings(settings: ChannelSettings) -> BusSettings:
    """The settings for the transport. Raises BusError."""
    options = transport_options(settings, _OPTIONS)
    number = settings.address or "0"
    if not number.isascii() or not number.isdecimal() or int(number) > MOST_BUS:
        raise BusError(
            f"{settings.title}: the address of a DroneCAN channel is the number of its bus, 0 to {MOST_BUS}, "
            f"for example dronecan:0, and not {settings.address!r}"
        )
    return BusSettings(group=f"{GROUP_START}{int(number)}", port=PORT, **options).validated()
