"""Completion of filters: proposals for any text, valid or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from canmcast_gui.frames.filters.fields import FIELDS, SIGNS
from canmcast_gui.frames.filters.proposals import (
    MOST_PROPOSALS,
    Proposal,
    Words,
    conditions,
    joining,
    operators,
    ranked,
    values,
)
from canmcast_gui.frames.filters.tokens import MOST_CHARACTERS, scan
from canmcast_gui.frames.filters.vocabulary import Kind

_BEGINNINGS = ("<", ">", "!", "=")  # signs that may become longer ones
_JOINING = ("and", "or", "&&", "||", "|")


@dataclass(frozen=True, slots=True)
class Completion:
    """Proposals for ``text[start:end]``. ``unasked`` tells whether they are worth showing while typing."""

    start: int
    end: int
    proposals: tuple[Proposal, ...] = ()
    unasked: bool = False

    def taken(self, text: str, proposal: Proposal) -> tuple[str, int]:
        """The text with a proposal, and the position of the cursor after it."""
        after = text[self.end :]
        space = " " if proposal.kind in (Kind.FIELD, Kind.OPERATOR, Kind.JOIN, Kind.SIGNAL) else ""
        if space and after[:1].isspace():
            after = after[1:]
        inserted = proposal.text + space
        return text[: self.start] + inserted + after, self.start + len(inserted)


@dataclass(frozen=True, slots=True)
class _Place:
    """The word at the cursor, and the tokens before it in lower case, without those inside of quotes."""

    start: int
    end: int
    word: str
    before: tuple[str, ...]
    originals: tuple[str, ...]


def complete(text: str, cursor: int, words: Words) -> Completion:
    """Proposals for the word at ``cursor``, best first. Never raises for any text."""
    if len(text) > MOST_CHARACTERS:
        return Completion(cursor, cursor)
    place = _place(text, min(max(cursor, 0), len(text)))
    compared = _compared(place)
    if compared is not None:
        found = tuple(ranked(values(*compared, words), place.word))
        unasked = not _is_only(found, place.word)
    elif (operand := _operand(place, words)) is not None:
        found = tuple(ranked(operators(operand), place.word))
        unasked = bool(found)
        if place.word and not found:
            found = tuple(ranked(joining(), place.word))
    else:
        candidates = [*joining()] if _ends_condition(place) else []
        candidates += conditions(place.word, not place.before, words)
        found = tuple(ranked(candidates, place.word))
        unasked = bool(place.word) and not _is_only(found, place.word)
    return Completion(place.start, place.end, found[:MOST_PROPOSALS], unasked and bool(found))


def _is_only(found: Sequence[Proposal], word: str) -> bool:
    """Whether the typed word is complete already."""
    return len(found) == 1 and found[0].text.lower() == word.lower()


def _place(text: str, cursor: int) -> _Place:
    """Find the word at the cursor; a quotation mark that is not closed begins one."""
    before: list[str] = []
    for start, end, kind, token in scan(text):
        if start >= cursor:
            break
        grows = kind in ("word", "open") or token in _BEGINNINGS
        touches = end >= cursor if grows else end > cursor
        if touches and kind != "space":
            is_quoted = kind in ("text", "open")
            if kind == "sign":
                end = cursor
            typed = text[start + is_quoted : cursor]
            return _Place(start, end, typed, tuple(map(str.lower, before)), tuple(before))
        if kind != "space":
            before.append(token)
    return _Place(cursor, cursor, "", tuple(map(str.lower, before)), tuple(before))


def _compared(place: _Place) -> tuple[str, str] | None:
    """What the word at the cursor is compared with, and the sign; None where it is not compared."""
    before = place.before
    if not before:
        return None
    if before[-1] in ("==", "=", "!=", "~", "!~") and len(before) > 1:
        return place.originals[-2], before[-1]
    if before[-1] in ("<", "<=", ">", ">=", "&", "..", "["):
        return "", before[-1]
    for index in range(len(before) - 1, 0, -1):
        if before[index] == "in":
            is_member = index == len(before) - 1 or (before[-1] in ("(", ",") and before[index + 1] == "(")
            name = place.originals[index - (2 if before[index - 1] == "not" and index > 1 else 1)]
            return (name, "in") if is_member else None
        if before[index] in (")", *_JOINING):
            return None
    return None


def _operand(place: _Place, words: Words) -> str | None:
    """The field or signal directly before the cursor, which is to be compared."""
    if not place.before:
        return None
    name = place.originals[-1]
    if len(place.before) > 1 and place.before[-2] in (*SIGNS, "~", "!~", "in", "..", "&"):
        return None
    if place.before[-1] == "]":
        return "data["
    if place.before[-1] in FIELDS:
        return place.before[-1]
    return name if len(words.vocabulary.resolved(name)) == 1 else None


def _ends_condition(place: _Place) -> bool:
    return bool(place.before) and place.before[-1] not in (*_JOINING, "not", "!", "(")
