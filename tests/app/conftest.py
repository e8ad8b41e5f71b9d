"""A session of its own for each test."""

import pytest

from canmcast_gui.app.session import Session


@pytest.fixture
def session(qapp):
    """A session without a bus; ``heard`` is what it said, as (level, text)."""
    session = Session()
    session.heard = []
    session.messages.posted.connect(lambda level, text: session.heard.append((level, text)))
    yield session
    session.shutdown()
