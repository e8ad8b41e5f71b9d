"""Signals compared: with those of another recording, and one signal over another."""

from __future__ import annotations

import time

import numpy as np

from canmcast_gui.app.document.reference import Reference
from canmcast_gui.frames.arrays import Floats
from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.models.plot.data import Clock, PlotData, PlotSignal
from canmcast_gui.models.plot.samples import SampleStore

# How long before the first time the newest value of a slow signal is searched.
LOOK_BACK_NS = 10 * NS_PER_SECOND

# More than a view has pixels; drawn in a few milliseconds.
MAX_POINTS = 20_000


class Comparison:
    """The samples of a plot's signals in the reference, the recording that is compared with, if there is one.

    Times of the reference count from ``start_ns``: with an offset of 0, both recordings begin at second 0.
    """

    def __init__(self, data: PlotData, reference: Reference, clock: Clock = time.perf_counter) -> None:
        self._data = data
        self._reference = reference
        self._clock = clock
        self._other: PlotData | None = None

    @property
    def start_ns(self) -> int:
        """The start of the reference, minus its offset."""
        recording = self._reference.recording
        return 0 if recording is None else recording.start_ns - self._reference.offset_ns

    def restart(self) -> None:
        """Discard all samples, for another reference or other databases."""
        self._other = None
        self.follow_signals()

    def follow_signals(self) -> None:
        """Use the signals and styles of the plot."""
        if self._reference.recording is None:
            self._other = None
            return
        if self._other is None:
            self._other = PlotData(lambda: self._reference.recording, self._reference.databases, self._clock)
        for name in set(self._other.names) - set(self._data.names):
            self._other.remove(name)
        for signal in self._data.signals:
            if not self._other.add(signal.name, signal.style):
                self._other.set_style(signal.name, signal.style)

    def others(self) -> dict[str, PlotSignal]:
        """The signals of the reference by name; empty without a reference."""
        return {} if self._other is None else {signal.name: signal for signal in self._other.signals}

    def update(self, budget_s: float) -> bool:
        """Decode new rows of the reference; see PlotData."""
        return self._other is not None and self._other.update(budget_s)

    def difference(self, signal: PlotSignal, second: float, start_ns: int) -> float | None:
        """A signal's value minus that of the reference, at a time in seconds since ``start_ns``."""
        other = self.others().get(signal.name)
        if other is None:
            return None
        offset = round(second * NS_PER_SECOND)
        here = signal.samples.value_at(start_ns + offset)
        there = other.samples.value_at(self.start_ns + offset)
        return None if here is None or there is None else here - there

    def extent(self) -> tuple[float, float] | None:
        """The seconds of the first and last sample of the reference."""
        stores = [signal.samples for signal in self.others().values()]
        first = min((store.first_ns for store in stores if store.first_ns is not None), default=None)
        last = max((store.last_ns for store in stores if store.last_ns is not None), default=None)
        if first is None or last is None:
            return None
        return (first - self.start_ns) / NS_PER_SECOND, (last - self.start_ns) / NS_PER_SECOND


def pairs(x: SampleStore, y: SampleStore, first_ns: int, last_ns: int) -> tuple[Floats, Floats]:
    """The points between two times, in the order of time: samples of ``y`` with the newest value of ``x``.

    Samples before the first value of ``x`` are left out. Of many samples, the extremes of ``y`` are kept.
    """
    curve = y.curve(first_ns, last_ns, MAX_POINTS)
    inside = (curve.times >= first_ns) & (curve.times <= last_ns)
    times, values = curve.times[inside], curve.values[inside]
    x_curve = x.inside(first_ns - LOOK_BACK_NS, last_ns)
    newest = np.searchsorted(x_curve.times, times, side="right") - 1
    known = newest >= 0
    return x_curve.values[newest[known]], values[known]
