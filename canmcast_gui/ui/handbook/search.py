"""Search over all pages, by the lines that are shown: a paragraph, a row of a table, a line of code."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from PySide6.QtGui import QTextBlock, QTextCursor, QTextDocument

from canmcast_gui.ui.handbook.pages import Heading, names, page
from canmcast_gui.ui.handbook.style import FEATURES, blocks

# More than a list that anybody reads.
MOST_MATCHES = 500


@dataclass(frozen=True)
class Line:
    """One line of a page: below which heading, and where in the document it begins."""

    page: str
    heading: Heading
    position: int
    text: str

    @property
    def place(self) -> str:
        """The title of its page, and of its heading where that is another."""
        title = page(self.page).title
        return title if self.heading.level == 1 else f"{title} › {self.heading.title}"


def words_of(text: str) -> list[str]:
    """What is searched for: every word must be there, in small or capital letters."""
    return text.lower().split()


def matches(text: str) -> list[Line]:
    """The lines of all pages that contain every word, in the order of the contents."""
    words = words_of(text)
    if not words:
        return []
    found = [line for name in names() for line in _lines(name) if _contains(line, words)]
    return found[:MOST_MATCHES]


def _contains(line: Line, words: list[str]) -> bool:
    text = line.text.lower()
    return all(word in text for word in words)


@cache
def _lines(name: str) -> tuple[Line, ...]:
    document = QTextDocument()
    document.setMarkdown(page(name).markdown, FEATURES)
    return tuple(_read(name, document))


def _read(name: str, document: QTextDocument) -> Iterator[Line]:
    headings = iter(page(name).headings)
    heading = page(name).headings[0]
    for block in blocks(document):
        if block.blockFormat().headingLevel():
            heading = next(headings)
        text = _text_of(block)
        if text:
            yield Line(name, heading, block.position(), text)


def _text_of(block: QTextBlock) -> str:
    """The text of a block; of a table a whole row for its first cell, nothing for the others."""
    table = QTextCursor(block).currentTable()
    if table is None:
        return block.text().replace("\ufffc", "").strip()
    cell = table.cellAt(block.position())
    if cell.column():
        return ""
    cells = (table.cellAt(cell.row(), column) for column in range(table.columns()))
    texts = [one.firstCursorPosition().block().text() for one in cells]
    return " – ".join(text for text in texts if text)
