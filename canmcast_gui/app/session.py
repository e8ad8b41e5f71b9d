"""The session: one recording, at most one bus, databases, and what needs several of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import Enum
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from canmcast_gui.app.bus.control import TOPIC as BUS_TOPIC
from canmcast_gui.app.bus.control import BusControl, BusState
from canmcast_gui.app.document.databases import Databases
from canmcast_gui.app.document.document import TOPIC as DOCUMENT_TOPIC
from canmcast_gui.app.document.document import Document
from canmcast_gui.app.document.log_recording import LogRecording
from canmcast_gui.app.document.overview import Overview
from canmcast_gui.app.document.reference import Reference
from canmcast_gui.app.gateway.control import GatewayControl
from canmcast_gui.app.program.event_loop import DisplayClock
from canmcast_gui.app.program.messages import Messages
from canmcast_gui.app.program.report import SessionTotals
from canmcast_gui.app.program.tasks import Task, TaskPool
from canmcast_gui.app.transmit.transmit_control import TransmitControl
from canmcast_gui.app.workspace.control import WorkspaceControl
from canmcast_gui.demo import DEMO_DATABASE
from canmcast_gui.demo.process import bus_of_its_own
from canmcast_gui.frames import FrameBatch, SourceTable
from canmcast_gui.logfile import LogPart, TableLayout
from canmcast_gui.resources_path import resource
from canmcast_gui.transport.errors import BusError
from canmcast_gui.transport.settings import BusSettings


class SessionState(Enum):
    """What the window shows: a bus, a file, or neither."""

    OFFLINE = "offline"
    CONNECTING = "connecting"
    LIVE = "live"
    LOADING = "loading"
    FILE = "file"


class Session(QObject):
    """Owns its parts; views receive the session and use them.

    ``bus`` opens and closes the bus, ``transmit`` sends, ``gateway`` forwards
    between channels, ``document`` has the recording and ``overview`` its
    frames over time, ``record`` writes a log file while frames arrive, ``databases`` describes messages,
    ``reference`` is a recording to compare with, ``workspace`` stores and restores the setup. ``messages``
    are for the user, ``tasks`` run in the background, ``clock`` says when views update.
    """

    state_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.messages = Messages(self)
        self.tasks = TaskPool(self)
        self.clock = DisplayClock(self)
        self.databases = Databases(self.tasks, self.messages, self)
        loaded = self.databases.loaded
        self.document = Document(self.tasks, self.messages, self)
        self.overview = Overview(self.document, self.tasks, self.clock, self)
        self.reference = Reference(self.tasks, self.messages, loaded, self)
        self.record = LogRecording(self.messages, self.document, loaded, self)
        self.bus = BusControl(self.tasks, self.messages, self._sources_for_bus, self)
        self.transmit = TransmitControl(loaded, self.document, self.tasks, self.messages, self.clock, self)
        self.gateway = GatewayControl(
            self.bus, self.transmit.link, self.databases, self.tasks, self.messages, self
        )
        self.workspace = WorkspaceControl(self.bus, self.databases, self.transmit, self.messages, self)
        loaded.use_sources(self.document.recording.sources)
        self.clock.tick.connect(self.document.update_newest)
        self.document.loading_changed.connect(self.state_changed)
        self.document.replaced.connect(self._on_replaced)
        self.bus.state_changed.connect(self._on_bus_state)
        self.bus.received.connect(self.receive)
        self.bus.lost.connect(self.document.add_loss)
        self.bus.warning.connect(self.transmit.link.changed)
        self.bus.transmit_events.connect(self.transmit.link.events)
        for renamed in (self.databases.changed, self.document.channels_named):
            renamed.connect(self.transmit.jobs.refresh_triggers)
        for happened in (self.state_changed, self.document.replaced, self.bus.transmit_events):
            happened.connect(self.clock.wake)
        self.tasks.started.connect(self._on_task)

    @property
    def state(self) -> SessionState:
        """The bus where one is open, else the file."""
        if self.bus.state is not BusState.OFFLINE:
            return SessionState(self.bus.state.value)
        if self.document.loading is not None:
            return SessionState.LOADING
        return SessionState.OFFLINE if self.document.file_path is None else SessionState.FILE

    # -- the bus and the recording -----------------------------------------------------------------------

    def start_demo(self, settings: BusSettings | None = None) -> None:
        """Open a bus with the demonstration car on it, and load its database; by default a bus of its own."""
        try:
            self.bus.open_demo(settings or bus_of_its_own())
        except BusError as error:
            self.messages.error(str(error))
            return
        if not any(database.path.name == DEMO_DATABASE for database in self.databases.loaded):
            self.databases.load(resource(DEMO_DATABASE))

    def receive(self, batch: FrameBatch) -> None:
        """Record, store and count frames that have arrived from the bus."""
        self.record.write(batch)  # first: what fails below costs the log file no frame
        self.document.append(batch, is_demo=self.bus.is_demo_bus)
        self.clock.wake()
        self.bus.count(batch)

    def clear(self) -> None:
        """Begin an empty recording and delete the old one."""
        self.document.clear()
        self.bus.clear_rates()
        self.state_changed.emit()

    def open_file(self, path: Path | str, layout: TableLayout | None = None) -> Task:
        """Close the bus and read a log file in the background.

        ``layout`` gives the columns of a table whose header does not.
        """
        return self.open_files([LogPart(Path(path), layout=layout)])

    def open_files(self, parts: Sequence[LogPart], align: bool = False) -> Task:
        """Close the bus and read several log files on one time line; with ``align`` all begin together."""
        self.bus.close()
        self.messages.end(BUS_TOPIC)
        return self.document.open(parts, align)

    def recover(self, folder: Path) -> None:
        """Close the bus and show the recording that a crash left in ``folder``."""
        self.bus.close()
        self.document.recover(folder)
        self.state_changed.emit()

    def _sources_for_bus(self) -> SourceTable:
        """The source table for frames of a bus that has just opened."""
        if self.document.file_path is not None:
            self.document.clear()
        return self.document.recording.sources

    def _on_bus_state(self) -> None:
        if self.bus.state is BusState.CONNECTING:
            self.messages.end(DOCUMENT_TOPIC)
        elif self.bus.state is BusState.LIVE:
            self._name_channels()
        self.transmit.link.use(self.bus.transmitter, self.bus.settings)
        self.state_changed.emit()

    def _name_channels(self) -> None:
        """Frames from now on are those of the channels that are open."""
        if self.bus.settings is not None:
            self.document.name_channels(self.bus.settings.names())

    def _on_task(self, task: Task) -> None:
        """Views show what a task has done so far, such as the frames of a file."""
        for happened in (task.progress, task.ended):
            happened.connect(self.clock.wake)

    def _on_replaced(self) -> None:
        sources = self.document.recording.sources
        self.bus.use_sources(sources)
        self.databases.loaded.use_sources(sources)
        if self.bus.is_open and self.document.file_path is None:
            self._name_channels()

    # -- counters and the end ----------------------------------------------------------------------------

    def statistics(self) -> SessionTotals:
        """What was received, sent and lost since the program started.

        ``recorded`` counts frames in log files, or in the document while no log file was requested.
        """
        return replace(
            self.bus.totals(),
            recorded=self.record.recorded if self.record.was_used else self.document.appended,
            unrecorded=self.document.unrecorded,
        )

    def shutdown(self) -> bool:
        """End everything that the session started; nothing remains.

        False where a task did not end; see TaskPool.shutdown().
        """
        self.clock.stop()
        self.transmit.close()
        self.gateway.close()
        self.bus.close()
        self.record.stop()
        self.reference.close()
        ended = self.tasks.shutdown()
        self.databases.close()
        self.document.close()
        return ended
