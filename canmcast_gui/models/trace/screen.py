"""What a table of frames shows on one screen: read once, made into text when a column is painted."""

from __future__ import annotations

from dataclasses import dataclass, field

from canmcast_gui.database import SignalValue
from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.frames.text import data_text
from canmcast_gui.models.columns import DATA, DELTA, NAME, SOURCE, TIME, Column, ShownFrames

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
        return cls(signal.name, f"{text} · {signal.remark}" if signal.remark else text, raw)

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
