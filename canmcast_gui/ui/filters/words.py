"""What a filter field proposes: the names of the session."""

from __future__ import annotations

import numpy as np

from canmcast_gui.app.bus.source_names import SourceNames
from canmcast_gui.app.program.settings import AppSettings
from canmcast_gui.app.session import Session
from canmcast_gui.frames.filters.proposals import Words


def session_words(session: Session, settings: AppSettings | None, senders: SourceNames | None) -> Words:
    """The names of databases and of the recording, and the user's filters; ``senders`` name sources."""
    databases, newest = session.databases.loaded, session.document.newest
    names = {} if senders is None else senders.names
    sources = [
        (str(source), names.get(source, "")) for source in list(session.document.recording.sources)[1:]
    ]
    return Words(
        databases.vocabulary(),
        databases.choices,
        sources,
        np.unique(newest.channel).tolist(),
        session.document.recording.channels,
        {} if settings is None else settings.filters.value,
        () if settings is None else settings.recent_filters.value,
    )
