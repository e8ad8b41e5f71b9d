"""The signals of a plot: decoded by column from the new frames of a recording, for limited times."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from canmcast_gui.app.workspace.view_setups import LineKind, PlotStyle
from canmcast_gui.database import DatabaseError, DatabaseSet, Signal
from canmcast_gui.database.decoding.values import value_text
from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.arrays import Times
from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.models.plot.samples import SampleBudget, SampleStore
from canmcast_gui.recording import Recording

# More lines cannot be distinguished; all signals share one limit of memory.
MAX_SIGNALS = 64

# The line of a signal is broken where it is not received for this number of cycles, and for a second.
GAP_CYCLES = 5
MIN_GAP_NS = NS_PER_SECOND

Clock = Callable[[], float]


class PlotSignal:
    """A plotted signal: its samples and its description in the databases.

    ``problem`` is a sentence while no database describes it, else "". ``next_row`` is the first row of the
    recording that has not been decoded.
    """

    def __init__(self, name: str, budget: SampleBudget) -> None:
        self.name = name
        self.samples = SampleStore(budget)
        self.next_row = 0
        self.signal: Signal | None = None
        self.problem = ""
        self.cycle_ns = 0
        self.style = PlotStyle()

    @property
    def unit(self) -> str:
        """The unit of the samples; raw values have none."""
        return self.signal.unit if self.signal and not self.style.raw else ""

    @property
    def kind(self) -> LineKind:
        """The kind of line: that of the style, else steps for states and lines for numbers."""
        return self.style.kind or (LineKind.STEPS if self.has_states else LineKind.LINES)

    @property
    def has_states(self) -> bool:
        """Whether its values have names, so that there are no values between two of them."""
        return bool(self.signal and self.signal.choices)

    @property
    def gap_ns(self) -> int:
        """The time without samples that breaks its line, from its cycle time; the minimum if it has none."""
        return max(GAP_CYCLES * self.cycle_ns, MIN_GAP_NS)

    def text(self, value: float | None) -> str:
        """A value as text: the name of a state, or a number with its unit."""
        number = self.number(value)
        return number if value is None else f"{number} {self.unit}".rstrip()

    def number(self, value: float | None) -> str:
        """A value as text without its unit."""
        if value is None:
            return "–"
        if self.signal is None or self.style.raw:
            return f"{value:.10g}"
        signal = self.signal
        is_integer = signal.scale and not signal.is_float
        raw = round((value - signal.offset) / signal.scale) if is_integer else value
        return value_text(signal, raw, value)

    def states(self) -> list[tuple[float, str]]:
        """The physical values and names of all states."""
        if self.signal is None or self.style.raw:
            return []
        scale, offset = self.signal.scale, self.signal.offset
        return [(raw * scale + offset, text) for raw, text in self.signal.choices.items()]

    def append(self, times: Times, values: npt.NDArray[np.generic]) -> None:
        """Append samples, given as physical values."""
        numbers = np.asarray(values, dtype=np.float64)
        if self.style.raw and self.signal is not None and self.signal.scale:
            numbers = (numbers - self.signal.offset) / self.signal.scale
            numbers = numbers if self.signal.is_float else np.round(numbers)
        self.samples.append(times, numbers)


def short_names(names: Sequence[str]) -> list[str]:
    """The names of signals without those of their messages, where they are unique."""
    short = [name.rpartition(".")[2] for name in names]
    return [title if short.count(title) == 1 else name for title, name in zip(short, names, strict=True)]


class PlotData:
    """The samples of some signals, updated from a recording."""

    def __init__(
        self,
        recording: Callable[[], Recording | None],
        databases: DatabaseSet,
        clock: Clock = time.perf_counter,
    ) -> None:
        """``recording`` gives the current recording; signals are only used while there is one."""
        self._current_recording = recording
        self._databases = databases
        self._clock = clock
        self.signals: list[PlotSignal] = []
        self._budget = SampleBudget()
        self._losses: tuple[object, Times] = (None, np.zeros(0, dtype=np.int64))

    @property
    def _recording(self) -> Recording:
        recording = self._current_recording()
        assert recording is not None
        return recording

    @property
    def names(self) -> list[str]:
        """The names of the signals, in the order in which they were added."""
        return [signal.name for signal in self.signals]

    def add(self, name: str, style: PlotStyle | None = None) -> bool:
        """Add "Message.Signal"; False if it exists already or there are MAX_SIGNALS."""
        if name in self.names or len(self.signals) >= MAX_SIGNALS:
            return False
        signal = PlotSignal(name, self._budget)
        signal.style = style or PlotStyle()
        self._describe(signal)
        self.signals.append(signal)
        self._budget.stores = len(self.signals)
        return True

    def remove(self, name: str) -> None:
        """Remove a signal and its samples."""
        self.signals = [signal for signal in self.signals if signal.name != name]
        self._budget.stores = len(self.signals)

    def restart(self) -> None:
        """Discard all samples, for another recording or other databases."""
        signals, self.signals = self.signals, []
        for signal in signals:
            self.add(signal.name, signal.style)

    def set_style(self, name: str, style: PlotStyle) -> None:
        """Change the style of a signal; a change between raw and physical values discards its samples."""
        for number, signal in enumerate(self.signals):
            if signal.name == name:
                if signal.style.raw != style.raw:
                    signal = self.signals[number] = PlotSignal(name, self._budget)
                    self._describe(signal)
                signal.style = style

    def _describe(self, signal: PlotSignal) -> None:
        databases = self._databases
        try:
            signal.signal = databases.signal(signal.name)
        except DatabaseError as error:
            signal.problem = str(error)
            return
        message = signal.name.rpartition(".")[0]
        messages = [found for database in databases for found in database.messages_named(message)]
        signal.cycle_ns = round(max((found.cycle_ms or 0 for found in messages), default=0) * 1e6)

    @property
    def losses(self) -> Times:
        """The times at which frames are missing in the recording, int64 (n,), ascending."""
        gaps = self._recording.gaps
        key = (self._recording.folder, gaps.generation)
        if self._losses[0] != key:
            self._losses = key, np.sort(np.array([gap.timestamp_ns for gap in gaps[:]], dtype=np.int64))
        return self._losses[1]

    @property
    def unread_rows(self) -> int:
        """The number of rows that have not been decoded for the signal with the fewest decoded rows."""
        end = self._recording.end_row
        first = self._recording.first_row
        signals = (signal for signal in self.signals if not signal.problem)
        return max((end - max(signal.next_row, first) for signal in signals), default=0)

    def update(self, budget_s: float) -> bool:
        """Decode new rows for about ``budget_s`` seconds; returns whether there were any."""
        end = self._clock() + budget_s
        changed = False
        while (signals := self._next_signals()) and (not changed or self._clock() < end):
            changed = True
            self._decode_block(signals)
        return changed

    def _next_signals(self) -> list[PlotSignal]:
        """The signals for which the fewest rows are decoded, if the recording has more rows."""
        usable = [signal for signal in self.signals if not signal.problem]
        first = min((signal.next_row for signal in usable), default=0)
        if first >= self._recording.end_row:
            return []
        return [signal for signal in usable if signal.next_row == first]

    def _decode_block(self, signals: list[PlotSignal]) -> None:
        """Decode one block of rows for signals that have the same next row."""
        recording = self._recording
        start = signals[0].next_row
        later = [signal.next_row for signal in self.signals if signal.next_row > start]
        found = next(iter(recording.blocks(start, min(later, default=None))), None)
        if found is None:  # the rows were evicted
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
            times, values = self._databases.decode(batch, signal.name)
        except DatabaseError as error:
            signal.problem = str(error)
            return
        signal.append(times, values)
