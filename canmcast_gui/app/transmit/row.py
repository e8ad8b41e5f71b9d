"""A transmit row: a valid frame, when it is sent, and the load that rows put on a bus."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any

import numpy as np

from canmcast_gui.channels.settings import MOST_CHANNELS
from canmcast_gui.frames import DLC_TO_LENGTH, Flag, FrameBatch
from canmcast_gui.frames.errors import UserError
from canmcast_gui.frames.schema import REQUIRED, Key
from canmcast_gui.frames.text import id_text
from canmcast_gui.frames.units import (
    MAX_EXTENDED_ID,
    MAX_PERIOD_NS,
    MAX_STANDARD_ID,
    MIN_PERIOD_NS,
    NS_PER_MS,
    NS_PER_SECOND,
)
from canmcast_gui.frames.wire_bits import wire_bits

CLASSIC_LENGTHS = tuple(range(9))
FD_LENGTHS = tuple(int(length) for length in DLC_TO_LENGTH)

MAX_COUNT = 1_000_000_000

# All valid combinations of flags, which users choose from. CAN FD has no remote frames.
FRAME_TYPES: tuple[tuple[str, int], ...] = (
    ("Standard", 0),
    ("Extended", Flag.EXTENDED),
    ("Standard, remote", Flag.REMOTE),
    ("Extended, remote", Flag.EXTENDED | Flag.REMOTE),
    ("Standard, CAN FD", Flag.FD),
    ("Extended, CAN FD", Flag.EXTENDED | Flag.FD),
    ("Standard, CAN FD with bit rate switch", Flag.FD | Flag.BRS),
    ("Extended, CAN FD with bit rate switch", Flag.EXTENDED | Flag.FD | Flag.BRS),
    ("Standard, CAN FD, error state", Flag.FD | Flag.ESI),
    ("Extended, CAN FD, error state", Flag.EXTENDED | Flag.FD | Flag.ESI),
    ("Standard, CAN FD with bit rate switch, error state", Flag.FD | Flag.BRS | Flag.ESI),
    ("Extended, CAN FD with bit rate switch, error state", Flag.EXTENDED | Flag.FD | Flag.BRS | Flag.ESI),
    ("Error frame", Flag.ERROR),
    ("Error frame, extended", Flag.ERROR | Flag.EXTENDED),
)
_ALLOWED_FLAGS = frozenset(int(flags) for _, flags in FRAME_TYPES)


class RowError(UserError, ValueError):
    """A value that no frame can have; the text is a message for the user."""


@dataclass(frozen=True, slots=True)
class TransmitRow:
    """A frame to send, when, and how often. Always a valid frame: any other value raises RowError.

    An armed row sends ``count`` frames, or without limit if that is None. Rows of one ``group`` are armed
    together. ``channel`` is the number of the channel that it is sent on, 0 the first one. ``generators`` is
    the text of the payload generators, ``key`` a key that sends the frame once. A row with a ``trigger`` is
    not sent periodically but when a matching frame is received; see the modules of ``parsing`` for these
    texts.

    A remote frame requests as many bytes as ``data`` has and carries none; they are the payload again if it
    becomes a data frame.
    """

    name: str = ""
    arbitration_id: Annotated[int, REQUIRED] = 0x100
    flags: Annotated[int, REQUIRED] = 0
    data: Annotated[bytes, REQUIRED] = bytes(8)
    period_ns: Annotated[int, REQUIRED] = 100 * NS_PER_MS
    count: int | None = None
    group: str = ""
    comment: str = ""
    generators: Annotated[str, Key("changes")] = ""
    key: str = ""
    trigger: str = ""
    channel: int = 0

    def __post_init__(self) -> None:
        if self.flags not in _ALLOWED_FLAGS:
            raise RowError("There is no frame with these flags.")
        check_id(self.arbitration_id, self.extended)
        check_length(len(self.data), self.is_fd)
        check_period(self.period_ns)
        if not 0 <= self.channel <= MOST_CHANNELS:
            raise RowError(
                f"{self.channel} is not a channel: channels have the numbers 1 to {MOST_CHANNELS}."
            )
        if self.count is not None and not 1 <= self.count <= MAX_COUNT:
            raise RowError(f"A row sends 1 to {MAX_COUNT:,} frames, or without limit if no count is given.")

    @classmethod
    def upgraded(cls, values: Any) -> Any:
        """Stored values of an older form in the present one: the name used to be the comment."""
        if isinstance(values, Mapping) and "name" not in values and "comment" in values:
            return {**values, "name": values["comment"], "comment": ""}
        return values

    @property
    def extended(self) -> bool:
        """Whether the arbitration id has 29 bits."""
        return bool(self.flags & Flag.EXTENDED)

    @property
    def is_remote(self) -> bool:
        """Whether the frame requests data instead of carrying it."""
        return bool(self.flags & Flag.REMOTE)

    @property
    def is_fd(self) -> bool:
        """Whether it is a CAN FD frame."""
        return bool(self.flags & Flag.FD)

    @property
    def lengths(self) -> tuple[int, ...]:
        """The payload lengths of this kind of frame."""
        return FD_LENGTHS if self.is_fd else CLASSIC_LENGTHS

    def with_length(self, length: int) -> TransmitRow:
        """The row with data of another length, extended by zeros or cut at the end."""
        check_length(length, self.is_fd)
        return replace(self, data=self.data[:length].ljust(length, b"\0"))

    def with_flags(self, flags: int) -> TransmitRow:
        """The row as another kind of frame; data that is too long is cut at the end."""
        longest = FD_LENGTHS[-1] if flags & Flag.FD else CLASSIC_LENGTHS[-1]
        return replace(self, flags=int(flags), data=self.data[:longest])

    def frame(self) -> FrameBatch:
        """The frame as a batch of one row."""
        payload = b"" if self.is_remote else self.data
        return FrameBatch.from_columns(
            timestamp_ns=[0],
            arbitration_id=[self.arbitration_id],
            data=[list(payload)],
            flags=self.flags,
            channel=self.channel,
            dlc=FD_LENGTHS.index(len(self.data)),
        )


def check_id(arbitration_id: int, extended: bool) -> None:
    """Raise RowError if the id is not valid for the kind of frame."""
    if 0 <= arbitration_id <= (MAX_EXTENDED_ID if extended else MAX_STANDARD_ID):
        return
    if extended:
        raise RowError(f"Id {arbitration_id:X} is too large: extended ids end at 1FFFFFFF.")
    text = id_text(arbitration_id, extended=False)
    raise RowError(f"Id {text} is too large for a standard frame (up to 7FF): make its type Extended.")


def check_length(length: int, fd: bool) -> None:
    """Raise RowError if no frame of this kind has that length."""
    if length in (FD_LENGTHS if fd else CLASSIC_LENGTHS):
        return
    if not fd:
        raise RowError(f"{length} bytes do not fit a classic frame (up to 8): make its type CAN FD.")
    if length > FD_LENGTHS[-1]:
        raise RowError(f"{length} bytes do not fit a CAN FD frame (up to 64).")
    above = next(valid for valid in FD_LENGTHS if valid > length)
    below = max(valid for valid in FD_LENGTHS if valid < length)
    raise RowError(f"CAN FD has no frames of {length} bytes: use {below} or {above}.")


def check_period(period_ns: int) -> None:
    """Raise RowError if the period is out of range."""
    if not MIN_PERIOD_NS <= period_ns <= MAX_PERIOD_NS:
        raise RowError("The period must be between 0.1 and 86,400,000 ms (24 hours).")


@dataclass(frozen=True)
class Load:
    """A bus load; ``share`` is the part of the time that the bus would be busy, 1.0 for all of it."""

    frames_per_second: float = 0.0
    share: float = 0.0

    def plus(self, other: Load) -> Load:
        """The sum of both."""
        return Load(self.frames_per_second + other.frames_per_second, self.share + other.share)

    @property
    def text(self) -> str:
        """The load in words; "" for none."""
        if not self.frames_per_second:
            return ""
        return f"Scheduled: {self.frames_per_second:,.0f} frames/s ({100 * self.share:.0f} % bus load)"


def load_of(rows: Iterable[TransmitRow], bitrate: int, data_bitrate: int) -> Load:
    """The load of rows that are sent at their periods; ``data_bitrate`` is for the data phase of CAN FD."""
    periodic = [row for row in rows if not row.trigger]  # how often a trigger matches is unknown
    if not periodic:
        return Load()
    arbitration, data = wire_bits(FrameBatch.concatenate([row.frame() for row in periodic]))
    seconds = arbitration / bitrate + data / data_bitrate
    rates = [NS_PER_SECOND / row.period_ns for row in periodic]
    return Load(sum(rates), float(seconds @ np.array(rates)))
