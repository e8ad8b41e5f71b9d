"""What is replayed and how: a range, a speed, a filter, other ids and channels; the times that follow."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from canmcast_gui.frames import FrameBatch, Source, SourceTable
from canmcast_gui.frames.filters import Filter, compile_filter
from canmcast_gui.frames.units import MAX_EXTENDED_ID, MAX_STANDARD_ID, NS_PER_SECOND
from canmcast_gui.transmit.conditions import MaskedId
from canmcast_gui.transmit.errors import TransmitError
from canmcast_gui.transmit.events import ReplayStatus

# Other factors are typing errors.
MIN_SPEED, MAX_SPEED = 0.001, 1000.0

# An arbitration id and whether it is extended.
Id = tuple[int, bool]


@dataclass(frozen=True)
class ReplayOptions:
    """How a recording is replayed.

    ``speed`` is a factor for the times of the recording, None is as fast as ``rate`` (frames/s, None: no
    limit) allows. The replay has the rows from ``first_row`` up to before ``end_row`` (None: all).

    ``filter`` is the text of a filter for the recorded frames: its ``time`` counts from ``start_ns`` (None:
    from the first frame that is read), ``names`` are the ids of each pattern of names in it, ``sources`` the
    addresses and ports of the rows of the source column, from row 1 on, ``channel_names`` numbers with names.

    ``ids`` are pairs of an old and a new id, ``channels`` of an old and a new channel. ``skip_live`` leaves
    out ids that other nodes send at the time; an id counts as such for ``live_seconds`` after its last frame.
    """

    speed: float | None = 1.0
    rate: float | None = None
    loop: bool = False
    first_row: int = 0
    end_row: int | None = None
    filter: str = ""
    ids: tuple[tuple[Id, Id], ...] = ()
    channels: tuple[tuple[int, int], ...] = ()
    skip_live: bool = False
    error_frames: bool = False
    paused: bool = False
    live_seconds: float = 5.0
    start_ns: int | None = None
    names: tuple[tuple[str, tuple[MaskedId, ...]], ...] = ()
    sources: tuple[tuple[str, int], ...] = ()
    channel_names: tuple[tuple[int, str], ...] = ()

    def validated(self) -> ReplayOptions:
        """The same; raises TransmitError with a sentence, FilterError for the filter's text."""
        if self.speed is not None and not MIN_SPEED <= self.speed <= MAX_SPEED:
            raise TransmitError(f"A speed of × {self.speed:g} is not possible; choose 0.001 to 1000.")
        if self.rate is not None and self.rate <= 0:
            raise TransmitError(f"A limit of {self.rate:g} frames/s is not possible; choose more than 0.")
        if self.end_row is not None and self.end_row <= self.first_row:
            raise TransmitError("The range has no frames: its end must be after its start.")
        for number, extended in [new_or_old for pair in self.ids for new_or_old in pair]:
            if not 0 <= number <= (MAX_EXTENDED_ID if extended else MAX_STANDARD_ID):
                raise TransmitError(f"{number:X} is not {'an extended' if extended else 'a standard'} id.")
        self.compiled(lambda: 0)
        return self

    def compiled(self, start_ns: Callable[[], int]) -> Filter:
        """The filter, with ``time`` counting from ``start_ns()``. Raises FilterError."""
        known = dict(self.names)
        table = SourceTable()
        for address, port in self.sources:
            table.number(Source(address, port))
        names = (lambda pattern: known.get(pattern, ())) if known else None
        return compile_filter(
            self.filter, names=names, sources=table, start_ns=start_ns, channels=dict(self.channel_names)
        )


# -- text of the user ----------------------------------------------------------------------------------------


def parse_ids(text: str) -> tuple[tuple[Id, Id], ...]:
    """Pairs of an old and a new hexadecimal id; ids with more than three digits, or above 7FF, are extended.

    Pairs are separated by commas or spaces. Raises TransmitError.
    """
    return tuple((_id(old), _id(new)) for old, new in _pairs(text, "123=456"))


def parse_channels(text: str) -> tuple[tuple[int, int], ...]:
    """Pairs of an old and a new channel, 0 to 255; 0 means unknown. Raises TransmitError."""
    return tuple((_channel(old), _channel(new)) for old, new in _pairs(text, "1=2"))


def _pairs(text: str, example: str) -> list[tuple[str, str]]:
    pairs = []
    for word in re.split(r"[\s,;]+", text.strip()):
        if not word:
            continue
        old, sign, new = word.partition("=")
        if not sign or not old or not new:
            raise TransmitError(f"{word} is not a mapping: write old=new, such as {example}.")
        pairs.append((old, new))
    return pairs


def _id(text: str) -> Id:
    try:
        number = int(text, 16)
    except ValueError:
        number = -1
    if not 0 <= number <= MAX_EXTENDED_ID:
        raise TransmitError(f"{text} is not an arbitration id: write hexadecimal digits, up to 1FFFFFFF.")
    return number, len(text.removeprefix("0x")) > 3 or number > MAX_STANDARD_ID


def _channel(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > 255:
        raise TransmitError(f"{text} is not a channel: write a number from 0 to 255.")
    return int(text)


def within(batches: Iterable[FrameBatch], start_ns: int, stop_ns: int | None) -> Iterator[FrameBatch]:
    """The frames whose time since the first frame is at least ``start_ns`` and below ``stop_ns``."""
    first_ns: int | None = None
    for batch in batches:
        if first_ns is None:
            if not len(batch):
                continue
            first_ns = int(batch.timestamp_ns[0])
        since = batch.timestamp_ns - first_ns
        keep = since >= start_ns
        if stop_ns is not None:
            keep &= since < stop_ns
        if keep.all():
            yield batch
        elif keep.any():
            yield batch[keep]


class LongestGap:
    """The longest time without a frame, in ns, of batches that are added one after the other."""

    def __init__(self) -> None:
        self.gap_ns = 0
        self._newest_ns: int | None = None

    def add(self, batch: FrameBatch) -> None:
        """Take the next batch into account."""
        if not len(batch):
            return
        times = (
            batch.timestamp_ns if self._newest_ns is None else np.append(self._newest_ns, batch.timestamp_ns)
        )
        self.gap_ns = max(self.gap_ns, int(np.diff(np.maximum.accumulate(times)).max(initial=0)))
        self._newest_ns = int(times.max())

    def sentence(self) -> str:
        """A note for users who chose several files and may have to wait; "" for a short gap."""
        minutes = round(self.gap_ns / NS_PER_SECOND / 60)
        if minutes < 10:
            return ""
        days, rest = divmod(minutes, 1440)
        duration = f"{days:,} days" if days > 1 else f"{rest // 60 + days * 24} h {rest % 60} min"
        return f"the times of these files leave {duration} without a frame between them"


class ReplayPosition:
    """The time in the recording, which advances between two status events; times are int nanoseconds.

    ``status`` is the last one; before the first event the position is unknown.
    """

    def __init__(self, status: ReplayStatus, speed: float | None) -> None:
        self.status = status
        self.speed = speed
        self._status_ns = 0

    def update(self, status: ReplayStatus, now_ns: int) -> None:
        """Take a newer status."""
        self.status, self._status_ns = status, now_ns

    def at(self, now_ns: int) -> int | None:
        """The time in the recording; None before the first frame is known."""
        position_ns = self.status.position_ns
        if position_ns is None or self.status.state != "playing" or self.speed is None:
            return position_ns
        return position_ns + round(max(0, now_ns - self._status_ns) * self.speed)
