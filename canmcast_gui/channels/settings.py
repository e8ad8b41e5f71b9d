"""The settings of a channel as plain data, and the text that names one on a command line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from canmcast_gui.transport.errors import BusError

MOST_CHANNELS = 16

Option = str | int | float | bool

_KIND = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=e))(e[-+]?[0-9]+)?", re.IGNORECASE)
# Characters that separate the parts of a text are written like those of an address of the web, and no others
# are: "%" is usual in IPv6 addresses.
_ESCAPED = {"%2C": ",", "%3A": ":", "%3D": "="}
# Options that are written to no file and shown in no text.
_SECRET = re.compile(r"password|passwd|secret|token|key$", re.IGNORECASE)


@dataclass(frozen=True)
class ChannelSettings:
    """One bus of a measurement.

    ``number`` is its position, from 1, ``kind`` the name of an entry of kinds.py, ``address`` where the kind
    finds the bus (a group, ``vcan0``, ``/dev/ttyACM0``), ``options`` the rest by name.
    """

    kind: str
    address: str = ""
    options: Mapping[str, Option] = field(default_factory=dict)
    name: str = ""
    number: int = 1
    enabled: bool = True

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> ChannelSettings:
        """The settings of ``to_dict``. Raises BusError for values of another type."""
        options = values.get("options", {})
        kind, address, name = (values.get(key, "") for key in ("kind", "address", "name"))
        number, enabled = values.get("number", 1), values.get("enabled", True)
        if not all(isinstance(text, str) for text in (kind, address, name)) or not kind:
            raise BusError("a channel has a kind, an address and a name, which are texts")
        if not isinstance(options, Mapping) or not all(
            isinstance(value, str | int | float) for value in options.values()
        ):
            raise BusError(f"the options of the channel {name or address!r} are not texts, numbers or yes/no")
        if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= MOST_CHANNELS:
            raise BusError(f"{number!r} is not a channel number, which is between 1 and {MOST_CHANNELS}")
        return cls(kind, address, {str(key): options[key] for key in options}, name, number, enabled is True)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON, with all options."""
        return {
            "number": self.number,
            "name": self.name,
            "kind": self.kind,
            "address": self.address,
            "options": dict(self.options),
            "enabled": self.enabled,
        }

    def without_secrets(self) -> ChannelSettings:
        """The same settings without passwords and keys, for files."""
        return replace(self, options={n: v for n, v in self.options.items() if not _SECRET.search(n)})

    def to_text(self) -> str:
        """The text from which parse_channel() makes these settings again, without passwords and keys."""
        shown = self.without_secrets().options
        options = "".join(f",{name}={_escape(_option_text(value), ',')}" for name, value in shown.items())
        name = f"{_escape(self.name, ',:=')}=" if self.name else ""
        return f"{name}{self.kind}:{_escape(self.address, ',')}{options}"

    @property
    def title(self) -> str:
        """Its name, or its kind and address where it has none."""
        return self.name or f"{self.kind}:{self.address}"


def parse_channel(text: str, number: int = 1) -> ChannelSettings:
    """The channel of ``[NAME=]KIND:ADDRESS[,OPTION=VALUE…]``.

    The address ends at the first comma; ``%2C`` is a comma in it. Raises BusError, which shows what is wrong
    and an example.
    """
    head, *rest = text.strip().split(",")
    before_address = head.partition(":")[0]
    name, equals, _kind = before_address.rpartition("=")
    kind, colon, address = head[len(name) + len(equals) :].partition(":")
    if not colon or not _KIND.fullmatch(kind):
        raise BusError(
            f"{text!r} is not a channel: write KIND:ADDRESS, for example "
            "multicast:239.74.163.2 or socketcan:can0,fd=true"
        )
    options = dict(parse_option(part) for part in rest if part.strip())
    return ChannelSettings(kind, _unescape(address.strip()), options, _unescape(name.strip()), number)


def parse_channels(texts: list[str] | tuple[str, ...]) -> tuple[ChannelSettings, ...]:
    """The channels of several texts, numbered from 1. Raises BusError, also where two have one name."""
    channels = tuple(parse_channel(text, number) for number, text in enumerate(texts, 1))
    check_together(channels)
    return channels


def check_together(channels: Sequence[ChannelSettings]) -> None:
    """Raise BusError if these channels cannot be open together: too many, or two of one name."""
    if len(channels) > MOST_CHANNELS:
        raise BusError(f"{len(channels)} channels are given; {MOST_CHANNELS} are possible at once")
    names = [channel.name for channel in channels if channel.name]
    for name in names:
        if names.count(name) > 1:
            raise BusError(f"two channels have the name {name!r}; each needs its own")


def parse_option(text: str) -> tuple[str, Option]:
    """The name and the value of ``OPTION=VALUE``. Raises BusError."""
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise BusError(f"{text!r} is not an option: write OPTION=VALUE, for example fd=true")
    return name.strip().replace("-", "_"), _parse_value(_unescape(value.strip()))


def _parse_value(text: str) -> Option:
    """A whole number, a number, true or false, or else the text; one with leading zeros is a text."""
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    if _INTEGER.fullmatch(text):
        return int(text)
    if _DECIMAL.fullmatch(text):
        return float(text)
    return text


def _option_text(value: Option) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _escape(text: str, characters: str) -> str:
    for escape, character in _ESCAPED.items():
        if character in characters:
            text = text.replace(character, escape)
    return text


def _unescape(text: str) -> str:
    for escape, character in _ESCAPED.items():
        text = text.replace(escape, character)
    return text


def not_open_text(number: int, open_ones: Iterable[int]) -> str:
    """Why nothing can be sent on a channel, with the numbers of the open ones; no sentence."""
    return f"channel {number} is not open; open channels: {', '.join(map(str, sorted(open_ones)))}"
