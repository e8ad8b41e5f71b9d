"""What is random in the frames of a fuzz run, how many there are, and how users write it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from canmcast_gui.frames import DLC_TO_LENGTH, MAX_PAYLOAD, Flag
from canmcast_gui.frames.units import (
    MAX_EXTENDED_ID,
    MAX_PERIOD_NS,
    MAX_STANDARD_ID,
    NS_PER_SECOND,
    NS_PER_US,
)
from canmcast_gui.frames.validity import CLASSIC_BYTES
from canmcast_gui.transmit.errors import TransmitError

# The kinds of frames, and their flags beside that of an extended id.
KINDS = {
    "classic": 0,
    "fd": int(Flag.FD),
    "brs": int(Flag.FD | Flag.BRS),
    "remote": int(Flag.REMOTE),
}
MAX_SEED = (1 << 64) - 1
# The column of channels has 8 bits.
MAX_CHANNEL = 255
# A million frames per second is more than any process sends.
MAX_RATE = 1_000_000.0
MIN_RATE = NS_PER_SECOND / MAX_PERIOD_NS
# Times are int64 in nanoseconds; this is far more than any run sends.
_MAX_ROWS = 1 << 62
_LENGTHS = tuple(int(length) for length in DLC_TO_LENGTH)


def period_of(rate: float) -> int:
    """Nanoseconds between two frames at ``rate`` frames/s. Raises TransmitError if it is out of range."""
    if not MIN_RATE <= rate <= MAX_RATE:
        raise _wrong_rate(rate)
    return round(NS_PER_SECOND / rate)


def _wrong_rate(rate: float) -> TransmitError:
    return TransmitError(f"{rate:g} frames/s are not possible; choose one in 24 hours to {MAX_RATE:,.0f}/s.")


@dataclass(frozen=True)
class FuzzOptions:
    """What is random.

    ``ids`` are ranges (first, last, extended). ``kinds`` are names in KINDS, all equally likely; ``lengths``
    is a range of payload bytes, of which each kind uses those that it can have (a remote frame requests
    them). Bits of ``mask`` are random, the others are those of ``base``; zeros follow the base, ones the
    mask. ``ranges`` are bytes (index, lowest, highest) that are random within their limits. Frames are
    ``period_ns`` apart; with ``count`` None there is no end. All are sent on ``channel``.
    """

    ids: tuple[tuple[int, int, bool], ...] = ((0, MAX_STANDARD_ID, False),)
    lengths: tuple[int, int] = (0, MAX_PAYLOAD)
    kinds: tuple[str, ...] = ("classic",)
    base: bytes = b""
    mask: bytes = b""
    ranges: tuple[tuple[int, int, int], ...] = ()
    seed: int = 0
    period_ns: int = 10_000_000
    count: int | None = 1000
    channel: int = 1

    @property
    def end_row(self) -> int:
        """The number of rows."""
        limit = _MAX_ROWS // self.period_ns
        return limit if self.count is None else min(self.count, limit)

    def possible_lengths(self, kind: str) -> tuple[int, ...]:
        """Payload bytes within the range that frames of a kind can have."""
        low, high = self.lengths
        longest = MAX_PAYLOAD if KINDS[kind] & Flag.FD else CLASSIC_BYTES
        return tuple(length for length in _LENGTHS if low <= length <= min(high, longest))

    def validated(self) -> FuzzOptions:
        """The same; raises TransmitError with a sentence."""
        self._check_ids()
        self._check_kinds()
        self._check_data()
        if not 0 <= self.seed <= MAX_SEED:
            raise TransmitError(f"A seed of {self.seed} is not possible; choose 0 to {MAX_SEED}.")
        if not 1 <= self.channel <= MAX_CHANNEL:
            raise TransmitError(f"{self.channel} is not a channel: write a number from 1 to {MAX_CHANNEL}.")
        if self.count is not None and self.count < 1:
            raise TransmitError("A fuzz run sends at least one frame.")
        if not NS_PER_US <= self.period_ns <= MAX_PERIOD_NS:
            raise _wrong_rate(NS_PER_SECOND / self.period_ns if self.period_ns > 0 else 0)
        return self

    def _check_ids(self) -> None:
        if not self.ids:
            raise TransmitError("Write at least one id, for example 100..1FF.")
        for first, last, extended in self.ids:
            if not 0 <= first <= last <= (MAX_EXTENDED_ID if extended else MAX_STANDARD_ID):
                raise TransmitError(f"{first:X}..{last:X} is not a range of ids.")

    def _check_kinds(self) -> None:
        unknown = [kind for kind in self.kinds if kind not in KINDS]
        if unknown or not self.kinds:
            raise TransmitError(f"Choose at least one kind of frames: {', '.join(KINDS)}.")
        for kind in self.kinds:
            if not self.possible_lengths(kind):
                low, high = self.lengths
                fd = KINDS[kind] & Flag.FD
                wanted = "0 to 8, 12, 16, 20, 24, 32, 48 or 64" if fd else "0 to 8"
                name = "A CAN FD" if fd else f"A {kind}"
                raise TransmitError(
                    f"{name} frame has {wanted} bytes of data; {low} to {high} is not possible."
                )

    def _check_data(self) -> None:
        if max(len(self.base), len(self.mask)) > MAX_PAYLOAD:
            raise TransmitError(f"A frame has at most {MAX_PAYLOAD} bytes of data.")
        for byte, low, high in self.ranges:
            if not (0 <= byte < MAX_PAYLOAD and 0 <= low <= high <= 0xFF):
                raise TransmitError(f"{byte}={low:02X}..{high:02X} is not a range of a byte.")


# -- text of the user ----------------------------------------------------------------------------------------

_ID_RANGE = re.compile(
    r"(?:0[xX])?(?P<first>[0-9A-Fa-f]{1,8})(?:(?:\.\.|-)(?:0[xX])?(?P<last>[0-9A-Fa-f]{1,8}))?"
)
_LENGTH_RANGE = re.compile(r"(?P<first>\d{1,2})(?:(?:\.\.|-)(?P<last>\d{1,2}))?", re.ASCII)
_BYTE_RANGE = re.compile(
    r"(?P<byte>\d{1,2})=(?P<low>[0-9A-Fa-f]{1,2})(?:(?:\.\.|-)(?P<high>[0-9A-Fa-f]{1,2}))?", re.ASCII
)


def parse_id_ranges(text: str) -> tuple[tuple[int, int, bool], ...]:
    """Ranges of hexadecimal ids, separated by commas or spaces; with four to eight digits they are extended.

    Raises TransmitError.
    """
    return tuple(_id_range(word) for word in _words(text))


def _id_range(word: str) -> tuple[int, int, bool]:
    match = _ID_RANGE.fullmatch(word)
    if match is None:
        raise TransmitError(f"{word} is not a range of ids: write, for example, 100..1FF.")
    first, last = match["first"], match["last"] or match["first"]
    extended = max(len(first), len(last)) > 3 or int(last, 16) > MAX_STANDARD_ID
    if not int(first, 16) <= int(last, 16) <= MAX_EXTENDED_ID:
        raise TransmitError(f"{word} is not a range of ids: write the lower id first, up to 1FFFFFFF.")
    return int(first, 16), int(last, 16), extended


def parse_lengths(text: str) -> tuple[int, int]:
    """A range of payload lengths, or one length. Raises TransmitError."""
    match = _LENGTH_RANGE.fullmatch(text.strip())
    first, last = (int(match["first"]), int(match["last"] or match["first"])) if match else (0, -1)
    if not first <= last <= MAX_PAYLOAD:
        raise TransmitError(f"{text.strip()} is not a range of lengths: write, for example, 0..8.")
    return first, last


def parse_data(text: str, mask: str = "") -> tuple[bytes, bytes]:
    """The base and the mask of a text such as "02xx0x": x is a random digit, bytes after the text are random.

    With a ``mask``, the text has no x: the bits of the mask are random. Raises TransmitError.
    """
    digits = re.sub(r"[\s._]", "", text)
    if mask.strip():
        return _bytes(digits), _bytes(mask)
    if len(digits) % 2 or not re.fullmatch(r"[0-9A-Fa-fxX?]*", digits):
        raise TransmitError(
            f"{text.strip()} is not hexadecimal bytes: write, for example, 02 FF xx, x for random digits."
        )
    base = bytes.fromhex(re.sub(r"[xX?]", "0", digits))
    return base, bytes.fromhex(re.sub(r"[xX?]", "F", re.sub(r"[^xX?]", "0", digits)))


def parse_byte_ranges(text: str) -> tuple[tuple[int, int, int], ...]:
    """Random bytes with limits, such as "2=10..1F": an index from 0, then hexadecimal limits.

    Raises TransmitError.
    """
    found = []
    for word in _words(text):
        match = _BYTE_RANGE.fullmatch(word)
        if match is None or int(match["byte"]) >= MAX_PAYLOAD:
            raise TransmitError(
                f"{word} is not a range of a byte: write, for example, 2=10..1F; bytes count from 0."
            )
        low, high = int(match["low"], 16), int(match["high"] or match["low"], 16)
        if low > high:
            raise TransmitError(f"{word} is not a range of a byte: write the lower value first.")
        found.append((int(match["byte"]), low, high))
    return tuple(found)


def _words(text: str) -> list[str]:
    return [word for word in re.split(r"[\s,;]+", text.strip()) if word]


def _bytes(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise TransmitError(f"{text.strip()} is not hexadecimal bytes: write, for example, 02FF00.") from None
