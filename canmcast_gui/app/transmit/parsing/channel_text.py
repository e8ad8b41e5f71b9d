"""The channel that frames are sent on, as text: its number, its name, or both."""

from __future__ import annotations

from collections.abc import Mapping

from canmcast_gui.app.transmit.row import RowError

FIRST = "the first"


def channel_text(number: int, names: Mapping[int, str]) -> str:
    """Number and name of a channel, "" for 0: the first. ``names`` are those of the open channels."""
    return f"{number} {names.get(number, '')}".strip() if number else ""


def parse_channel_number(text: str, names: Mapping[int, str]) -> int:
    """The number in a text: number, name, or both; 0 for no text. Raises RowError."""
    text = text.strip()
    if text in ("", FIRST):
        return 0
    if text.isascii() and text.isdecimal():
        return int(text)
    for number, name in names.items():
        if text.casefold() in (name.casefold(), channel_text(number, names).casefold()):
            return number
    open_ones = ", ".join(channel_text(number, names) for number in names)
    among = f", such as {open_ones}" if open_ones else ""
    raise RowError(f"{text} is not a channel: type its number or name{among}; nothing for the first channel.")
