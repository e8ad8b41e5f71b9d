"""A session without a bus, settings in a file of the test's own, and a window over both."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent

from canmcast_gui.app.program.settings import AppSettings
from canmcast_gui.app.session import Session
from canmcast_gui.database import load_database
from canmcast_gui.frames import FrameBatch
from canmcast_gui.ui.window.main_window import MainWindow
from tests.models.frames import DBC
from tests.support.released_keys import release_keys


class Stage:
    """A session and its settings; ``arrive`` is what a bus does with frames."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings = AppSettings(folder / "settings.ini")
        self.session = Session()

    def arrive(self, batch: FrameBatch) -> None:
        """Frames come in, as they do from a bus."""
        self.session._on_arrived(batch)
        self.session._trace.feed()
        self.session.state_changed.emit()

    def add_database(self) -> None:
        """Load the database that knows the message Engine (100h)."""
        path = self.folder / "engine.dbc"
        path.write_text(DBC)
        self.session.databases.add(load_database(path))
        self.session.databases_changed.emit()


@pytest.fixture
def stage(qtbot, tmp_path) -> Iterator[Stage]:
    """What views need."""
    one = Stage(tmp_path)
    yield one
    release_keys()
    one.session.shutdown()
    for thing in (one.session, one.settings):  # or the garbage collector does it, in any thread
        thing.deleteLater()
    delete_later()


@pytest.fixture
def window(qtbot, stage) -> Iterator[MainWindow]:
    """The main window, shown, with an empty session."""
    one = MainWindow(stage.session, stage.settings)
    with qtbot.waitExposed(one):
        one.show()
    yield one
    one.end()
    one.deleteLater()
    delete_later()


def delete_later() -> None:
    """Free now what is to be freed later."""
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
