"""The databases of the session: loaded in the background, reloaded when their files change; and filters.

Changes of a file are found however its editor writes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal

from canmcast_gui.app.program.messages import Messages, with_folder
from canmcast_gui.app.program.tasks import Task, TaskPool
from canmcast_gui.database import Database, DatabaseSet, Scope, load_database
from canmcast_gui.database.problems import LEFT_OUT, REPAIRED
from canmcast_gui.frames import Source
from canmcast_gui.frames.files import within
from canmcast_gui.frames.filters import Filter, compile_filter
from canmcast_gui.recording import Recording
from canmcast_gui.wording import are, counted, were

# Editors write in several steps, or write a new file that replaces the old one.
SETTLE_MS = 300
# The window does not react for this long at most.
PATIENCE_SECONDS = 1.0

_Stamp = tuple[int, int, int]


class FileWatch(QObject):
    """Watches files and their folders, since an editor may replace a file by another of the same name.

    ``changed`` carries the path of an existing file with another time, size or inode, once it has not been
    written for SETTLE_MS.
    """

    changed = Signal(Path)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._stamps: dict[Path, _Stamp | None] = {}
        self._watcher = QFileSystemWatcher(self)
        self._settled = QTimer(self)
        self._settled.setSingleShot(True)
        self._settled.setInterval(SETTLE_MS)
        self._settled.timeout.connect(self._compare)
        self._watcher.fileChanged.connect(self._on_change)
        self._watcher.directoryChanged.connect(self._on_change)

    def add(self, path: Path) -> None:
        """Watch a file for changes of its present state."""
        stamp = self._stamps[path] = _stamps([path])[path]
        self._watcher.addPaths([str(path.parent), str(path)] if stamp else [str(path.parent)])

    def remove(self, path: Path) -> None:
        """Stop watching a file."""
        if self._stamps.pop(path, path) is path:
            return
        removed = [str(path)]
        if all(other.parent != path.parent for other in self._stamps):
            removed.append(str(path.parent))
        self._watcher.removePaths(removed)

    def close(self) -> None:
        """Stop watching. The watcher is deleted here: its sockets belong to this thread."""
        self._settled.stop()
        self._stamps.clear()
        self._watcher.deleteLater()

    def _on_change(self, _path: str) -> None:
        self._settled.start()

    def _compare(self) -> None:
        """Report the files that have changed; a missing file may be about to be replaced."""
        found = _stamps(self._stamps)
        for path, before in list(self._stamps.items()):
            now = found[path]
            if now is None:
                continue
            self._watcher.addPath(str(path))  # Qt does not watch a file that was replaced
            if now != before:
                self._stamps[path] = now
                self.changed.emit(path)


def _stamps(paths: Iterable[Path]) -> dict[Path, _Stamp | None]:
    """The stamps of files; None for all if a file system does not answer."""
    asked = list(paths)
    try:
        return within(PATIENCE_SECONDS, lambda: {path: _stamp(path) for path in asked})
    except TimeoutError:
        return dict.fromkeys(asked)


def _stamp(path: Path) -> _Stamp | None:
    """The time, size and inode of a file, of which one changes when it is written; None if it is missing."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


