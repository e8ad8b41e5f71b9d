"""The filter that a cell of the trace stands for: what "only this" and "without this" mean."""

from __future__ import annotations

from typing import NamedTuple

from canmcast_gui.frames import Flag
from canmcast_gui.models.columns import Column
from canmcast_gui.models.trace.lines import Screen

_TYPES = (
    (Flag.ERROR, "error", "error frames"),
    (Flag.REMOTE, "remote", "remote frames"),
    (Flag.FD, "fd", "CAN FD frames"),
    (Flag.EXTENDED, "extended", "extended ids"),
)


class CellFilter(NamedTuple):
    """``label`` is for a menu: "Only …", "Without …"."""

    label: str
    text: str

    @property
    def excluding(self) -> str:
        """The filter for all other frames."""
        return f"not {self.text}" if self.text.isalnum() else f"not ({self.text})"


def cell_filter(column: Column, screen: Screen, frame: int) -> CellFilter | None:
    """What the cell of a column stands for in a frame of a screen; None where one cannot filter by it."""
    batch = screen.batch
    flags, text = int(batch.flags[frame]), screen.texts(column)[frame]
    if column.key == "type":
        return next((CellFilter(label, word) for flag, word, label in _TYPES if flags & flag), _STANDARD)
    if flags & Flag.ERROR and column.key in ("id", "name"):
        return CellFilter("error frames", "error")
    if column.key == "id":
        kind = "extended" if flags & Flag.EXTENDED else "not extended"
        return CellFilter(f"ID {text}", f"id == 0x{int(batch.arbitration_id[frame]):X} and {kind}")
    if column.key == "source":
        address = screen.shown.sources[int(batch.source[frame])].address
        return CellFilter(f"from {address}", f"source == {address}") if address else None
    if column.key == "data":
        payload = batch.payload(frame).hex(" ").upper()
        return CellFilter("this data", f'data == "{payload}"') if payload else None
    simple = {
        "name": (f"{text}", f'name == "{text}"'),
        "channel": (f"channel {text}", f"channel == {text}"),
        "direction": (f"{text} frames", f"dir == {text.lower()}"),
        "dlc": (f"DLC {int(batch.dlc[frame])}", f"dlc == {int(batch.dlc[frame])}"),
    }
    return CellFilter(*simple[column.key]) if column.key in simple and text else None


_STANDARD = CellFilter("classic frames with standard ids", "standard and not fd and not remote and not error")


def refined(current: str, more: str) -> str:
    """A filter that asks for both."""
    if not current.strip():
        return more
    return f"({current}) and {more}" if " or " in f" {current} " else f"{current} and {more}"
