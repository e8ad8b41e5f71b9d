"""One row of the transmit table: a frame that can be sent, and how it changes without becoming impossible."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

from canmcast_gui.frames import DLC_TO_LENGTH, Flag, FrameBatch
from canmcast_gui.frames.errors import UserError
from canmcast_gui.frames.text import id_text
from canmcast_gui.frames.units import (
    MAX_EXTENDED_ID,
    MAX_PERIOD_NS,
    MAX_STANDARD_ID,
    MIN_PERIOD_NS,
    NS_PER_MS,
)

CLASSIC_LENGTHS = tuple(range(9))
FD_LENGTHS = tuple(int(length) for length in DLC_TO_LENGTH)

MAX_COUNT = 1_000_000_000

# Every kind of frame that exists, so that none that does not can be chosen. CAN FD has no remote frames.
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
    """A value that no frame can have; its text is a sentence for the user."""


@dataclass(frozen=True, slots=True)
class TransmitRow:
    """A frame to send, when, and how often. Always a valid frame; changes that would not be raise RowError.

    ``count`` frames are sent when it is armed, None without end. Rows of one ``group`` are armed together.
    ``changes`` say how the data changes from frame to frame, see transmit/payload/generators.py;
    ``key`` is a key, or several at once, that sends the frame once. With a ``trigger``, see
    transmit/trigger.py, it is not sent periodically but when a frame comes that meets it.

    A remote frame asks for as many bytes as ``data`` has and carries none, so that turning it back into a
    data frame brings its bytes back.
    """

    name: str = ""
    arbitration_id: int = 0x100
    flags: int = 0
    data: bytes = bytes(8)
    period_ns: int = 100 * NS_PER_MS
    count: int | None = None
    group: str = ""
    comment: str = ""
    changes: str = ""
    key: str = ""
    trigger: str = ""

    def __post_init__(self) -> None:
        if self.flags not in _ALLOWED_FLAGS:
            raise RowError("There is no such kind of frame.")
        check_id(self.arbitration_id, self.extended)
        check_length(len(self.data), self.is_fd)
        check_period(self.period_ns)
        if self.count is not None and not 1 <= self.count <= MAX_COUNT:
            raise RowError(f"A row sends 1 to {MAX_COUNT:,} frames, or without end where nothing is typed.")

    @property
    def extended(self) -> bool:
        """Whether the arbitration id has 29 bits."""
        return bool(self.flags & Flag.EXTENDED)

    @property
    def is_remote(self) -> bool:
        """Whether the frame asks for data instead of carrying it."""
        return bool(self.flags & Flag.REMOTE)

    @property
    def is_fd(self) -> bool:
        """Whether it is a CAN FD frame."""
        return bool(self.flags & Flag.FD)

    @property
    def lengths(self) -> tuple[int, ...]:
        """The payload lengths that this kind of frame can have."""
        return FD_LENGTHS if self.is_fd else CLASSIC_LENGTHS

    def with_length(self, length: int) -> TransmitRow:
        """The row with its data extended by zeros or cut at the end."""
        check_length(length, self.is_fd)
        return replace(self, data=self.data[:length].ljust(length, b"\0"))

    def with_flags(self, flags: int) -> TransmitRow:
        """The row as another kind of frame; data that is too long for it is cut at the end."""
        longest = FD_LENGTHS[-1] if flags & Flag.FD else CLASSIC_LENGTHS[-1]
        return replace(self, flags=int(flags), data=self.data[:longest])

    def frame(self) -> FrameBatch:
        """The frame as a batch of one row."""
        carried = b"" if self.is_remote else self.data
        return FrameBatch.from_columns(
            timestamp_ns=[0],
            arbitration_id=[self.arbitration_id],
            data=[list(carried)],
            flags=self.flags,
            dlc=FD_LENGTHS.index(len(self.data)),
        )

    def to_dict(self) -> dict[str, Any]:
        """The row as plain values, for the settings."""
        return {**asdict(self), "flags": int(self.flags), "data": self.data.hex()}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> TransmitRow:
        """The row of ``to_dict``; raises RowError for values that it cannot have written.

        Before rows had a name, their comment stood for it.
        """
        try:
            return cls(
                name=str(values["name"] if "name" in values else values["comment"]),
                arbitration_id=int(values["arbitration_id"]),
                flags=int(values["flags"]),
                data=bytes.fromhex(values["data"]),
                period_ns=int(values["period_ns"]),
                count=None if values.get("count") is None else int(values["count"]),
                group=str(values.get("group", "")),
                comment=str(values["comment"]) if "name" in values else "",
                changes=str(values.get("changes", "")),
                key=str(values.get("key", "")),
                trigger=str(values.get("trigger", "")),
            )
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise RowError(f"A stored transmit row cannot be read: {error}.") from error


def check_id(arbitration_id: int, extended: bool) -> None:
    """Raise RowError where the id does not fit the kind of frame."""
    if 0 <= arbitration_id <= (MAX_EXTENDED_ID if extended else MAX_STANDARD_ID):
        return
    if extended:
        raise RowError(f"Id {arbitration_id:X} is too large: extended ids end at 1FFFFFFF.")
    text = id_text(arbitration_id, extended=False)
    raise RowError(f"Id {text} is too large for a standard frame (up to 7FF): make its type Extended.")


def check_length(length: int, fd: bool) -> None:
    """Raise RowError where no frame of that kind has such a length."""
    if length in (FD_LENGTHS if fd else CLASSIC_LENGTHS):
        return
    if not fd:
        raise RowError(f"{length} bytes do not fit a classic frame (up to 8): make its type CAN FD.")
    if length > FD_LENGTHS[-1]:
        raise RowError(f"{length} bytes do not fit a CAN FD frame (up to 64).")
    above = next(one for one in FD_LENGTHS if one > length)
    below = max(one for one in FD_LENGTHS if one < length)
    raise RowError(f"CAN FD has no frames of {length} bytes: use {below} or {above}.")


def check_period(period_ns: int) -> None:
    """Raise RowError where the period is out of range."""
    if not MIN_PERIOD_NS <= period_ns <= MAX_PERIOD_NS:
        raise RowError("The period must lie between 0.1 and 86,400,000 ms (24 hours).")
