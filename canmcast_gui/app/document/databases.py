"""The databases of the session: loaded in the background, reloaded when their files change; and filters."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from canmcast_gui.app.program.file_watch import FileWatch
from canmcast_gui.app.program.messages import with_folder
from canmcast_gui.app.program.tasks import Task, TaskPool
from canmcast_gui.database import Database, DatabaseSet, Scope, load_database
from canmcast_gui.database.problems import LEFT_OUT, REPAIRED
from canmcast_gui.frames import Source
from canmcast_gui.frames.filters import Filter, compile_filter
from canmcast_gui.recording import Recording
from canmcast_gui.wording import are, counted, were


class Databases(QObject):
    """Fills a DatabaseSet. ``message`` carries a level and a sentence, as the session's does."""

    changed = Signal()
    message = Signal(str, str)
    message_about = Signal(str, str)
    topic_ended = Signal(str)

    def __init__(self, pool: TaskPool, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.loaded = DatabaseSet()
        self._pool = pool
        self._newest_task: dict[Path, Task] = {}
        self._watch = FileWatch(self)
        self._watch.changed.connect(self._load_again)

    def load(self, path: Path | str) -> Task:
        """Load a database in the background, or load it again; its place in the order is that of now."""
        path = Path(path)
        self.loaded.reserve(path)
        task = self._make(path)
        task.failed.connect(lambda sentence: self._on_failed(path, sentence, task.is_cancelled))
        return task.start()

    def remove(self, path: Path | str) -> None:
        """Forget a database."""
        self.topic_ended.emit(_topic(Path(path)))
        self._newest_task.pop(Path(path), None)
        self._watch.remove(Path(path))
        self.loaded.remove(path)
        self.changed.emit()

    def move(self, path: Path | str, place: int) -> None:
        """Give a database another place in the order, which decides where several know an id."""
        self.loaded.move(path, place)
        self.changed.emit()

    def set_scope(self, path: Path | str, scope: Scope) -> None:
        """Say which channels or sources a database is for; may be said before it is loaded."""
        self.loaded.set_scope(path, scope)
        if any(database.path == Path(path) for database in self.loaded):
            self.changed.emit()

    def close(self) -> None:
        """Watch no files any more."""
        self._watch.close()

    def _make(self, path: Path) -> Task:
        # what was on disk is noted before it is read: what is written meanwhile is read again
        self._watch.add(path)
        task = self._pool.make(f"Loading {path.name}", lambda report: load_database(path, report))
        self._newest_task[path] = task
        self.topic_ended.emit(_topic(path))
        task.finished.connect(lambda database: self._on_loaded(task, database))
        return task

    def _on_loaded(self, task: Task, database: Database) -> None:
        """Take a database, unless it was removed or asked for again since."""
        if self._newest_task.get(database.path) is not task:
            return
        del self._newest_task[database.path]
        is_new = all(one.path != database.path for one in self.loaded)
        self.loaded.add(database)
        self.changed.emit()
        if is_new:
            self._report_problems(database)

    def _report_problems(self, database: Database) -> None:
        """Report the problems of a database, and ids that another database describes as well."""
        repaired = sum(problem.kind in (REPAIRED, LEFT_OUT) for problem in database.problems)
        others = sum(one.other is database or one.chosen is database for one in self.loaded.conflicts())
        parts = []
        if repaired:
            parts.append(f"{counted(repaired, 'problem')} {were(repaired)} repaired or left out")
        if others:
            parts.append(f"{counted(others, 'id')} {are(others)} in another database as well")
        if parts:
            said = f"In {database.path.name} {' and '.join(parts)}. The database browser lists them."
            self._say(database.path, "info", said)

    def _on_failed(self, path: Path, sentence: str, is_cancelled: bool) -> None:
        self._newest_task.pop(path, None)
        if not is_cancelled:
            self._say(path, "error", with_folder(sentence, path))
        if not any(database.path == path for database in self.loaded):
            self._watch.remove(path)
            self.loaded.remove(path)

    def _load_again(self, path: Path) -> None:
        """A file has changed: take it as it is now; where it cannot be read, the old one stays."""
        task = self._make(path)
        task.finished.connect(
            lambda _database: self._say(path, "info", f"{path.name} has changed: loaded again.")
        )
        task.failed.connect(lambda sentence: self._on_failed_again(path, sentence, task.is_cancelled))
        task.start()

    def _on_failed_again(self, path: Path, sentence: str, is_cancelled: bool) -> None:
        if not is_cancelled:
            self._say(
                path, "warning", f"{with_folder(sentence, path)}. What was loaded before is still used."
            )

    def _say(self, path: Path, level: str, sentence: str) -> None:
        self.message.emit(level, sentence)
        self.message_about.emit(_topic(path), sentence)


def _topic(path: Path) -> str:
    return f"database {path}"


def compile_for(
    text: str,
    recording: Recording,
    databases: DatabaseSet,
    source_names: Mapping[Source, str] | None = None,
) -> Filter:
    """A filter for the frames of ``recording``; raises FilterError.

    Names and signals are those of now: compile it again when ``databases`` have changed. The old one may be
    used on; it keeps the databases that it knows.
    """

    def choices(name: str) -> dict[str, int | float]:
        signal = databases.signal(name)
        return {text: raw * signal.scale + signal.offset for raw, text in signal.choices.items()}

    return compile_filter(
        text,
        names=databases.ids_named,
        sources=recording.sources,
        signals=databases.reader,
        start_ns=lambda: recording.start_ns,
        source_names=source_names,
        choices=choices,
    )
