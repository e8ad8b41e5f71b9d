"""The bus that is open: its capture and transmit processes, the batches and the losses that they report.

**Sources are numbered twice.** The ``source`` column of a batch holds row numbers of a SourceTable. The
capture process numbers the senders of one bus in the order in which they appear; ``Capture.sources`` mirrors
its table. A recording has a table of its own, since it may hold frames of several buses, each with a capture
process of its own, and is read after they have ended. ``LiveBus`` translates from the first table to the
second.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, QSocketNotifier, QTimer, Signal

from canmcast_gui.frames import FrameBatch, Source, SourceTable
from canmcast_gui.transmit import AddressChanged, SendFailed, TransmitError, Transmitter
from canmcast_gui.transport.capture.client import Capture
from canmcast_gui.transport.settings import RECEIVER_FACTORY, SENDER_FACTORY, BusSettings
from canmcast_gui.transport.statistics import BusStatistics

REASONS = {
    "dropped_kernel": "the receive buffer was full",
    "dropped_ring": "the window was too busy to take them",
}
RESTARTED = "the capture process was restarted"


@dataclass(frozen=True)
class Loss:
    """``count`` frames are missing, or an unknown number where it is 0; ``reason`` says why."""

    count: int
    reason: str


class LossWatch:
    """Converts the counters of one bus to losses, each before the frame where it belongs.

    When a counter rises, frames from before the loss still wait in the ring. The loss is reported after
    these. The list of losses is short: while frames wait, counters are read for seconds at most.
    """

    def __init__(self) -> None:
        self._statistics = BusStatistics()
        self._taken = 0
        self._waiting: list[tuple[int, Loss]] = []

    def update(self, statistics: BusStatistics) -> None:
        """Compare the counters with those of the last call."""
        delivered = statistics.received - statistics.dropped_ring
        for counter, reason in REASONS.items():
            count = getattr(statistics, counter) - getattr(self._statistics, counter)
            if count > 0:
                self._waiting.append((delivered, Loss(count, reason)))
        if statistics.interruptions > self._statistics.interruptions:
            self._waiting.append((delivered, Loss(0, statistics.interruption)))
        self._statistics = statistics

    def restarted(self) -> None:
        """Note that frames are missing which arrived while the capture process was restarted."""
        delivered = self._statistics.received - self._statistics.dropped_ring
        self._waiting.append((delivered, Loss(0, RESTARTED)))

    def take(self, frames: int) -> list[Loss]:
        """The losses before the next frames, of which ``frames`` are taken now."""
        due = [loss for frame, loss in self._waiting if frame <= self._taken]
        self._waiting = [(frame, loss) for frame, loss in self._waiting if frame > self._taken]
        self._taken += frames
        return due


SUPERVISE_MS = 250

# How long closing the bus waits for frames that were just requested; sending one takes microseconds.
LAST_FRAMES_SECONDS = 0.3

# Between two reads frames wait in the ring, which holds seconds of them. Reading 60 times a second instead of
# at every wake-up gives batches that are worth the work of a turn of the event loop.
READ_INTERVAL_MS = 15


class BusProcesses:
    """The two processes of a bus. Starting them takes a moment and is possible in any thread."""

    def __init__(self, settings: BusSettings) -> None:
        """Start both. Raises BusError or TransmitError, and then leaves nothing running."""
        self.settings = settings.validated()
        self.capture = Capture(self.settings)
        try:
            self.transmitter = Transmitter(SENDER_FACTORY, self.settings.to_dict(), RECEIVER_FACTORY)
        except BaseException:
            self.capture.shutdown()
            raise
        self.mark_own()

    def mark_own(self) -> None:
        """Have frames of the transmit process marked Tx when they return. Its address is known in advance."""
        for address, port in self.transmitter.addresses:
            self.capture.mark_own(Source(address, port))

    def shutdown(self) -> None:
        """End both; never raises."""
        self.transmitter.shutdown()
        self.capture.shutdown()


class LiveBus(QObject):
    """Takes frames and events from the processes of an open bus, and supervises them.

    ``received`` carries batches whose ``source`` column refers to the source table of the recording, ``lost``
    what is missing before the next batch, ``warning`` a text for the user. ``problem`` says why no frame can
    arrive now, as a clause.
    """

    received = Signal(FrameBatch)
    lost = Signal(Loss)
    transmit_events = Signal(list)
    warning = Signal(str)
    problem_changed = Signal()

    def __init__(self, processes: BusProcesses, sources: SourceTable, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.settings = processes.settings
        self.capture = processes.capture
        self.transmitter = processes.transmitter
        self.problem: str | None = None
        self._processes = processes
        self._sources = sources
        self._rows: npt.NDArray[np.uint16] = np.zeros(1, dtype=np.uint16)
        self._losses = LossWatch()
        self._pump = Pump(self.capture.fileno(), self._take, self)
        self._events = QSocketNotifier(self.transmitter.fileno(), QSocketNotifier.Type.Read, self)
        self._events.activated.connect(self._take_events)
        self._supervisor = QTimer(self)
        self._supervisor.setInterval(SUPERVISE_MS)
        self._supervisor.timeout.connect(self._supervise)
        self._supervisor.start()

    def use_sources(self, sources: SourceTable) -> None:
        """Number the sources by another table from now on, that of a new recording."""
        self._sources = sources
        self._rows = np.zeros(1, dtype=np.uint16)

    def statistics(self) -> BusStatistics:
        """The counters of this bus since it was opened."""
        return replace(self.capture.statistics(), sent=self.transmitter.sent)

    def close(self) -> BusStatistics:
        """Send requested frames, take all frames that have arrived, end both processes. Returns the
        counters."""
        self._supervisor.stop()
        self._events.setEnabled(False)
        with suppress(TransmitError):  # a transmit process that has ended takes its frames with it
            self.transmitter.flush(LAST_FRAMES_SECONDS)
            for number in self.transmitter.fuzz.running:
                self.transmitter.fuzz.stop_and_wait(number, LAST_FRAMES_SECONDS)
        self._take_events()
        self.capture.stop()
        self._pump.drain()
        self._pump.stop()
        self._report_losses(0)
        statistics = self.statistics()
        self._processes.shutdown()
        return statistics

    def _take(self) -> bool:
        """Take one batch; whether there was one."""
        batch = self.capture.recv_batch()
        if len(batch):
            batch.records["source"] = self._recording_rows()[batch.source]
        self._report_losses(len(batch))
        if len(batch):
            self.received.emit(batch)
        return len(batch) > 0

    def _report_losses(self, frames: int) -> None:
        """Report what is missing before the next frames, of which ``frames`` are taken now."""
        self._losses.update(self.capture.statistics())
        for loss in self._losses.take(frames):
            self.lost.emit(loss)

    def _recording_rows(self) -> npt.NDArray[np.uint16]:
        """The row in the recording's table for each row of the capture's table, which only grows."""
        sources = self.capture.sources
        if len(self._rows) < len(sources):
            new = [self._sources.number(sources[row]) for row in range(len(self._rows), len(sources))]
            self._rows = np.concatenate([self._rows, np.array(new, dtype=np.uint16)])
        return self._rows

    def _take_events(self) -> None:
        events = self.transmitter.poll()
        for event in events:
            if isinstance(event, SendFailed):
                self.warning.emit(event.sentence)
            elif isinstance(event, AddressChanged):
                self._processes.mark_own()
        if events:
            self.transmit_events.emit(events)

    def _supervise(self) -> None:
        self._report_losses(0)
        self._update_problem()
        if text := self.capture.supervise():
            if not self.capture.is_running:  # frames may arrive before it is reported that it runs again
                self._losses.restarted()
            self.warning.emit(text)
        if text := self.transmitter.supervise():
            self._processes.mark_own()
            self.warning.emit(text)
        self._take_events()  # also sends commands that wait for the connection

    def _update_problem(self) -> None:
        problem = self.capture.problem
        if problem != self.problem:
            self.problem = problem
            self.problem_changed.emit()


class Pump(QObject):
    """Calls ``take`` when the descriptor is readable, and then not again for a moment.

    ``take`` takes a batch that waits and returns whether there was one.
    """

    def __init__(self, fileno: int, take: Callable[[], bool], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._take = take
        self._notifier = QSocketNotifier(fileno, QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_readable)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(READ_INTERVAL_MS)
        self._pause.timeout.connect(lambda: self._notifier.setEnabled(True))

    def _on_readable(self) -> None:
        self._notifier.setEnabled(False)
        self._pause.start()
        self._take()

    def drain(self) -> None:
        """Take everything that waits."""
        while self._take():
            pass

    def stop(self) -> None:
        """Stop using the descriptor; required before it is closed."""
        self._pause.stop()
        self._notifier.setEnabled(False)
