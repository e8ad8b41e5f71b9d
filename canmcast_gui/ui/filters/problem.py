"""The mistake in a filter: a frame over the window below the field, so that nothing moves."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout

from canmcast_gui.ui import icons
from canmcast_gui.ui.labels import TintedLabel, label_text

_WIDTH = 480  # pixels; less in a narrower window


def mistake_text(sentence: str, position: int) -> str:
    """A mistake in a filter as it is shown: a sentence, and the character, counted from 1."""
    return f"{sentence[:1].upper()}{sentence[1:]} (character {position + 1})"


class FilterProblem(QFrame):
    """Says what is wrong, and which filter still applies.

    ``taken`` is emitted when the suggestion is clicked, ``dismissed`` when the last valid filter is wanted.
    """

    taken = Signal()
    dismissed = Signal()

    def __init__(self, field: QLineEdit) -> None:
        super().__init__(field)
        self._field = field
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAutoFillBackground(True)
        self._symbol = QLabel()
        self.label = QLabel()
        self.label.setWordWrap(True)
        self.still = TintedLabel()
        self.still.setWordWrap(True)
        self.take = QPushButton()
        self.take.setToolTip("Replace the name (Enter)")
        self.take.clicked.connect(self.taken)
        self.restore = QPushButton("Restore")
        self.restore.setToolTip("Return to the filter that applies (Esc)")
        self.restore.clicked.connect(self.dismissed)
        for button in (self.take, self.restore):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.setAutoDefault(False)
        self._lay_out()
        self.hide()
        field.installEventFilter(self)
        field.destroyed.connect(self.deleteLater)

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.take)
        buttons.addWidget(self.restore)
        texts = QVBoxLayout()
        for part in (self.label, self.still):
            texts.addWidget(part)
        texts.addLayout(buttons)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 6, 8, 6)
        layout.addWidget(self._symbol, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(texts, 1)

    def show_error(self, sentence: str, position: int, suggestion: str, still: str) -> None:
        """Show a mistake; ``still`` is the filter that applies, ``suggestion`` "" or what was meant."""
        self._symbol.setPixmap(icons.icon("warning").pixmap(16, 16))
        self.label.setText(mistake_text(sentence, position))
        self.still.setText(f"Still showing: {still or 'all frames'}")
        self.take.setText(f"Use {label_text(suggestion)}")
        self.take.setVisible(bool(suggestion))
        window = self._field.window()
        if self.parentWidget() is not window:
            self.setParent(window)
        self._place()
        self.show()
        self.raise_()

    def _place(self) -> None:
        window = self._field.window()
        width = min(max(_WIDTH, self._field.width()), window.width())
        corner = self._field.mapTo(window, QPoint(0, self._field.height() + 2))
        self.resize(width, self.heightForWidth(width))
        self.move(max(min(corner.x(), window.width() - width), 0), corner.y())

    def eventFilter(self, _field: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Hide, QEvent.Type.Move, QEvent.Type.Resize) and self.isVisible():
            if event.type() == QEvent.Type.Hide:
                self.hide()
            else:
                self._place()
        return False
