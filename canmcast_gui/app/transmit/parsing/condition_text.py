"""Conditions for the transmit process: filters with the ids and signals that they need of the databases.

A trigger is a filter and an optional delay::

    id == 0x100 and data[0] & 1
    Engine.Speed > 3000 after 20 ms
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from types import MappingProxyType

from canmcast_gui.app.transmit.message_rows import field_of
from canmcast_gui.app.transmit.row import RowError
from canmcast_gui.database import Database, DatabaseSet, Scope
from canmcast_gui.database.model import SignalPath, signal_paths
from canmcast_gui.frames.filters import FilterError, SignalColumn, compile_filter
from canmcast_gui.frames.filters.nodes import MatchedId
from canmcast_gui.frames.filters.tokens import Token, tokenize
from canmcast_gui.frames.units import MAX_PERIOD_NS, NS_PER_MS, NS_PER_SECOND, NS_PER_US
from canmcast_gui.transmit.conditions import (
    Condition,
    DatabaseCondition,
    MaskedId,
    SignalPart,
    SignalPosition,
    masked_ids,
)

_UNITS = {"us": NS_PER_US, "µs": NS_PER_US, "μs": NS_PER_US, "ms": NS_PER_MS, "s": NS_PER_SECOND}
_DELAY = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*(us|µs|μs|ms|s)")


def condition_for(
    text: str, databases: DatabaseSet, channels: Mapping[int, str] = MappingProxyType({})
) -> Condition:
    """The condition for a filter. Raises FilterError with the position of the mistake.

    Names and signals are resolved now: make the condition again when ``databases`` or ``channels``, the names
    of channels by number, have changed.
    """
    lookups = _Lookups(text, databases, channels)
    compile_filter(
        text,
        names=lookups.ids,
        signals=lookups.column,
        choices=lookups.choices,
        vocabulary=databases.vocabulary,
        channels=channels,
    )
    return lookups.condition


class _Lookups:
    """Resolves names and signals while a filter is compiled, and keeps what it found."""

    def __init__(self, text: str, databases: DatabaseSet, channels: Mapping[int, str]) -> None:
        self._text = text
        self._channels = dict(channels) if "channel" in text.lower() else {}
        self._databases = databases
        self._names: dict[str, tuple[MaskedId, ...]] = {}
        self._signals: dict[str, tuple[SignalPart, ...]] = {}
        self._choices: dict[str, dict[str, int | float]] = {}

    @property
    def condition(self) -> Condition:
        """Only the text of the filter if it needs no database and no names of channels."""
        if not self._names and not self._signals and not self._channels:
            return self._text
        return DatabaseCondition(self._text, self._names, self._signals, self._choices, self._channels)

    def ids(self, pattern: str) -> Collection[MatchedId]:
        self._names[pattern] = masked_ids(self._databases.ids_named(pattern))
        return self._names[pattern]

    def column(self, name: str) -> SignalColumn | None:
        reader = self._databases.reader(name)
        if reader is not None:
            self._signals[name] = _parts_of(name, self._databases)
        return reader

    def choices(self, name: str) -> dict[str, int | float]:
        self._choices[name] = self._databases.choices(name)
        return self._choices[name]


def _parts_of(name: str, databases: DatabaseSet) -> tuple[SignalPart, ...]:
    """The positions of a signal in each database, up to the first database for all frames."""
    parts = []
    for database in databases:
        if not database.has_signal(name):
            continue
        scope = databases.scope(database.path)
        positions = tuple(_position(path, database) for path in _paths(name, database))
        parts.append(SignalPart(_scope_text(scope), positions))
        if scope.is_everything:
            break
    return tuple(parts)


def _paths(name: str, database: Database) -> list[SignalPath]:
    paths = [
        path
        for message in database.messages
        if name.startswith(f"{message.name}.")
        for path in signal_paths(message)
        if path.name == name
    ]
    if any(path.container is not None for path in paths):
        raise FilterError(f"“{name}” is in a container, which the transmit process cannot read", 0)
    return paths


def _position(path: SignalPath, database: Database) -> SignalPosition:
    message = path.message
    number = message.arbitration_id & message.id_mask
    nearer = [
        other.arbitration_id
        for other in database.messages
        if other.extended
        and not other.by_parameter_group
        and other.arbitration_id & message.id_mask == number
    ]
    return SignalPosition(
        message.arbitration_id,
        message.extended,
        message.id_mask,
        tuple(sorted(nearer)) if message.by_parameter_group else (),
        path.bytes_needed,
        field_of(path.signal),
        tuple((field_of(multiplexer), frozenset(numbers)) for multiplexer, numbers in path.selectors),
    )


def _scope_text(scope: Scope) -> str:
    """A filter for the frames in the scope of a database."""
    parts = []
    if scope.channels:
        parts.append(f"channel in ({', '.join(map(str, sorted(scope.channels)))})")
    if scope.sources:
        parts.append(" or ".join(f'source == "{address}"' for address in sorted(scope.sources)))
    return " and ".join(f"({part})" for part in parts)


def parse_trigger(text: str) -> tuple[str, int]:
    """The text of the filter and the delay in ns; raises RowError with the position of the mistake.

    Only the delay is checked here: what the filter can name depends on the databases.
    """
    try:
        after = _last_after(tokenize(text))
    except FilterError as error:
        raise trigger_error(error) from error
    condition = text if after is None else text[: after.position]
    delay_ns = 0 if after is None else _delay(text, after)
    if not condition.strip():
        raise RowError("A trigger needs a filter, such as id == 0x100 and data[0] & 1 after 20 ms.")
    return condition.strip(), delay_ns


def split_trigger(text: str) -> tuple[str, str]:
    """The filter and the delay of a trigger as texts, for a form; all is the filter if it is not valid."""
    try:
        after = _last_after(tokenize(text))
    except FilterError:
        return text, ""
    if after is None:
        return text.strip(), ""
    return text[: after.position].strip(), text[after.position + len("after") :].strip()


def joined_trigger(condition: str, delay: str) -> str:
    """The text of a trigger with a delay; a number without a unit is in milliseconds."""
    condition, delay = condition.strip(), delay.strip()
    if not condition or not delay:
        return condition
    return f"{condition} after {delay}{'' if delay[-1:].isalpha() else ' ms'}"


def trigger_error(error: FilterError) -> RowError:
    """The message for a wrong filter of a trigger."""
    text = str(error)
    return RowError(f"Invalid trigger: {text}.")


def _last_after(tokens: list[Token]) -> Token | None:
    """The word that begins the delay."""
    return next((token for token in reversed(tokens) if token.is_word("after")), None)


def _delay(text: str, after: Token) -> int:
    delay = text[after.position + len("after") :].strip()
    match = _DELAY.fullmatch(delay)
    if match is None:
        found = f"not {delay}" if delay else "with a number"
        raise RowError(
            f"A delay is written such as after 20 ms, after 500 us or after 1.5 s, {found}"
            f" (at character {after.position + 1})."
        )
    delay_ns = float(match[1]) * _UNITS[match[2]]
    if delay_ns > MAX_PERIOD_NS:
        raise RowError(f"A delay is at most 86,400 s (24 hours) (at character {after.position + 1}).")
    return round(delay_ns)
