"""Shows one page of the handbook after the other, and knows the way back."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, Qt, QUrl, Signal
from PySide6.QtGui import QImage, QKeyEvent, QTextBlock, QTextCursor, QTextDocument
from PySide6.QtWidgets import QTextBrowser, QWidget

from canmcast_gui.ui.handbook.pages import Line, folder, names, page, words_of
from canmcast_gui.ui.handbook.style import blocks, set_page

# Wider pictures are shown smaller.
PICTURE_WIDTH = 700


@dataclass
class _Visit:
    """A page that was shown, at a heading, and how far it was scrolled when it was left."""

    name: str
    anchor: str
    scrolled: int | None = None


class PageBrowser(QTextBrowser):
    """``shown`` carries the name of a page and the anchor of a heading ("": the beginning).

    Nothing but the handbook's own pages and pictures is ever read.
    """

    shown = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setOpenLinks(False)
        self.setFrameShape(self.Shape.NoFrame)
        self.setAccessibleName("Page of the handbook")
        self.anchorClicked.connect(self._follow)
        self._visits: list[_Visit] = []
        self._at = -1

    @property
    def place(self) -> tuple[str, str]:
        """The page that is shown, and the heading that was asked for."""
        visit = self._visits[self._at]
        return visit.name, visit.anchor

    # -- going somewhere ---------------------------------------------------------------------------------

    def open(self, place: str) -> None:
        """Show a page, or page#heading; one that is not in the handbook is not."""
        name, _, anchor = place.partition("#")
        if name not in names():
            return
        if self._at < 0 or (name, anchor) != self.place:
            self._leave()
            self._visits[self._at + 1 :] = [_Visit(name, anchor)]
            self._at += 1
        self._show()

    def open_line(self, line: Line, text: str) -> None:
        """Show a line that was found, with the first of the words selected."""
        self.open(f"{line.page}#{line.heading.anchor}" if line.heading.level > 1 else line.page)
        cursor = self.document().find(words_of(text)[0], line.position)
        if not cursor.isNull():
            self.setTextCursor(cursor)
            self.ensureCursorVisible()

    @property
    def can_go_back(self) -> bool:
        """Whether a page was shown before this one."""
        return self._at > 0

    @property
    def can_go_forward(self) -> bool:
        """Whether the user came back from another page."""
        return self._at < len(self._visits) - 1

    def go(self, step: int) -> None:
        """Back (-1) or forward (1)."""
        if 0 <= self._at + step < len(self._visits):
            self._leave()
            self._at += step
            self._show()

    def _leave(self) -> None:
        if self._at >= 0:
            self._visits[self._at].scrolled = self.verticalScrollBar().value()

    def _follow(self, url: QUrl) -> None:
        if not url.isRelative():
            return
        name = url.fileName().removesuffix(".md") or self.place[0]
        self.open(f"{name}#{url.fragment()}" if url.fragment() else name)

    # -- showing -----------------------------------------------------------------------------------------

    def _show(self) -> None:
        visit = self._visits[self._at]
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
        for block, heading in zip(found, page(self.place[0]).headings, strict=True):
            if heading.level > 1 and heading.anchor == anchor:
                return block
        return None

    def loadResource(self, kind: int, url: QUrl) -> object:  # noqa: N802 - Qt's name
        if kind != QTextDocument.ResourceType.ImageResource.value:
            return None
        image = QImage(str(folder() / "images" / url.fileName()))
        ratio = self.devicePixelRatio()
        width = min(image.width(), PICTURE_WIDTH)
        if image.width() > width * ratio:
            image = image.scaledToWidth(round(width * ratio), Qt.TransformationMode.SmoothTransformation)
        image.setDevicePixelRatio(image.width() / width if width else 1)
        return image

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and getattr(self, "_visits", None):
            self._leave()
            self._show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.AltModifier:
            event.ignore()  # the way back and forward is ours
        else:
            super().keyPressEvent(event)
