"""The base of both trace models: a table whose lines are read in blocks, and such a block."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QObject, Qt

from canmcast_gui.database import SignalValue
from canmcast_gui.frames import Flag, FrameBatch, Source
from canmcast_gui.frames.text import data_text
from canmcast_gui.models.columns import (
    CHANNEL,
    DATA,
    DELTA,
    INFO,
    NAME,
    NO_INDEX,
    SOURCE,
    TIME,
    Column,
    ColumnTable,
    Index,
    ShownFrames,
)
from canmcast_gui.models.trace.color_rules import CompiledRules
from canmcast_gui.models.trace.info import SEPARATOR
from canmcast_gui.models.trace.times import Reference

# A payload of a classic frame always fits into its cell.
BYTES_IN_CELL = 8

LineRanges = Sequence[tuple[int, int]]  # first and last line of each

# By frame: the payload bytes that changed recently, whether they increased, and their strength, 1 to 64.
ChangedBytes = dict[int, list[tuple[int, bool, int]]]


@dataclass(frozen=True)
class SignalLine:
    """A decoded signal as text: the value with its unit, and the raw value if that is another number."""

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
        """Value and raw value."""
        return f"{self.value}  (raw {self.raw})" if self.raw else self.value


@dataclass
class LineBlock:
    """The content of the lines from ``first``, read in one go; texts are made when a column needs them.

    By line, counted from ``first``: ``frames`` holds the number of the frame, or None for lines without a
    frame, ``signals`` decoded signals, ``gaps`` sentences about missing frames. By frame: ``can_expand`` and
    ``is_expanded`` tell whether it has signals and whether they are shown, ``changed_bytes`` which bytes
    changed, ``mark_texts`` the texts of marks, ``backwards`` which frames are older than the one before,
    ``rules`` the number of the rule that colors it, or -1.
    """

    first: int
    frames: list[int | None]
    signals: dict[int, SignalLine]
    shown: ShownFrames
    can_expand: list[bool]
    is_expanded: list[bool]
    changed_bytes: ChangedBytes = field(default_factory=dict)
    gaps: dict[int, str] = field(default_factory=dict)
    mark_texts: dict[int, str] = field(default_factory=dict)
    backwards: set[int] = field(default_factory=set)
    rules: list[int] | None = None
    _kinds: list[str] | None = None
    _texts: dict[str, list[str]] = field(default_factory=dict)

    @property
    def batch(self) -> FrameBatch:
        """The frames."""
        return self.shown.batch

    @property
    def kinds(self) -> list[str]:
        """By frame: "error", "remote" or ""."""
        if self._kinds is None:
            flags = self.batch.flags.tolist()
            known = {bits: kind(bits) for bits in set(flags)}
            self._kinds = [known[bits] for bits in flags]
        return self._kinds

    def texts(self, column: Column) -> list[str]:
        """The texts of a column, by frame."""
        if column.key not in self._texts:
            self._texts[column.key] = column.texts(self.shown)
        return self._texts[column.key]

    def cell(self, line: int, column: Column) -> str:
        """The text of a cell. Signals are shown in the columns of the name and the data of a frame."""
        frame = self.frames[line - self.first]
        if frame is not None:
            return self.texts(column)[frame]
        signal = self.signals.get(line - self.first)
        if signal is None:
            return self.gaps.get(line - self.first, "") if column is DATA else ""
        return {NAME.key: signal.name, DATA.key: signal.text}.get(column.key, "")

    def tool_tip(self, line: int, column: Column) -> str | None:
        """The whole content of a cell: a long payload in lines of 16 bytes, a line for each signal."""
        frame = self.frames[line - self.first]
        if frame is None:
            signal = self.signals.get(line - self.first)
            return f"{signal.name}: {signal.text}" if signal else self.gaps.get(line - self.first)
        text = self.texts(column)[frame]
        if column is DATA:
            return self.mark_texts.get(frame) or self._payload_tip(frame)
        if column is INFO:
            return text.replace(SEPARATOR, "\n") or None
        if column is SOURCE:
            address = str(self.shown.sources[int(self.batch.source[frame])])
            return f"{text}, {address}" if text != address else text or None
        if column is CHANNEL:
            return self.shown.channel_text(frame) or None
        if column in (TIME, DELTA) and frame in self.backwards:
            return "This frame is older than the one before it."
        return text or None

    def _payload_tip(self, frame: int) -> str | None:
        payload = self.batch.payload(frame)
        if len(payload) <= BYTES_IN_CELL:
            return None
        parts = [payload[start : start + 16] for start in range(0, len(payload), 16)]
        lines = [f"{16 * number:2d}  {data_text(part)}" for number, part in enumerate(parts)]
        return f"<pre>{chr(10).join(lines)}</pre>"


def kind(flags: int) -> str:
    """The kind of a frame that has a color of its own: "error", "remote" or ""."""
    if flags & Flag.ERROR:
        return "error"
    return "remote" if flags & Flag.REMOTE else ""


class LineModel(ColumnTable):
    """A table of frames and signals. Subclasses provide the number of lines and read blocks of them.

    The ``block`` that was read last is kept until ``drop_block``: a repaint asks for it several times.
    """

    columns: Sequence[Column]

    def __init__(self, columns: Sequence[Column], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self._block: LineBlock | None = None
        self.rules = CompiledRules()
        self.source_names: Mapping[Source, str] = {}

    # -- lines: subclasses implement ---------------------------------------------------------------------

    def line_count(self) -> int:
        """The number of lines."""
        raise NotImplementedError

    def read_block(self, first: int, last: int) -> LineBlock:
        """Read the lines ``first`` to ``last`` (inclusive)."""
        raise NotImplementedError

    def block_readers(self, ranges: LineRanges, size: int) -> list[Callable[[], LineBlock]]:
        """Functions that read lines as they are now, in blocks of up to ``size`` lines.

        They may be called later, in another thread.
        """
        raise NotImplementedError

    def time_span(self, ranges: LineRanges) -> tuple[int, int, int]:
        """The number of frames on lines, and the times of the first and the last one."""
        raise NotImplementedError

    def is_expanded(self, line: int) -> bool:
        """Whether the signals of the frame on that line are shown."""
        raise NotImplementedError

    def expand(self, line: int) -> bool:
        """Show the signals of the frame on that line; False if it has none or is expanded."""
        raise NotImplementedError

    def collapse(self, line: int) -> bool:
        """Hide the signals of the frame on that line, or those to which the signal on it belongs."""
        raise NotImplementedError

    # -- settings: subclasses implement ------------------------------------------------------------------

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

    def titles(self) -> dict[str, str]:
        """Titles by column key, where they differ from the column's own."""
        return {}

    # -- blocks ------------------------------------------------------------------------------------------

    def block(self, first: int, last: int) -> LineBlock:
        """The lines ``first`` to ``last``, or to the last one of the table; kept for the next call."""
        last = min(last, self.line_count() - 1)
        known = self._block
        if known is None or known.first != first or len(known.frames) != last - first + 1:
            known = self._block = self.read_block(first, last)
            known.rules = self.rules.which(known.batch)
        return known

    def drop_block(self) -> None:
        """Read visible lines again at the next repaint."""
        self._block = None

    def set_rules(self, rules: CompiledRules) -> None:
        """Color frames by other rules."""
        self.rules = rules
        self.drop_block()

    def set_source_names(self, names: Mapping[Source, str]) -> None:
        """Show other names in place of addresses."""
        self.source_names = names
        self.drop_block()

    def texts_changed(self) -> None:
        """Announce that all texts may have changed."""
        self._block = None
        if self.line_count():
            last = self.index(self.line_count() - 1, len(self.columns) - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    # -- QAbstractTableModel -----------------------------------------------------------------------------

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else self.line_count()

    def column_title(self, section: int) -> str:
        """The title of a column."""
        column = self.columns[section]
        return self.titles().get(column.key, column.title)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        line, column = index.row(), self.columns[index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self.alignment(index.column())
        if role == Qt.ItemDataRole.DisplayRole:
            return self._block_of(line).cell(line, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._block_of(line).tool_tip(line, column)
        return None

    def _block_of(self, line: int) -> LineBlock:
        """The kept block if it has that line, else one of that line alone."""
        block = self._block
        if block is None or not block.first <= line < block.first + len(block.frames):
            block = self.read_block(line, line)
        return block
