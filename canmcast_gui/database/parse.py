"""cantools' parser: quiet, stopped when wished, kept from what takes more memory than a file explains."""

from __future__ import annotations

import logging
import math
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from canmcast_gui.database.problems import (
    MOST_BITS,
    MOST_COMBINATIONS,
    MOST_SIGNAL_BITS,
    MOST_STEPS,
    DatabaseError,
    Problems,
    UnreadableError,
)

if TYPE_CHECKING:
    from cantools.database.can import Database as ParsedDatabase
    from cantools.database.can import Message as ParsedMessage
    from cantools.database.can import Signal as ParsedSignal

Report = Callable[[float], bool]

_REPORT_SECONDS = 0.1
_FLOAT_BITS = (16, 32, 64)
_WORDS_OF_PYTHON = ("NoneType", "invalid literal", "could not convert", "cannot convert", "Exceeds the limit")


class LoadingStoppedError(DatabaseError):
    """The loading of a database was stopped by who asked for it."""


class Parse:
    """One text's way through the parser.

    ``report`` is called with the part of ``messages`` that is done, and stops the parser by returning False.
    """

    def __init__(self, report: Report, messages: int) -> None:
        self._report = report
        self._messages = max(1, messages)
        self._done = 0
        self._due = time.monotonic() + _REPORT_SECONDS
        self._combinations = self._steps = 0.0
        # What was left out, by the list of signals that the parser was given in their place.
        self._left_out: list[tuple[list[ParsedSignal], list[tuple[str, str]]]] = []

    def run(self, text: str, kind: str) -> ParsedDatabase:
        """The parsed database. Raises UnreadableError, and LoadingStoppedError."""
        from cantools.database import load_string
        from cantools.database.errors import UnsupportedDatabaseFormatError

        self._left_out.clear()
        self._combinations = self._steps = 0.0
        try:
            # Not strict: overlapping signals are common in the wild, and each decodes well by itself.
            parsed = load_string(text, database_format=kind, strict=False, sort_signals=self._on_message)
        except UnsupportedDatabaseFormatError as error:
            found = getattr(error, f"e_{kind}", None) or error
            if isinstance(found, LoadingStoppedError):
                raise found from None
            raise UnreadableError(reason_of(found)) from error
        return parsed  # type: ignore[return-value]

    def tell(self, parsed: ParsedDatabase, problems: Problems, lines: Mapping[tuple[str, str], int]) -> None:
        """Add to the problems what was left out of a parsed database's messages."""
        left_out = {id(given): found for given, found in self._left_out}
        for message in _all_messages(parsed.messages):
            for name, what in left_out.get(id(message.signals), ()):
                line = lines.get((message.name, name), 0)
                problems.left_out(line, f"message {message.name}: {what}")

    def _on_message(self, signals: list[ParsedSignal]) -> list[ParsedSignal]:
        """Called by the parser to sort the signals of each message, before it prepares them."""
        from cantools.database.utils import sort_signals_by_start_bit

        self._done += 1
        if time.monotonic() >= self._due:
            self._due = time.monotonic() + _REPORT_SECONDS
            if not self._report(min(0.99, self._done / self._messages)):
                raise LoadingStoppedError("The loading was stopped.")
        found: list[tuple[str, str]] = []
        good = [one for one in signals if _is_good(one, found)]
        kept = sort_signals_by_start_bit(self._affordable(_with_limited_bits(good, found), found))
        if found:
            self._left_out.append((kept, found))
        return kept

    def _affordable(self, signals: list[ParsedSignal], found: list[tuple[str, str]]) -> list[ParsedSignal]:
        """The signals that can be prepared: all of them, or those that depend on no multiplexer."""
        if not any(signal.is_multiplexer for signal in signals):
            return signals
        combinations, steps = _cost(signals)
        many = self._combinations + combinations > MOST_COMBINATIONS
        if not many and self._steps + steps <= MOST_STEPS:
            self._combinations += combinations
            self._steps += steps
            return signals
        plain = [one for one in signals if one.multiplexer_signal is None]
        for signal in plain:
            signal.is_multiplexer = False
        if len(plain) < len(signals):
            what = f"{len(signals) - len(plain):,} multiplexed signals: there are too many combinations"
            found.append(("", what))
        return plain


