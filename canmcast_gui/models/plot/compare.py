"""Signals compared: with those of another recording, and one signal over another."""

from __future__ import annotations

import time

import numpy as np

from canmcast_gui.app.document.reference import Reference
from canmcast_gui.frames.arrays import Floats
from canmcast_gui.models.plot.data import Clock, PlotData, PlotSignal
from canmcast_gui.models.plot.samples import SampleStore


class Comparison:
    """Keeps for each signal of a plot its samples in the reference, where there is one.

    Times of the reference count from ``start_ns``, so that both begin at second 0 but for the offset.
    """

    def __init__(self, data: PlotData, reference: Reference, clock: Clock = time.perf_counter) -> None:
        self._data = data
        self._reference = reference
        self._clock = clock
        self._other: PlotData | None = None

    @property
    def start_ns(self) -> int:
        """What the reference's times are counted from, its offset taken into account."""
        recording = self._reference.recording
        return 0 if recording is None else recording.start_ns - self._reference.offset_ns

    def restart(self) -> None:
        """Decode anew, from another reference or with other databases."""
        self._other = None
        self.follow_signals()

    def follow_signals(self) -> None:
        """Have the same signals, in the same styles, as the plot."""
        if self._reference.recording is None:
            self._other = None
            return
        if self._other is None:
            self._other = PlotData(self._reference, self._clock)
        for name in set(self._other.names) - set(self._data.names):
            self._other.remove(name)
        for signal in self._data.signals:
            if not self._other.add(signal.name, signal.style):
                self._other.set_style(signal.name, signal.style)

    def others(self) -> dict[str, PlotSignal]:
        """The signals as the reference has them, by name; empty without one."""
        return {} if self._other is None else {signal.name: signal for signal in self._other.signals}

    def update(self, budget_s: float) -> bool:
        """Decode what is new, as PlotData does."""
        return self._other is not None and self._other.update(budget_s)

    def difference(self, signal: PlotSignal, second: float, start_ns: int) -> float | None:
        """How far a signal lies above that of the reference at a time in seconds since ``start_ns``."""
        other = self.others().get(signal.name)
        if other is None:
            return None
        offset = round(second * 1e9)
        here = signal.samples.value_at(start_ns + offset)
        there = other.samples.value_at(self.start_ns + offset)
        return None if here is None or there is None else here - there

    def extent(self) -> tuple[float, float] | None:
        """From which second to which the reference has samples of these signals."""
        stores = [one.samples for one in self.others().values() if one.samples.first_ns is not None]
        if not stores:
            return None
        first = min(store.first_ns for store in stores if store.first_ns is not None)
        last = max(store.last_ns for store in stores if store.last_ns is not None)
        return (first - self.start_ns) / 1e9, (last - self.start_ns) / 1e9


# More than a lane has pixels; drawn in a few milliseconds.
MOST_POINTS = 20_000


def pairs(x: SampleStore, y: SampleStore, first_ns: int, last_ns: int) -> tuple[Floats, Floats]:
    """The points between two times, in the order of time: for each sample of ``y`` the newest value of ``x``.

    Before the first value of ``x`` there are none. Of very many samples the extremes of ``y`` are kept.
    """
    curve = y.curve(first_ns, last_ns, MOST_POINTS)
    inside = (curve.times >= first_ns) & (curve.times <= last_ns)
    times, values = curve.times[inside], curve.values[inside]
    under = x.inside(first_ns - _REACH_NS, last_ns)
    newest = np.searchsorted(under.times, times, side="right") - 1
    known = newest >= 0
    return under.values[newest[known]], values[known]


# How far back the value of a signal that comes seldom is looked for.
_REACH_NS = 10_000_000_000
