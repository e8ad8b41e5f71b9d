"""What is replayed and how: a range, a speed, a filter, other ids and channels; and doing that to frames."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames import Flag, FrameBatch, Source, SourceTable
from canmcast_gui.frames.filters import Filter, compile_filter
from canmcast_gui.frames.filters.nodes import MatchedId
from canmcast_gui.frames.units import MAX_EXTENDED_ID, MAX_STANDARD_ID
from canmcast_gui.transmit.errors import TransmitError

# Factors beyond these are slips of the keyboard.
MIN_SPEED, MAX_SPEED = 0.001, 1000.0

# An arbitration id and whether it is extended.
Id = tuple[int, bool]


@dataclass(frozen=True)
class ReplayOptions:
    """How a recording is replayed.

    ``speed`` is the factor of its own times, None as fast as ``rate`` (frames/s, None: no limit) allows.
    Rows ``first_row`` to ``end_row`` (None: all there are). ``filter`` is a filter's text, applied to the
    frames as they are recorded: its ``time`` counts from ``start_ns`` (None: from the first frame that is
    read), ``names`` are the ids of each pattern of names that it asks for, ``sources`` the addresses and
    ports that the source column means, from row 1 on. ``ids`` are pairs of an old and a new id, ``channels``
    of channel numbers.
    ``skip_live`` leaves out ids that somebody else sends at the time. ``live_seconds`` is how long after its
    last frame an id counts as sent by somebody else.
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
    live_seconds: float = field(default=5.0)
    start_ns: int | None = None
    names: tuple[tuple[str, tuple[MatchedId, ...]], ...] = ()
    sources: tuple[tuple[str, int], ...] = ()

    def validated(self) -> ReplayOptions:
        """The same; raises TransmitError with a sentence, FilterError for the filter's text."""
        if self.speed is not None and not MIN_SPEED <= self.speed <= MAX_SPEED:
            raise TransmitError(f"A speed of × {self.speed:g} is not possible; choose 0.001 to 1000.")
        if self.rate is not None and self.rate <= 0:
            raise TransmitError(f"A limit of {self.rate:g} frames/s is not possible; choose more than 0.")
        if self.end_row is not None and self.end_row <= self.first_row:
            raise TransmitError("The range holds no frame: its end must lie behind its beginning.")
        for number, extended in [one for pair in self.ids for one in pair]:
            if not 0 <= number <= (MAX_EXTENDED_ID if extended else MAX_STANDARD_ID):
                raise TransmitError(f"{number:X} is no {'extended' if extended else 'standard'} id.")
        self.compiled(lambda: 0)
        return self

    def compiled(self, start_ns: Callable[[], int]) -> Filter:
        """The filter, with ``time`` counting from ``start_ns()``. Raises FilterError."""
        known = dict(self.names)
        table = SourceTable()
        for address, port in self.sources:
            table.number(Source(address, port))
        names = (lambda pattern: known.get(pattern, ())) if known else None
        return compile_filter(self.filter, names=names, sources=table, start_ns=start_ns)

    def to_dict(self) -> dict[str, Any]:
        """As plain values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> ReplayOptions:
        """What to_dict() made, also after JSON or MessagePack. Raises TransmitError for anything else."""
        try:
            known = {name: values[name] for name in cls.__dataclass_fields__ if name in values}
            ids = tuple(((int(a), bool(b)), (int(c), bool(d))) for (a, b), (c, d) in known.pop("ids", ()))
            channels = tuple((int(a), int(b)) for a, b in known.pop("channels", ()))
            names = tuple(
                (str(pattern), tuple(_named(*one) for one in found))
                for pattern, found in known.pop("names", ())
            )
            sources = tuple((str(address), int(port)) for address, port in known.pop("sources", ()))
            return cls(ids=ids, channels=channels, names=names, sources=sources, **known)
        except (TypeError, ValueError) as error:
            raise TransmitError(f"These are no options of a replay: {error}.") from error


def _named(number: int, extended: bool, mask: int | None = None) -> MatchedId:
    return (int(number), bool(extended)) if mask is None else (int(number), bool(extended), int(mask))


class Changer:
    """Which frames of a recording go out, and as what. ``live`` are the ids that are left out."""

    def __init__(self, options: ReplayOptions) -> None:
        self._options = options
        self._start_ns = options.start_ns
        self._filter = options.compiled(lambda: self._start_ns or 0)
        self.live: frozenset[Id] = frozenset()

    def wanted(self, batch: FrameBatch) -> npt.NDArray[np.bool_]:
        """Which frames are asked for, bool (n,): those that pass the filter, error frames only if wanted."""
        if self._start_ns is None and len(batch):
            self._start_ns = int(batch.timestamp_ns[0])
        keep = np.ones(len(batch), dtype=np.bool_)
        if not self._options.error_frames:
            keep = ~batch.has(Flag.ERROR)
        if self._options.filter:
            keep = keep & self._filter.mask(batch)
        for number, extended in self.live:
            keep = keep & ~self._is(batch, number, extended)
        return keep

    def change(self, batch: FrameBatch) -> FrameBatch:
        """Frames with their new ids and channels, as this program's own."""
        records = batch.records.copy()
        records["flags"] &= np.uint16(~int(Flag.TX) & 0xFFFF)
        records["timestamp_ns"] = np.maximum(records["timestamp_ns"], 0)
        for (old, old_extended), (new, new_extended) in self._options.ids:
            rows = self._is(batch, old, old_extended)
            records["arbitration_id"][rows] = new
            flags = records["flags"][rows] & np.uint16(~int(Flag.EXTENDED) & 0xFFFF)
            records["flags"][rows] = flags | np.uint16(Flag.EXTENDED if new_extended else 0)
        for before, after in self._options.channels:
            records["channel"][batch.channel == before] = after
        return FrameBatch(records, batch.heap)

    @staticmethod
    def _is(batch: FrameBatch, number: int, extended: bool) -> npt.NDArray[np.bool_]:
        same: npt.NDArray[np.bool_] = (batch.arbitration_id == number) & (
            batch.has(Flag.EXTENDED) == extended
        )
        return same
