"""Find a frame: the same language as the filter, but it jumps instead of hiding."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QSizePolicy, QToolButton, QWidget

from canmcast_gui.app.program.tasks import Task
from canmcast_gui.frames.filters import Filter, FilterError
from canmcast_gui.ui import icons
from canmcast_gui.ui.actions import EVERYWHERE
from canmcast_gui.ui.trace.frame_view import FrameView

WRAPPED, WRAPPED_BACKWARDS = "wrapped to the start", "wrapped to the end"


class FindBar(QWidget):
    """A line below the trace. Return or F3 finds the next frame, Shift with them the one before.

    A long search goes on beside the window; Esc or the button ends it.
    """

    def __init__(
        self, compiled: Callable[[str], Filter], view: Callable[[], FrameView], parent: QWidget
    ) -> None:
        """``compiled`` makes a filter of a text or raises FilterError; ``view`` says where to look."""
        super().__init__(parent)
        self._compiled = compiled
        self._view = view
        self._task: Task | None = None  # a search that is under way
        self._counting: Task | None = None
        self._text = QLineEdit()
        self._text.setPlaceholderText("Find: id, name, data, or an expression as in the filter")
        self._text.setClearButtonEnabled(True)
        self._text.textEdited.connect(self.cancel)
        self._answer = QLabel()
        self._answer.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._cancel = self._button("stop", "Stop looking (Esc)", self.cancel)
        self._cancel.hide()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 4, 8, 4)
        label = QLabel("F&ind")
        label.setBuddy(self._text)
        layout.addWidget(label)
        layout.addWidget(self._text, 3)
        layout.addWidget(
            self._button("previous", "Find the frame before (Shift+F3)", lambda: self.find(True))
        )
        layout.addWidget(self._button("next", "Find the next frame (F3)", lambda: self.find(False)))
        layout.addWidget(self._answer, 2)
        layout.addWidget(self._cancel)
        layout.addWidget(self._button("close", "Close (Esc)", self.close_bar))
        self.hide()
        for keys, backwards in (("F3", False), ("Shift+F3", True)):
            shortcut = QShortcut(QKeySequence(keys), parent)
            shortcut.setContext(EVERYWHERE)
            shortcut.activated.connect(lambda backwards=backwards: self.find(backwards))

    def _button(self, icon: str, tip: str, slot: Callable[[], object]) -> QToolButton:
        button = QToolButton()
        button.setIcon(icons.icon(icon))
        button.setToolTip(tip)
        button.setAutoRaise(True)
        button.clicked.connect(lambda: slot())
        return button

    @property
    def searching(self) -> bool:
        """Whether a search is under way."""
        return self._task is not None

    def open(self) -> None:
        """Show the bar and type into it."""
        self.show()
        self._text.setFocus()
        self._text.selectAll()

    def close_bar(self) -> None:
        """Hide the bar and go back to the view."""
        self.cancel()
        self.hide()
        self._view().setFocus()

    def find(self, backwards: bool) -> None:
        """Jump, or say why not."""
        if not self._text.text().strip():
            self.open()
            return
        try:
            condition = self._compiled(self._text.text())
        except FilterError as error:
            self._answer.setText(f"{error.message}, at character {error.position + 1}")
            return
        self.cancel()
        self._answer.setText("")
        view = self._view()
        self._task = task = view.search(
            condition, backwards, lambda *found: self._on_done(view, condition, backwards, *found)
        )
        if task is not None:
            task.progress.connect(lambda done: self._on_progress(task, done))
            task.failed.connect(self._end)
            task.ended.connect(lambda: self._on_ended(task))

    def cancel(self) -> None:
        """End a search that is under way, and the counting of matches."""
        for task in (self._task, self._counting):
            if task is not None:
                task.cancel()
        self._counting = None
        if self._task is not None:
            self._end("")

    def _on_progress(self, task: Task, done: float) -> None:
        if task is self._task:
            self._answer.setText(f"looking… {done * 100:.0f} %")
            self._cancel.show()

    def _on_done(
        self, view: FrameView, condition: Filter, backwards: bool, found: bool, wrapped: bool
    ) -> None:
        if not found:
            self._end("nothing found")
            return
        note = "" if not wrapped else WRAPPED_BACKWARDS if backwards else WRAPPED
        self._end(note)
        self._counting = view.count_matches(condition, lambda place, of: self._show_place(place, of, note))

    def _show_place(self, place: int, of: int, note: str) -> None:
        self._counting = None
        self._answer.setText(" · ".join(part for part in (f"{place:,} of {of:,}", note) if part))

    def _on_ended(self, task: Task) -> None:
        """It was cancelled elsewhere, if it is still ours."""
        if task is self._task:
            self._end("")

    def _end(self, answer: str) -> None:
        self._task = None
        self._cancel.hide()
        self._answer.setText(answer)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.find(bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        elif event.key() == Qt.Key.Key_Escape and self.searching:
            self.cancel()
        elif event.key() == Qt.Key.Key_Escape:
            self.close_bar()
        else:
            super().keyPressEvent(event)
