"""The numbers beside a plot's curves: values in the legend, the table between cursors, how far reading is."""

from __future__ import annotations

import time

from canmcast_gui.app.session import Session
from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.models.plot.compare import Comparison
from canmcast_gui.models.plot.data import PlotData, PlotSignal
from canmcast_gui.models.plot.span import PlotSpan
from canmcast_gui.ui.plot.cursors import A, PlotCursors
from canmcast_gui.ui.plot.legend import PlotLegend

# Numbers that change more often cannot be read.
LEAST_SECONDS = 0.2

# So far behind, reading takes half of the time, and the user is told how far it has come.
FAR_BEHIND = 500_000


class PlotReadout:
    """Brings the numbers up to date, at most five times a second."""

    def __init__(
        self,
        session: Session,
        data: PlotData,
        comparison: Comparison,
        span: PlotSpan,
        cursors: PlotCursors,
        legend: PlotLegend,
    ) -> None:
        self._session = session
        self._data = data
        self._comparison = comparison
        self._span = span
        self._cursors = cursors
        self._legend = legend
        self._due = 0.0
        self._is_old = False

    def hurry(self) -> None:
        """Let the next update not wait."""
        self._due = 0.0

    def update(self, has_changed: bool) -> bool:
        """Show the numbers of now where they may have changed, and it is time; whether that was so."""
        self._is_old = self._is_old or has_changed
        if not self._is_old or time.monotonic() < self._due:
            return False
        self._is_old = False
        self._due = time.monotonic() + LEAST_SECONDS
        self.show_values()
        return True

    def show_values(self) -> None:
        """Values at the cursor, else at the end of what is shown; and what is between two cursors."""
        start_ns = self._session.recording.start_ns
        cursor = self._cursors.seconds[A]
        time_ns = start_ns + round((self._span.span[1] if cursor is None else cursor) * NS_PER_SECOND)
        self._legend.set_values([self._value_text(one, time_ns) for one in self._data.signals])
        self._cursors.show_measures(start_ns)

    def _value_text(self, signal: PlotSignal, time_ns: int) -> str:
        """A value, and how far it lies above that of the recording which it is compared with."""
        text = signal.text(signal.samples.value_at(time_ns))
        start_ns = self._session.recording.start_ns
        difference = self._comparison.difference(signal, (time_ns - start_ns) / NS_PER_SECOND, start_ns)
        return text if difference is None else f"{text}  Δ {difference:+.6g}"

    @property
    def is_far_behind(self) -> bool:
        """Whether much of the recording has not been decoded."""
        return self._data.rows_behind > FAR_BEHIND

    def progress(self) -> str:
        """How far reading has come, in a sentence; "" where it is not far behind."""
        behind, total = self._data.rows_behind, len(self._session.recording)
        return f"Reading the recording: {100 * (total - behind) // total} %" if behind > FAR_BEHIND else ""
