"""The channels that are open: takes their frames in the order of time, and supervises their processes."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, QSocketNotifier, QTimer, Signal

from canmcast_gui.app.bus.channel_state import ChannelState
from canmcast_gui.app.bus.pump import READ_INTERVAL_MS, Pump
from canmcast_gui.channels.losses import Loss
from canmcast_gui.channels.merge import ChannelMerger
from canmcast_gui.channels.processes import ChannelProcesses
from canmcast_gui.channels.reception import ChannelReception, problem_of, receptions_of, statistics_of
from canmcast_gui.frames import FrameBatch, SourceTable
from canmcast_gui.transmit import AddressChanged, FramesMissed, SendFailed, TransmitError
from canmcast_gui.transport.statistics import BusStatistics

SUPERVISE_MS = 250

# How long closing the bus waits for frames that were just requested; sending one takes microseconds.
LAST_FRAMES_SECONDS = 0.3


class LiveBus(QObject):
    """Takes frames and events from the processes of open channels, and supervises them.

    ``received`` carries batches whose ``source`` column refers to the source table of the recording, ``lost``
    what is missing before the next batch, ``warning`` a text for the user. ``problem`` says why no frame can
    arrive now on a channel, as a clause. Frames of several channels wait for each other for a moment, so that
    they are in the order of their times.
    """

    received = Signal(FrameBatch)
    lost = Signal(Loss)
    transmit_events = Signal(list)
    warning = Signal(str)
    problem_changed = Signal()

    def __init__(
        self, processes: ChannelProcesses, sources: SourceTable, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.measurement = processes.measurement
        self.transmitter = processes.transmitter
        self.problem: str | None = None
        self._said_missed = False
        self._processes = processes
        self.channels = receptions_of(processes.measurement, processes.captures, sources)
        self._merger = ChannelMerger() if len(self.channels) > 1 else None
        self._pumps = [
            Pump(channel.capture.fileno(), partial(self._take, channel), self) for channel in self.channels
        ]
        self._merging = QTimer(self)
        self._merging.setInterval(READ_INTERVAL_MS)
        self._merging.timeout.connect(self._pass_on)
        self._events = QSocketNotifier(self.transmitter.fileno(), QSocketNotifier.Type.Read, self)
        self._events.activated.connect(self._take_events)
        self._supervisor = QTimer(self)
        self._supervisor.setInterval(SUPERVISE_MS)
        self._supervisor.timeout.connect(self._supervise)
        self._supervisor.start()

    def use_sources(self, sources: SourceTable) -> None:
        """Number the sources by another table from now on, that of a new recording."""
        for channel in self.channels:
            channel.use_sources(sources)

    @property
    def late(self) -> int:
        """Frames that arrived after later ones of other channels were passed on."""
        return self._merger.late if self._merger else 0

    def states(self) -> tuple[ChannelState, ...]:
        """What each channel does."""
        return tuple(
            ChannelState(channel.settings, channel.capture.statistics(), channel.capture.problem)
            for channel in self.channels
        )

    def statistics(self) -> BusStatistics:
        """The counters of all channels since they were opened."""
        return replace(statistics_of(self.channels), sent=self.transmitter.sent)

    def close(self) -> BusStatistics:
        """Send requested frames, take all that have arrived, end all processes. Returns the counters."""
        self._supervisor.stop()
        self._events.setEnabled(False)
        with suppress(TransmitError):  # a transmit process that has ended takes its frames with it
            self.transmitter.flush(LAST_FRAMES_SECONDS)
            for number in self.transmitter.fuzz.running:
                self.transmitter.fuzz.stop_and_wait(number, LAST_FRAMES_SECONDS)
        self._take_events()
        for channel in self.channels:
            channel.capture.stop()
        for pump in self._pumps:
            pump.drain()
            pump.stop()
        self._merging.stop()
        if self._merger:
            self._emit(self._merger.take_all())
        self._report_losses()
        statistics = self.statistics()
        self._processes.shutdown()
        return statistics

    # -- frames ------------------------------------------------------------------------------------------

    def _take(self, channel: ChannelReception) -> bool:
        """Take one batch; whether there was one."""
        batch, losses = channel.take()
        self._report(losses)
        if self._merger is None:
            self._emit(batch)
        elif len(batch):
            self._merger.add(batch)
            if not self._merging.isActive():
                self._merging.start()
        return len(batch) > 0

    def _pass_on(self) -> None:
        """Pass on what has waited for frames of other channels."""
        assert self._merger is not None
        self._emit(self._merger.take(time.time_ns()))
        if not len(self._merger):
            self._merging.stop()

    def _emit(self, batch: FrameBatch) -> None:
        if len(batch):
            self.received.emit(batch)

    def _report(self, losses: list[Loss]) -> None:
        if losses and self._merger:
            self._emit(self._merger.take_all())  # so that the gap is where it belongs
        for loss in losses:
            self.lost.emit(loss)

    def _report_losses(self) -> None:
        for channel in self.channels:
            self._report(channel.take_losses())

    # -- processes ---------------------------------------------------------------------------------------

    def _take_events(self) -> None:
        events = self.transmitter.poll()
        for event in events:
            if isinstance(event, SendFailed):
                self.warning.emit(event.sentence)
            elif isinstance(event, FramesMissed) and not self._said_missed:
                self._said_missed = True
                self.warning.emit(event.sentence)
            elif isinstance(event, AddressChanged):
                self._processes.mark_own()
        if events:
            self.transmit_events.emit(events)

    def _supervise(self) -> None:
        self._report_losses()
        self._update_problem()
        for channel in self.channels:
            for sentence in channel.supervise():
                self.warning.emit(sentence)
        if text := self.transmitter.supervise():
            self._processes.mark_own()
            self.warning.emit(text)
        self._take_events()  # also sends commands that wait for the connection

    def _update_problem(self) -> None:
        problem = problem_of(self.channels)
        if problem != self.problem:
            self.problem = problem
            self.problem_changed.emit()
