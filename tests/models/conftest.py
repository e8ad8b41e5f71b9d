"""What tests of several models need."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from canmcast_gui.app.session import Session
from canmcast_gui.database import load_database
from tests.support.frames import DBC


@pytest.fixture
def engine_session(qapp, tmp_path: Path) -> Iterator[Session]:
    """A session with one database."""
    session = Session()
    path = tmp_path / "engine.dbc"
    path.write_text(DBC)
    session.databases.loaded.add(load_database(path))
    yield session
    session.shutdown()
