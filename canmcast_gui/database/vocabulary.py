"""The names of messages and signals, as filters use and complete them."""

from __future__ import annotations

from collections.abc import Iterable

from canmcast_gui.database.model import Message, signal_paths
from canmcast_gui.frames.filters import Vocabulary
from canmcast_gui.frames.filters.vocabulary import MessageName, SignalName


def vocabulary_of(messages: Iterable[Message]) -> Vocabulary:
    """The names of messages and of all their signals."""
    names: list[MessageName] = []
    signals: list[SignalName] = []
    for message in messages:
        names.append(MessageName(message.name, message.arbitration_id, message.comment))
        signals += [
            SignalName(path.name, path.signal.name, path.signal.unit, path.signal.comment)
            for path in signal_paths(message)
        ]
    return Vocabulary(tuple(names), tuple(signals))
