"""Entries of the by-ID view as texts: what is written about ids, their newest frames and live signals."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from canmcast_gui.database import DatabaseSet, Message
from canmcast_gui.frames import Flag, FrameBatch, Source
from canmcast_gui.frames.text import ERROR_FRAME
from canmcast_gui.models.columns import ShownFrames, seconds_texts
from canmcast_gui.models.trace.screen import SignalLine
from canmcast_gui.models.trace.times import Reference, clock_texts
from canmcast_gui.recording import NewestById, Recording

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
