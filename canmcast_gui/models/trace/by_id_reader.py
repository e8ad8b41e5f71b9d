"""The entries of the by-ID view: their order, their texts, and the payload bytes that changed."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from canmcast_gui.database import DatabaseSet, Message
from canmcast_gui.frames import Flag, FrameBatch, Source
from canmcast_gui.frames.text import ERROR_FRAME
from canmcast_gui.models.columns import ShownFrames, seconds_texts
from canmcast_gui.models.trace.lines import SignalLine
from canmcast_gui.models.trace.times import Reference, clock_texts
from canmcast_gui.recording import NewestById, Recording
from canmcast_gui.recording.newest import Change

# As plain numbers: an operation on an enumeration costs ten times as much, and a screen has some hundred.
_EXTENDED, _ERROR = int(Flag.EXTENDED), int(Flag.ERROR)
_NO_SIGNALS = int(Flag.ERROR | Flag.REMOTE)


class EntryReader:
    """``newest`` holds the entries. Times count from ``reference``, or from the recording's start."""

    def __init__(self, databases: DatabaseSet) -> None:
        self.databases = databases
        self.newest = NewestById()
        self.recording: Recording | None = None
        self.decimal = False
        self.clock = False
        self.reference: Reference | None = None

    def message(self, entry: int) -> Message | None:
        """The message of an entry, where its frames carry one that a database knows."""
        frame = self.newest.records[entry]
        flags = int(frame["flags"])
        if flags & _NO_SIGNALS:
            return None
        identifier, channel = int(frame["arbitration_id"]), int(frame["channel"])
        return self.databases.message(
            identifier, bool(flags & _EXTENDED), channel, self._address(int(frame["source"]))
        )

    def _address(self, source: int) -> str:
        """The address of a row of the recording's sources."""
        return self.recording.sources[source].address if self.recording is not None else ""

    def signal_names(self, entry: int) -> list[str]:
        """The signals of an entry's message."""
        message = self.message(entry)
        return [signal.name for signal in message.listed_signals] if message else []

    def signal_lines(self, entry: int, batch: FrameBatch, row: int) -> list[SignalLine]:
        """All signals of the message; those that the frame in that row does not carry say so."""
        extended = bool(int(batch.flags[row]) & _EXTENDED)
        channel, address = int(batch.channel[row]), self._address(int(batch.source[row]))
        decoded = self.databases.decode_frame(
            int(batch.arbitration_id[row]), extended, batch.payload(row), channel, address
        )
        values = {signal.name: SignalLine.of(signal) for signal in decoded}
        return [values.get(name, SignalLine(name, "–")) for name in self.signal_names(entry)]

    def names(self, batch: FrameBatch) -> list[str]:
        """The message's name of each frame."""
        columns = (batch.arbitration_id, batch.flags, batch.channel, batch.source)
        return [
            ERROR_FRAME
            if flags & _ERROR
            else self.databases.name(one, bool(flags & _EXTENDED), channel, self._address(source))
            for one, flags, channel, source in zip(*(column.tolist() for column in columns), strict=True)
        ]

    def shown(
        self, numbers: npt.NDArray[np.intp], batch: FrameBatch, source_names: Mapping[Source, str]
    ) -> ShownFrames:
        """The newest frames of some entries, with the texts that only this view has."""
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
        names, sources = self.names(batch), recording.sources
        return ShownFrames(batch, sources, names, times, deltas, self.decimal, extra, source_names)


def _milliseconds(nanoseconds: npt.NDArray[np.float64]) -> list[str]:
    return ["" if value != value else f"{value / 1e6:.3f}" for value in nanoseconds.tolist()]


Keys = npt.NDArray[np.generic]

# Columns whose values keep changing; a view sorts anew by them now and then, by the others never.
CHANGING = frozenset({"count", "cycle", "jitter", "data", "dlc", "time", "delta", "source"})


def sort_keys(newest: NewestById, column: str, names: list[str]) -> Keys:
    """What a column is sorted by, one key per entry; ``names`` are the entries' message names."""
    if column == "name":
        # entries without a name come last in rising order
        return np.array([name.casefold() or "\U0010ffff" for name in names])
    if column == "id":
        return newest.arbitration_id.astype(np.int64) * 2 + newest.frames.has(Flag.EXTENDED)
    if column == "data":
        return np.ascontiguousarray(newest.payload).view("S64").ravel()
    by_array = {"cycle": newest.period_mean_ns, "delta": newest.period_ns, "jitter": newest.jitter_ns}
    if column in by_array:
        return by_array[column]
    batch = newest.frames
    return {
        "count": newest.count,
        "time": newest.last_timestamp_ns,
        "dlc": batch.length,
        "type": batch.flags,
        "direction": batch.has(Flag.TX),
        "channel": batch.channel,
        "source": batch.source,
    }[column]


def sorted_entries(entries: npt.NDArray[np.intp], keys: Keys, descending: bool) -> npt.NDArray[np.intp]:
    """``entries`` by their keys; equal ones stay in the order of their first appearance."""
    chosen = keys[entries]
    if descending:
        return entries[::-1][np.argsort(chosen[::-1], kind="stable")][::-1]
    return entries[np.argsort(chosen, kind="stable")]


FADE_NS = 1_200_000_000
STEPS = 64  # as many shades as anyone can tell apart

Marks = dict[int, list[tuple[int, bool, int]]]


def changed_bytes(newest: NewestById, entries: npt.NDArray[np.intp], batch: FrameBatch, now_ns: int) -> Marks:
    """For each of ``entries`` by its place: (byte, whether it rose, strength 1 to 64), faded ones left out.

    ``batch`` holds the entries' newest frames. A byte that the newest frame no longer has is not marked.
    """
    age = now_ns - newest.changed_at_ns[entries]
    fresh = (age < FADE_NS) & (newest.changed[entries] != Change.NONE)
    fresh &= np.arange(fresh.shape[1]) < batch.length[:, None]
    marks: Marks = {}
    rose = newest.changed[entries] == Change.UP
    for place, byte in zip(*(part.tolist() for part in np.nonzero(fresh)), strict=True):
        left = 1 - max(int(age[place, byte]), 0) / FADE_NS
        strength = max(round(left * STEPS), 1)
        marks.setdefault(place, []).append((byte, bool(rose[place, byte]), strength))
    return marks
