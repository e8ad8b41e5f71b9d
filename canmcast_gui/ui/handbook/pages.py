"""The pages of the handbook: their titles, headings and links, and the search over all of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PySide6.QtGui import QTextBlock, QTextCursor, QTextDocument, QTextTable

from canmcast_gui.resources_path import resource
from canmcast_gui.ui.handbook.style import FEATURES, blocks

INDEX = "index"

# A longer list of matches is truncated.
MOST_MATCHES = 500

_COMMENT = re.compile(r"<!--.*?-->\n?", re.DOTALL)
_LINK = re.compile(r"\]\((\w[\w-]*)\.md\)")
_HEADING = re.compile(r"(#+) (.+)")


@dataclass(frozen=True)
class Heading:
    """A heading; ``level`` 1 is the title of a page."""

    level: int
    title: str

    @property
    def anchor(self) -> str:
        """The anchor for links, as GitHub makes it: lower case, hyphens for spaces, no punctuation."""
        return re.sub(r"[^\w\- ]", "", self.title.lower()).replace(" ", "-")


@dataclass(frozen=True)
class Page:
    """One page. ``markdown`` is its text without comments."""

    name: str
    markdown: str
    headings: tuple[Heading, ...]

    @property
    def title(self) -> str:
        """The title in the contents."""
        return self.headings[0].title


def folder() -> Path:
    """The folder of the pages."""
    return resource("handbook")


@cache
def page(name: str) -> Page:
    """The page with a name. Raises OSError if it does not exist."""
    text = (folder() / f"{name}.md").read_text(encoding="utf-8")
    return Page(name, _COMMENT.sub("", text), tuple(_headings(text)))


def names() -> list[str]:
    """The names of all pages, in the order of the contents on the first page."""
    return [INDEX, *dict.fromkeys(_LINK.findall(_contents(page(INDEX).markdown)))]


def _contents(markdown: str) -> str:
    return markdown.partition("## Contents")[2].partition("\n## ")[0]


def _headings(text: str) -> list[Heading]:
    found, is_code = [], False
    for line in text.splitlines():
        if line.startswith("```"):
            is_code = not is_code
        elif not is_code and (match := _HEADING.fullmatch(line)):
            found.append(Heading(len(match[1]), match[2]))
    return found


@dataclass(frozen=True)
class Line:
    """A line of a page, with its heading and its position in the document."""

    page: str
    heading: Heading
    position: int
    text: str

    @property
    def location(self) -> str:
        """The title of the page, and of the heading below the title."""
        title = page(self.page).title
        return title if self.heading.level == 1 else f"{title} › {self.heading.title}"


def words_of(text: str) -> list[str]:
    """The words of a search text, in lower case."""
    return text.lower().split()


def matches(text: str) -> list[Line]:
    """The lines of all pages that contain every word of a text, in the order of the contents."""
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
    """The text of a block. For tables: the row for its first cell, "" for its other cells."""
    table: QTextTable | None = QTextCursor(block).currentTable()
    if table is None:
        return block.text().replace("\ufffc", "").strip()
    cell = table.cellAt(block.position())
    if cell.column():
        return ""
    cells = (table.cellAt(cell.row(), column) for column in range(table.columns()))
    texts = [cell.firstCursorPosition().block().text() for cell in cells]
    return " – ".join(text for text in texts if text)
