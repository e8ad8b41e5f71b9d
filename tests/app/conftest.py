"""A session of its own for each test."""

import pytest

from canmcast_gui.app.session import Session


@pytest.fixture
def session(qapp):
    """A session without a bus; ``posted`` has the level and text of its messages."""
    session = Session()
    session.posted = []
    session.messages.posted.connect(lambda level, text: session.posted.append((level, text)))
    yield session
    session.shutdown()
