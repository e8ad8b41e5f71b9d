"""Reads frames of ASC files as columns: lines of classic data frames and CANFD lines; relative times."""

from __future__ import annotations

from collections import deque

import numpy as np

from canmcast_gui.frames import INLINE_BYTES, FrameBatch, bits
from canmcast_gui.frames.arrays import Mask, Numbers, Offsets
from canmcast_gui.logfile.text.lines import Layouts, Lines
from canmcast_gui.logfile.text.numbers import (
    parse_decimal,
    parse_hex,
    parse_long_decimal,
    parse_seconds,
    summed,
)
from canmcast_gui.logfile.text.payloads import batch_from, decimal_payloads, payloads

# The flags of a CANFD line: the word after the data with them, and the bit of CAN FD.
FLAGS_AFTER_DATA, FLAG_FD = 2, 0x1000

_LOWER = 0x20
_CANFD = int.from_bytes(b"canfd", "little")
_FIVE_BYTES = np.uint64((1 << 40) - 1)
_LOWER_FIVE = np.uint64(0x2020202020)

_FD_COLUMNS = 128
_TAIL_COLUMNS = 64  # from the data to the flags


def frames(lines: Lines, base: int) -> list[tuple[Offsets, FrameBatch]]:
    """The frames in lines of the usual form, with ids and data in that base."""
    found = Layouts(lines, np.flatnonzero(lines.plain), 6)
    classic = lines.text[found.start(1)] <= ord("9")
    others = np.concatenate((found.others, found.rows[~classic]))
    found.select(classic)
    parts = [_classic(lines, found, base)] if len(found) else []
    return parts + _fd(lines, others, base) if len(others) else parts


def _classic(lines: Lines, found: Layouts, base: int) -> tuple[Offsets, FrameBatch]:
    """Words are time, channel, id, direction, d, DLC, data. DLCs above 8 are left to the parser."""
    kind, code = found.start(4), found.start(5)
    good = (lines.text[kind] | _LOWER == ord("d")) & (found.size(4) == 1) & (found.size(5) == 1)
    codes = lines.text[code] - np.uint8(ord("0"))
    good &= codes <= INLINE_BYTES
    lengths = np.where(good, codes, 0).astype(np.int64)
    return _batch(lines, found, good, (1, 2, 3), found.start(6), lengths, 0, base)


def _fd(lines: Lines, rows: Offsets, base: int) -> list[tuple[Offsets, FrameBatch]]:
    """Words are time, CANFD, channel, direction, id, an optional name, BRS, ESI, DLC, length, data."""
    found = Layouts(lines, rows, 7, _FD_COLUMNS)
    kind = lines.integers(found.start(1)) & _FIVE_BYTES | _LOWER_FIVE
    found.select((kind == _CANFD) & (found.size(1) == 5))
    unnamed = _is_bit(lines, found, 5) & _is_bit(lines, found, 6)
    parts = ((found.rows[unnamed], 5), (found.rows[~unnamed], 6))
    return [
        _fd_from(lines, Layouts(lines, rows, first + 4, _FD_COLUMNS), first, base)
        for rows, first in parts
        if len(rows)
    ]


def _fd_from(lines: Lines, found: Layouts, first: int, base: int) -> tuple[Offsets, FrameBatch]:
    """The frames where BRS is the word with number ``first``."""
    good = _is_bit(lines, found, first) & _is_bit(lines, found, first + 1)
    size = first + 3
    lengths, length_good = parse_decimal(lines, found.end(size), found.size(size))
    codes, code_good = parse_hex(lines, found.end(first + 2), found.size(first + 2))
    good &= code_good & (found.size(first + 2) == 1)
    # Without data the flags may mean a remote frame.
    good &= length_good & (lengths > 0) & (lengths <= 64)
    brs = lines.text[found.start(first)] == ord("1")
    esi = lines.text[found.start(first + 1)] == ord("1")
    lengths = np.where(good, lengths, 0)
    maybe_classic = good & ~brs & ~esi & (lengths <= INLINE_BYTES)
    if base == 16:
        ends = found.start(first + 4) + 3 * lengths
        classic, known = _with_classic_flags(lines, found.rows, ends, maybe_classic)
        good &= known & ~(classic & (codes > INLINE_BYTES))
    else:
        classic = maybe_classic
        good &= ~maybe_classic  # the parser finds the end of decimal data
    flags = np.where(classic, 0, bits.FD | bits.BRS * brs | bits.ESI * esi)
    return _batch(lines, found, good, (2, 4, 3), found.start(first + 4), lengths, flags, base)


