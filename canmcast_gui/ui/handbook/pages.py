"""The pages of the handbook: their titles, headings and links, and the search over all of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PySide6.QtGui import QTextBlock, QTextCursor, QTextDocument

from canmcast_gui.resources_path import resource
from canmcast_gui.ui.handbook.style import FEATURES, blocks

INDEX = "index"

_COMMENT = re.compile(r"<!--.*?-->\n?", re.DOTALL)
_LINK = re.compile(r"\]\((\w[\w-]*)\.md\)")
_HEADING = re.compile(r"(#+) (.+)")


@dataclass(frozen=True)
class Heading:
    """``level`` 1 is the title of a page; ``anchor`` is what links name it by."""

    level: int
    title: str

    @property
    def anchor(self) -> str:
        """The title as GitHub makes anchors: small letters, hyphens for blanks, no other signs."""
        return re.sub(r"[^\w\- ]", "", self.title.lower()).replace(" ", "-")


@dataclass(frozen=True)
class Page:
    """One page. ``markdown`` is its text without comments."""

    name: str
    markdown: str
    headings: tuple[Heading, ...]

    @property
    def title(self) -> str:
        """What the contents call it."""
        return self.headings[0].title


def folder() -> Path:
    """Where the pages are."""
    return resource("handbook")


@cache
def page(name: str) -> Page:
    """A page by its name. Raises OSError where there is none."""
    text = (folder() / f"{name}.md").read_text(encoding="utf-8")
    return Page(name, _COMMENT.sub("", text), tuple(_headings(text)))


def names() -> list[str]:
    """The pages in the order in which the first page lists them; it is the first of them."""
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
