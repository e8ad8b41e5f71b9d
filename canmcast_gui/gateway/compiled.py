"""Rules ready for use: with their channels, filters and changes, by direction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from canmcast_gui.channels.settings import ChannelSettings
from canmcast_gui.database import DatabaseError, DatabaseSet, load_database
from canmcast_gui.frames import SourceTable
from canmcast_gui.frames.filters import Filter, FilterError, compile_filter
from canmcast_gui.gateway.changes import Changes
from canmcast_gui.gateway.counters import RuleCounts
from canmcast_gui.gateway.rules import Rule, RuleError, RuleSet
from canmcast_gui.transmit.sender import RateLimit

# A channel from which frames come, and one to which they go.
Direction = tuple[int, int]

_ALL_FRAMES = Rule("all frames")


class CompiledRule:
    """A rule with its state; the same object is in all directions of the rule."""

    def __init__(self, rule: Rule, position: int, databases: DatabaseSet) -> None:
        self.rule = rule
        self.counts = RuleCounts(rule.title(position))
        self.changes = Changes(rule, position, databases)
        self.limit = RateLimit(rule.rate_limit)
        self.delay_ns = round(rule.delay_ms * 1e6)
        #: By the channel from which frames come: their senders are in tables of their own.
        self.filters: dict[int, Filter] = {}


class CompiledRules:
    """All rules, and those of each direction in their order."""

    def __init__(self, rules: list[CompiledRule], by_direction: dict[Direction, list[CompiledRule]]) -> None:
        self.rules = rules
        self.by_direction = by_direction


def compile_rules(
    rules: RuleSet,
    channels: Sequence[ChannelSettings],
    sources: Mapping[int, SourceTable] | None = None,
    start_ns: int = 0,
) -> CompiledRules:
    """Make rules ready for channels. ``sources`` are the tables of senders by channel number.

    Raises RuleError with what is wrong in which rule. Times in filters count from ``start_ns``.
    """
    databases = _databases(rules.databases)
    written = rules.rules or (_ALL_FRAMES,)
    compiled = [CompiledRule(rule, position, databases) for position, rule in enumerate(written)]
    numbers = [channel.number for channel in channels]
    by_direction: dict[Direction, list[CompiledRule]] = {}
    for position, each in enumerate(compiled):
        from_numbers = _numbers(each.rule.source, channels, position, "from")
        to_numbers = _numbers(each.rule.target, channels, position, "to")
        if from_numbers == to_numbers and len(numbers) > 1 and len(from_numbers) == 1:
            raise RuleError("frames cannot be forwarded to the channel that they come from", position, "to")
        for number in from_numbers:
            table = (sources or {}).get(number)
            each.filters[number] = _filter(each.rule.filter, position, databases, table, start_ns)
            for target in to_numbers:
                if target != number and each.rule.enabled:
                    by_direction.setdefault((number, target), []).append(each)
    return CompiledRules(compiled, by_direction)


def _databases(paths: Sequence[str]) -> DatabaseSet:
    databases = DatabaseSet()
    for path in paths:
        try:
            databases.add(load_database(path))
        except (DatabaseError, OSError) as error:
            raise RuleError(f"the database {path} cannot be loaded: {error}", None, "databases") from None
    return databases


def _numbers(name: str, channels: Sequence[ChannelSettings], position: int, key: str) -> list[int]:
    """The numbers of the channels that a rule names."""
    if not name:
        return [channel.number for channel in channels]
    found = [channel.number for channel in channels if name == channel.name]
    found = found or [channel.number for channel in channels if name == str(channel.number)]
    if not found:
        known = ", ".join(f"{c.number} ({c.name})" if c.name else str(c.number) for c in channels)
        raise RuleError(f"there is no channel {name!r}; the channels are {known}", position, key)
    return found


def _filter(
    text: str, position: int, databases: DatabaseSet, sources: SourceTable | None, start_ns: int
) -> Filter:
    try:
        return compile_filter(
            text,
            names=databases.ids_named if len(databases) else None,
            sources=sources,
            signals=databases.reader,
            start_ns=lambda: start_ns,
            choices=databases.choices,
            vocabulary=databases.vocabulary,
        )
    except FilterError as error:
        raise RuleError(f"the filter is not valid: {error}", position, "filter") from None
