"""Sentences about files, as the window has them: with the folder, and the name as it is."""

from __future__ import annotations

import re
from pathlib import Path

# Of a longer folder the beginning and the end are said.
_LONGEST_FOLDER = 48

# Errors from below begin small, so that they can be part of a line; a file's name may begin one too.
_NAME_FIRST = re.compile(r"\S[^:]*?\.\w{1,10} (is|are|has|had|was|can|cannot|could|does|holds|in) ")
_WORD_FIRST = re.compile(r"(a|an|the|this|there|no|nothing|not|some|what) ")


def with_folder(sentence: str, path: Path) -> str:
    """The sentence with the folder where it names the file first, unless it says the folder anyway."""
    folder = path.absolute().parent
    if str(folder) in sentence or path.name not in sentence:
        return sentence
    return sentence.replace(path.name, f"{path.name} in {_short(folder)}", 1)


def whole_sentence(text: str) -> str:
    """The text with a capital letter at its beginning, unless that is a file's name, and a full stop."""
    begins_small = _NAME_FIRST.match(text) and not _WORD_FIRST.match(text)
    begin = text[:1] if begins_small else text[:1].upper()
    return begin + text[1:] + ("" if text[-1:] in ".!?…" else ".")


def _short(folder: Path) -> str:
    home = Path.home()
    text = f"~/{folder.relative_to(home)}" if home in folder.parents else str(folder)
    if len(text) <= _LONGEST_FOLDER:
        return text
    half = _LONGEST_FOLDER // 2
    return f"{text[: half - 10]}…{text[-half - 9 :]}"
