"""The session: one recording, at most one bus, the databases, and everything that connects them.

Views are handed the session and ask it; they never reach around it for a bus or a file.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from canmcast_gui.app.bus.control import BusControl, BusState
from canmcast_gui.app.document.databases import Databases
from canmcast_gui.app.document.document import Document
from canmcast_gui.app.document.files import SignalExport
from canmcast_gui.app.document.log_recording import RecordControl
from canmcast_gui.app.document.recovery import save_leftover
from canmcast_gui.app.document.reference import Reference
from canmcast_gui.app.program.event_loop import DisplayClock
from canmcast_gui.app.program.report import SessionTotals
from canmcast_gui.app.program.tasks import Task, TaskPool
from canmcast_gui.app.transmit.control import TransmitControl
from canmcast_gui.database import DatabaseSet, Scope
from canmcast_gui.demo import DEMO_DATABASE
from canmcast_gui.demo.process import bus_of_its_own
from canmcast_gui.frames import FrameBatch, SourceTable
from canmcast_gui.frames.filters import Filter
from canmcast_gui.frames.marks import Mark
from canmcast_gui.logfile import LogPart, Recorder, RecordOptions, TableLayout
from canmcast_gui.recording import Leftover, Limits, MatchCount, NewestById, Recording
from canmcast_gui.recording.folder import is_temporary, recordings_folder
from canmcast_gui.resources_path import resource
from canmcast_gui.transport.errors import BusError
from canmcast_gui.transport.settings import BusSettings


class Session(QObject):
    """Owns recording, bus, databases and transmitter; tells views what changed.

    ``message`` carries a level ("info", "warning" or "error") and a sentence for the user. ``message_about``
    names the topic of a message that has just been sent, "document" for what is shown, "saving", "record",
    "bus", "reference", or "database" and a path; after ``topic_ended`` its messages do not hold any longer.
    """

    state_changed = Signal()
    recording_replaced = Signal()
    databases_changed = Signal()
    record_state_changed = Signal()
    paused_changed = Signal(bool)
    message = Signal(str, str)
    message_about = Signal(str, str)
    topic_ended = Signal(str)
    file_unread = Signal(str, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.clock = DisplayClock(self)
        self.paused = False
        self.tasks = TaskPool(self)
        self._databases = Databases(self.tasks, self)
        self.document = Document(self.tasks, self)
        self.databases.use_sources(self.recording.sources)
        self.reference = Reference(self.tasks, self.databases, self)
        self.bus = BusControl(self.tasks, self._sources_for_bus, self)
        self._record = RecordControl(self)
        self.transmit = TransmitControl(self.databases, self.document, self.tasks, self.clock, self)
        self._wire()

    def _wire(self) -> None:
        self.clock.tick.connect(self.document.update_newest)
        self._databases.changed.connect(self.databases_changed)
        self._databases.message.connect(self.message)
        self._databases.message_about.connect(self.message_about)
        self._databases.topic_ended.connect(self.topic_ended)
        self.reference.message.connect(partial(self.say, "reference"))
        self.reference.changed.connect(lambda: self.topic_ended.emit("reference"))
        self.document.message.connect(partial(self.say, "document"))
        self.document.save_message.connect(partial(self.say, "saving"))
        self.document.save_started.connect(lambda: self.topic_ended.emit("saving"))
        self.document.unread.connect(self.file_unread)
        self.document.loading_changed.connect(self.state_changed)
        self.document.replaced.connect(self._on_replaced)
        self.bus.message.connect(partial(self.say, "bus"))
        self.bus.message.connect(self.transmit.link.changed)
        self.bus.state_changed.connect(self._on_bus_state)
        self.bus.transmit_events.connect(self.transmit.link.events)
        self.bus.received.connect(self.receive)
        self.bus.lost.connect(self.document.add_loss)
        self.databases_changed.connect(self.transmit.jobs.refresh_triggers)
        self.transmit.message.connect(self.say)
        self.transmit.topic_ended.connect(self.topic_ended)
        self._record.message.connect(partial(self.say, "record"))
        self._record.changed.connect(self._on_record_changed)

    def say(self, topic: str, level: str, text: str) -> None:
        """Send a message that holds until its topic has ended."""
        self.message.emit(level, text)
        self.message_about.emit(topic, text)

    # -- what there is -----------------------------------------------------------------------------------

    @property
    def state(self) -> str:
        """What the window shows: "live" or "connecting", else "loading" or "file", else "offline"."""
        if self.bus.state is not BusState.OFFLINE:
            return self.bus.state.value
        if self.document.loading is not None:
            return "loading"
        return "file" if self.document.file_path is not None else "offline"

    @property
    def recording(self) -> Recording:
        """The frames in front of the user."""
        return self.document.recording

    def place_problem(self) -> str:
        """A sentence where the recording stands among temporary files; "" where it is safe."""
        folder = self.recording.folder
        if not is_temporary(folder):
            return ""
        return (
            f"No recording can be kept in {recordings_folder()}. It stands in {folder}, where it may not "
            "outlast a restart of the computer."
        )

    @property
    def newest(self) -> NewestById:
        """The newest frame of each id of the recording."""
        return self.document.newest

    @property
    def file_path(self) -> Path | None:
        """The file that the recording was opened from, or None."""
        return self.document.file_path

    @property
    def unsaved_frames(self) -> int:
        """Frames that would be lost on closing; a recording of the demonstration alone does not count."""
        return self.document.unsaved_frames

    @property
    def unsaved_marks(self) -> int:
        """Marks that would be lost on closing; a recording of the demonstration alone does not count."""
        return self.document.unsaved_marks

    # -- the bus -----------------------------------------------------------------------------------------

    def start_demo(self, settings: BusSettings | None = None) -> None:
        """Start the demonstration's car on a bus of this computer only, open that, and load its database.

        Without settings it is a bus of its own.
        """
        try:
            self.bus.open_demo(settings or bus_of_its_own())
        except BusError as error:
            self.message.emit("error", str(error))
            return
        if not any(database.path.name == DEMO_DATABASE for database in self.databases):
            self.load_database(resource(DEMO_DATABASE))

    def _sources_for_bus(self) -> SourceTable:
        """The source table for frames of a bus that has just opened."""
        if self.document.file_path is not None:
            self.document.clear()
        return self.recording.sources

    def receive(self, batch: FrameBatch) -> None:
        """Take frames that have arrived from the bus: record, store and count them."""
        self._record.write(batch)  # first: whatever fails below costs the file no frame
        self.document.append(batch, is_demo=self.bus.is_demo_bus)
        self.bus.rates.update(batch, time.monotonic_ns(), time.time_ns())

    # -- the recording -----------------------------------------------------------------------------------

    def set_paused(self, paused: bool) -> None:
        """Let views stand still, or follow again; reception goes on either way."""
        if paused != self.paused:
            self.paused = paused
            self.paused_changed.emit(paused)

    def set_limits(self, limits: Limits) -> None:
        """Keep frames from a bus within other limits from now on; those of a file are kept whole."""
        self.document.set_limits(limits)

    def clear(self) -> None:
        """Begin an empty recording; the old frames are gone."""
        self.document.clear()
        self.bus.rates.clear()
        self.state_changed.emit()

    def open_file(self, path: Path | str, layout: TableLayout | None = None) -> Task:
        """Leave the bus and read a log file, in the background, with the first frames shown at once.

        ``layout`` says where a table of frames has what, where its header does not.
        """
        return self.open_files([LogPart(Path(path), layout=layout)])

    def open_files(self, parts: Sequence[LogPart], align: bool = False) -> Task:
        """Leave the bus and read several log files on one time line; with ``align`` all begin together."""
        self.bus.close()
        self.topic_ended.emit("bus")
        return self.document.open(parts, align)

    def recover(self, folder: Path) -> None:
        """Leave the bus and show the recording that a crash left in ``folder``."""
        self.bus.close()
        self.document.recover(folder)
        self.state_changed.emit()

    def save_leftover(self, leftover: Leftover, path: Path | str) -> Task:
        """Write what a crash left behind to a log file, in the background; then it is deleted."""
        path = Path(path)
        self.topic_ended.emit("saving")
        task = self.tasks.make(f"Saving {path.name}", partial(save_leftover, leftover, path))
        task.finished.connect(lambda saved: self.say("saving", *saved.message(path)))
        task.failed.connect(partial(self.say, "saving", "error"))
        return task.start()

    def save_file(
        self,
        path: Path | str,
        rows: range | None = None,
        condition: Filter | None = None,
        format: str | None = None,
    ) -> Task:
        """Write the recording, or a range of its rows, to a log file in the background; all or nothing.

        With a condition only the frames that pass it. ``format`` is the name of a log format, or None to go
        by the suffix.
        """
        return self.document.save(Path(path), rows, condition, format)

    def export_signals(self, path: Path | str, wanted: SignalExport) -> Task:
        """Write signals of the recording to a table (.csv, .parquet, .mf4) in the background."""
        return self.document.export(Path(path), self.databases, wanted)

    def find(self, condition: Filter, start: int, backwards: bool = False, end: int | None = None) -> Task:
        """Look in the background for the first row from ``start`` on that passes, or the last one before it.

        At the end the search starts again at the other end. ``end`` bounds what is looked at. The task's
        result is a Found, or None; connect to its ``finished``, then start it.
        """
        return self.document.find(condition, start, backwards, end)

    def count_matches(self, matches: MatchCount, row: int, end: int | None = None) -> Task:
        """Count in the background which of the matches a row is, and how many there are before ``end``.

        The task's result is these two numbers; connect to its ``finished``, then start it.
        """
        return self.document.count(matches, row, end)

    def _on_bus_state(self) -> None:
        if self.bus.state is BusState.CONNECTING:
            for topic in ("bus", "document"):
                self.topic_ended.emit(topic)
        self.transmit.link.use(self.bus.transmitter, self.bus.settings)
        self.state_changed.emit()

    def _on_record_changed(self) -> None:
        if self.recorder is not None:
            self.topic_ended.emit("record")
        self.record_state_changed.emit()

    def _on_replaced(self) -> None:
        self.topic_ended.emit("document")
        self.bus.use_sources(self.recording.sources)
        self.databases.use_sources(self.recording.sources)
        self.recording_replaced.emit()

    # -- recording to a file -----------------------------------------------------------------------------

    @property
    def recorder(self) -> Recorder | None:
        """What writes to a log file while that is wanted."""
        return self._record.recorder

    def start_record(self, path: Path | str, options: RecordOptions | None = None) -> bool:
        """Write what is received from now on to a log file, or to several, as the options say.

        What the options ask for of the time before comes from the trace. False, with a message, where
        recording cannot begin.
        """
        return self._record.start(Path(path), options, self.recording, self.databases)

    def note_in_record(self, note: Mark) -> None:
        """Write a mark of the trace of the bus into the running file, where its format has a place for it."""
        if self.document.file_path is None:
            self._record.note(note)

    @property
    def record_problems(self) -> list[str]:
        """A sentence for each log file so far that does not have what it was to have."""
        return self._record.problems

    def stop_record(self) -> None:
        """Finish the file; nothing happens where none is being written."""
        self._record.stop()

    # -- databases ---------------------------------------------------------------------------------------

    @property
    def databases(self) -> DatabaseSet:
        """The databases that are loaded."""
        return self._databases.loaded

    def load_database(self, path: Path | str) -> Task:
        """Load a database in the background; messages get names and signals when it is there.

        It is loaded again whenever its file changes.
        """
        return self._databases.load(path)

    def remove_database(self, path: Path | str) -> None:
        """Forget a database."""
        self._databases.remove(path)

    def move_database(self, path: Path | str, place: int) -> None:
        """Give a database another place in the order, which decides where several know an id."""
        self._databases.move(path, place)

    def set_database_scope(self, path: Path | str, scope: Scope) -> None:
        """Say which channels or sources a database is for; may be said before it is loaded."""
        self._databases.set_scope(path, scope)

    # -- counters and the end ----------------------------------------------------------------------------

    def statistics(self) -> SessionTotals:
        """What was received, sent and lost since the program started.

        ``recorded`` counts frames in record files, or in the trace while no such file was asked for.
        """
        return replace(
            self.bus.totals(),
            recorded=self._record.recorded if self._record.was_used else self.document.appended,
            unrecorded=self.document.unrecorded,
        )

    def shutdown(self) -> bool:
        """End everything that this session started and leave nothing behind.

        False where a task did not end; see TaskPool.shutdown().
        """
        self.clock.stop()
        self.transmit.close()
        self.bus.close()
        self.stop_record()
        self.reference.close()
        ended = self.tasks.shutdown()
        self._databases.close()
        self.document.close()
        return ended
