"""The pages of the handbook: titles, headings, links and style, and the search over all of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PySide6.QtGui import (
    QBrush,
    QFont,
    QPalette,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextFrameFormat,
    QTextLength,
    QTextTable,
    QTextTableFormat,
)

from canmcast_gui.resources_path import resource
from canmcast_gui.ui import theme

MARGIN = 20
_CELL_PADDING = 5
_FEATURES = QTextDocument.MarkdownFeature
#: HTML in pages is not interpreted.
FEATURES = _FEATURES.MarkdownDialectGitHub | _FEATURES.MarkdownNoHTML


def set_page(document: QTextDocument, markdown: str, palette: QPalette) -> None:
    """Show a page in a document."""
    document.setMarkdown(markdown, FEATURES)
    document.setDocumentMargin(MARGIN)
    edit = QTextCursor(document)
    edit.beginEditBlock()  # otherwise each change updates the layout of its table
    for block in blocks(document):
        _style_block(block, palette)
    for frame in document.rootFrame().childFrames():
        if isinstance(frame, QTextTable):
            _style_table(frame, palette)
    edit.endEditBlock()


def blocks(document: QTextDocument) -> Iterator[QTextBlock]:
    """All blocks: paragraphs, headings, lines of code, cells of tables."""
    block = document.begin()
    while block.isValid():
        yield block
        block = block.next()


def _style_block(block: QTextBlock, palette: QPalette) -> None:
    cursor = QTextCursor(block)
    level = block.blockFormat().headingLevel()
    if _is_code(block):
        _merge_block(
            cursor, background=palette.alternateBase(), left=10, bottom=0 if _is_code(block.next()) else 8
        )
    elif level:
        _merge_block(cursor, top=6 if level == 1 else 18, bottom=6)
    else:
        _tint_code(block, palette)


def _is_code(block: QTextBlock) -> bool:
    return block.isValid() and block.blockFormat().hasProperty(QTextFormat.Property.BlockCodeFence)


def _merge_block(
    cursor: QTextCursor, top: int = 0, bottom: int = 0, left: int = 0, background: QBrush | None = None
) -> None:
    form = QTextBlockFormat()
    if top or bottom:
        form.setTopMargin(top)
        form.setBottomMargin(bottom)
    if left:
        form.setLeftMargin(left)
    if background is not None:
        form.setBackground(background)
    cursor.mergeBlockFormat(form)


def _tint_code(block: QTextBlock, palette: QPalette) -> None:
    """Give code within a paragraph the background of code."""
    spans, iterator = [], block.begin()
    while not iterator.atEnd():
        fragment = iterator.fragment()
        if fragment.charFormat().fontFixedPitch():
            spans.append((fragment.position(), fragment.length()))
        iterator += 1
    form = QTextCharFormat()
    form.setBackground(palette.alternateBase())
    for position, length in spans:
        cursor = QTextCursor(block)
        cursor.setPosition(position)
        cursor.setPosition(position + length, QTextCursor.MoveMode.KeepAnchor)
        cursor.mergeCharFormat(form)


def _style_table(table: QTextTable, palette: QPalette) -> None:
    form: QTextTableFormat = table.format()
    form.setBorder(1)
    form.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
    form.setBorderBrush(theme.colors(palette).line)
    form.setBorderCollapse(True)
    form.setCellPadding(_CELL_PADDING)
    form.setTopMargin(4)
    form.setBottomMargin(10)
    form.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
    form.clearColumnWidthConstraints()
    table.setFormat(form)
    bold = QTextCharFormat()
    bold.setFontWeight(QFont.Weight.DemiBold)
    for column in range(table.columns()):
        cell = table.cellAt(0, column)
        cursor = cell.firstCursorPosition()
        cursor.setPosition(cell.lastCursorPosition().position(), QTextCursor.MoveMode.KeepAnchor)
        cursor.mergeCharFormat(bold)


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
