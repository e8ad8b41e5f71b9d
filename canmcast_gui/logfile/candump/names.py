"""Names of interfaces in candump logs, which are the names of channels there."""

from __future__ import annotations

import re
from collections.abc import Mapping

from canmcast_gui.logfile.candump.columns import DIRECTED

HIGHEST_NUMBER = 255

# Names of interfaces in Linux have at most 15 characters, without spaces, slashes and colons.
_POSSIBLE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@+-]{0,14}")
_USUAL = re.compile(r"can\d+")


def usual_name(channel: int) -> str:
    """The interface of a channel without a name: can0 of channel 1."""
    return f"can{max(0, channel - 1)}"


def interfaces_of(names: Mapping[int, str]) -> dict[int, str]:
    """The names that can be those of interfaces, by number: one of each, none that is usual for another."""
    found: dict[int, str] = {}
    for channel, name in names.items():
        is_usual = _USUAL.fullmatch(name) is not None and name != usual_name(channel)
        is_possible = _POSSIBLE.fullmatch(name) is not None and not DIRECTED.match(name)
        if channel and is_possible and not is_usual and name not in found.values():
            found[channel] = name
    return found


def names_of(interfaces: Mapping[str, int]) -> dict[int, str]:
    """The names of channels, given the numbers of interfaces; directions as interfaces are left out."""
    return {
        channel: name
        for name, channel in interfaces.items()
        if name and channel <= HIGHEST_NUMBER and not DIRECTED.match(name)
    }
