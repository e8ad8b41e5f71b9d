"""Text from outside, made visible character by character."""

from __future__ import annotations


def printable(text: str) -> str:
    """The text with an escape such as ``\\x1b`` for each character that is not visible.

    Such characters move the cursor, color or hide text, turn its direction, or forge lines.
    """
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)
