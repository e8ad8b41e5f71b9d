"""What can be proposed for a place in a filter, and in which order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import nsmallest
from itertools import islice

from canmcast_gui.frames.filters.fields import FIELDS, FLAGS, NUMBER_FIELDS, ChoiceLookup
from canmcast_gui.frames.filters.vocabulary import Kind, Vocabulary, is_plain, message_term, quoted

# Longer lists are not read: another letter is quicker.
MOST_PROPOSALS = 100

# Of the words and signs of the filter language, for the user.
MEANINGS = {
    "id": "arbitration ID",
    "dlc": "data length code",
    "length": "number of payload bytes",
    "channel": "channel: number or name",
    "data": "payload; data[2] is a byte",
    "dir": "direction: rx or tx",
    "name": "name of the message",
    "source": "sender: address or name",
    "time": "seconds since the start",
    "fd": "CAN FD frames",
    "brs": "frames with bit rate switch",
    "esi": "frames with error state indicator",
    "error": "error frames",
    "remote": "remote frames",
    "extended": "frames with 29-bit IDs",
    "standard": "frames with 11-bit IDs",
    "rx": "received frames",
    "tx": "sent frames",
    "and": "both conditions",
    "or": "one of the conditions",
    "not": "the opposite",
    "==": "equal",
    "!=": "not equal",
    "<": "less",
    "<=": "at most",
    ">": "greater",
    ">=": "at least",
    "in": "in a range, or one of several",
    "&": "any of these bits is set",
    "~": "contains; * and ? are wildcards",
    "!~": "does not contain",
}
_NUMERIC = ("==", "!=", "<", "<=", ">", ">=", "in", "&")
_TEXTUAL = ("==", "!=", "~", "!~")
_OPERATORS = {"name": _TEXTUAL, "source": _TEXTUAL, "data": _TEXTUAL, "dir": ("==", "!=")}
_DETAILED = (Kind.MESSAGE, Kind.SOURCE, Kind.VALUE)  # found by their details, too
_WORD_START = re.compile(r"(?<![A-Za-z])[A-Za-z]|(?<=[a-z0-9])[A-Z]|[0-9]")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A text for the cursor: what is inserted, how it is called, and what it is."""

    text: str
    kind: Kind
    label: str = ""
    detail: str = ""
    comment: str = ""

    @property
    def shown(self) -> str:
        """What the list of proposals calls it."""
        return self.label or self.text


@dataclass(frozen=True)
class Words:
    """Everything that can be proposed: names of databases, and those of the recording and the user.

    ``sources`` are addresses, each with its name or "". ``channel_names`` has the
    names of some channels. ``saved`` are texts of filters by their names.
    """

    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    choices: ChoiceLookup = lambda _name: {}
    sources: Sequence[tuple[str, str]] = ()
    channels: Sequence[int] = ()
    channel_names: Mapping[int, str] = field(default_factory=dict)
    saved: Mapping[str, str] = field(default_factory=dict)
    recent: Sequence[str] = ()


def values(name: str, sign: str, words: Words) -> Iterator[Proposal]:
    """What can be compared with the field or signal ``name`` by ``sign``."""
    lower = name.lower()
    if lower == "dir":
        yield from (Proposal(word, Kind.VALUE, detail=MEANINGS[word]) for word in ("rx", "tx"))
    elif lower == "name":
        for message in words.vocabulary.messages:
            detail = f"{message.arbitration_id:X}"
            yield Proposal(quoted(message.name), Kind.MESSAGE, message.name, detail, message.comment)
    elif lower == "source":
        for address, named in words.sources:
            yield Proposal(quoted(address), Kind.SOURCE, address, named)
    elif lower == "channel":
        names = words.channel_names
        for channel in sorted({*words.channels, *names}):
            yield Proposal(str(channel), Kind.CHANNEL, detail=names.get(channel, ""))
        for channel, own in names.items():
            yield Proposal(quoted(own), Kind.CHANNEL, own, f"channel {channel}")
    elif lower == "id":
        for message in words.vocabulary.messages:
            text = f"0x{message.arbitration_id:X}"
            yield Proposal(text, Kind.MESSAGE, f"{text}  {message.name}", "", message.comment)
    elif sign in ("==", "=", "!=") and len(full := words.vocabulary.resolved(name)) == 1:
        for text, number in words.choices(full[0]).items():
            yield Proposal(quoted(text), Kind.VALUE, text, f"{number:g}")


def operators(name: str) -> Iterator[Proposal]:
    """The signs that compare a field or signal."""
    for sign in _OPERATORS.get(name, _NUMERIC):
        yield Proposal(sign, Kind.OPERATOR, detail=MEANINGS[sign])


