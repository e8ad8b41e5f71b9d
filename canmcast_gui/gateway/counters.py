"""What a gateway counts for each rule, in bounded memory, and the report of its process to the program."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from canmcast_gui.frames.arrays import Numbers

# Latencies from 1 ns to 18 minutes are counted in steps of 1/32 of an octave: percentiles are exact to 2 %.
_STEPS = 32
_BUCKETS = 40 * _STEPS


@dataclass
class RuleCounts:
    """Counters of one rule.

    ``seen``: frames that the rule decided about; each is then ``forwarded``, ``dropped`` (by the rule or its
    rate limit), ``failed`` (not possible on the target, or too many waited), or still waits.
    """

    name: str = ""
    seen: int = 0
    forwarded: int = 0
    dropped: int = 0
    failed: int = 0
    failure: str = ""
    #: How many frames had the latency of each bucket.
    latencies: Numbers = field(default_factory=lambda: np.zeros(_BUCKETS, dtype=np.int64))

    def add_latencies(self, nanoseconds: Numbers) -> None:
        """Count times from arrival to sending, int64 (n,)."""
        buckets = np.log2(np.maximum(nanoseconds, 1)) * _STEPS
        self.latencies += np.bincount(np.minimum(buckets.astype(np.int64), _BUCKETS - 1), minlength=_BUCKETS)

    def latency_ms(self, share: float) -> float | None:
        """The latency that this share of frames (0 to 1) does not exceed; None before the first frame."""
        return latency_ms(self.latencies, share)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        used = np.flatnonzero(self.latencies)
        return {
            "name": self.name,
            "seen": self.seen,
            "forwarded": self.forwarded,
            "dropped": self.dropped,
            "failed": self.failed,
            "failure": self.failure,
            "latencies": [used.tolist(), self.latencies[used].tolist()],
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> RuleCounts:
        """The counters of to_dict()."""
        buckets, counts = values["latencies"]
        made = cls(**{**values, "latencies": np.zeros(_BUCKETS, dtype=np.int64)})
        made.latencies[buckets] = counts
        return made

    def add(self, other: RuleCounts) -> RuleCounts:
        """The sum of both; name and failure are those of ``other`` where it has some."""
        return RuleCounts(
            other.name,
            self.seen + other.seen,
            self.forwarded + other.forwarded,
            self.dropped + other.dropped,
            self.failed + other.failed,
            other.failure or self.failure,
            self.latencies + other.latencies,
        )


def latency_ms(latencies: Numbers, share: float) -> float | None:
    """The upper end of the bucket that this share of the counts does not exceed; None without counts."""
    total = int(latencies.sum())
    if not total:
        return None
    bucket = int(np.searchsorted(np.cumsum(latencies), share * total))
    return float(2 ** ((bucket + 1) / _STEPS) / 1e6)


@dataclass
class GatewayReport:
    """Counters since the start.

    ``rules`` are those of the rules in their order; ``forwarded`` counts by direction, such as (1, 2).
    ``unmatched``: frames for which a direction had no rule. ``returned``: frames that came back through
    another gateway and were dropped. ``loop`` says between which channels, "" if there is none.
    """

    rules: list[RuleCounts] = field(default_factory=list)
    forwarded: dict[tuple[int, int], int] = field(default_factory=dict)
    unmatched: int = 0
    returned: int = 0
    lost: int = 0
    loop: str = ""

    @property
    def dropped(self) -> int:
        """Frames that were not forwarded because of a rule or its rate limit, or for want of a rule."""
        return sum(rule.dropped for rule in self.rules) + self.unmatched

    @property
    def failed(self) -> int:
        """Frames that could not be sent."""
        return sum(rule.failed for rule in self.rules)

    def latency_ms(self, share: float) -> float | None:
        """The latency of all rules, as RuleCounts.latency_ms()."""
        return latency_ms(sum((rule.latencies for rule in self.rules), np.zeros(_BUCKETS, np.int64)), share)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "rules": [rule.to_dict() for rule in self.rules],
            "forwarded": [[*direction, count] for direction, count in self.forwarded.items()],
            "unmatched": self.unmatched,
            "returned": self.returned,
            "lost": self.lost,
            "loop": self.loop,
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> GatewayReport:
        """The report of to_dict()."""
        rules = [RuleCounts.from_dict(rule) for rule in values["rules"]]
        forwarded = {(source, target): count for source, target, count in values["forwarded"]}
        return cls(**{**values, "rules": rules, "forwarded": forwarded})

    def add(self, other: GatewayReport) -> GatewayReport:
        """The sum of the reports of two processes that ran one after the other, with the same rules."""
        before = self.rules or [RuleCounts(rule.name) for rule in other.rules]
        directions = {**dict.fromkeys(self.forwarded, 0), **dict.fromkeys(other.forwarded, 0)}
        return GatewayReport(
            [old.add(new) for old, new in zip(before, other.rules, strict=True)],
            {each: self.forwarded.get(each, 0) + other.forwarded.get(each, 0) for each in directions},
            self.unmatched + other.unmatched,
            self.returned + other.returned,
            self.lost + other.lost,
            other.loop,
        )
