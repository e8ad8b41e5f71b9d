"""Text and filters from cells of a trace: rows for the clipboard, and the filter for a cell."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.models.columns import DATA, NAME, Column
from canmcast_gui.models.trace.frame_code import c_arrays, hex_lines, python_messages
from canmcast_gui.models.trace.lines import LineBlock

FORMATS = ("text", "csv", "candump", "data", "c", "python")
BLOCK_LINES = 4096

BlockReaders = Sequence[Callable[[], LineBlock]]


def rows_text(
    readers: BlockReaders,
    columns: Sequence[Column],
    text_format: str,
    report: Callable[[float], bool] = lambda _done: True,
    titles: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """The lines of all blocks; ``text_format`` is one of FORMATS. ``report`` returns False to cancel.

    ``titles`` are titles of columns by their keys, where they differ from the columns' own.
    """
    names = [titles.get(column.key, column.title) for column in columns]
    head = {"text": lambda: "\t".join(names) + "\n", "csv": lambda: _csv([names])}
    parts = [head[text_format]()] if text_format in head else []
    for number, read in enumerate(readers):
        parts.append(_block_text(read(), columns, text_format))
        if not report((number + 1) / len(readers)):
            break
    return "".join(parts)


def _block_text(block: LineBlock, columns: Sequence[Column], text_format: str) -> str:
    if text_format in _OF_FRAMES:
        frames = [frame for frame in block.frames if frame is not None]
        return _OF_FRAMES[text_format](block.batch[np.array(frames, dtype=np.intp)])
    lines = _cells(block, columns)
    return _csv(lines) if text_format == "csv" else "".join("\t".join(line) + "\n" for line in lines)


def candump_lines(batch: FrameBatch) -> str:
    """Lines as ``candump -L`` writes them."""
    from canmcast_gui.logfile.candump.sink import CandumpSink  # its tables take time to make

    file = io.BytesIO()
    CandumpSink(file, Path()).write(batch)
    return file.getvalue().decode()


_OF_FRAMES = {"candump": candump_lines, "data": hex_lines, "c": c_arrays, "python": python_messages}


def _csv(lines: list[list[str]]) -> str:
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows(lines)
    return file.getvalue()


def _cells(block: LineBlock, columns: Sequence[Column]) -> list[list[str]]:
    """The cells of each line; signals and gaps are in the columns of name and data."""
    frames = list(zip(*(block.texts(column) for column in columns), strict=True))
    lines = []
    for line, frame in enumerate(block.frames):
        if frame is not None:
            lines.append(list(frames[frame]))
        elif line in block.signals:
            signal = block.signals[line]
            lines.append(_placed(columns, {NAME.key: signal.name, DATA.key: signal.text}))
        elif line in block.gaps:
            lines.append(_placed(columns, {DATA.key: block.gaps[line]}))
    return lines


def _placed(columns: Sequence[Column], cells: dict[str, str]) -> list[str]:
    return [cells.get(column.key, "") for column in columns]


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
    if column.key == "channel" and text:
        return CellFilter(f"channel {block.shown.channel_text(frame)}", f"channel == {text}")
    simple = {
        "name": (f"{text}", f'name == "{text}"'),
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