def joining() -> Iterator[Proposal]:
    """The words that join conditions."""
    yield from (Proposal(word, Kind.JOIN, detail=MEANINGS[word]) for word in ("and", "or"))


def conditions(typed: str, alone: bool, words: Words) -> Iterator[Proposal]:
    """Everything that begins a condition; of the names only those that match what is typed.

    ``alone`` says that nothing is before it: only then do recent filters fit.
    """
    word = typed.lower()
    if alone and not word:
        yield from (Proposal(text, Kind.RECENT, detail="recent") for text in words.recent)
    if "." not in word:
        yield from _fixed_words()
    yield from _signals(word, words.vocabulary)
    if "." not in word:
        vocabulary = words.vocabulary
        for lower, message in zip(vocabulary.lower_messages, vocabulary.messages, strict=True):
            if word in lower:
                detail, text = f"{message.arbitration_id:X}", message_term(message.name)
                yield Proposal(text, Kind.MESSAGE, message.name, detail, message.comment)
    for name, text in words.saved.items():
        yield Proposal(text if alone else f"({text})", Kind.SAVED, name, "saved filter", text)


def _fixed_words() -> Iterator[Proposal]:
    yield from (Proposal(word, Kind.FIELD, detail=MEANINGS[word]) for word in (*NUMBER_FIELDS, *FIELDS[4:]))
    yield from (Proposal(word, Kind.FLAG, detail=MEANINGS[word]) for word in (*FLAGS, "standard", "rx", "tx"))
    yield Proposal("not", Kind.FIELD, detail=MEANINGS["not"])


def _signals(word: str, vocabulary: Vocabulary) -> Iterator[Proposal]:
    """The signals that match best. Texts are made only of these: a letter may be in 10,000 names."""
    for number in islice(_best_signals(word, vocabulary), MOST_PROPOSALS):
        signal = vocabulary.signals[number]
        own = word in signal.name.lower()
        text = vocabulary.typed(signal)
        if "." in word or not own:
            text = signal.full if is_plain(signal.full) else ""
        message = signal.full.removesuffix(f".{signal.name}") if text != signal.full else ""
        detail = " · ".join(filter(None, (message, signal.unit)))
        yield Proposal(text, Kind.SIGNAL, detail=detail, comment=signal.comment)


def _best_signals(word: str, vocabulary: Vocabulary) -> Iterable[int]:
    if not word:
        return range(len(vocabulary.signals))
    names = vocabulary.lower_signals if "." in word else vocabulary.lower_own_names
    found: list[tuple[int, int, int]] = []
    for number, (lower, name) in enumerate(zip(vocabulary.lower_signals, names, strict=True)):
        if word in lower:
            position = name.find(word)
            rank = 3 if position < 0 else 0 if position == 0 else _inner_rank(vocabulary, number, word)
            found.append((rank, len(lower), number))
    return (number for _rank, _length, number in nsmallest(MOST_PROPOSALS, found))


def _inner_rank(vocabulary: Vocabulary, number: int, word: str) -> int:
    signal = vocabulary.signals[number]
    name = signal.full if "." in word else signal.name
    return 1 if _WORD_START.match(name, name.lower().find(word)) else 2


# -- order -----------------------------------------------------------------------------------------------


def ranked(candidates: Iterable[Proposal], word: str) -> Iterator[Proposal]:
    """The proposals that match a word: those that begin with it, then at the start of a part, then inside."""
    typed = word.lower()
    ranked: list[tuple[int, int, int, str, Proposal]] = []
    for number, one in enumerate(candidates):
        if not one.text:
            continue
        rank = _rank(one, typed)
        if rank is not None:
            order = number if not typed or one.kind is Kind.OPERATOR else len(one.shown)
            ranked.append((rank, int(one.kind), order, one.shown, one))
    ranked.sort(key=lambda entry: entry[:4])
    yield from (entry[-1] for entry in ranked)


def _rank(one: Proposal, typed: str) -> int | None:
    shown = one.shown
    position = shown.lower().find(typed)
    if not typed:
        return -1 if one.kind in (Kind.RECENT, Kind.JOIN) else 0
    if position < 0:
        return 3 if one.kind in _DETAILED and typed in one.detail.lower() else None
    if one.kind is Kind.SIGNAL and "." not in typed and typed not in shown.rpartition(".")[2].lower():
        return 3  # only its message is meant
    if position == 0:
        return 0
    if one.kind is Kind.OPERATOR:
        return None
    return 1 if _WORD_START.match(shown, position) else 2
