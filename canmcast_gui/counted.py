"""Counts with their nouns, as sentences have them: "1 frame", "2,000 frames"."""

from __future__ import annotations


def counted(count: int, noun: str, plural: str = "") -> str:
    """A number with thousands separated and its noun; ``plural`` is for nouns that need more than an s."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def are(count: int) -> str:
    """The verb after a count: "is" or "are"."""
    return "is" if count == 1 else "are"


def were(count: int) -> str:
    """The verb after a count: "was" or "were"."""
    return "was" if count == 1 else "were"
