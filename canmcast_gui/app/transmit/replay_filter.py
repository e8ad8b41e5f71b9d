"""A replay's filter, for the process that replays: it knows no databases and no senders by itself."""

from __future__ import annotations

from dataclasses import replace

from canmcast_gui.app.filters import compile_for
from canmcast_gui.database import DatabaseSet
from canmcast_gui.frames.filters import FilterError, compile_filter
from canmcast_gui.frames.filters.nodes import MatchedId
from canmcast_gui.recording import Recording
from canmcast_gui.transmit import ReplayOptions, TransmitError

NO_SIGNALS = "A replay's filter cannot ask for signals: choose by id, name, data, channel, source or time."


def with_lookups(options: ReplayOptions, recording: Recording, databases: DatabaseSet) -> ReplayOptions:
    """The options with what names and sources in their filter mean now.

    Raises FilterError, and TransmitError for a filter that asks for signals.
    """
    asked: dict[str, tuple[MatchedId, ...]] = {}

    def look_up(pattern: str) -> tuple[MatchedId, ...]:
        asked[pattern] = tuple(sorted(databases.ids_named(pattern)))
        return asked[pattern]

    try:
        compile_filter(options.filter, names=look_up, sources=recording.sources)
    except FilterError:
        compile_for(options.filter, recording, databases)  # says what is wrong, unless it asks for a signal
        raise TransmitError(NO_SIGNALS) from None
    sources = tuple((source.address, source.port) for source in list(recording.sources)[1:])
    return replace(options, names=tuple(asked.items()), sources=sources)
