"""The names that filters can use: looked up, completed while they are typed, and suggested for mistakes."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from canmcast_gui.frames.filters.fields import FIELDS, FLAGS

# A word as the tokens of filters have it; two dots are a range.
_WORD = re.compile(r"[\w*?:%$/#+-]+(?:\.(?!\.)[\w*?:%$/#+-]*)*")
_DIGITS = re.compile(r"(0x)?[0-9a-f]{1,8}|[+-]?[0-9.]+(e[+-]?[0-9]+)?", re.IGNORECASE)
RESERVED = frozenset((*FIELDS, *FLAGS, "standard", "rx", "tx", "and", "or", "not", "in"))

# difflib takes about 10 µs for a pair of names: only names with about the same letters are compared.
_MOST_COMPARED = 400
_LEAST_SIMILAR = 0.6


class Kind(IntEnum):
    """What a word is; where several match equally well, the first kinds are proposed first."""

    FIELD = 0
    FLAG = 1
    JOIN = 2
    SIGNAL = 3
    MESSAGE = 4
    VALUE = 5
    OPERATOR = 6
    SOURCE = 7
    CHANNEL = 8
    SAVED = 9
    RECENT = 10


@dataclass(frozen=True, slots=True)
class SignalName:
    """A signal: its full name, its own one, and what distinguishes it."""

    full: str
    name: str
    unit: str = ""
    comment: str = ""


@dataclass(frozen=True, slots=True)
class MessageName:
    """A message: its name, and its id as filters compare it."""

    name: str
    arbitration_id: int = 0
    comment: str = ""


@dataclass(frozen=True)
class Vocabulary:
    """The messages and signals of databases. Signals with equal full names are one."""

    messages: tuple[MessageName, ...] = ()
    signals: tuple[SignalName, ...] = ()
    lower_messages: tuple[str, ...] = field(init=False, repr=False)
    lower_signals: tuple[str, ...] = field(init=False, repr=False)
    lower_own_names: tuple[str, ...] = field(init=False, repr=False)
    _named: Mapping[str, tuple[str, ...]] = field(init=False, repr=False)
    _full: frozenset[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        signals = tuple({signal.full: signal for signal in self.signals}.values())
        messages = tuple({message.name: message for message in self.messages}.values())
        named: dict[str, list[str]] = {}
        for signal in signals:
            named.setdefault(signal.name, []).append(signal.full)
        values = {
            "signals": signals,
            "messages": messages,
            "lower_messages": tuple(message.name.lower() for message in messages),
            "lower_signals": tuple(signal.full.lower() for signal in signals),
            "lower_own_names": tuple(signal.name.lower() for signal in signals),
            "_named": {name: tuple(full) for name, full in named.items()},
            "_full": frozenset(signal.full for signal in signals),
        }
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def has_message(self, name: str) -> bool:
        """Whether a message has exactly this name."""
        return any(message.name == name for message in self.messages)

    def resolved(self, name: str) -> tuple[str, ...]:
        """The full names of the signals that "Message.Signal", or "Signal" alone, means."""
        return (name,) if name in self._full else self._named.get(name, ())

    def typed(self, signal: SignalName) -> str:
        """The shortest text that means a signal in a filter; "" where no text does."""
        if len(self._named[signal.name]) == 1 and is_plain(signal.name) and "." not in signal.name:
            return signal.name
        return signal.full if is_plain(signal.full) else ""

    def similar(self, name: str) -> str:
        """The field or signal that a mistyped name is most similar to; "" where none is."""
        lower = name.lower()
        in_message, _, own = lower.rpartition(".")
        fields = {word: word for word in (*FIELDS, *FLAGS, "standard")}
        if not in_message:
            return closest(lower, {**self._own_names(), **fields})
        members = {signal.full.lower(): signal.full for signal in self.signals if is_plain(signal.full)}
        return closest(lower, members) or self._own_names().get(own, "")

    def _own_names(self) -> dict[str, str]:
        """The full name of the first signal of each own name in lower case."""
        return {name.lower(): full[0] for name, full in self._named.items() if is_plain(full[0])}


def closest(word: str, texts: Mapping[str, str]) -> str:
    """The text whose key is most similar to a word; keys and word in lower case. "" where none is similar."""
    if word in texts:
        return texts[word]
    letters = set(word)
    likely = sorted(
        (known for known in texts if abs(len(known) - len(word)) <= max(len(word), len(known)) // 2),
        key=lambda known: len(letters.symmetric_difference(known)),
    )[:_MOST_COMPARED]
    found = difflib.get_close_matches(word, likely, 1, _LEAST_SIMILAR)
    return texts[found[0]] if found else ""


def is_plain(text: str) -> bool:
    """Whether a filter reads a text as one word that is not reserved, so that it names something."""
    return _WORD.fullmatch(text) is not None and text.lower() not in RESERVED and not text.endswith(".")


def quoted(text: str) -> str:
    """A text as it is written after a comparison, in quotation marks if necessary; "" if impossible."""
    if is_plain(text) and not _DIGITS.fullmatch(text):
        return text
    mark = next((mark for mark in "\"'" if mark not in text), "")
    return f"{mark}{text}{mark}" if mark and text else ""


def message_term(name: str) -> str:
    """A condition for the frames of a message: its name, unless that alone means something else."""
    if is_plain(name) and not _DIGITS.fullmatch(name) and "." not in name:
        return name
    text = quoted(name)
    return f"name == {text}" if text else ""
