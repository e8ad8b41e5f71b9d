"""The signals of a plot: decoded by column from the recording, only what is new, a moment at a time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

import numpy as np
import numpy.typing as npt

from canmcast_gui.app.workspace.view_setups import LineKind, PlotStyle
from canmcast_gui.database import DatabaseError, DatabaseSet, Signal
from canmcast_gui.database.decoding.values import value_text
from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.arrays import Times
from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.models.plot.samples import SampleRoom, SampleStore
from canmcast_gui.recording import Recording

# More lines than that cannot be told apart; they share one bound of memory.
MAX_SIGNALS = 64

# A signal that has not come for so many of its cycles, and for a second, is not there: its line is broken.
GAP_CYCLES = 5
MIN_GAP_NS = NS_PER_SECOND

Clock = Callable[[], float]


class PlotSignal:
    """One plotted signal: its samples, and what the databases say of it now.

    ``problem`` is a sentence while no database describes it, else "".
    """

    def __init__(self, name: str, room: SampleRoom) -> None:
        self.name = name
        self.samples = SampleStore(room)
        self.next_row = 0
        self.signal: Signal | None = None
        self.problem = ""
        self.cycle_ns = 0
        self.style = PlotStyle()

    @property
    def unit(self) -> str:
        """The unit of its samples, "" where there is none, as raw numbers have."""
        return self.signal.unit if self.signal and not self.style.raw else ""

    @property
    def kind(self) -> LineKind:
        """How it is drawn: as asked for, else as suits it."""
        return self.style.kind or (LineKind.STEPS if self.has_states else LineKind.LINES)

    @property
    def has_states(self) -> bool:
        """Whether its values are names of states, between which there is nothing."""
        return bool(self.signal and self.signal.choices)

    @property
    def gap_ns(self) -> int:
        """From which silence on its line is broken, by its cycle time; the least one where it has none."""
        return max(GAP_CYCLES * self.cycle_ns, MIN_GAP_NS)

    def text(self, value: float | None) -> str:
        """A value as it is read: a state's name, or a number with the unit."""
        if value is None:
            return "–"
        if self.signal is None or self.style.raw:
            return f"{value:.10g}"
        signal = self.signal
        whole = signal.scale and not signal.is_float
        raw = round((value - signal.offset) / signal.scale) if whole else value
        return f"{value_text(signal, raw, value)} {signal.unit}".rstrip()

    def states(self) -> list[tuple[float, str]]:
        """All named states by their physical values."""
        if self.signal is None or self.style.raw:
            return []
        scale, offset = self.signal.scale, self.signal.offset
        return [(raw * scale + offset, text) for raw, text in self.signal.choices.items()]

    def take(self, times: Times, values: npt.NDArray[np.generic]) -> None:
        """Add samples, given as physical values."""
        numbers = np.asarray(values, dtype=np.float64)
        if self.style.raw and self.signal is not None and self.signal.scale:
            numbers = (numbers - self.signal.offset) / self.signal.scale
            numbers = numbers if self.signal.is_float else np.round(numbers)
        self.samples.append(times, numbers)


class Source(Protocol):
    """A recording and the databases that describe it: the session, or what it is compared with."""

    @property
    def recording(self) -> Recording | None:
        """The frames."""

    @property
    def databases(self) -> DatabaseSet:
        """What describes them."""


class PlotData:
    """Keeps the samples of the wanted signals up to date with a recording, which must be there."""

    def __init__(self, source: Source, clock: Clock = time.perf_counter) -> None:
        self._source = source
        self._clock = clock
        self.signals: list[PlotSignal] = []
        self._room = SampleRoom()
        self._losses: tuple[object, Times] = (None, np.zeros(0, dtype=np.int64))

    @property
    def _recording(self) -> Recording:
        recording = self._source.recording
        assert recording is not None
        return recording

    @property
    def names(self) -> list[str]:
        """The signals, in the order in which they were added."""
        return [signal.name for signal in self.signals]

    def add(self, name: str, style: PlotStyle | None = None) -> bool:
        """Add "Message.Signal"; False where it is there already or there are too many."""
        if name in self.names or len(self.signals) >= MAX_SIGNALS:
            return False
        signal = PlotSignal(name, self._room)
        signal.style = style or PlotStyle()
        self._describe(signal)
        self.signals.append(signal)
        self._room.stores = len(self.signals)
        return True

    def remove(self, name: str) -> None:
        """Remove a signal and its samples."""
        self.signals = [signal for signal in self.signals if signal.name != name]
        self._room.stores = len(self.signals)

    def restart(self) -> None:
        """Decode all anew: for another recording, or other databases."""
        before, self.signals = self.signals, []
        for signal in before:
            self.add(signal.name, signal.style)

    def set_style(self, name: str, style: PlotStyle) -> None:
        """Show a signal in another way; between raw and physical values it is decoded anew."""
        for number, signal in enumerate(self.signals):
            if signal.name == name:
                if signal.style.raw != style.raw:
                    signal = self.signals[number] = PlotSignal(name, self._room)
                    self._describe(signal)
                signal.style = style

    def _describe(self, signal: PlotSignal) -> None:
        databases = self._source.databases
        try:
            signal.signal = databases.signal(signal.name)
        except DatabaseError as error:
            signal.problem = str(error)
            return
        message = signal.name.rpartition(".")[0]
        cycles = [one.cycle_ms for database in databases for one in database.messages_named(message)]
        signal.cycle_ns = round(max((cycle or 0 for cycle in cycles), default=0) * 1e6)

    @property
    def losses(self) -> Times:
        """When frames were found missing in the recording, int64 (n,), ascending."""
        gaps = self._recording.gaps
        key = (self._recording.folder, gaps.generation)
        if self._losses[0] != key:
            self._losses = key, np.sort(np.array([gap.timestamp_ns for gap in gaps[:]], dtype=np.int64))
        return self._losses[1]

    @property
    def rows_behind(self) -> int:
        """How many frames of the recording the signal that is furthest behind has not seen."""
        end = self._recording.end_row
        first = self._recording.first_row
        return max((end - max(one.next_row, first) for one in self.signals if not one.problem), default=0)

    def update(self, budget_s: float) -> bool:
        """Decode what is new, for about ``budget_s`` seconds; returns whether there was anything."""
        end = self._clock() + budget_s
        changed = False
        while (behind := self._furthest_behind()) and (not changed or self._clock() < end):
            changed = True
            self._advance(behind)
        return changed

    def _furthest_behind(self) -> list[PlotSignal]:
        """The signals that have seen the fewest rows, where there are more rows."""
        usable = [signal for signal in self.signals if not signal.problem]
        first = min((signal.next_row for signal in usable), default=0)
        if first >= self._recording.end_row:
            return []
        return [signal for signal in usable if signal.next_row == first]

    def _advance(self, signals: list[PlotSignal]) -> None:
        """Decode one block of rows for signals that have seen equally many."""
        recording = self._recording
        start = signals[0].next_row
        ahead = [one.next_row for one in self.signals if one.next_row > start]
        found = next(iter(recording.blocks(start, min(ahead, default=None))), None)
        if found is None:  # evicted in between
            stop = max(recording.first_row, start + 1)
        else:
            row, batch = found
            stop = row + len(batch)
            for signal in signals:
                self._decode(signal, batch)
        for signal in signals:
            signal.next_row = stop

    def _decode(self, signal: PlotSignal, batch: FrameBatch) -> None:
        try:
            times, values = self._source.databases.decode(batch, signal.name)
        except DatabaseError as error:
            signal.problem = str(error)
            return
        signal.take(times, values)
