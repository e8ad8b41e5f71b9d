"""Going on the bus and leaving it, the demonstration, and sending: one bus at a time."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal

from canmcast_gui.app.bus.live import SUPERVISE_MS, BusProcesses, LiveBus
from canmcast_gui.app.program.report import SessionTotals
from canmcast_gui.app.program.tasks import Task, TaskPool
from canmcast_gui.demo.process import DemoProcess
from canmcast_gui.frames import FrameBatch, SourceTable
from canmcast_gui.transmit import Job, TransmitError, Transmitter
from canmcast_gui.transport.capture.client import Capture
from canmcast_gui.transport.settings import BusSettings


class BusControl(QObject):
    """Opens and closes the bus beside the window. ``state`` is "offline", "connecting" or "live"."""

    state_changed = Signal()
    arrived = Signal(object)
    lost = Signal(object)
    transmit_news = Signal(list)
    message = Signal(str, str)

    def __init__(
        self, pool: TaskPool, sources: Callable[[], SourceTable], parent: QObject | None = None
    ) -> None:
        """``sources`` gives the table by which arriving frames number their sources, when a bus opens."""
        super().__init__(parent)
        self.state = "offline"
        self.settings: BusSettings | None = None
        self._pool = pool
        self._sources = sources
        self._live: LiveBus | None = None
        self._since = 0.0
        self._opening: Task | None = None
        self._demo: DemoProcess | None = None
        #: Whether the bus, or the last one, is that of the demonstration.
        self.is_demo_bus = False
        self._past = SessionTotals()
        self._demo_watch = QTimer(self)
        self._demo_watch.setInterval(SUPERVISE_MS)
        self._demo_watch.timeout.connect(self._watch_demo)

    # -- open and close ----------------------------------------------------------------------------------

    @property
    def capture(self) -> Capture | None:
        """The capture process's client while the bus is open."""
        return self._live.capture if self._live else None

    @property
    def transmitter(self) -> Transmitter | None:
        """The transmit process's client while the bus is open."""
        return self._live.transmitter if self._live else None

    @property
    def problem(self) -> str | None:
        """Why nothing can arrive from the open bus now, as a clause; None where all is well."""
        return self._live.problem if self._live else None

    @property
    def is_demo(self) -> bool:
        """Whether the demonstration is running."""
        return self._demo is not None

    @property
    def label(self) -> str:
        """The bus in two or three words; empty before the first."""
        if self.is_demo:
            return "demonstration"
        return self.settings.label() if self.settings else ""

    def open(self, settings: BusSettings) -> None:
        """Go on the bus; ``state_changed`` says when it is up, ``message`` why it could not be."""
        self.close()
        self.is_demo_bus = False
        self.settings = settings
        self._opening = task = self._pool.make(
            f"Connecting to {settings.label()}", lambda _report: BusProcesses(settings)
        )
        task.finished.connect(self._on_opened)
        task.failed.connect(self._on_failed)
        task.cancelled.connect(BusProcesses.shutdown)
        self._set_state("connecting")
        task.start()

    def open_demo(self, settings: BusSettings) -> None:
        """Go on a bus of this computer only, and start the demonstration's car on it."""
        settings = replace(settings, local=True, hop_limit=0)
        self.open(settings)
        self.is_demo_bus = True
        try:
            self._demo = DemoProcess(settings)
        except OSError as error:
            self.close()
            self.message.emit("error", f"The demonstration cannot be started: {error.strerror or error}.")
            return
        self._demo_watch.start()
        self.state_changed.emit()

    def close(self) -> None:
        """Leave the bus; what was counted stays. Nothing happens without one."""
        self._end_demo()
        if self._opening is not None:
            self._opening.cancel()
            self._opening = None
        if self._live is not None:
            seconds = time.monotonic() - self._since
            live, self._live = self._live, None
            self._past = self._past.plus(live.close(), seconds)
            live.deleteLater()
        self._set_state("offline")

    def use_sources(self, sources: SourceTable) -> None:
        """Number the sources by another table from now on, that of a new recording."""
        if self._live is not None:
            self._live.use_sources(sources)

    def totals(self) -> SessionTotals:
        """The counters of this bus and of those before it."""
        if self._live is None:
            return self._past
        return self._past.plus(self._live.statistics(), time.monotonic() - self._since)

    def _on_opened(self, processes: BusProcesses) -> None:
        self._opening = None
        self._live = LiveBus(processes, self._sources(), self)
        self._live.arrived.connect(self.arrived)
        self._live.lost.connect(self.lost)
        self._live.transmit_news.connect(self.transmit_news)
        self._live.trouble.connect(self._on_trouble)
        self._live.problem_changed.connect(self.state_changed)
        self._since = time.monotonic()
        self._set_state("live")

    def _on_failed(self, sentence: str) -> None:
        self._opening = None
        self._end_demo()
        self._set_state("offline")
        self.message.emit("error", sentence)

    def _on_trouble(self, sentence: str) -> None:
        self.message.emit("warning", sentence)

    def _set_state(self, state: str) -> None:
        if state != self.state:
            self.state = state
            self.state_changed.emit()

    # -- the demonstration -------------------------------------------------------------------------------

    def _watch_demo(self) -> None:
        sentence = self._demo.failure() if self._demo else None
        if sentence:
            self._end_demo()
            self.message.emit("warning", sentence)
            self.state_changed.emit()

    def _end_demo(self) -> None:
        self._demo_watch.stop()
        if self._demo is not None:
            self._demo.close()
            self._demo = None

    # -- sending -----------------------------------------------------------------------------------------

    def send(self, batch: FrameBatch) -> bool:
        """Send frames once, now, in order; False, with a message, where that is impossible."""
        return self._transmit(lambda transmitter: transmitter.send(batch))

    def arm(self, job: Job) -> bool:
        """Send one frame periodically or when triggered, or change an armed job. False as ``send``."""
        return self._transmit(lambda transmitter: transmitter.jobs.arm(job))

    def disarm(self, job_id: int) -> None:
        """End one periodic job."""
        if self.transmitter is not None:
            self.transmitter.jobs.disarm(job_id)

    def stop_all(self) -> None:
        """End all that is being sent, and drop what waits to leave."""
        if self.transmitter is not None:
            self.transmitter.stop_all()

    def _transmit(self, action: Callable[[Transmitter], None]) -> bool:
        if self.transmitter is None:
            self.message.emit("warning", "Nothing was sent: connect to a bus first (F5).")
            return False
        try:
            action(self.transmitter)
        except TransmitError as error:
            self.message.emit("error", str(error))
            return False
        return True
