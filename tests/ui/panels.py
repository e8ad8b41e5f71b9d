"""A session with a database and frames for tests of the panels, on no bus or on a real one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from canmcast_gui.app.session import Session
from canmcast_gui.app.settings import AppSettings
from canmcast_gui.database import load_database
from canmcast_gui.transport.settings import BusSettings
from tests.models.frames import DBC

WAIT_MS = 15_000


@pytest.fixture
def settings(tmp_path: Path) -> AppSettings:
    """Settings in a file of their own."""
    return AppSettings(tmp_path / "settings.ini")


@pytest.fixture
def session(qapp) -> Iterator[Session]:
    """A session without a bus; what it tells the user is in ``heard``."""
    session = Session()
    session.heard = []
    session.message.connect(lambda level, text: session.heard.append((level, text)))
    yield session
    session.shutdown()


def load_engine(session: Session, folder: Path) -> None:
    """Load the database that knows Engine.Speed and Engine.Gear."""
    path = folder / "engine.dbc"
    path.write_text(DBC)
    session.databases.add(load_database(path))
    session.databasesChanged.emit()


def go_live(qtbot, session: Session, port: int) -> None:
    """Go on a bus that stays on this host."""
    session.connect_bus(BusSettings(group="239.74.163.2", port=port, hop_limit=0))
    qtbot.waitUntil(lambda: session.state == "live", timeout=WAIT_MS)
