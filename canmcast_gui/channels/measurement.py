"""The channels that are open together, as one value: stored in workspaces, shown by its label."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from canmcast_gui.channels.kinds import kind_of
from canmcast_gui.channels.multicast import from_bus_settings, to_bus_settings
from canmcast_gui.channels.settings import ChannelSettings, check_together, not_open_text
from canmcast_gui.transport.errors import BusError
from canmcast_gui.transport.settings import BusSettings

# A longer list of names is shown as a number of channels.
_LONGEST_LABEL = 40


@dataclass(frozen=True)
class Measurement:
    """Up to MOST_CHANNELS channels, in the order of their numbers; those that are not enabled stay closed."""

    channels: tuple[ChannelSettings, ...]

    @classmethod
    def of(cls, channels: Iterable[ChannelSettings]) -> Measurement:
        """A measurement of these channels, numbered from 1 in this order."""
        return cls(tuple(replace(channel, number=number) for number, channel in enumerate(channels, 1)))

    @classmethod
    def of_bus(cls, bus: BusSettings) -> Measurement:
        """A measurement of one multicast bus."""
        return cls((from_bus_settings(bus),))

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Measurement:
        """The measurement of ``to_dict``, or of the settings of one multicast bus that older files have.

        Raises BusError for values of another type.
        """
        if "channels" not in values:
            return cls.of_bus(BusSettings.from_dict(dict(values)))
        channels = values["channels"]
        if not isinstance(channels, list) or not all(isinstance(each, Mapping) for each in channels):
            raise BusError("the channels of a measurement are a list of their settings")
        return cls.of(ChannelSettings.from_dict(each) for each in channels)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON, without passwords and keys.

        A single multicast bus without a name is written as older versions read it.
        """
        bus = self.multicast
        if bus is not None and len(self.channels) == 1 and not self.channels[0].name:
            return bus.to_dict()
        return {"channels": [channel.without_secrets().to_dict() for channel in self.channels]}

    @property
    def enabled(self) -> tuple[ChannelSettings, ...]:
        """The channels that are opened."""
        return tuple(channel for channel in self.channels if channel.enabled)

    @property
    def multicast(self) -> BusSettings | None:
        """The settings of the bus if it is a single multicast channel; None for anything else."""
        if len(self.enabled) != 1 or self.enabled[0].kind != "multicast":
            return None
        return to_bus_settings(self.enabled[0])

    def validated(self) -> Measurement:
        """The same channels in canonical form. Raises BusError if one is wrong, or if there is none."""
        if not self.enabled:
            raise BusError("no channel is enabled; enable or add one")
        check_together(self.channels)
        return Measurement(
            tuple(kind_of(each).checked(each) if each.enabled else each for each in self.channels)
        )

    def names(self) -> dict[int, str]:
        """The names of the channels by the numbers that their frames carry, "" for one without a name.

        Empty for a single multicast channel: its frames keep the numbers of their datagrams.
        """
        if self.multicast is not None:
            return {}
        return {channel.number: channel.name for channel in self.enabled}

    def channel_problem(self, number: int) -> str:
        """Why nothing can be sent on the channel with this number, "" if it can; 0 is the first channel.

        A single multicast channel sends every number, in its datagrams.
        """
        names = self.names()
        return not_open_text(number, names) if number and names and number not in names else ""

    def label(self) -> str:
        """A short name for users: that of the only channel, the names of several, or their number."""
        labels = [kind_of(channel).label(channel) for channel in self.enabled]
        together = ", ".join(labels)
        return together if len(labels) == 1 or len(together) <= _LONGEST_LABEL else f"{len(labels)} channels"

    def address_text(self) -> str:
        """Where the channels are, in full, without passwords and keys."""
        bus = self.multicast
        if bus is not None:
            return f"{bus.group}, port {bus.port}"
        return "; ".join(channel.to_text() for channel in self.enabled)

    @property
    def leaves_host(self) -> bool:
        """Whether frames that are sent can reach other computers or a real bus."""
        return any(kind_of(channel).leaves_host(channel) for channel in self.enabled)

    @property
    def carries_fd(self) -> bool:
        """Whether CAN FD frames can be sent on all channels."""
        return all(kind_of(channel).carries_fd(channel) for channel in self.enabled)

    def reach(self) -> str:
        """How far frames go, as a sentence to show before the first one is sent."""
        bus = self.multicast
        if bus is not None:
            return bus.reach()
        far = [channel.title for channel in self.enabled if kind_of(channel).leaves_host(channel)]
        return f"Frames leave this computer on {', '.join(far)}" if far else "Frames stay on this computer"
