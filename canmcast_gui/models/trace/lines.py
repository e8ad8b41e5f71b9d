"""The base of both trace models: a table whose lines are read in blocks, and such a block."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt

from canmcast_gui.database import SignalValue
from canmcast_gui.frames import Flag, FrameBatch, Source
from canmcast_gui.frames.text import data_text
from canmcast_gui.models.columns import DATA, DELTA, NAME, SOURCE, TIME, Column, ShownFrames
from canmcast_gui.models.trace.color_rules import CompiledRules
from canmcast_gui.models.trace.times import Reference

# A payload of a classic frame always fits.
BYTES_IN_CELL = 8


@dataclass(frozen=True)
class SignalLine:
    """A decoded signal as it is shown: value with unit, and the raw value where that is another number."""

    name: str
    value: str
    raw: str = ""

    @classmethod
    def of(cls, signal: SignalValue) -> SignalLine:
        """The line of a decoded signal."""
        raw = "" if signal.text == str(signal.raw) else str(signal.raw)
        text = f"{signal.text} {signal.unit}".strip()
        return cls(signal.name, f"{text} · {signal.warning}" if signal.warning else text, raw)

    @property
    def text(self) -> str:
        """Value and raw value in one piece."""
        return f"{self.value}  (raw {self.raw})" if self.raw else self.value


@dataclass
class Screen:
    """Lines ``first`` and following. ``frames[i]`` is the frame on line i, or None where there is none.

    ``signals[i]`` is the decoded signal on line i; ``can_open`` and ``is_open`` say by frame whether it has
    signals to show and shows them. ``marks`` holds, by frame, the payload bytes that changed lately: (byte,
    whether it rose, strength from 1 to 64). ``gaps[i]`` is a sentence about frames that are missing there.
    ``tags`` holds notes by frame, ``backwards`` the frames that are older than the one before, ``rules`` by
    frame which rule colours it, or -1.
    """

    first: int
    frames: list[int | None]
    signals: dict[int, SignalLine]
    shown: ShownFrames
    can_open: list[bool]
    is_open: list[bool]
    marks: dict[int, list[tuple[int, bool, int]]] = field(default_factory=dict)
    gaps: dict[int, str] = field(default_factory=dict)
    tags: dict[int, str] = field(default_factory=dict)
    backwards: set[int] = field(default_factory=set)
    rules: list[int] | None = None
    _kinds: list[str] | None = None
    _texts: dict[str, list[str]] = field(default_factory=dict)

    @property
    def batch(self) -> FrameBatch:
        """The frames themselves."""
        return self.shown.batch

    @property
    def kinds(self) -> list[str]:
        """By frame: "error", "remote" or nothing."""
        if self._kinds is None:
            flags = self.batch.flags.tolist()
            known = {one: kind(one) for one in set(flags)}
            self._kinds = [known[one] for one in flags]
        return self._kinds

    def texts(self, column: Column) -> list[str]:
        """One text per frame."""
        if column.key not in self._texts:
            self._texts[column.key] = column.texts(self.shown)
        return self._texts[column.key]

    def cell(self, line: int, column: Column) -> str:
        """The text of one cell; a signal's name and value stand in the columns of a frame's name and data."""
        frame = self.frames[line - self.first]
        if frame is not None:
            return self.texts(column)[frame]
        signal = self.signals.get(line - self.first)
        if signal is None:
            return self.gaps.get(line - self.first, "") if column is DATA else ""
        return {NAME.key: signal.name, DATA.key: signal.text}.get(column.key, "")

    def tool_tip(self, line: int, column: Column) -> str | None:
        """What may not fit into a cell: a long payload as lines of 16 bytes, a name or an address in full."""
        frame = self.frames[line - self.first]
        if frame is None:
            return self.gaps.get(line - self.first)
        if frame in self.tags and column is DATA:
            return self.tags[frame]
        if frame in self.backwards and column in (TIME, DELTA):
            return "This frame is older than the one before it."
        if column not in (DATA, NAME, SOURCE):
            return None
        payload = self.batch.payload(frame)
        if column is SOURCE:
            name, address = self.texts(column)[frame], str(self.shown.sources[int(self.batch.source[frame])])
            return f"{name}, {address}" if name != address else name or None
        if column is not DATA:
            return self.texts(column)[frame] or None
        if len(payload) <= BYTES_IN_CELL:
            return None
        parts = [payload[start : start + 16] for start in range(0, len(payload), 16)]
        lines = [f"{16 * number:2d}  {data_text(part)}" for number, part in enumerate(parts)]
        return f"<pre>{chr(10).join(lines)}</pre>"


def kind(flags: int) -> str:
    """What sets a frame apart at a glance: "error", "remote" or nothing."""
    if flags & Flag.ERROR:
        return "error"
    return "remote" if flags & Flag.REMOTE else ""


_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


class LineModel(QAbstractTableModel):
    """A table of frames and signals. Subclasses say how many lines there are and make screens of them.

    Whoever draws asks for a ``screen``; it is kept until ``forget_screen``, because a repaint asks for the
    same one several times.
    """

    def __init__(self, columns: Sequence[Column], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self._screen: Screen | None = None
        self.rules = CompiledRules()
        self.source_names: Mapping[Source, str] = {}

    # -- what a subclass says ----------------------------------------------------------------------------

    def line_count(self) -> int:
        """How many lines there are."""
        raise NotImplementedError

    def make_screen(self, first: int, last: int) -> Screen:
        """What stands on lines ``first`` to ``last`` (inclusive), read in one go."""
        raise NotImplementedError

    def is_open(self, line: int) -> bool:
        """Whether the frame on that line shows its signals."""
        raise NotImplementedError

    def open_row(self, line: int) -> bool:
        """Show the signals of the frame on that line; False where it has none or is open."""
        raise NotImplementedError

    def close_row(self, line: int) -> bool:
        """Hide the signals of the frame on that line, or of the frame whose signal stands there."""
        raise NotImplementedError

    def titles(self) -> dict[str, str]:
        """Titles by column key, where they differ from the column's own."""
        return {}

    def time_span(self, ranges: Sequence[tuple[int, int]]) -> tuple[int, int, int]:
        """Of ranges of lines: the number of frames, and the times of the first and the last one."""
        raise NotImplementedError

    # -- settings ----------------------------------------------------------------------------------------

    def set_decimal(self, decimal: bool) -> None:
        """Show ids and data in decimal instead of hexadecimal."""
        raise NotImplementedError

    def set_time_mode(self, mode: str) -> None:
        """Show times in one of TIME_MODES."""
        raise NotImplementedError

    def set_reference(self, reference: Reference | None) -> None:
        """Count times from a row; None: from the start."""
        raise NotImplementedError

    def databases_changed(self) -> None:
        """Update names and signals."""
        raise NotImplementedError

    # -- screens -----------------------------------------------------------------------------------------

    def screen(self, first: int, last: int) -> Screen:
        """As ``make_screen``, up to the last line there is, and kept."""
        last = min(last, self.line_count() - 1)
        known = self._screen
        if known is None or known.first != first or len(known.frames) != last - first + 1:
            known = self._screen = self.make_screen(first, last)
            known.rules = self.rules.which(known.batch)
        return known

    def set_rules(self, rules: CompiledRules) -> None:
        """Colour the frames otherwise from now on."""
        self.rules = rules
        self.forget_screen()

    def set_source_names(self, names: Mapping[Source, str]) -> None:
        """Names to show in place of addresses."""
        self.source_names = names
        self.forget_screen()

    def screen_makers(self, ranges: Sequence[tuple[int, int]], block: int) -> list[Callable[[], Screen]]:
        """Functions that make the screens of some lines as they are now, in pieces of up to ``block`` lines.

        They may be called later and in another thread.
        """
        raise NotImplementedError

    def forget_screen(self) -> None:
        """What is on the screen may look different now."""
        self._screen = None

    def texts_changed(self) -> None:
        """All texts may be others now, on the same lines."""
        self._screen = None
        if self.line_count():
            last = self.index(self.line_count() - 1, len(self.columns) - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    # -- what Qt asks ------------------------------------------------------------------------------------

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else self.line_count()

    def columnCount(self, parent: QModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        column = self.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return self.titles().get(column.key, column.title)
        if role == Qt.ItemDataRole.ToolTipRole:
            return column.tip
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if column.right else _LEFT
        return None

    def data(self, index: QModelIndex, role: int = 0) -> Any:
        if not index.isValid():
            return None
        column = self.columns[index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if column.right else _LEFT
        if role == Qt.ItemDataRole.DisplayRole:
            return self._screen_of(index.row()).cell(index.row(), column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._screen_of(index.row()).tool_tip(index.row(), column)
        return None

    def _screen_of(self, line: int) -> Screen:
        """The kept screen where it has that line, else one of that line alone."""
        screen = self._screen
        if screen is None or not screen.first <= line < screen.first + len(screen.frames):
            screen = self.make_screen(line, line)
        return screen
