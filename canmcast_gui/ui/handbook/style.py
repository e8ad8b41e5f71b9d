"""The style of pages: spacing, code and tables, in the colors of the theme."""

from __future__ import annotations

from collections.abc import Iterator

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