def _with_classic_flags(lines: Lines, rows: Offsets, ends: Offsets, maybe: Mask) -> tuple[Mask, Mask]:
    """Which of the CANFD lines in ``maybe`` are classic frames by their flags, and for which that is known.

    ``ends`` are the ends of their data.
    """
    classic, known = np.zeros(len(rows), dtype=np.bool_), np.ones(len(rows), dtype=np.bool_)
    indices = np.flatnonzero(maybe)
    if not len(indices):
        return classic, known
    tails = lines.from_positions(rows[indices], ends[indices])
    found = Layouts(tails, np.arange(len(indices)), FLAGS_AFTER_DATA + 1, _TAIL_COLUMNS)
    flags, is_number = parse_hex(lines, found.end(FLAGS_AFTER_DATA), found.size(FLAGS_AFTER_DATA))
    classic[indices[found.rows]] = is_number & (flags != 0) & (flags & FLAG_FD == 0)
    known[indices[found.others]] = (tails.ends - tails.starts)[found.others] < _TAIL_COLUMNS
    return classic, known


def _batch(
    lines: Lines,
    found: Layouts,
    good: Mask,
    words: tuple[int, int, int],
    data: Offsets,
    lengths: Numbers,
    flags: Numbers | int,
    base: int,
) -> tuple[Offsets, FrameBatch]:
    """The frames of lines that are valid in all columns; ``words`` are channel, id and direction."""
    channel, number, direction = words
    times, time_good = parse_seconds(lines, found.start(0), found.end(0))
    channels, channel_good = parse_decimal(lines, found.end(channel), found.size(channel))
    end = found.end(number)
    extended = lines.text[end - 1] | _LOWER == ord("x")
    read_id = parse_hex if base == 16 else parse_long_decimal
    ids, id_good = read_id(lines, end - extended, found.size(number) - extended)
    start = found.start(direction)
    tx = lines.text[start] | _LOWER == ord("t")
    good &= (tx | (lines.text[start] | _LOWER == ord("r"))) & (lines.text[start + 1] | _LOWER == ord("x"))
    good &= found.size(direction) == 2
    content = payloads(lines, data, lengths, 3) if base == 16 else decimal_payloads(lines, data, lengths)
    good &= time_good & channel_good & id_good & content.good
    channels[channels > 255] = 0
    flags = flags | bits.EXTENDED * extended | bits.TX * tx
    batch = batch_from(times, ids, flags, channels, content)
    if good.all():
        return found.rows, batch
    return found.rows[good], batch[good]


def _is_bit(lines: Lines, found: Layouts, word: int) -> Mask:
    """Which words are 0 or 1."""
    is_bit: Mask = ((lines.text[found.start(word)] | 1) == ord("1")) & (found.size(word) == 1)
    return is_bit


_SLASH = ord("/")


class RunningTime:
    """Sums times that count from the event before.

    take() sums the times of all events of a block, returns those of its frames, and keeps those of its other
    events for next(), which is then called for their lines in order.
    """

    def __init__(self) -> None:
        self._now_ns = 0
        self._waiting: deque[int] = deque()

    def next(self, step_ns: int) -> int:
        """The time of the next event that take() has not returned, ``step_ns`` after the event before it."""
        if self._waiting:
            return self._waiting.popleft()
        self._now_ns += step_ns
        return self._now_ns

    def take(self, lines: Lines, parts: list[tuple[Offsets, FrameBatch]]) -> list[tuple[Offsets, FrameBatch]]:
        """The parts with summed times, up to a line that may change how lines are read, if known."""
        self._waiting.clear()
        known = _steps(lines)
        if known is None:
            return []
        rows, steps, end = known
        sums = summed(self._now_ns, steps)
        if sums is None:
            return []
        times, self._now_ns = sums
        others = np.ones(len(rows), dtype=np.bool_)
        taken = []
        for numbers, batch in parts:
            within = numbers < end
            numbers, batch = numbers[within], batch[within]
            indices = np.searchsorted(rows, numbers)
            batch.records["timestamp_ns"] = times[indices]
            others[indices] = False
            taken.append((numbers, batch))
        self._waiting.extend(times[others].tolist())
        return taken


def _steps(lines: Lines) -> tuple[Offsets, Numbers, int] | None:
    """Lines with a time, these times, and the first line that may change how lines are read, or their count.

    None where a time has an unusual form.
    """
    found = Layouts(lines, np.flatnonzero(lines.plain), 1)
    rest = np.setdiff1d(np.arange(lines.count), found.rows)
    if any(lines.line(row).strip() for row in rest.tolist()):
        return None
    head = lines.text[found.start(0)]
    timed = ((head >= ord("0")) & (head <= ord("9"))) | (head == ord("-"))
    words = found.rows[~timed & (head != _SLASH)]
    end = int(words[0]) if len(words) else lines.count
    found.select(timed & (found.rows < end))
    steps, good = parse_seconds(lines, found.start(0), found.end(0))
    return (found.rows, steps, end) if good.all() else None