def reason_of(error: BaseException) -> str:
    """Why something cannot be read, in words about the file: what Python says of itself helps no user."""
    if isinstance(error, MemoryError):
        return "there is not enough memory for it"
    if isinstance(error, RecursionError):
        return "its parts are nested too deeply, or refer to each other"
    text = " ".join(str(error).split())
    speaks_python = isinstance(
        error, TypeError | AttributeError | LookupError | AssertionError | ArithmeticError
    )
    if not text or speaks_python or any(words in text for words in _WORDS_OF_PYTHON):
        return "something in it is missing, or is not what its place requires"
    return text


def _with_limited_bits(signals: list[ParsedSignal], found: list[tuple[str, str]]) -> list[ParsedSignal]:
    """As many of the signals as a message can have that all are meant."""
    bits = 0
    for place, signal in enumerate(signals):
        bits += signal.length
        if bits > MOST_SIGNAL_BITS:
            found.append(("", f"{len(signals) - place:,} signals, which are too many bits for one message"))
            return signals[:place]
    return signals


def _is_good(signal: ParsedSignal, found: list[tuple[str, str]]) -> bool:
    """Whether a signal can be prepared; what is wrong with it is added to ``found``."""
    start: object = signal.start
    length: object = signal.length
    if not isinstance(start, int) or not isinstance(length, int):
        return _lost(signal, "has no place or length", found)
    if not 0 <= start < MOST_BITS or not 0 < length <= MOST_BITS:
        return _lost(signal, f"of {length:,} bits at bit {start:,}", found)
    if not _is_finite(signal.conversion.scale) or not _is_finite(signal.conversion.offset):
        return _lost(signal, "has a scale or an offset that is not finite", found)
    if signal.minimum is not None and not _is_finite(signal.minimum):
        signal.minimum = None
    if signal.maximum is not None and not _is_finite(signal.maximum):
        signal.maximum = None
    if signal.conversion.is_float and length not in _FLOAT_BITS:
        _read_as_whole(signal)
        found.append(
            (signal.name, f"that {signal.name}, of {length} bits, is a float: read as a whole number")
        )
    return True


def _lost(signal: ParsedSignal, what: str, found: list[tuple[str, str]]) -> bool:
    found.append((signal.name, f"signal {signal.name} {what}"))
    return False


def _read_as_whole(signal: ParsedSignal) -> None:
    from cantools.database.conversion import BaseConversion

    old = signal.conversion
    signal.conversion = BaseConversion.factory(old.scale, old.offset, old.choices, is_float=False)


def _is_finite(number: float) -> bool:
    try:
        return math.isfinite(number)
    except OverflowError:
        return False


def _cost(signals: Iterable[ParsedSignal]) -> tuple[float, float]:
    """How many combinations of multiplexers' numbers the parser prepares, and how much it does for them."""
    below: dict[str | None, list[ParsedSignal]] = {}
    for signal in signals:
        below.setdefault(signal.multiplexer_signal, []).append(signal)

    # A multiplexer that depends on itself is never done.
    known: dict[str | None, tuple[float, float]] = {}

    def cost(parent: str | None) -> tuple[float, float]:
        """Of all numbers of a multiplexer, for one combination of what is above it."""
        if parent in known:
            return known[parent]
        known[parent] = math.inf, math.inf
        children = below.get(parent, [])
        numbers = {number for one in children for number in one.multiplexer_ids or ()}
        work = sum(1 + one.length // 64 for one in children)
        combinations, steps = float(len(numbers)), float(max(1, len(numbers)) * work)
        for one in children:
            if one.is_multiplexer:
                times = 1 if parent is None else len(one.multiplexer_ids or ())
                more, further = cost(one.name)
                choices = len(one.conversion.choices or ())
                combinations += times * (more + choices)
                steps += times * (further + choices * len(below.get(one.name, [])))
        known[parent] = combinations, steps
        return combinations, steps

    return cost(None)


def _all_messages(messages: Iterable[ParsedMessage]) -> Iterator[ParsedMessage]:
    for message in messages:
        yield message
        yield from _all_messages(message.contained_messages or ())


@contextmanager
def quiet_parser() -> Iterator[None]:
    """Keep what cantools logs while it parses from stderr; what matters of it is in the problems."""
    import cantools.database  # noqa: F401  its loggers must be there

    logger = logging.getLogger("cantools")
    disabled, logger.disabled = logger.disabled, True
    children = [one for name, one in logging.root.manager.loggerDict.items() if name.startswith("cantools.")]
    loud = [one for one in children if isinstance(one, logging.Logger) and not one.disabled]
    for one in loud:
        one.disabled = True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.disabled = disabled
        for one in loud:
            one.disabled = False
