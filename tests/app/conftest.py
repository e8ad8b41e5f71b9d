"""A session of its own for each test."""

import pytest

from canmcast_gui.app.session import Session


@pytest.fixture
def session(qapp):
    """A session without a bus."""
    session = Session()
    yield session
    session.shutdown()


@pytest.fixture
def messages(session):
    """The level and text of each message of the session."""
    posted: list[tuple[str, str]] = []
    session.messages.posted.connect(lambda level, text: posted.append((level, text)))
    return posted
