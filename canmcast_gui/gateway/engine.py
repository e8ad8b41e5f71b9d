"""Applies rules to the frames of channels: decides, changes, delays, and keeps order. Opens nothing."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.frames.arrays import Mask, Numbers
from canmcast_gui.frames.units import NS_PER_MS
from canmcast_gui.gateway.changes import CARRIED
from canmcast_gui.gateway.compiled import CompiledRule, CompiledRules, Direction
from canmcast_gui.gateway.counters import GatewayReport
from canmcast_gui.gateway.loops import LOOP_NS, LoopGuard
from canmcast_gui.gateway.marks import MOST_HOPS, SHIFT, channels_and_hops, mark_times

# Frames that wait in one direction because of a delay, at most: 64 MiB with 64-byte payloads and more than
# ten seconds of a full bus.
MOST_WAITING = 200_000
# A channel whose clock differs by more than this has the time of reading.
_MOST_AGE_NS = 50 * NS_PER_MS


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Frames of one direction to send. ``rules`` (n,) are the positions of the rules that forwarded them.

    ``marks`` are the times to send, which carry the marks of marks.py.
    """

    direction: Direction
    batch: FrameBatch
    rules: Numbers
    due_ns: Numbers
    marks: Numbers

    def part(self, rows: slice | Mask) -> Outgoing:
        """Some of the frames."""
        columns = (column[rows] for column in (self.rules, self.due_ns, self.marks))
        return Outgoing(self.direction, self.batch[rows], *columns)

    def marked(self) -> FrameBatch:
        """The frames as they are sent: with their marks, and with the channel number of their datagrams."""
        batch = FrameBatch(self.batch.records.copy(), self.batch.heap)
        batch.records["timestamp_ns"] = self.marks
        batch.records["channel"] = batch.records[CARRIED]
        batch.records[CARRIED] = 0
        return batch


