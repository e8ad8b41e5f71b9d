"""The settings of a bus: group, port, interface and the rest, as plain data for any process."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from canmcast_gui.transport.errors import BusError
from canmcast_gui.transport.sockets.addresses import (
    DEFAULT_GROUP_IPV4,
    DEFAULT_GROUP_IPV6,
    DEFAULT_PORT,
    parse_group,
)

# The functions that open the sender and the receiver of a bus, by name for other processes. Their argument is
# the dict of the settings.
SENDER_FACTORY = "canmcast_gui.transport.sender:open_sender"
RECEIVER_FACTORY = "canmcast_gui.transport.receiver:open_receiver"


@dataclass(frozen=True)
class BusSettings:
    """The settings of a bus.

    ``interface`` is a name, an index or an address, several of them separated by commas, or None for the
    interface of the system's route. ``local`` restricts the bus to this host. ``receive_buffer`` requests
    exactly this number of bytes; None requests as much as the system grants. ``rate_limit`` limits sending,
    in frames per second.
    """

    group: str = DEFAULT_GROUP_IPV6
    port: int = DEFAULT_PORT
    interface: str | None = None
    hop_limit: int = 1
    fd: bool = True
    local: bool = False
    receive_buffer: int | None = None
    rate_limit: float | None = None

    @classmethod
    def this_computer(cls, **overrides: Any) -> BusSettings:
        """The bus of this host only: the IPv4 default group with hop limit 0; other hosts are refused."""
        return cls(**{"group": DEFAULT_GROUP_IPV4, "hop_limit": 0, "local": True, **overrides})

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> BusSettings:
        """The settings of ``to_dict``. Unknown names, as in files of newer versions, are ignored."""
        known = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in values.items() if name in known})

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)

    def validated(self) -> BusSettings:
        """The same settings in canonical form, with what ``local`` implies. Raises BusError."""
        group = DEFAULT_GROUP_IPV4 if self.local and self.group == DEFAULT_GROUP_IPV6 else self.group
        parsed = parse_group(group)
        _require_number("port", self.port, 1, 65535)
        _require_number("hop limit", self.hop_limit, 0, 255)
        if self.receive_buffer is not None:
            _require_number("receive buffer", self.receive_buffer, 1, 2**30)
        if self.rate_limit is not None and not self.rate_limit > 0:
            raise BusError(f"the rate limit is {self.rate_limit!r}; it must be more than 0 frames per second")
        return replace(
            self,
            group=f"{parsed.address}%{parsed.scope}" if parsed.scope else parsed.address,
            interface=_normal_interface(self.interface),
            hop_limit=0 if self.local else self.hop_limit,
        )

    def label(self) -> str:
        """Its name for users: ``this computer``, ``IPv6 default``, ``239.1.2.3:43113 on eth0``."""
        where = f" on {self.interface}" if self.interface else ""
        named = {DEFAULT_GROUP_IPV4: "IPv4 default", DEFAULT_GROUP_IPV6: "IPv6 default"}
        if self.port != DEFAULT_PORT or self.group not in named:
            address = f"[{self.group}]" if ":" in self.group else self.group
            return f"{address}:{self.port}{', this computer' if self.local else ''}{where}"
        return ("this computer" if self.local else named[self.group]) + where

    @property
    def leaves_host(self) -> bool:
        """Whether frames can reach other computers."""
        return not self.local and self.hop_limit > 0

    def reach(self) -> str:
        """How far frames go, as a sentence to show before the first one is sent."""
        if not self.leaves_host:
            return "Frames stay on this computer (hop limit 0)"
        hops = "the local network" if self.hop_limit == 1 else f"up to {self.hop_limit} networks"
        return f"Frames leave this computer: {hops} (hop limit {self.hop_limit})"


def _require_number(name: str, value: object, lowest: int, highest: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
        raise BusError(f"the {name} is {value!r}; it must be a whole number between {lowest} and {highest}")


def _normal_interface(interface: str | None) -> str | None:
    names = [part.strip() for part in (interface or "").split(",")]
    return ",".join(dict.fromkeys(name for name in names if name)) or None
