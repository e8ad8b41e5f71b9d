"""Single frames of text files: conversion of their fields, checks, and conversion to batches."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from canmcast_gui.frames import FRAME_DTYPE, INLINE_BYTES, LENGTH_TO_DLC, MAX_PAYLOAD, FrameBatch, bits
from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.logfile.times import TIME_LIMIT_NS

HIGHEST_ID_NUMBER = 0xFFFFFFFF
_HIGHEST_CHANNEL = 255


class Row(NamedTuple):
    """One frame of a text file; ``dlc`` only if it does not follow from the payload."""

    timestamp_ns: int
    arbitration_id: int
    flags: int
    channel: int
    payload: bytes
    dlc: int | None = None


def checked_row(row: Row) -> Row:
    """The row, with channel 0 for a channel out of range. Raises ValueError for an impossible frame.

    Ids of 32 bits are checked for all formats in reading/checks.py.
    """
    size = len(row.payload)
    if size > (MAX_PAYLOAD if row.flags & (bits.FD | bits.ERROR) else INLINE_BYTES):
        raise ValueError(f"a frame with {size} bytes")
    if abs(row.timestamp_ns) >= TIME_LIMIT_NS:
        raise ValueError("timestamp out of range")
    if row.arbitration_id < 0:
        raise ValueError("a negative id")
    if row.arbitration_id > HIGHEST_ID_NUMBER:
        raise ValueError("an id with more than 32 bits")
    if not 0 <= row.channel <= _HIGHEST_CHANNEL:
        row = row._replace(channel=0)
    return row


def rows_to_batch(rows: list[Row]) -> FrameBatch:
    """Convert rows to a batch."""
    records = np.zeros(len(rows), dtype=FRAME_DTYPE)
    if not rows:
        return FrameBatch(records)
    times, ids, flags, channels, payloads, codes = zip(*rows, strict=True)
    records["timestamp_ns"] = times
    records["arbitration_id"] = ids
    records["flags"] = flags
    records["channel"] = channels
    lengths = np.fromiter(map(len, payloads), dtype=np.uint8, count=len(rows))
    records["length"] = lengths
    records["dlc"] = LENGTH_TO_DLC[lengths]
    for row in np.flatnonzero([code is not None for code in codes]):
        records["dlc"][row] = codes[row]
    inline = b"".join([payload[:INLINE_BYTES].ljust(INLINE_BYTES, b"\0") for payload in payloads])
    records["data"] = np.frombuffer(inline, dtype=np.uint8).reshape(-1, INLINE_BYTES)
    long = lengths > INLINE_BYTES
    if not long.any():
        return FrameBatch(records)
    sizes = np.where(long, lengths, 0).astype(np.int64)
    records["payload_offset"] = np.where(long, np.cumsum(sizes) - sizes, 0)
    heap = b"".join([payload for payload in payloads if len(payload) > INLINE_BYTES])
    return FrameBatch(records, np.frombuffer(heap, dtype=np.uint8))


def parse_seconds_ns(seconds: str) -> int:
    """Decimal seconds as text in nanoseconds, exactly; further digits are dropped. Raises ValueError."""
    whole, _, fraction = seconds.partition(".")
    try:
        if not fraction.isdigit() or "e" in whole:
            return _rounded(float(seconds) * NS_PER_SECOND)
        part = int(fraction[:9].ljust(9, "0"))
        return int(whole) * NS_PER_SECOND + (-part if whole.startswith("-") else part)
    except (ValueError, OverflowError):
        raise ValueError(f"invalid time {seconds!r}") from None


def _rounded(number: float) -> int:
    if not math.isfinite(number):
        raise ValueError
    return round(number)


def parse_int(text: str, what: str, base: int = 10) -> int:
    """An integer as text; ``what`` is its name for the message of the ValueError."""
    try:
        return int(text, base)
    except ValueError:
        raise ValueError(f"invalid {what} {text!r}") from None


def parse_bytes(pairs: list[str], base: int = 16) -> bytes:
    """Bytes from a text for each. Raises ValueError."""
    if base == 16:
        text = "".join(pairs)
        if len(text) == 2 * len(pairs):
            try:
                return bytes.fromhex(text)
            except ValueError:
                pass  # the code below finds the byte
    numbers = [parse_int(pair, "data byte", base) for pair in pairs]
    wrong = next((pair for pair, number in zip(pairs, numbers, strict=True) if not 0 <= number < 256), None)
    if wrong is not None:
        raise ValueError(f"invalid data byte {wrong!r}")
    return bytes(numbers)


def parse_dlc(text: str, base: int = 16) -> int:
    """A DLC, 0 to 15. Raises ValueError."""
    code = parse_int(text, "DLC", base)
    if not 0 <= code <= 15:
        raise ValueError(f"invalid DLC {text!r}")
    return code
