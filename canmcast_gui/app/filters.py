"""Filters with everything that they may ask: the databases' names and signals, a recording's sources."""

from __future__ import annotations

from collections.abc import Mapping

from canmcast_gui.database import DatabaseSet
from canmcast_gui.frames import Source
from canmcast_gui.frames.filters import Filter, compile_filter
from canmcast_gui.recording import Recording


def compile_for(
    text: str,
    recording: Recording,
    databases: DatabaseSet,
    source_names: Mapping[Source, str] | None = None,
) -> Filter:
    """A filter for the frames of ``recording``; raises FilterError.

    Names and signals are those of now: compile it again when ``databases`` have changed. The old one may be
    used on; it keeps the databases that it knows.
    """

    def choices(name: str) -> dict[str, int | float]:
        signal = databases.signal(name)
        return {text: raw * signal.scale + signal.offset for raw, text in signal.choices.items()}

    return compile_filter(
        text,
        names=databases.ids_named,
        sources=recording.sources,
        signals=databases.reader,
        start_ns=lambda: recording.start_ns,
        source_names=source_names,
        choices=choices,
    )
