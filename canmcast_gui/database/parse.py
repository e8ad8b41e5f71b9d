"""Run cantools' parser: without log records, with progress and cancellation, within limits of memory."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

from canmcast_gui.database.problems import (
    MAX_BITS,
    MAX_COMBINATIONS,
    MAX_SIGNAL_BITS,
    MAX_STEPS,
    DatabaseError,
    Lines,
    Problems,
    UnreadableError,
)

if TYPE_CHECKING:
    from cantools.database.can import Database as ParsedDatabase
    from cantools.database.can import Message as ParsedMessage
    from cantools.database.can import Signal as ParsedSignal

# Called with the part that is done, 0 to 1; a result of False cancels.
Report = Callable[[float], bool]

_REPORT_SECONDS = 0.1
_FLOAT_BITS = (16, 32, 64)
_PYTHON_PHRASES = ("NoneType", "invalid literal", "could not convert", "cannot convert", "Exceeds the limit")


class LoadingCanceledError(DatabaseError):
    """The caller canceled the loading of a database."""


class CantoolsParser:
    """Parses the text of one database with cantools, and leaves out what would exceed the limits.

    ``report`` is called with the part of ``messages`` that is done, and cancels by returning False.
    """

    def __init__(self, report: Report, messages: int) -> None:
        self._report = report
        self._messages = max(1, messages)
        self._done = 0
        self._due = time.monotonic() + _REPORT_SECONDS
        self._combinations = self._steps = 0.0
        # What was left out of each message, with the list of signals that cantools got instead.
        self._left_out: list[tuple[list[ParsedSignal], list[tuple[str, str]]]] = []

    def run(self, text: str, kind: str) -> ParsedDatabase:
        """The parsed database. Raises UnreadableError and LoadingCanceledError."""
        from cantools.database import load_string
        from cantools.database.errors import UnsupportedDatabaseFormatError

        self._left_out.clear()
        self._combinations = self._steps = 0.0
        try:
            # Not strict: overlapping signals are common, and each of them can be decoded.
            parsed = load_string(text, database_format=kind, strict=False, sort_signals=self._on_message)
        except UnsupportedDatabaseFormatError as error:
            found = getattr(error, f"e_{kind}", None) or error
            if isinstance(found, LoadingCanceledError):
                raise found from None
            raise UnreadableError(reason_of(found)) from error
        return parsed  # type: ignore[return-value]

    def report_left_out(self, parsed: ParsedDatabase, problems: Problems, lines: Lines) -> None:
        """Add what was left out of the messages of a parsed database to the problems."""
        left_out = {id(given): found for given, found in self._left_out}
        for message in _all_messages(parsed.messages):
            for name, what in left_out.get(id(message.signals), ()):
                line = lines.get((message.name, name), 0)
                problems.left_out(line, f"message {message.name}: {what}")

    def _on_message(self, signals: list[ParsedSignal]) -> list[ParsedSignal]:
        """cantools calls this to sort the signals of each message, before it prepares them."""
        from cantools.database.utils import sort_signals_by_start_bit

        self._done += 1
        if time.monotonic() >= self._due:
            self._due = time.monotonic() + _REPORT_SECONDS
            if not self._report(min(0.99, self._done / self._messages)):
                raise LoadingCanceledError("The loading was canceled.")
        found: list[tuple[str, str]] = []
        valid = [signal for signal in signals if _is_valid(signal, found)]
        kept = sort_signals_by_start_bit(self._within_limits(_with_limited_bits(valid, found), found))
        if found:
            self._left_out.append((kept, found))
        return kept

    def _within_limits(self, signals: list[ParsedSignal], found: list[tuple[str, str]]) -> list[ParsedSignal]:
        """All signals, or only those without a multiplexer where there are too many combinations."""
        if not any(signal.is_multiplexer for signal in signals):
            return signals
        combinations, steps = _cost(signals)
        within = self._combinations + combinations <= MAX_COMBINATIONS
        if within and self._steps + steps <= MAX_STEPS:
            self._combinations += combinations
            self._steps += steps
            return signals
        plain = [signal for signal in signals if signal.multiplexer_signal is None]
        for signal in plain:
            signal.is_multiplexer = False
        if len(plain) < len(signals):
            what = f"{len(signals) - len(plain):,} multiplexed signals: there are too many combinations"
            found.append(("", what))
        return plain


def reason_of(error: BaseException) -> str:
    """Why a file cannot be read, in words about the file: Python's messages do not help users."""
    if isinstance(error, MemoryError):
        return "there is not enough memory for it"
    if isinstance(error, RecursionError):
        return "its parts are nested too deeply, or refer to each other"
    text = " ".join(str(error).split())
    is_about_python = isinstance(
        error, TypeError | AttributeError | LookupError | AssertionError | ArithmeticError
    )
    if not text or is_about_python or any(phrase in text for phrase in _PYTHON_PHRASES):
        return "a part of it is missing or invalid"
    return text


