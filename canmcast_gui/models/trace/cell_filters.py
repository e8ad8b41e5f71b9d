"""The filter for a cell of the trace, to show only frames with the same value, or all others."""

from __future__ import annotations

from typing import NamedTuple

from canmcast_gui.frames import Flag
from canmcast_gui.models.columns import Column
from canmcast_gui.models.trace.lines import LineBlock

_TYPES = (
    (Flag.ERROR, "error", "error frames"),
    (Flag.REMOTE, "remote", "remote frames"),
    (Flag.FD, "fd", "CAN FD frames"),
    (Flag.EXTENDED, "extended", "extended ids"),
)


class CellFilter(NamedTuple):
    """``label`` follows "Only" or "Without" in a menu."""

    label: str
    text: str

    @property
    def excluding(self) -> str:
        """The filter for all other frames."""
        return f"not {self.text}" if self.text.isalnum() else f"not ({self.text})"


def cell_filter(column: Column, block: LineBlock, frame: int) -> CellFilter | None:
    """The filter for the cell of a column and a frame of a block; None if there is none."""
    batch = block.batch
    flags, text = int(batch.flags[frame]), block.texts(column)[frame]
    if column.key == "type":
        return next((CellFilter(label, word) for flag, word, label in _TYPES if flags & flag), _STANDARD)
    if flags & Flag.ERROR and column.key in ("id", "name"):
        return CellFilter("error frames", "error")
    if column.key == "id":
        kind = "extended" if flags & Flag.EXTENDED else "not extended"
        return CellFilter(f"ID {text}", f"id == 0x{int(batch.arbitration_id[frame]):X} and {kind}")
    if column.key == "source":
        address = block.shown.sources[int(batch.source[frame])].address
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


def refined(current: str, additional: str) -> str:
    """A filter that requires both filters."""
    if not current.strip():
        return additional
    current = f"({current})" if " or " in f" {current} " else current
    return f"{current} and {additional}"
