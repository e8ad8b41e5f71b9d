"""Formats many lines at once as columns of text, four characters packed into an integer.

Looking up four integers for each line in tables replaces a dozen objects of a formatter. Fields of different
widths are padded with NUL, and unpack_text() removes all NULs at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames import INLINE_BYTES, MAX_PAYLOAD, FrameBatch
from canmcast_gui.frames.arrays import Numbers

PackedText = npt.NDArray[np.uint32]


def pack_texts(texts: Sequence[str]) -> PackedText:
    """A table of texts: uint32 (n,) where all have up to four characters, otherwise (n, k)."""
    width = -(-max(1, *map(len, texts)) // 4) * 4
    packed = b"".join(text.encode("ascii").ljust(width, b"\0") for text in texts)
    table = np.frombuffer(packed, dtype="<u4").reshape(len(texts), -1)
    return table[:, 0].copy() if width == 4 else table


_FOUR = pack_texts([f"{value:04d}" for value in range(10_000)])
_UP_TO_FOUR = pack_texts([str(value) for value in range(10_000)])
_THREE = pack_texts([f"{value:03d}" for value in range(1000)])
_POINT_THREE = pack_texts([f".{value:03d}" for value in range(1000)])
_UP_TO_FOUR_OR_NONE = _UP_TO_FOUR.copy()
_UP_TO_FOUR_OR_NONE[0] = 0


def _hex_tables(digits: bytes) -> tuple[PackedText, PackedText, Numbers]:
    """All numbers of 16 bits: with four digits, without leading zeros, and the number of their digits."""
    values = np.arange(0x10000)
    nibbles = values[:, None] >> np.array([12, 8, 4, 0]) & 15
    every = np.frombuffer(digits, dtype=np.uint8)[nibbles]
    sizes = np.maximum(1, (values[:, None] >= 16 ** np.arange(4)).sum(axis=1))
    some = np.where(np.arange(4) >= 4 - sizes[:, None], every, 0).astype(np.uint8)
    return every.view("<u4").ravel(), some.view("<u4").ravel(), sizes


_HEX_FOUR, _HEX_UP_TO_FOUR, _HEX_DIGITS = _hex_tables(b"0123456789ABCDEF")
_HEX_LOWER_FOUR, _HEX_LOWER_UP_TO_FOUR, _ = _hex_tables(b"0123456789abcdef")

# With one more entry, the empty text, for positions after the end of a payload.
_SPACED_BYTES = pack_texts([*(f" {value:02X}" for value in range(256)), ""])
_BYTE_PAIRS = np.array(
    [*(int.from_bytes(f"{value:02X}".encode(), "little") for value in range(256)), 0], dtype="<u2"
)
_NOTHING = 256


def page(count: int, columns: Sequence[PackedText | int]) -> PackedText:
    """Columns side by side: uint32 (count, width). Each is (count,), (count, k) or one value for all."""
    widths = [
        column.shape[1] if isinstance(column, np.ndarray) and column.ndim == 2 else 1 for column in columns
    ]
    found = np.empty((count, sum(widths)), dtype="<u4")
    start = 0
    for column, width in zip(columns, widths, strict=True):
        if isinstance(column, np.ndarray) and column.ndim == 2:
            found[:, start : start + width] = column
        else:
            found[:, start] = column
        start += width
    return found


def unpack_text(pages: PackedText) -> bytes:
    """The lines, without NULs."""
    return pages.tobytes().translate(None, b"\0")


def interleaved(count: int, parts: Sequence[tuple[npt.NDArray[np.int64], PackedText]]) -> PackedText:
    """Pages of several kinds of lines as one page, given the row of each of their lines in it."""
    parts = [part for part in parts if len(part[0])]
    if len(parts) == 1:
        return parts[0][1]
    joined = np.zeros((count, max((packed.shape[1] for _, packed in parts), default=0)), dtype="<u4")
    for rows, packed in parts:
        joined[rows, : packed.shape[1]] = packed
    return joined


def lines_by_kind(
    batch: FrameBatch, kinds: npt.NDArray[np.int64], writers: Sequence[Callable[[FrameBatch], PackedText]]
) -> bytes:
    """The line of each frame from the writer of its kind; ``kinds`` are indices of writers."""
    parts = []
    for kind, write in enumerate(writers):
        rows = np.flatnonzero(kinds == kind)
        if len(rows):
            parts.append((rows, write(batch if len(rows) == len(batch) else batch[rows])))
    return unpack_text(interleaved(len(batch), parts))


def round_to(time_ns: Numbers, unit_ns: int) -> Numbers:
    """Nanoseconds in whole units, rounded half away from zero."""
    if (time_ns >= 0).all():
        return (time_ns + unit_ns // 2) // unit_ns
    units: Numbers = np.sign(time_ns) * ((np.abs(time_ns) + unit_ns // 2) // unit_ns)
    return units


def format_fixed(units: Numbers, digits: int) -> list[PackedText | int]:
    """Numbers in units of the last of 3, 6 or 9 decimal places, with a minus where negative."""
    columns: list[PackedText | int] = []
    negative = units < 0
    if negative.any():
        columns.append(np.where(negative, np.uint32(ord("-")), np.uint32(0)))
        units = np.abs(units)
    groups = []
    for _ in range(digits // 3):
        rest = units // 1000
        groups.append(units - rest * 1000)
        units = rest
    columns += format_decimal(units)
    return [*columns, _POINT_THREE.take(groups[-1]), *(_THREE.take(group) for group in groups[-2::-1])]


def format_decimal(values: Numbers) -> list[PackedText | int]:
    """Non-negative integers in decimal."""
    columns: list[PackedText | int] = []
    largest = int(values.max(initial=0))
    first = _UP_TO_FOUR
    while largest >= 10_000:
        upper = values // 10_000
        low = values - upper * 10_000
        columns.insert(0, np.where(upper > 0, _FOUR.take(low), first.take(low)))
        values, largest, first = upper, largest // 10_000, _UP_TO_FOUR_OR_NONE
    return [first.take(values), *columns]


def count_digits(values: Numbers) -> Numbers:
    """The number of decimal digits of non-negative integers."""
    count = np.ones(len(values), dtype=np.int64)
    limit = 10
    largest = int(values.max(initial=0))
    while limit <= largest:
        count += values >= limit
        limit *= 10
    return count


def format_hex(values: Numbers, lower: bool = False) -> list[PackedText | int]:
    """Integers up to 32 bits in hexadecimal."""
    some, every = (_HEX_LOWER_UP_TO_FOUR, _HEX_LOWER_FOUR) if lower else (_HEX_UP_TO_FOUR, _HEX_FOUR)
    high, low = values >> 16, values & 0xFFFF
    if not high.any():
        return [some.take(low)]
    return [
        np.where(high > 0, some.take(high), np.uint32(0)),
        np.where(high > 0, every.take(low), some.take(low)),
    ]


def count_hex_digits(values: Numbers) -> Numbers:
    """The number of hexadecimal digits of integers up to 32 bits."""
    high = values >> 16
    return np.where(high > 0, 4 + _HEX_DIGITS.take(high), _HEX_DIGITS.take(values & 0xFFFF))


def format_ids(values: Numbers, extended: npt.NDArray[np.bool_], shortest: int) -> list[PackedText | int]:
    """Hexadecimal with 8 digits where extended, otherwise with at least ``shortest`` (3 or 4) digits."""
    low = _HEX_FOUR.take(values & 0xFFFF)
    if shortest == 3:
        low = np.where(extended | (values > 0xFFF), low, low >> np.uint32(8))
    return [np.where(extended, _HEX_FOUR.take(values >> 16), np.uint32(0)), low]


def _bytes_or_nothing(batch: FrameBatch) -> npt.NDArray[np.int64]:
    """Payload bytes, int64 (n, longest), 256 after the end of each."""
    longest = int(batch.length.max(initial=0))
    data = batch.data[:, :longest] if longest <= INLINE_BYTES else batch.payload_matrix(longest)
    inside = np.arange(longest) < batch.length[:, None]
    return np.where(inside, data.astype(np.int64), _NOTHING)


def format_spaced_payloads(batch: FrameBatch, most: int = MAX_PAYLOAD) -> PackedText:
    """A space and two hexadecimal digits for each byte."""
    return _SPACED_BYTES.take(_bytes_or_nothing(batch)[:, :most])


def format_payloads(batch: FrameBatch, most: int = MAX_PAYLOAD) -> PackedText:
    """Two hexadecimal digits for each of the first ``most`` bytes."""
    pairs = _BYTE_PAIRS.take(_bytes_or_nothing(batch)[:, :most])
    if pairs.shape[1] & 1:
        pairs = np.concatenate([pairs, np.zeros((len(pairs), 1), dtype="<u2")], axis=1)
    return np.ascontiguousarray(pairs).view("<u4")