class Engine:
    """The rules at work. Times are int nanoseconds UTC.

    forward() frames, take_due(), send them, and tell with count_sent() what became of them. ``bus_ids`` are
    those of marks.py by channel number, ``with_marks`` the channels whose datagrams carry marks and a channel
    number.
    """

    def __init__(
        self,
        rules: CompiledRules,
        bus_ids: Mapping[int, int],
        with_marks: set[int],
        loop_detection: bool = True,
    ) -> None:
        numbers = list(bus_ids)
        self._rules = rules
        self._positions = {id(rule): position for position, rule in enumerate(rules.rules)}
        self._with_carried = with_marks
        self._detects = loop_detection
        self._guard = LoopGuard(numbers) if loop_detection and set(numbers) - with_marks else None
        self._bus_ids = np.array(
            [bus_ids.get(number, 0) for number in range(max(numbers) + 1)], dtype=np.int64
        )
        # When frames came back last, by channel.
        self._returned: dict[int, int] = {}
        self._waiting: dict[Direction, deque[Outgoing]] = {each: deque() for each in rules.by_direction}
        self._last_due_ns = dict.fromkeys(rules.by_direction, 0)
        self._targets = {
            number: [each for each in rules.by_direction if each[0] == number] for number in numbers
        }
        self._report = GatewayReport(
            [rule.counts for rule in rules.rules], dict.fromkeys(rules.by_direction, 0)
        )

    # -- deciding ----------------------------------------------------------------------------------------

    def forward(self, number: int, batch: FrameBatch, now_ns: int) -> None:
        """Apply the rules to frames that have arrived on a channel.

        Own frames, error frames and what has come back are not forwarded.
        """
        batch = batch[~batch.has(Flag.TX | Flag.ERROR)]
        if not len(batch):
            return
        origins, hops = channels_and_hops(batch)
        batch = FrameBatch(batch.records.copy(), batch.heap)
        batch.records["flags"] &= np.uint16((1 << SHIFT) - 1)
        batch.records[CARRIED] = batch.channel if number in self._with_carried else 0
        batch.records["channel"] = number
        left = np.ones(len(batch), dtype=np.bool_)
        if self._detects:
            left &= hops < MOST_HOPS
            if self._guard is not None:
                left &= ~self._guard.returned_rows(number, batch, now_ns)
            self._count_returned(number, int(np.count_nonzero(~left)), now_ns)
        marks = mark_times(self._bus_ids[np.where(origins, origins, number)], hops + 1)
        for direction in self._targets[number]:
            returned = left & (origins == direction[1]) if self._detects else ~left
            if returned.any():
                self._count_returned(number, int(np.count_nonzero(left & returned)), now_ns)
            self._decide_for(direction, batch, left & ~returned, marks, now_ns)
        self._report.unmatched += 0 if self._targets[number] else len(batch)

    def _count_returned(self, number: int, count: int, now_ns: int) -> None:
        if count:
            self._report.returned += count
            self._returned[number] = now_ns

    def _decide_for(
        self, direction: Direction, batch: FrameBatch, left: Mask, marks: Numbers, now_ns: int
    ) -> None:
        """Apply the rules of a direction to the frames in ``left``."""
        decided: list[tuple[Numbers, Outgoing]] = []
        for rule in self._rules.by_direction[direction]:
            condition = rule.filters[direction[0]]
            fits = left if condition.passes_all else left & condition.mask(batch)
            left = left & ~fits
            rows = np.flatnonzero(fits)
            if len(rows) and (found := self._apply(rule, direction, batch, rows, marks, now_ns)):
                decided.append(found)
            if not left.any():
                break
        self._report.unmatched += int(np.count_nonzero(left))
        if decided:
            self._queue(_in_order(decided))

    def _apply(
        self,
        rule: CompiledRule,
        direction: Direction,
        batch: FrameBatch,
        rows: Numbers,
        marks: Numbers,
        now_ns: int,
    ) -> tuple[Numbers, Outgoing] | None:
        """The rows of the frames that a rule forwards, and the frames as it changes them."""
        rule.counts.seen += len(rows)
        allowed = 0 if rule.rule.drop else rule.limit.allowed(len(rows), now_ns)
        rule.counts.dropped += len(rows) - allowed
        if not allowed:
            return None
        rows = rows[:allowed]
        changed, possible = rule.changes.apply(batch[rows])
        if not possible.all():
            rule.counts.failed += int(np.count_nonzero(~possible))
            rule.counts.failure = "the changed id is not an arbitration id"
            changed, rows = changed[possible], rows[possible]
        due_ns = np.clip(changed.timestamp_ns, now_ns - _MOST_AGE_NS, now_ns) + rule.delay_ns
        positions = np.full(len(rows), self._positions[id(rule)])
        return rows, Outgoing(direction, changed, positions, due_ns, marks[rows])

    def _queue(self, outgoing: Outgoing) -> None:
        """Add frames to those that wait; a frame never overtakes an earlier one of its direction."""
        waiting = self._waiting[outgoing.direction]
        room = MOST_WAITING - sum(len(each.batch) for each in waiting)
        if len(outgoing.batch) > room:
            for position in outgoing.rules[room:].tolist():
                counts = self._rules.rules[position].counts
                counts.failed += 1
                counts.failure = f"more than {MOST_WAITING:,} frames wait because of a delay"
            outgoing = outgoing.part(slice(0, room))
        if not len(outgoing.batch):
            return
        if self._guard is not None:
            self._guard.add_sent(outgoing.direction[1], outgoing.batch)
        last = self._last_due_ns[outgoing.direction]
        due_ns = np.maximum.accumulate(np.maximum(outgoing.due_ns, last))
        self._last_due_ns[outgoing.direction] = int(due_ns[-1])
        waiting.append(replace(outgoing, due_ns=due_ns))

    # -- sending -----------------------------------------------------------------------------------------

    def take_due(self, now_ns: int) -> list[Outgoing]:
        """The frames that are to be sent now, those of a direction in their order."""
        taken = []
        for waiting in self._waiting.values():
            while waiting and waiting[0].due_ns[0] <= now_ns:
                first = waiting.popleft()
                count = int(np.searchsorted(first.due_ns, now_ns, "right"))
                taken.append(first.part(slice(0, count)))
                if count < len(first.batch):
                    waiting.appendleft(first.part(slice(count, None)))
        return taken

    def next_ns(self) -> int | None:
        """When something is to be done without new frames; None if nothing is."""
        times = [int(waiting[0].due_ns[0]) for waiting in self._waiting.values() if waiting]
        return min(times, default=None)

    def count_sent(self, outgoing: Outgoing, sent: Mask, failure: str, now_ns: int) -> None:
        """Count frames that were sent, bool (n,), at a time; the others failed for a reason."""
        self._report.forwarded[outgoing.direction] += int(np.count_nonzero(sent))
        latencies = now_ns - outgoing.batch.timestamp_ns
        for position in np.flatnonzero(np.bincount(outgoing.rules)).tolist():
            counts, own = self._rules.rules[position].counts, outgoing.rules == position
            done = own & sent
            counts.forwarded += int(np.count_nonzero(done))
            counts.failed += int(np.count_nonzero(own & ~sent))
            counts.failure = failure or counts.failure
            counts.add_latencies(latencies[done])

    def report(self, now_ns: int) -> GatewayReport:
        """The counters so far, and whether there is a loop."""
        recent = sorted(number for number, at in self._returned.items() if now_ns - at <= LOOP_NS)
        self._report.loop = _loop_text(recent) if recent else ""
        return self._report


def _in_order(decided: list[tuple[Numbers, Outgoing]]) -> Outgoing:
    """The frames of all rules of a direction in the order in which they arrived."""
    if len(decided) == 1:
        return decided[0][1]
    order = np.argsort(np.concatenate([rows for rows, _ in decided]))
    parts = [outgoing for _, outgoing in decided]
    batch = FrameBatch.concatenate([each.batch for each in parts])
    columns = (
        np.concatenate([getattr(each, name) for each in parts])[order]
        for name in ("rules", "due_ns", "marks")
    )
    return Outgoing(parts[0].direction, batch[order], *columns)


def _loop_text(numbers: list[int]) -> str:
    """A sentence about a loop."""
    where = " and ".join(f"channel {number}" for number in numbers)
    return (
        f"Frames that the gateway has forwarded come back on {where}: another gateway connects the same "
        "buses. They are not forwarded again; end one of the gateways."
    )
