"""The find bar: goes to frames that pass an expression in the language of the filter."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from canmcast_gui.app.program.tasks import Task
from canmcast_gui.frames.filters import Filter, FilterError
from canmcast_gui.frames.filters.proposals import Words
from canmcast_gui.ui import icons
from canmcast_gui.ui.actions import EVERYWHERE, connect
from canmcast_gui.ui.filters.edit import FilterEdit
from canmcast_gui.ui.filters.problem import mistake_text
from canmcast_gui.ui.trace.frame_view import FrameView

WRAPPED, WRAPPED_BACKWARDS = "wrapped to the start", "wrapped to the end"


class FindBar(QWidget):
    """The bar below the trace. Return or F3 finds the next frame, with Shift the previous one.

    A search runs in the background; Esc or the button cancels it.
    """

    def __init__(
        self,
        compiled: Callable[[str], Filter],
        view: Callable[[], FrameView],
        parent: QWidget,
        words: Callable[[], Words] = Words,
    ) -> None:
        """``compiled`` makes a filter or raises FilterError; ``view`` gives the view to search.

        ``words`` returns what can be proposed while the text is typed.
        """
        super().__init__(parent)
        self._compiled = compiled
        self._view = view
        self._task: Task | None = None  # the running search
        self._counting: Task | None = None
        self.text_edit = FilterEdit(words)
        self.text_edit.setPlaceholderText("Find: id, name, data, or an expression as in the filter")
        self.text_edit.setClearButtonEnabled(True)
        self.text_edit.textEdited.connect(self.cancel)
        self.result = QLabel()
        self.result.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._cancel_button = self._button("stop", "Cancel the search (Esc)", self.cancel)
        self._cancel_button.hide()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 4, 8, 4)
        label = QLabel("F&ind")
        label.setBuddy(self.text_edit)
        layout.addWidget(label)
        layout.addWidget(self.text_edit, 3)
        layout.addWidget(
            self._button("previous", "Find the previous frame (Shift+F3)", lambda: self.search(True))
        )
        layout.addWidget(self._button("next", "Find the next frame (F3)", lambda: self.search(False)))
        layout.addWidget(self.result, 2)
        layout.addWidget(self._cancel_button)
        layout.addWidget(self._button("close", "Close (Esc)", self.close_bar))
        self.hide()
        for keys, backwards in (("F3", False), ("Shift+F3", True)):
            shortcut = QShortcut(QKeySequence(keys), parent)
            shortcut.setContext(EVERYWHERE)
            shortcut.activated.connect(lambda backwards=backwards: self.search(backwards))

    def _button(self, icon: str, tip: str, slot: Callable[[], object]) -> QToolButton:
        button = QToolButton()
        button.setIcon(icons.icon(icon))
        button.setToolTip(tip)
        button.setAutoRaise(True)
        connect(button.clicked, slot)
        return button

    @property
    def searching(self) -> bool:
        """Whether a search is running."""
        return self._task is not None

    def open(self) -> None:
        """Show the bar, with the focus in its text."""
        self.show()
        self.text_edit.setFocus()
        self.text_edit.selectAll()

    def close_bar(self) -> None:
        """Hide the bar, and give the focus to the view."""
        self.cancel()
        self.hide()
        self._view().setFocus()

    def search(self, backwards: bool) -> None:
        """Go to the next or previous match, or show why that is not possible."""
        if not self.text_edit.text().strip():
            self.open()
            return
        error = self.text_edit.check(self._compiled)
        if error is not None:
            self._show_mistake(error)
            return
        condition = self._compiled(self.text_edit.text())
        self.cancel()
        self.result.setText("")
        view = self._view()
        self._task = task = view.search(
            condition, backwards, lambda *found: self._on_done(view, condition, backwards, *found)
        )
        if task is not None:
            task.progress.connect(lambda done: self._on_progress(task, done))
            task.failed.connect(self._end)
            task.ended.connect(lambda: self._on_ended(task))

    def _show_mistake(self, error: FilterError) -> None:
        """Show a mistake; the next search takes what was probably meant."""
        text = mistake_text(error.message, error.position)
        if self.result.text() == text and error.suggestion:
            self.text_edit.replace_mistake(error)
            self.search(False)
            return
        self.result.setText(text)
        self.result.setToolTip(f"{text}\nEnter again: use {error.suggestion}" if error.suggestion else text)

    def cancel(self) -> None:
        """Cancel the running search, and the counting of matches."""
        for task in (self._task, self._counting):
            if task is not None:
                task.cancel()
        self._counting = None
        if self._task is not None:
            self._end("")

    def _on_progress(self, task: Task, done: float) -> None:
        if task is self._task:
            self.result.setText(f"searching… {done * 100:.0f} %")
            self._cancel_button.show()

    def _on_done(
        self, view: FrameView, condition: Filter, backwards: bool, found: bool, wrapped: bool
    ) -> None:
        if not found:
            self._end("No frames match.")
            return
        wrap = "" if not wrapped else WRAPPED_BACKWARDS if backwards else WRAPPED
        self._end(wrap)
        self._counting = view.count_matches(
            condition, lambda number, count: self._show_match(number, count, wrap)
        )

    def _show_match(self, number: int, count: int, wrap: str) -> None:
        self._counting = None
        self.result.setText(" · ".join(part for part in (f"{number:,} of {count:,}", wrap) if part))

    def _on_ended(self, task: Task) -> None:
        """Handle a task that was canceled in the task list."""
        if task is self._task:
            self._end("")

    def _end(self, result: str) -> None:
        self._task = None
        self._cancel_button.hide()
        self.result.setText(result)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.search(bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        elif event.key() == Qt.Key.Key_Escape and self.searching:
            self.cancel()
        elif event.key() == Qt.Key.Key_Escape:
            self.close_bar()
        else:
            super().keyPressEvent(event)
