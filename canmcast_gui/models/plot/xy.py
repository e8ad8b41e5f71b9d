"""One signal over another: pairs of values out of their samples over time."""

from __future__ import annotations

import numpy as np

from canmcast_gui.frames.arrays import Floats
from canmcast_gui.models.plot.samples import SampleStore

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
