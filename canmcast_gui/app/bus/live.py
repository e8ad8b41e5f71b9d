"""The running bus: capture process, transmit process and pump, opened together and closed together."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, QSocketNotifier, QTimer, Signal

from canmcast_gui.app.bus.losses import LossWatch
from canmcast_gui.frames import FrameBatch, Source, SourceTable
from canmcast_gui.transmit import AddressChanged, SendFailed, TransmitError, Transmitter
from canmcast_gui.transport.capture.client import Capture
from canmcast_gui.transport.settings import BusSettings
from canmcast_gui.transport.statistics import BusStatistics

log = logging.getLogger(__name__)

SENDER_FACTORY = "canmcast_gui.transport.sender:open_sender"
RECEIVER_FACTORY = "canmcast_gui.transport.receiver:open_receiver"
SUPERVISE_MS = 250

# How long leaving the bus waits for frames that were just asked for; sending one takes microseconds.
LAST_FRAMES_SECONDS = 0.3


class BusProcesses:
    """The two processes of a bus. Opening takes a moment and may be done in any thread."""

    def __init__(self, settings: BusSettings) -> None:
        """Start both; raises BusError or TransmitError with a sentence, and then leaves nothing running."""
        self.settings = settings.validated()
        self.capture = Capture(self.settings)
        try:
            self.transmitter = Transmitter(SENDER_FACTORY, self.settings.to_dict(), RECEIVER_FACTORY)
        except BaseException:
            self.capture.shutdown()
            raise
        self.mark_own()

    def mark_own(self) -> None:
        """What our transmit process sends comes back marked Tx; its address is known before it sends."""
        for address, port in self.transmitter.addresses:
            self.capture.mark_own(Source(address, port))

    def shutdown(self) -> None:
        """End both; never raises."""
        self.transmitter.shutdown()
        self.capture.shutdown()


class LiveBus(QObject):
    """Watches over the processes of an open bus and says what they say.

    ``arrived`` carries batches whose ``source`` column is a row of the table given at construction;
    ``lost`` a Loss of frames that are missing before the next batch. ``problem`` is why nothing can
    arrive now, as a clause.
    """

    arrived = Signal(object)
    lost = Signal(object)
    transmit_news = Signal(list)
    trouble = Signal(str)
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
        self._pump.arrived.connect(self.arrived)
        self._news = QSocketNotifier(self.transmitter.fileno(), QSocketNotifier.Type.Read, self)
        self._news.activated.connect(self._on_news)
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
        """Send what was asked for, take all that has arrived, then end both processes; the last counters."""
        self._supervisor.stop()
        self._news.setEnabled(False)
        with suppress(TransmitError):  # a transmit process that has died takes its frames with it
            self.transmitter.flush(LAST_FRAMES_SECONDS)
            for number in self.transmitter.fuzz.running:
                self.transmitter.fuzz.stop_and_wait(number, LAST_FRAMES_SECONDS)
        self._on_news()
        self.capture.stop()
        self._pump.drain()
        self._pump.stop()
        self._tell_losses(0)
        statistics = self.statistics()
        self._processes.shutdown()
        return statistics

    def _take(self) -> FrameBatch:
        batch = self.capture.recv_batch()
        if len(batch):
            batch.records["source"] = self._translation()[batch.source]
        self._tell_losses(len(batch))
        return batch

    def _tell_losses(self, frames: int) -> None:
        """Say what is missing before the frames that are taken now."""
        self._losses.look(self.capture.statistics())
        for loss in self._losses.take(frames):
            self.lost.emit(loss)

    def _translation(self) -> npt.NDArray[np.uint16]:
        """The recording's row for each row of the capture's table, which only ever grows."""
        theirs = self.capture.sources
        if len(self._rows) < len(theirs):
            new = [self._sources.number(theirs[row]) for row in range(len(self._rows), len(theirs))]
            self._rows = np.concatenate([self._rows, np.array(new, dtype=np.uint16)])
        return self._rows

    def _on_news(self) -> None:
        news = self.transmitter.poll()
        for word in news:
            if isinstance(word, SendFailed):
                self.trouble.emit(word.sentence)
            elif isinstance(word, AddressChanged):
                self._processes.mark_own()
        if news:
            self.transmit_news.emit(news)

    def _supervise(self) -> None:
        self._tell_losses(0)
        self._look_for_problem()
        if sentence := self.capture.supervise():
            self._losses.restarted()
            self.trouble.emit(sentence)
        if sentence := self.transmitter.supervise():
            self._processes.mark_own()
            self.trouble.emit(sentence)

    def _look_for_problem(self) -> None:
        problem = self.capture.problem
        if problem != self.problem:
            self.problem = problem
            self.problem_changed.emit()


# Between two reads the frames wait in the ring, which holds seconds of them. Reading 60 times a second
# instead of at every wake-up gives batches that are worth the work of a turn of the event loop.
PAUSE_MS = 15


class Pump(QObject):
    """Takes a batch whenever the descriptor is readable, and then leaves it alone for a moment."""

    arrived = Signal(object)

    def __init__(self, fileno: int, take: Callable[[], FrameBatch], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._take = take
        self._notifier = QSocketNotifier(fileno, QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_readable)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(lambda: self._notifier.setEnabled(True))

    def _on_readable(self) -> None:
        self._notifier.setEnabled(False)
        self._pause.start()
        self._take_one()

    def _take_one(self) -> None:
        batch = self._take()
        if len(batch):
            self.arrived.emit(batch)

    def drain(self) -> None:
        """Take all that is there now."""
        while len(batch := self._take()):
            self.arrived.emit(batch)

    def stop(self) -> None:
        """Let go of the descriptor; must come before it is closed."""
        self._pause.stop()
        self._notifier.setEnabled(False)
