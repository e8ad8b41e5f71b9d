"""Which signals of a message share bits of its payload in the same frame."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from canmcast_gui.database.model import Message, Signal

# Each signal is compared with those before it: enough for 4,000 that are in the same frame.
MOST_COMPARISONS = 8_000_000


@dataclass(frozen=True, slots=True)
class _Taken:
    """A signal and its bits, ``first`` up to but not including ``end``, in its own byte order."""

    number: int
    signal: Signal
    first: int
    end: int

    def meets(self, other: _Taken) -> bool:
        """Whether the two use a bit in common."""
        if self.signal.big_endian == other.signal.big_endian:
            return self.first < other.end and other.first < self.end
        if self.first // 8 > (other.end - 1) // 8 or other.first // 8 > (self.end - 1) // 8:
            return False
        return bool(bit_set(self.signal) & bit_set(other.signal))


@dataclass(slots=True)
class _Group:
    """The signals directly below one multiplexer; all, and those that each of its numbers selects."""

    above: dict[str, frozenset[int]]
    members: list[_Taken] = field(default_factory=list)
    selected: dict[int, list[_Taken]] = field(default_factory=dict)

    def candidates(self, numbers: frozenset[int] | None) -> Iterable[_Taken]:
        """Its signals that can be in a frame where the multiplexer has one of ``numbers``; None: any."""
        if numbers is None:
            return self.members
        lists = [self.selected[number] for number in numbers & self.selected.keys()]
        return lists[0] if len(lists) == 1 else (one for found in lists for one in found)


class Overlaps:
    """Takes in the signals of messages one after the other; what it costs is limited over all of them."""

    def __init__(self) -> None:
        self.is_over = False
        self._left = MOST_COMPARISONS
        self._message: Message | None = None
        self._groups: dict[str | None, _Group] = {}
        self._count = 0

    def begin(self, message: Message) -> None:
        """What is taken in from now on are signals of this message."""
        self._message, self._count = message, 0
        self._groups = {}

    def take(self, signal: Signal) -> Signal | None:
        """The first signal before it that shares bits with it in some frame."""
        taken = _Taken(self._count, signal, signal.first_bit, signal.first_bit + signal.length)
        self._count += 1
        above = self._selections(signal)
        found = None
        for name, group in self._groups.items():
            if not _is_exclusive(group.above, above):
                found = self._first(group.candidates(above.get(name) if name else None), taken, found)
        self._add(taken)
        return found.signal if found else None

    def _first(self, candidates: Iterable[_Taken], taken: _Taken, found: _Taken | None) -> _Taken | None:
        for one in candidates:
            self._left -= 1
            if self._left < 0:
                self.is_over = True
                return found
            if (found is None or one.number < found.number) and one.meets(taken):
                found = one
        return found

    def _add(self, taken: _Taken) -> None:
        name = taken.signal.multiplexer
        group = self._groups.get(name)
        if group is None:
            above = self._message.signal(name) if self._message is not None and name is not None else None
            group = self._groups[name] = _Group(self._selections(above) if above is not None else {})
        group.members.append(taken)
        for number in taken.signal.multiplexer_ids:
            group.selected.setdefault(number, []).append(taken)

    def _selections(self, signal: Signal) -> dict[str, frozenset[int]]:
        """The multiplexers above a signal and their numbers that select it."""
        found: dict[str, frozenset[int]] = {}
        at: Signal | None = signal
        while at is not None and at.multiplexer is not None and at.multiplexer not in found:
            found[at.multiplexer] = at.multiplexer_ids
            at = self._message.signal(at.multiplexer) if self._message is not None else None
        return found


def _is_exclusive(group: dict[str, frozenset[int]], other: dict[str, frozenset[int]]) -> bool:
    """Whether two are never in the same frame, because a multiplexer chooses between them."""
    return any(name in other and not other[name] & numbers for name, numbers in group.items())


def bit_set(signal: Signal) -> int:
    """The payload's bits that a signal uses, as one number; both byte orders in the same numbering."""
    first, last = signal.first_bit, signal.first_bit + signal.length - 1
    if not signal.big_endian:
        return ((1 << (last - first + 1)) - 1) << first
    whole = ((1 << 8 * (last // 8 - first // 8 + 1)) - 1) << 8 * (first // 8)
    before = ((1 << first % 8) - 1) << (8 * (first // 8) + 8 - first % 8)
    after = ((1 << (7 - last % 8)) - 1) << 8 * (last // 8)
    return whole & ~before & ~after
