"""Reports files that have changed on disk, however their editor writes them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal

from canmcast_gui.frames.files import within

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
