"""Messages for the user, as complete sentences that name the folder of a file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QObject, Signal

Level = Literal["info", "warning", "error"]

# Longer folders are shown with their beginning and their end.
_LONGEST_FOLDER = 48

# Errors begin with a small letter, so that they can be part of a line; a file name may begin one too.
_NAME_FIRST = re.compile(
    r"\S[^:]*?\.\w{1,10} (is|are|has|had|was|can|cannot|could|does|holds|in) |[^\s:]+\.\w{1,10}: "
)
_WORD_FIRST = re.compile(r"(a|an|the|this|there|no|nothing|not|some|what) ")


class Messages(QObject):
    """``posted`` carries a level, a text and a topic, ``topic_ended`` a topic.

    A message with a topic, such as "bus" or "record", is valid until that topic ends; one without, until the
    user closes it.
    """

    posted = Signal(str, str, str)
    topic_ended = Signal(str)

    def post(self, level: Level, text: str, topic: str = "") -> None:
        """Show a message."""
        self.posted.emit(level, text, topic)

    def info(self, text: str, topic: str = "") -> None:
        """Show what was done."""
        self.post("info", text, topic)

    def warning(self, text: str, topic: str = "") -> None:
        """Show what needs attention."""
        self.post("warning", text, topic)

    def error(self, text: str, topic: str = "") -> None:
        """Show what failed."""
        self.post("error", text, topic)

    def end(self, topic: str) -> None:
        """Remove the messages of a topic, which are not valid any more."""
        self.topic_ended.emit(topic)


def with_folder(sentence: str, path: Path) -> str:
    """The sentence with the folder after the first name of the file, unless it contains the folder."""
    folder = path.absolute().parent
    if str(folder) in sentence or path.name not in sentence:
        return sentence
    return sentence.replace(path.name, f"{path.name} in {_short(folder)}", 1)


def whole_sentence(text: str) -> str:
    """The text with a full stop and a capital letter at its beginning, unless it begins with a file name."""
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
