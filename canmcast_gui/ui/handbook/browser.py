"""The browser for pages of the handbook, with a history."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, Qt, QUrl, Signal
from PySide6.QtGui import QImage, QKeyEvent, QResizeEvent, QTextBlock, QTextCursor, QTextDocument
from PySide6.QtWidgets import QTextBrowser, QWidget

from canmcast_gui.ui.handbook.pages import Line, blocks, folder, names, page, set_page, words_of
from canmcast_gui.ui.updates import Debouncer

# Wider pictures are scaled down, to the width of the page if that is smaller, but not below the second width.
PICTURE_WIDTH, LEAST_PICTURE_WIDTH = 700, 240


@dataclass
class _Visit:
    """An entry of the history: a page, a heading, and the scroll position when the page was left."""

    name: str
    anchor: str
    scrolled: int | None = None


class PageBrowser(QTextBrowser):
    """``shown`` carries the name of a page and the anchor of a heading ("": the start of the page).

    Only pages and pictures of the handbook are read.
    """

    shown = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setOpenLinks(False)
        self.setFrameShape(self.Shape.NoFrame)
        self.setAccessibleName("Page of the handbook")
        self.anchorClicked.connect(self._follow)
        self._picture_width = PICTURE_WIDTH
        self._fit_later = Debouncer(self._fit_pictures, self)
        self._visits: list[_Visit] = []
        self._index = -1

    @property
    def location(self) -> tuple[str, str]:
        """The current page, and the anchor that was requested."""
        visit = self._visits[self._index]
        return visit.name, visit.anchor

    # -- navigation ---------------------------------------------------------------------------------------

    def open(self, location: str) -> None:
        """Show a page, or page#heading; unknown pages are ignored."""
        name, _, anchor = location.partition("#")
        if name not in names():
            return
        if self._index < 0 or (name, anchor) != self.location:
            self._leave()
            self._visits[self._index + 1 :] = [_Visit(name, anchor)]
            self._index += 1
        self._show()

    def open_line(self, line: Line, text: str) -> None:
        """Show a line of the search results, with the first word selected."""
        self.open(f"{line.page}#{line.heading.anchor}" if line.heading.level > 1 else line.page)
        cursor = self.document().find(words_of(text)[0], line.position)
        if not cursor.isNull():
            self.setTextCursor(cursor)
            self.ensureCursorVisible()

    @property
    def can_go_back(self) -> bool:
        """Whether the history has an earlier page."""
        return self._index > 0

    @property
    def can_go_forward(self) -> bool:
        """Whether the history has a later page."""
        return self._index < len(self._visits) - 1

    def go(self, step: int) -> None:
        """Go back (-1) or forward (1)."""
        if 0 <= self._index + step < len(self._visits):
            self._leave()
            self._index += step
            self._show()

    def _leave(self) -> None:
        if self._index >= 0:
            self._visits[self._index].scrolled = self.verticalScrollBar().value()

    def _follow(self, url: QUrl) -> None:
        if not url.isRelative():
            return
        name = url.fileName().removesuffix(".md") or self.location[0]
        self.open(f"{name}#{url.fragment()}" if url.fragment() else name)

    # -- showing ------------------------------------------------------------------------------------------

    def _show(self) -> None:
        visit = self._visits[self._index]
        self._picture_width = self._room_for_pictures()
        set_page(self.document(), page(visit.name).markdown, self.palette())
        heading = self._heading(visit.anchor)
        self.setTextCursor(QTextCursor(heading or self.document().begin()))
        if visit.scrolled is not None:
            self.verticalScrollBar().setValue(visit.scrolled)
            visit.scrolled = None
        elif heading is not None:
            top = self.document().documentLayout().blockBoundingRect(heading).top()
            self.verticalScrollBar().setValue(round(top))
        self.shown.emit(visit.name, visit.anchor)

    def _heading(self, anchor: str) -> QTextBlock | None:
        """The block of a heading; None for the title of the page and for one that does not exist."""
        found = (block for block in blocks(self.document()) if block.blockFormat().headingLevel())
        for block, heading in zip(found, page(self.location[0]).headings, strict=True):
            if heading.level > 1 and heading.anchor == anchor:
                return block
        return None

    def loadResource(self, kind: int, url: QUrl | str) -> object:  # noqa: N802 - Qt's name
        if kind != QTextDocument.ResourceType.ImageResource.value:
            return None
        image = QImage(str(folder() / "images" / QUrl(url).fileName()))
        ratio = self.devicePixelRatio()
        width = min(image.width(), self._picture_width)
        if image.width() > width * ratio:
            image = image.scaledToWidth(round(width * ratio), Qt.TransformationMode.SmoothTransformation)
        image.setDevicePixelRatio(image.width() / width if width else 1)
        return image

    def _room_for_pictures(self) -> int:
        room = self.viewport().width() - 2 * round(self.document().documentMargin())
        return min(max(room, LEAST_PICTURE_WIDTH), PICTURE_WIDTH)

    def _fit_pictures(self) -> None:
        """Load the pictures in another size after the width of the page has changed."""
        if self._index >= 0 and self._room_for_pictures() != self._picture_width:
            self._leave()
            self._show()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_later.start()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and getattr(self, "_visits", None):
            self._leave()
            self._show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.AltModifier:
            event.ignore()  # back and forward are keys of the window
        else:
            super().keyPressEvent(event)
