"""A session without a bus, its settings, and a window over both, for tests of views and models."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication, QWidget

from canmcast_gui.app.program.settings import AppSettings
from canmcast_gui.app.session import Session
from canmcast_gui.database import load_database
from canmcast_gui.frames import FrameBatch
from tests.support.frames import DBC

if TYPE_CHECKING:
    from canmcast_gui.ui.window.main_window import MainWindow


class Stage:
    """A session without a bus. ``messages`` holds the level and text of each message for the user."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings = AppSettings(folder / "settings.ini")
        self.session = Session()
        self.messages: list[tuple[str, str]] = []
        self.session.messages.posted.connect(lambda level, text: self.messages.append((level, text)))

    def receive(self, batch: FrameBatch) -> None:
        """Have frames arrive as they do from a bus, and views told."""
        self.session.receive(batch)
        self.session.document.update_newest()
        self.session.state_changed.emit()

    def wait_ticks(self, count: int) -> None:
        """Wait until the display clock has ticked, so that visible views were updated."""
        spy = QSignalSpy(self.session.clock.tick)
        while spy.count() < count:
            assert spy.wait(5_000)

    def add_database(self, text: str = DBC) -> None:
        """Load a DBC file; by default one with the message Engine (100h)."""
        path = self.folder / "engine.dbc"
        path.write_text(text)
        self.session.databases.loaded.add(load_database(path))
        self.session.databases.changed.emit()

    def close(self) -> None:
        """End the session and delete its objects."""
        release_keys()
        self.session.shutdown()
        delete(self.session, self.settings)


@pytest.fixture
def stage(qtbot, tmp_path: Path) -> Iterator[Stage]:
    """A session with settings in a file of the test."""
    made = Stage(tmp_path)
    yield made
    made.close()


@pytest.fixture
def window(qtbot, stage: Stage) -> Iterator[MainWindow]:
    """The main window, shown, with an empty session."""
    from canmcast_gui.ui.window.main_window import MainWindow

    made = MainWindow(stage.session, stage.settings)
    with qtbot.waitExposed(made):
        made.show()
    yield made
    made.end()
    delete(made)


def delete(*objects: QObject) -> None:
    """Delete Qt objects now: the garbage collector may use another thread."""
    for deleted in objects:
        deleted.deleteLater()
    process_deletions()


def process_deletions() -> None:
    """Delete all objects whose deletion waits."""
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def release_keys() -> None:
    """Release all modifier keys.

    QTest does not tell the application that Shift, Ctrl or Alt was released, and selecting rows depends on
    it.
    """
    if QApplication.keyboardModifiers() != Qt.KeyboardModifier.NoModifier:
        QTest.keyRelease(QWidget(), Qt.Key.Key_Shift)
