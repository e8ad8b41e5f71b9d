"""The state that all trace views share: the row that times count from, colors, marks, names of sources."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal

from canmcast_gui.app.bus.sender_watch import SenderWatch
from canmcast_gui.app.bus.source_names import SourceNames
from canmcast_gui.app.document.databases import compile_for
from canmcast_gui.app.document.matching_marks import MatchingMarks, mark_matching
from canmcast_gui.app.program.settings import AppSettings
from canmcast_gui.app.session import Session
from canmcast_gui.app.workspace.view_setups import COLOR_RULES
from canmcast_gui.frames.filters import Filter
from canmcast_gui.frames.filters.proposals import Words
from canmcast_gui.models.trace.color_rules import CompiledRules
from canmcast_gui.models.trace.times import Reference
from canmcast_gui.recording import RecordingError, RowsGoneError
from canmcast_gui.recording.id_statistics import OWN
from canmcast_gui.recording.marks import MOST_MARKS
from canmcast_gui.ui.filters.words import session_words
from canmcast_gui.wording import counted, were

# The interval at which new sources are searched; they are rare.
SOURCES_MS = 1000


class ViewContext(QObject):
    """``reference`` is the row that times count from, or None for the start of the recording."""

    reference_changed = Signal(Reference)  # or None
    rules_changed = Signal(CompiledRules)
    marks_changed = Signal()
    diagnose_requested = Signal()

    def __init__(self, session: Session, settings: AppSettings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.settings = settings
        self.reference: Reference | None = None
        self.rules = CompiledRules()
        self.sources = SourceNames(session.document, session.tasks, self, session.bus.demo_units)
        self.senders = SenderWatch(session, self.sender_name, self)
        self._source_timer = QTimer(self)
        self._source_timer.setInterval(SOURCES_MS)
        self._source_timer.timeout.connect(self.sources.update)
        self._source_timer.start()
        session.document.replaced.connect(self._on_recording)
        session.databases.changed.connect(self._compile_rules)
        session.document.channels_named.connect(self._compile_rules)
        settings.field(COLOR_RULES).changed.connect(self._compile_rules)
        self._compile_rules()

    def filter(self, text: str) -> Filter:
        """A filter for the current recording and databases; raises FilterError."""
        return compile_for(
            text, self.session.document.recording, self.session.databases.loaded, self.sources.names
        )

    def words(self) -> Words:
        """What a field for a filter can propose."""
        return session_words(self.session, self.settings, self.sources)

    def sender_name(self, number: int) -> str:
        """The name of a sender: a number in the recording's table of sources, or OWN."""
        if number == OWN:
            return "this program"
        source = self.session.document.recording.sources[number]
        name = self.sources.names.get(source)
        return f"{name} at {source}" if name else str(source)

    def set_reference(self, row: int | None) -> None:
        """Count times from a row of the recording; from the start if it is None or was evicted."""
        self.reference = None if row is None else self._reference(row)
        self.reference_changed.emit(self.reference)

    def _reference(self, row: int) -> Reference | None:
        try:
            times = self.session.document.recording.rows(row, row + 1).timestamp_ns.tolist()
        except RowsGoneError:
            return None
        return Reference(row, times[0]) if times else None

    def _on_recording(self) -> None:
        self.set_reference(None)
        self._compile_rules()
        self.marks_changed.emit()

    def _compile_rules(self) -> None:
        self.rules = CompiledRules(self.settings.field(COLOR_RULES).value, self.filter)
        self.rules_changed.emit(self.rules)

    # -- marks -------------------------------------------------------------------------------------------

    def mark_text(self, row: int) -> str | None:
        """The text of the mark at a row, or None."""
        mark = self.session.document.recording.marks.at(row)
        return None if mark is None else mark.text

    def mark(self, row: int, text: str) -> None:
        """Set a mark at a row, or change its text; send a message if that fails."""
        try:
            self.session.record.mark(self.session.document.recording.marks.add(row, text))
        except RecordingError as error:
            self.session.messages.error(f"The mark was not set: {error}")
        self.marks_changed.emit()

    def remove_mark(self, row: int) -> None:
        """Remove the mark at a row."""
        self.remove_marks([row])

    def remove_marks(self, rows: Iterable[int]) -> None:
        """Remove the marks at rows; send a message if that fails."""
        try:
            self.session.document.recording.marks.remove_rows(rows)
        except RecordingError as error:
            self.session.messages.error(f"The marks were not removed: {error}")
        self.marks_changed.emit()

    def mark_matching(self, condition: Filter) -> None:
        """Mark all frames that match a filter, in the background, and report how many there are."""
        recording = self.session.document.recording
        room = MOST_MARKS - len(recording.marks)
        work = partial(mark_matching, recording, condition, room)
        task = self.session.tasks.make(f"Marking frames that match {condition.text}", work)
        task.finished.connect(self._on_marked)
        task.failed.connect(lambda sentence: self.session.messages.error(f"No mark was set: {sentence}"))
        task.start()

    def _on_marked(self, result: MatchingMarks) -> None:
        self.marks_changed.emit()
        verb = "matches" if result.matching == 1 else "match"
        text = f"{counted(result.matching, 'frame')} {verb} the filter"
        if result.added < result.matching:
            limit = f"a recording keeps up to {MOST_MARKS:,} marks, one for each row"
            text += f"; {counted(result.added, 'mark')} {were(result.added)} added, because {limit}"
        self.session.messages.info(f"{text}.")