class Databases(QObject):
    """Fills the DatabaseSet ``loaded``. ``changed`` says that its content is different.

    ``doubted`` carries the message about the problems of a database that was loaded.

    Databases are in the order in which they were requested. A database is loaded again when its file changes.
    """

    changed = Signal()
    doubted = Signal(str)

    def __init__(self, tasks: TaskPool, messages: Messages, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.loaded = DatabaseSet()
        self._tasks = tasks
        self._messages = messages
        self._newest_task: dict[Path, Task] = {}
        self._watch = FileWatch(self)
        self._watch.changed.connect(self._reload)

    def load(self, path: Path | str) -> Task:
        """Load a database in the background, or load it again; its position in the order is that of now."""
        path = Path(path)
        self.loaded.reserve(path)
        task = self._make_task(path)
        task.failed.connect(lambda text: self._on_failed(path, text, task.is_canceled))
        return task.start()

    def remove(self, path: Path | str) -> None:
        """Remove a database, or do not load it any more."""
        self._messages.end(_topic(Path(path)))
        self._newest_task.pop(Path(path), None)
        self._watch.remove(Path(path))
        self.loaded.remove(path)
        self.changed.emit()

    def move(self, path: Path | str, index: int) -> None:
        """Move a database in the order, which decides where several describe one id."""
        self.loaded.move(path, index)
        self.changed.emit()

    def set_scope(self, path: Path | str, scope: Scope) -> None:
        """Set for which channels or sources a database is used, also before it is loaded."""
        self.loaded.set_scope(path, scope)
        if any(database.path == Path(path) for database in self.loaded):
            self.changed.emit()

    def close(self) -> None:
        """Stop watching files."""
        self._watch.close()

    def _make_task(self, path: Path) -> Task:
        # The watch begins before the file is read: a change while it is read is noticed.
        self._watch.add(path)
        task = self._tasks.make(f"Loading {path.name}", lambda report: load_database(path, report))
        self._newest_task[path] = task
        self._messages.end(_topic(path))
        task.finished.connect(lambda database: self._on_loaded(task, database))
        return task

    def _on_loaded(self, task: Task, database: Database) -> None:
        """Add a database, unless it was removed or requested again since."""
        if self._newest_task.get(database.path) is not task:
            return
        del self._newest_task[database.path]
        is_new = all(other.path != database.path for other in self.loaded)
        self.loaded.add(database)
        self.changed.emit()
        if is_new:
            self._report_problems(database)

    def _report_problems(self, database: Database) -> None:
        """Report the problems of a database, and ids that another database describes as well."""
        problems = sum(problem.kind in (REPAIRED, LEFT_OUT) for problem in database.problems)
        conflicts = sum(
            conflict.other is database or conflict.chosen is database for conflict in self.loaded.conflicts()
        )
        parts = []
        if problems:
            parts.append(f"{counted(problems, 'issue')} {were(problems)} repaired or left out")
        if conflicts:
            parts.append(f"{counted(conflicts, 'id')} {are(conflicts)} in another database as well")
        if parts:
            text = f"In {database.path.name} {' and '.join(parts)}. The database browser lists them."
            self._messages.info(text, _topic(database.path))
            self.doubted.emit(text)

    def _on_failed(self, path: Path, text: str, is_canceled: bool) -> None:
        self._newest_task.pop(path, None)
        if not is_canceled:
            self._messages.error(with_folder(text, path), _topic(path))
        if not any(database.path == path for database in self.loaded):
            self._watch.remove(path)
            self.loaded.remove(path)

    def _reload(self, path: Path) -> None:
        """Load a file that has changed; where that fails, the database stays as it was."""
        task = self._make_task(path)
        reloaded = f"{path.name} has changed: loaded again."
        task.finished.connect(lambda _database: self._messages.info(reloaded, _topic(path)))
        task.failed.connect(lambda text: self._on_reload_failed(path, text, task.is_canceled))
        task.start()

    def _on_reload_failed(self, path: Path, text: str, is_canceled: bool) -> None:
        if not is_canceled:
            text = f"{with_folder(text, path)}. What was loaded before is still used."
            self._messages.warning(text, _topic(path))


def _topic(path: Path) -> str:
    return f"database {path}"


def compile_for(
    text: str,
    recording: Recording,
    databases: DatabaseSet,
    source_names: Mapping[Source, str] | None = None,
) -> Filter:
    """A filter for the frames of ``recording``, with the names and signals of databases. Raises FilterError.

    Compile it again when ``databases`` or the names of channels have changed; the old filter stays usable
    with the old ones.
    """
    return compile_filter(
        text,
        names=databases.ids_named,
        sources=recording.sources,
        signals=databases.reader,
        start_ns=lambda: recording.start_ns,
        source_names=source_names,
        choices=databases.choices,
        vocabulary=databases.vocabulary,
        channels=recording.channels,
    )
