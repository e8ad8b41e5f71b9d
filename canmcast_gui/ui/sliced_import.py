"""Importing a module that makes Qt classes, in slices between which the window lives.

Before Python 3.12, PySide6 keeps what it knows of each class in a table that Qt reads without the
interpreter's lock, whenever it asks an object of ours for its class (PepType_SOTP in libshiboken). A thread
that makes classes meanwhile lets that table grow under the reader, and the program dies. So classes are made
only while the GUI thread waits: for some milliseconds at a time, then the window has its turn.
"""

from __future__ import annotations

import importlib
import importlib.abc
import sys
import threading
import time
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType

from PySide6 import QtCore, QtGui, QtWidgets
from PySide6.QtCore import QObject, QTimer, Signal

# The window stands still for a slice, or for the longest of what cannot be parted; then it has as long.
SLICE_SECONDS = 0.008
PAUSE_MS = 8

# Qt classes that a library may ask for one and all, which takes longer than a slice: made one by one before.
QT_MODULES = (QtCore, QtGui, QtWidgets)


class SlicedImport(QObject):
    """Imports ``module``; ``ended`` carries "", or why it could not be imported.

    It pauses where one of ``packages`` is imported by another of them: only they may wait half imported, for
    nobody else needs them.
    """

    ended = Signal(str)

    def __init__(self, module: str, packages: Sequence[str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._module = module
        self._finder = _Pauses(tuple(packages), self._pause)
        self._problem = ""
        self._slice_end = 0.0
        self._go, self._back = threading.Semaphore(0), threading.Semaphore(0)
        self._thread = threading.Thread(target=self._run, name="sliced import", daemon=True)
        self._timer = QTimer(self)
        self._timer.setInterval(PAUSE_MS)
        self._timer.timeout.connect(self._grant)

    def start(self) -> None:
        """Begin; returns at once."""
        sys.meta_path.insert(0, self._finder)
        self._thread.start()
        self._timer.start()

    def finish(self) -> None:
        """Do what is left in one go, where it has begun."""
        while self._timer.isActive():
            self._grant()

    def _grant(self) -> None:
        """Let the import go on for a slice, and wait for it."""
        self._slice_end = time.perf_counter() + SLICE_SECONDS
        self._go.release()
        self._back.acquire()
        if not self._finder.active:
            self._timer.stop()
            self._thread.join()
            self.ended.emit(self._problem)

    # -- in the thread -----------------------------------------------------------------------------------

    def _run(self) -> None:
        self._go.acquire()
        self._finder.thread = threading.get_ident()
        try:
            self._make_qt_classes()
            importlib.import_module(self._module)
        except ImportError as error:
            self._problem = str(error)
        finally:
            sys.meta_path.remove(self._finder)
            self._finder.active = False
            self._back.release()

    def _make_qt_classes(self) -> None:
        for module in QT_MODULES:
            for name in dir(module):
                getattr(module, name)
                self._pause()

    def _pause(self) -> None:
        if time.perf_counter() > self._slice_end:
            self._back.release()
            self._go.acquire()


class _Pauses(importlib.abc.MetaPathFinder):
    """Finds nothing, but is asked at every import."""

    def __init__(self, packages: tuple[str, ...], pause: Callable[[], None]) -> None:
        self.active = True
        self.thread = 0
        self._packages = packages
        self._pause = pause

    def find_spec(
        self, fullname: str, _path: Sequence[str] | None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if threading.get_ident() == self.thread and fullname.startswith(self._packages):
            self._pause()
        return None
