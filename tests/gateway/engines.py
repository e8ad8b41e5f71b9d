"""Engines without channels, for tests of rules: time is given, and what is sent is returned."""

from collections.abc import Sequence

import numpy as np

from canmcast_gui.channels.settings import ChannelSettings
from canmcast_gui.frames import FrameBatch
from canmcast_gui.gateway.compiled import compile_rules
from canmcast_gui.gateway.engine import Engine
from canmcast_gui.gateway.rules import Rule, RuleSet

NOW_NS = 1_700_000_000_000_000_000
MS = 1_000_000

CHANNELS = (
    ChannelSettings("multicast", "239.1.1.1", name="powertrain", number=1),
    ChannelSettings("multicast", "239.1.1.2", name="body", number=2),
)


def engine(*rules: Rule, channels: Sequence[ChannelSettings] = CHANNELS, **settings: object) -> Engine:
    """An engine with rules between channels."""
    made = RuleSet(tuple(rules), **settings)  # type: ignore[arg-type]
    numbers = [channel.number for channel in channels]
    marked = {channel.number for channel in channels if channel.kind == "multicast"}
    bus_ids = {number: 1000 + number for number in numbers}
    return Engine(compile_rules(made, channels), bus_ids, marked, made.loop_detection)


def frames(ids: Sequence[int], first: int = 0, at_ns: int = NOW_NS, **columns: object) -> FrameBatch:
    """Frames with these ids, 1 µs apart, whose payload is their number."""
    numbers = np.arange(first, first + len(ids), dtype="<u8")
    data = numbers.view(np.uint8).reshape(-1, 8)
    times = at_ns + np.arange(len(ids)) * 1000
    return FrameBatch.from_columns(times, np.array(ids, dtype=np.int64), data, **columns)  # type: ignore[arg-type]


def forwarded(
    made: Engine, number: int, batch: FrameBatch, now_ns: int = NOW_NS + MS
) -> dict[int, FrameBatch]:
    """What an engine sends at once of frames that arrive on a channel, by target."""
    made.forward(number, batch, now_ns)
    return sent(made, now_ns)


def sent(made: Engine, now_ns: int) -> dict[int, FrameBatch]:
    """What an engine sends at a time, by target."""
    batches: dict[int, list[FrameBatch]] = {}
    for outgoing in made.take_due(now_ns):
        batches.setdefault(outgoing.direction[1], []).append(outgoing.marked())
        made.count_sent(outgoing, np.ones(len(outgoing.batch), dtype=np.bool_), "", now_ns)
    return {target: FrameBatch.concatenate(parts) for target, parts in batches.items()}
