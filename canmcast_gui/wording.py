"""Parts of sentences for users: counts with their nouns, and text from outside made visible."""

from __future__ import annotations


def counted(count: int, noun: str, plural: str = "") -> str:
    """A number and its noun: "1 frame", "2,000 frames". ``plural`` is for nouns that need more than an s."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def size_text(size: int) -> str:
    """A number of bytes in kB, MB or GB."""
    if size >= 1e9:
        return f"{size / 1e9:.2f} GB"
    return f"{size / 1e6:.1f} MB" if size >= 1e5 else f"{size / 1e3:.1f} kB"


def are(count: int) -> str:
    """The verb after a count: "is" or "are"."""
    return "is" if count == 1 else "are"


def were(count: int) -> str:
    """The verb after a count: "was" or "were"."""
    return "was" if count == 1 else "were"


def printable(text: str) -> str:
    """The text with an escape such as ``\\x1b`` for each character that is not visible.

    Such characters move the cursor, color or hide text, change its direction, or fake lines.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
