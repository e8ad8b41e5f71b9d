"""The entries of the by-ID view: their order, their texts, and the payload bytes that changed."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from canmcast_gui.database import DatabaseSet, Message
from canmcast_gui.frames import Flag, FrameBatch, Source
from canmcast_gui.frames.text import ERROR_FRAME
from canmcast_gui.models.columns import ShownFrames, seconds_texts
from canmcast_gui.models.trace.info import InfoTexts
from canmcast_gui.models.trace.lines import ChangedBytes, SignalLine
from canmcast_gui.models.trace.times import Reference, clock_texts
from canmcast_gui.recording import NewestById, Recording
from canmcast_gui.recording.newest import Change

# As plain integers: an operation on an enumeration takes ten times as long, and a block needs some hundred.
_EXTENDED, _ERROR = int(Flag.EXTENDED), int(Flag.ERROR)
_NO_SIGNALS = int(Flag.ERROR | Flag.REMOTE)

# Columns whose values change: the view is sorted by them again from time to time.
CHANGING_COLUMNS = frozenset({"count", "cycle", "jitter", "data", "dlc", "time", "delta", "source"})

# Columns that are sorted by the name of the message.
NAMED_COLUMNS = ("name", "info")

# How long a changed byte is highlighted, and in how many shades.
FADE_NS = 1_200_000_000
STEPS = 64

Keys = npt.NDArray[np.generic]
Entries = npt.NDArray[np.intp]


class ByIdReader:
    """Reads the entries of ``newest``. Times count from ``reference``, or from the recording's start."""

    def __init__(self, databases: DatabaseSet) -> None:
        self.databases = databases
        self.info = InfoTexts(databases)
        self.newest = NewestById()
        self.recording: Recording | None = None
        self.decimal = False
        self.clock = False
        self.reference: Reference | None = None

    def message(self, entry: int) -> Message | None:
        """The message of an entry, if a database has it."""
        frame = self.newest.records[entry]
        flags = int(frame["flags"])
        if flags & _NO_SIGNALS:
            return None
        identifier, channel = int(frame["arbitration_id"]), int(frame["channel"])
        return self.databases.message(
            identifier, bool(flags & _EXTENDED), channel, self._address(int(frame["source"]))
        )

    def _address(self, source: int) -> str:
        """The address of a number in the recording's table of sources."""
        return self.recording.sources[source].address if self.recording is not None else ""

    def signal_names(self, entry: int) -> list[str]:
        """The names of the signals of an entry's message."""
        message = self.message(entry)
        return [signal.name for signal in message.listed_signals] if message else []

    def signal_lines(self, entry: int, batch: FrameBatch, row: int) -> list[SignalLine]:
        """All signals of the message; those that the frame does not contain have no value."""
        extended = bool(int(batch.flags[row]) & _EXTENDED)
        channel, address = int(batch.channel[row]), self._address(int(batch.source[row]))
        decoded = self.databases.decode_frame(
            int(batch.arbitration_id[row]), extended, batch.payload(row), channel, address
        )
        values = {signal.name: SignalLine.of(signal) for signal in decoded}
        return [values.get(name, SignalLine(name, "–")) for name in self.signal_names(entry)]

    def names(self, batch: FrameBatch) -> list[str]:
        """The name of each frame's message."""
        columns = (batch.arbitration_id, batch.flags, batch.channel, batch.source)
        return [
            ERROR_FRAME
            if flags & _ERROR
            else self.databases.name(number, bool(flags & _EXTENDED), channel, self._address(source))
            for number, flags, channel, source in zip(*(column.tolist() for column in columns), strict=True)
        ]

    def shown(self, numbers: Entries, batch: FrameBatch, source_names: Mapping[Source, str]) -> ShownFrames:
        """The newest frames of some entries, with the texts of the columns that only this view has."""
        newest, recording = self.newest, self.recording
        assert recording is not None
        stamps = batch.timestamp_ns
        zero = self.reference.timestamp_ns if self.reference else recording.start_ns
        times = clock_texts(stamps) if self.clock else seconds_texts(stamps - zero)
        extra = {
            "count": [str(count) for count in newest.count[numbers].tolist()],
            "cycle": _milliseconds(newest.period_mean_ns[numbers]),
            "jitter": _milliseconds(newest.jitter_ns[numbers]),
        }
        periods = newest.period_ns[numbers].tolist()
        deltas = ["" if period != period else f"{period / 1e9:.6f}" for period in periods]
        return ShownFrames(
            batch,
            recording.sources,
            self.names(batch),
            times,
            deltas,
            self.decimal,
            extra,
            source_names,
            self.info.texts,
            recording.channels,
        )


def _milliseconds(nanoseconds: npt.NDArray[np.float64]) -> list[str]:
    return ["" if value != value else f"{value / 1e6:.3f}" for value in nanoseconds.tolist()]


def sort_keys(newest: NewestById, column: str, names: list[str]) -> Keys:
    """The sort keys of a column, one for each entry; ``names`` are the names of the entries' messages."""
    if column in NAMED_COLUMNS:
        # entries without a name are last in ascending order
        return np.array([name.casefold() or "\U0010ffff" for name in names])
    if column == "id":
        return newest.arbitration_id.astype(np.int64) * 2 + newest.frames.has(Flag.EXTENDED)
    if column == "data":
        return np.ascontiguousarray(newest.payload).view("S64").ravel()
    by_array = {"cycle": newest.period_mean_ns, "delta": newest.period_ns, "jitter": newest.jitter_ns}
    if column in by_array:
        return by_array[column]
    batch = newest.frames
    columns: dict[str, Keys] = {
        "count": newest.count,
        "time": newest.last_timestamp_ns,
        "dlc": batch.length,
        "type": batch.flags,
        "direction": batch.has(Flag.TX),
        "channel": batch.channel,
        "source": batch.source,
    }
    return columns[column]


def sorted_entries(entries: Entries, keys: Keys, descending: bool) -> Entries:
    """``entries`` sorted by their keys; entries with equal keys stay in their order."""
    chosen = keys[entries]
    if descending:
        return entries[::-1][np.argsort(chosen[::-1], kind="stable")][::-1]
    return entries[np.argsort(chosen, kind="stable")]


def changed_bytes(newest: NewestById, entries: Entries, batch: FrameBatch, now_ns: int) -> ChangedBytes:
    """The bytes of each of ``entries`` that changed within FADE_NS; ``batch`` holds the entries' frames."""
    age = now_ns - newest.changed_at_ns[entries]
    recent = (age < FADE_NS) & (newest.changed[entries] != Change.NONE)
    recent &= np.arange(recent.shape[1]) < batch.length[:, None]
    increased = newest.changed[entries] == Change.UP
    found: ChangedBytes = {}
    for frame, byte in zip(*(indices.tolist() for indices in np.nonzero(recent)), strict=True):
        left = 1 - max(int(age[frame, byte]), 0) / FADE_NS
        strength = max(round(left * STEPS), 1)
        found.setdefault(frame, []).append((byte, bool(increased[frame, byte]), strength))
    return found
