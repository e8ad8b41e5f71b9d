"""Labels, and the texts of labels, menus and titles.

Texts from files and from the network are shown character by character and never interpreted as markup. Qt
guesses whether a text is rich text, and rich text loads files and network addresses in the GUI thread: a log
file called ``<img src="/dev/zero">`` would block the program.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRect, QSize, Qt
from PySide6.QtGui import QGuiApplication, QMoveEvent, QPainter, QPaintEvent, QPalette, QShowEvent
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QLabel, QPushButton, QStyle, QWidget

from canmcast_gui.ui import theme
from canmcast_gui.wording import printable

# A style sheet reaches every label before it is measured or drawn, also in message boxes and
# tool tips. Labels that ask for rich text keep it.
_PLAIN_TEXT = 'QLabel[textFormat="AutoText"], QToolTip { qproperty-textFormat: PlainText; }'


_HINT_MARGIN = 12


def disable_rich_text(app: QApplication) -> None:
    """Show the texts of all labels and tool tips as plain text, unless a label asks for rich text."""
    app.setStyleSheet(_PLAIN_TEXT)


def label_text(text: str) -> str:
    """A text for menus, tabs, buttons and panel titles: ``&`` is doubled, line feeds become visible."""
    return printable(text).replace("&", "&&")


def title_text(text: str) -> str:
    """A text for the title of a window, in which a single ``[*]`` marks unsaved changes."""
    return printable(text).replace("[*]", "[*][*]")


class ElidedLabel(QLabel):
    """One line of text that is elided to the width of the label; ``mode`` sets the position of the dots."""

    mode = Qt.TextElideMode.ElideRight

    def shown_text(self) -> str:
        """The text as it is shown, elided where it does not fit."""
        return self.fontMetrics().elidedText(self.text(), self.mode, self.contentsRect().width())

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        room: QRect = self.contentsRect()
        style: QStyle = self.style()
        style.drawItemText(
            painter,
            room,
            int(self.alignment()),
            self.palette(),
            self.isEnabled(),
            self.shown_text(),
            QPalette.ColorRole.WindowText,
        )
        painter.end()


class TintedLabel(QLabel):
    """A label in a color of the theme; ``tint`` names a field of theme.Colors, such as "muted" or "error"."""

    def __init__(self, text: str = "", parent: QWidget | None = None, tint: str = "muted") -> None:
        super().__init__(text, parent)
        self.set_tint(tint)

    def set_tint(self, tint: str) -> None:
        """Change the color of the text."""
        self._tint = tint
        palette = QPalette()  # only this color differs from the parent's palette
        palette.setColor(QPalette.ColorRole.WindowText, theme.color(QGuiApplication.palette(), tint))
        self.setPalette(palette)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.set_tint(self._tint)


class EmptyHint(QLabel):
    """A text in the middle of an empty view: what the view shows and how to fill it.

    It covers the view, follows its size and passes mouse events through. Hide it when the view has content.
    """

    def __init__(self, view: QWidget, text: str) -> None:
        area = view.viewport() if isinstance(view, QAbstractScrollArea) else view
        super().__init__(text, area)
        self.setWordWrap(True)
        self.setMargin(_HINT_MARGIN)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._area = area
        area.installEventFilter(self)
        self.resize(area.size())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._area and event.type() == QEvent.Type.Resize:
            self.resize(self._area.size())
        return False

    def moveEvent(self, event: QMoveEvent) -> None:
        """Stay in place: an area that scrolls moves the widgets in it."""
        super().moveEvent(event)
        if self.pos() != self._area.rect().topLeft():
            self.move(self._area.rect().topLeft())


class HintButton(QPushButton):
    """A button below the text of an EmptyHint: what to do next. It is hidden at first."""

    def __init__(self, hint: EmptyHint, text: str, view: QAbstractScrollArea) -> None:
        super().__init__(text, view)
        self._hint = hint
        self._view = view
        hint.installEventFilter(self)
        self.hide()
        self._place()

    def _place(self) -> None:
        room = self._hint.rect()
        text = self._hint.fontMetrics().boundingRect(
            room.adjusted(_HINT_MARGIN, 0, -_HINT_MARGIN, 0),
            int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap),
            self._hint.text(),
        )
        self.resize(self.sizeHint())
        corner = self._hint.mapTo(self._view, text.center())
        self.move(corner.x() - self.width() // 2, corner.y() + text.height() // 2 + _HINT_MARGIN)

    def showEvent(self, event: QShowEvent) -> None:
        self._place()
        super().showEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._hint and event.type() in (QEvent.Type.Resize, QEvent.Type.Move):
            self._place()
        return False
