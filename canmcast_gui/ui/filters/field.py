"""A field for a filter of a form or dialog, with the mistake in it below."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from canmcast_gui.frames.filters import FilterError
from canmcast_gui.frames.filters.proposals import Words
from canmcast_gui.ui.filters.edit import FilterEdit
from canmcast_gui.ui.filters.problem import mistake_text
from canmcast_gui.ui.labels import TintedLabel, label_text

# Incomplete filters are usual while they are typed.
PAUSE_MS = 1000


class FilterField(QWidget):
    """A ``FilterEdit``; below it, if there is one, the mistake, and a button for what was probably meant.

    A mistake appears when typing pauses, on Enter, and when the focus leaves the field. Enter then takes the
    suggestion.
    """

    def __init__(
        self, words: Callable[[], Words], compiled: Callable[[str], object], parent: QWidget | None = None
    ) -> None:
        """``words`` returns what can be proposed; ``compiled`` raises FilterError for a mistake."""
        super().__init__(parent)
        self._compiled = compiled
        self._error: FilterError | None = None
        self.edit = FilterEdit(words, self)
        self.note = TintedLabel(parent=self, tint="error")
        self.note.setWordWrap(True)
        self.take = QPushButton(self)
        self.take.setToolTip("Replace the name (Enter)")
        self.take.setAutoDefault(False)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._lay_out()
        self._connect()
        self._show()

    def _lay_out(self) -> None:
        mistake = QHBoxLayout()
        mistake.addWidget(self.note, 1)
        mistake.addWidget(self.take)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(1)
        layout.addWidget(self.edit)
        layout.addLayout(mistake)
        self.setFocusProxy(self.edit)

    def _connect(self) -> None:
        self._pause.timeout.connect(self._on_pause)
        self.edit.textEdited.connect(self._on_edited)  # Qt emits it before textChanged
        self.edit.textChanged.connect(lambda _text: None if self._pause.isActive() else self.check())
        self.edit.list.hidden.connect(self._on_pause)
        self.edit.returnPressed.connect(self._on_return)
        self.edit.editingFinished.connect(self.check)
        self.take.clicked.connect(self.take_suggestion)

    @property
    def has_problem(self) -> bool:
        """Whether a mistake is shown."""
        return self._error is not None

    def check(self) -> FilterError | None:
        """Show the mistake in the text now; None where there is none."""
        self._pause.stop()
        self._error = self.edit.check(self._compiled) if self.edit.text().strip() else None
        if self._error is None:
            self.edit.show_error(-1)
        self._show()
        return self._error

    def take_suggestion(self) -> None:
        """Replace a mistyped name by the suggested one."""
        if self._error is not None:
            self.edit.replace_mistake(self._error)
            self.check()
            self.edit.setFocus()

    def _on_edited(self, _text: str) -> None:
        self._error = None
        self.edit.show_error(-1)
        self._show()
        self._pause.start()

    def _on_pause(self) -> None:
        if not self.edit.list.isVisible() and not self._pause.isActive():
            self.check()

    def _on_return(self) -> None:
        if self._error is not None and self._error.suggestion:
            self.take_suggestion()
        else:
            self.check()

    def _show(self) -> None:
        error = self._error
        self.note.setText("" if error is None else mistake_text(error.message, error.position))
        self.note.setVisible(error is not None)
        self.take.setText("" if error is None else f"Use {label_text(error.suggestion)}")
        self.take.setVisible(error is not None and bool(error.suggestion))
