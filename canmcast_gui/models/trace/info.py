"""What a frame says, as text: its decoded signals, or the kind of a remote or error frame.

A row needs about 20 µs. Texts are cached by payload, because a row stays on the screen for many repaints and
most messages repeat their payloads.
"""

from __future__ import annotations

from collections import OrderedDict

from canmcast_gui.database import DatabaseSet, SignalValue
from canmcast_gui.frames import DLC_TO_LENGTH, Flag, FrameBatch, SourceTable
from canmcast_gui.frames.text import ERROR_FRAME
from canmcast_gui.wording import counted

SEPARATOR = " · "

# Follows a value that is not valid.
INVALID = "(!)"

# A screen has no room for more signals in a row; the expanded row shows all of them.
MOST_SIGNALS = 24

# Some hundred screens. A text is rarely longer than 500 characters.
CACHED = 8_192

_EXTENDED, _REMOTE, _ERROR = int(Flag.EXTENDED), int(Flag.REMOTE), int(Flag.ERROR)

# linux/can/error.h: error frames of SocketCAN have eight bytes, and a bit for each class in their id.
_ERROR_BYTES = 8
_CLASSES = (
    (0x001, "transmit timeout"),
    (0x002, "arbitration lost"),
    (0x004, "controller"),
    (0x008, "protocol"),
    (0x010, "transceiver"),
    (0x020, "no acknowledgment"),
    (0x040, "bus off"),
    (0x080, "bus error"),
    (0x100, "controller restarted"),
)
_CONTROLLER = (
    (0x01, "receive buffer overflow"),
    (0x02, "transmit buffer overflow"),
    (0x04, "receive error warning"),
    (0x08, "transmit error warning"),
    (0x10, "receive error passive"),
    (0x20, "transmit error passive"),
    (0x40, "error active"),
)
_PROTOCOL = (
    (0x01, "single bit"),
    (0x02, "frame format"),
    (0x04, "bit stuffing"),
    (0x08, "dominant bit not sent"),
    (0x10, "recessive bit not sent"),
    (0x20, "overload"),
    (0x40, "error active announced"),
    (0x80, "while sending"),
)
_DETAILS = {"controller": (1, _CONTROLLER), "protocol": (2, _PROTOCOL)}
_KNOWN_CLASSES = sum(bit for bit, _ in _CLASSES) | 0x200  # with that of the error counters


def error_text(arbitration_id: int, payload: bytes) -> str:
    """The kind of an error frame, as far as SocketCAN's error classes in its id and payload tell."""
    if len(payload) != _ERROR_BYTES or not arbitration_id or arbitration_id & ~_KNOWN_CLASSES:
        return ERROR_FRAME
    kinds = []
    for name in (name for bit, name in _CLASSES if arbitration_id & bit):
        byte, table = _DETAILS.get(name, (0, ()))
        details = ", ".join(text for bit, text in table if payload[byte] & bit)
        kinds.append(f"{name} ({details})" if details else name)
    return f"{ERROR_FRAME}: {', '.join(kinds)}" if kinds else ERROR_FRAME


def signal_text(signal: SignalValue, name: str = "") -> str:
    """Name, value and unit of a signal: "EngineSpeed 1837.5 rpm"."""
    text = f"{name or signal.name} {signal.text} {signal.unit}".rstrip()
    return f"{text} {INVALID}" if signal.warning else text


class InfoTexts:
    """Makes the texts of frames with some databases; may be used in another thread."""

    def __init__(self, databases: DatabaseSet) -> None:
        self._databases = databases
        self._cache: OrderedDict[tuple[int, int, int, str, bytes], str] = OrderedDict()

    def clear(self) -> None:
        """Decode again, because databases have changed."""
        self._cache = OrderedDict()

    def texts(self, batch: FrameBatch, sources: SourceTable) -> list[str]:
        """The text of each frame of a batch, whose source column refers to ``sources``."""
        if not len(self._databases) and not batch.has(Flag.REMOTE | Flag.ERROR).any():
            return [""] * len(batch)
        columns = (batch.arbitration_id, batch.flags, batch.channel, batch.dlc, batch.source)
        rows = zip(*(column.tolist() for column in columns), strict=True)
        return [
            self._text(number, flags, channel, dlc, sources[source].address, batch.payload(row))
            for row, (number, flags, channel, dlc, source) in enumerate(rows)
        ]

    def _text(self, number: int, flags: int, channel: int, dlc: int, address: str, payload: bytes) -> str:
        if flags & _ERROR:
            return error_text(number, payload)
        if flags & _REMOTE:
            return f"Remote frame, {counted(int(DLC_TO_LENGTH[dlc]), 'byte')} requested"
        cache, key = self._cache, (number, flags & _EXTENDED, channel, address, payload)
        text = cache.get(key)
        if text is None:
            text = cache[key] = self._decoded(number, bool(flags & _EXTENDED), channel, address, payload)
            if len(cache) > CACHED:
                cache.popitem(last=False)
        return text

    def _decoded(self, number: int, extended: bool, channel: int, address: str, payload: bytes) -> str:
        signals = self._databases.decode_frame(number, extended, payload, channel, address, MOST_SIGNALS + 1)
        texts = [signal_text(signal) for signal in signals[:MOST_SIGNALS]]
        return SEPARATOR.join([*texts, "…"] if len(signals) > MOST_SIGNALS else texts)