def _with_limited_bits(signals: list[ParsedSignal], found: list[tuple[str, str]]) -> list[ParsedSignal]:
    """The signals up to the number of bits that a message may have."""
    bits = 0
    for index, signal in enumerate(signals):
        bits += signal.length
        if bits > MAX_SIGNAL_BITS:
            found.append(("", f"{len(signals) - index:,} signals: too many bits for one message"))
            return signals[:index]
    return signals


def _is_valid(signal: ParsedSignal, found: list[tuple[str, str]]) -> bool:
    """Whether cantools can prepare a signal; adds what is wrong with it to ``found``."""
    start: object = signal.start
    length: object = signal.length
    if not isinstance(start, int) or not isinstance(length, int):
        return _leave_out(signal, "has no start or length", found)
    if not 0 <= start < MAX_BITS or not 0 < length <= MAX_BITS:
        return _leave_out(signal, f"of {length:,} bits at bit {start:,}", found)
    if not _is_finite(signal.conversion.scale) or not _is_finite(signal.conversion.offset):
        return _leave_out(signal, "has a scale or an offset that is not finite", found)
    if signal.minimum is not None and not _is_finite(signal.minimum):
        signal.minimum = None
    if signal.maximum is not None and not _is_finite(signal.maximum):
        signal.maximum = None
    if signal.conversion.is_float and length not in _FLOAT_BITS:
        _make_integer(signal)
        found.append((signal.name, f"that {signal.name}, of {length} bits, is a float: read as an integer"))
    return True


def _leave_out(signal: ParsedSignal, what: str, found: list[tuple[str, str]]) -> bool:
    found.append((signal.name, f"signal {signal.name} {what}"))
    return False


def _make_integer(signal: ParsedSignal) -> None:
    from cantools.database.conversion import BaseConversion

    old = signal.conversion
    signal.conversion = BaseConversion.factory(old.scale, old.offset, old.choices, is_float=False)


def _is_finite(number: float) -> bool:
    try:
        return math.isfinite(number)
    except OverflowError:
        return False


def _cost(signals: Iterable[ParsedSignal]) -> tuple[float, float]:
    """The combinations of multiplexers' values that cantools prepares, and its steps for them."""
    below: dict[str | None, list[ParsedSignal]] = {}
    for signal in signals:
        below.setdefault(signal.multiplexer_signal, []).append(signal)

    # Until its cost is known, that of a multiplexer is infinite, as it is where one depends on itself.
    known: dict[str | None, tuple[float, float]] = {}

    def cost(parent: str | None) -> tuple[float, float]:
        """Of all values of a multiplexer, for one combination of the multiplexers above it."""
        if parent in known:
            return known[parent]
        known[parent] = math.inf, math.inf
        children = below.get(parent, [])
        values = {value for child in children for value in child.multiplexer_ids or ()}
        work = sum(1 + child.length // 64 for child in children)
        combinations, steps = float(len(values)), float(max(1, len(values)) * work)
        for child in children:
            if child.is_multiplexer:
                times = 1 if parent is None else len(child.multiplexer_ids or ())
                more, further = cost(child.name)
                choices = len(child.conversion.choices or ())
                combinations += times * (more + choices)
                steps += times * (further + choices * len(below.get(child.name, [])))
        known[parent] = combinations, steps
        return combinations, steps

    return cost(None)


def _all_messages(messages: Iterable[ParsedMessage]) -> Iterator[ParsedMessage]:
    for message in messages:
        yield message
        yield from _all_messages(message.contained_messages or ())


# -- log records -----------------------------------------------------------------------------------------

# cantools logs what it skips. The list of problems says more, with lines. Only records of the thread that
# parses are dropped: the loggers belong to the process, in which other code may use cantools.
_thread = threading.local()


@contextmanager
def without_log_records() -> Iterator[None]:
    """Drop the log records that cantools makes in this thread."""
    _add_filters()
    _thread.is_parsing = True
    try:
        yield
    finally:
        _thread.is_parsing = False


@cache
def _add_filters() -> None:
    """Add a filter to each logger of cantools; the filter of a parent does not apply to its children."""
    import cantools.database  # noqa: F401  imports the modules that have loggers

    for name, logger in list(logging.root.manager.loggerDict.items()):
        if name.startswith("cantools") and isinstance(logger, logging.Logger):
            logger.addFilter(lambda _record: not getattr(_thread, "is_parsing", False))
