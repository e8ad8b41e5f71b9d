"""A line edit for a filter, with proposals at the cursor and a mark at a mistake."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QFocusEvent, QInputMethodEvent, QKeyEvent, QTextCharFormat
from PySide6.QtWidgets import QLineEdit, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from canmcast_gui.frames.filters import FilterError
from canmcast_gui.frames.filters.completion import Completion, complete
from canmcast_gui.frames.filters.proposals import Proposal, Words
from canmcast_gui.ui import theme
from canmcast_gui.ui.filters.popup import MOST_LINES, ProposalList

_Key = Qt.Key
_ENTER = (_Key.Key_Return, _Key.Key_Enter)
# Keys that the field gives to the list while it is open; not to the window, a dialog or a table around.
_LIST_KEYS = (
    *(*_ENTER, _Key.Key_Tab, _Key.Key_Escape),
    *(_Key.Key_Up, _Key.Key_Down, _Key.Key_PageUp, _Key.Key_PageDown),
)
_MOVES = {
    _Key.Key_Up: -1,
    _Key.Key_Down: 1,
    _Key.Key_PageUp: 1 - MOST_LINES,
    _Key.Key_PageDown: MOST_LINES - 1,
}


class FilterEdit(QLineEdit):
    """Completes names while they are typed, and on Ctrl+Space.

    Tab takes the selected proposal, or the first one; Enter takes one that was selected; Esc closes the list.
    All other keys go to the text.
    """

    def __init__(self, words: Callable[[], Words] = Words, parent: QWidget | None = None) -> None:
        """``words`` returns what can be proposed."""
        super().__init__(parent)
        self._words = words
        self._completion = Completion(0, 0)
        self.list = ProposalList(self)
        self.list.chosen.connect(self.take)
        self.textEdited.connect(self._on_edited)
        self.cursorPositionChanged.connect(self._on_cursor)

    # -- proposals ---------------------------------------------------------------------------------------

    def propose(self, asked: bool = True) -> None:
        """Show proposals for the cursor; ``asked``: also where they are not worth showing while typing."""
        completion = complete(self.text(), self.cursorPosition(), self._words())
        self._completion = completion
        if completion.proposals and (asked or completion.unasked):
            distance = self.cursorRect().x() - self.fontMetrics().horizontalAdvance(
                self.text()[completion.start : self.cursorPosition()]
            )
            self.list.offer(completion.proposals, max(distance, 0), asked)
        else:
            self.list.hide()

    def take(self, proposal: Proposal) -> None:
        """Replace the word at the cursor by a proposal; it can be undone."""
        text, cursor = self._completion.taken(self.text(), proposal)
        self.list.hide()
        self.replace_text(text, cursor)
        self.textEdited.emit(text)

    def replace_text(self, text: str, cursor: int) -> None:
        """Set the text and the cursor, as if it were typed: Ctrl+Z restores the old text."""
        self.selectAll()
        self.insert(text)
        self.setCursorPosition(cursor)

    def _on_edited(self, _text: str) -> None:
        self.propose(asked=False)

    def _on_cursor(self, _old: int, new: int) -> None:
        if self.list.isVisible() and not self._completion.start <= new <= self._completion.end + 1:
            self.list.hide()

    # -- mistakes ----------------------------------------------------------------------------------------

    def show_error(self, position: int) -> None:
        """Underline the text from the position of a mistake; -1: nothing."""
        attributes = []
        if position >= 0:
            error = QTextCharFormat()
            error.setForeground(theme.colors(self.palette()).error)
            error.setUnderlineColor(theme.colors(self.palette()).error)
            error.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
            start = min(position, max(len(self.text()) - 1, 0))
            kind = QInputMethodEvent.AttributeType.TextFormat
            offset = start - self.cursorPosition()
            attributes.append(QInputMethodEvent.Attribute(kind, offset, len(self.text()) - start, error))
        # A line edit accepts formats only from input methods; without text, the event has no other effect.
        QCoreApplication.sendEvent(self, QInputMethodEvent("", attributes))

    def check(self, compiled: Callable[[str], object]) -> FilterError | None:
        """The mistake in the text, which is underlined; None where there is none."""
        try:
            compiled(self.text())
        except FilterError as error:
            self.show_error(error.position)
            return error
        self.show_error(-1)
        return None

    def replace_mistake(self, error: FilterError) -> None:
        """Replace what a mistake is about by what was probably meant; nothing without a suggestion."""
        if error.suggestion:
            end = error.position + len(error.wrong)
            text = self.text()[: error.position] + error.suggestion + self.text()[end:]
            self.replace_text(text, error.position + len(error.suggestion))

    # -- keys --------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and self.list.isVisible() and self._is_for_list(event):
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress:
                self._handle(event)
                return True
        return super().event(event)

    def _is_for_list(self, event: QKeyEvent) -> bool:
        plain = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier == Qt.KeyboardModifier.NoModifier
        return plain and event.key() in _LIST_KEYS

    def _handle(self, event: QKeyEvent) -> None:
        key = _Key(event.key())
        current = self.list.current
        if key in _MOVES:
            self.list.move_by(_MOVES[key])
        elif key == _Key.Key_Escape:
            self.list.hide()
        elif key == _Key.Key_Tab:
            self.take(current or self.list.proposals[0])
        elif current is not None:
            self.take(current)
        else:  # Enter uses the text as it is
            self.list.hide()
            QCoreApplication.sendEvent(self, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == _Key.Key_Space and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            self.propose()
            return
        if event.key() == _Key.Key_Down and event.modifiers() == Qt.KeyboardModifier.NoModifier:
            self.propose()
            return
        super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        if event.reason() != Qt.FocusReason.ActiveWindowFocusReason or not self.list.underMouse():
            self.list.hide()
        super().focusOutEvent(event)


class FilterDelegate(QStyledItemDelegate):
    """Edits a filter in a cell of a table. Keys for the list of proposals do not end the editing."""

    def __init__(self, words: Callable[[], Words], parent: QWidget) -> None:
        super().__init__(parent)
        self._words = words

    def createEditor(
        self, parent: QWidget, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex
    ) -> QWidget:
        edit = FilterEdit(self._words, parent)
        edit.setFrame(False)
        return edit

    def eventFilter(self, editor: QObject, event: QEvent) -> bool:
        if isinstance(editor, FilterEdit) and editor.list.isVisible() and isinstance(event, QKeyEvent):
            return False
        return super().eventFilter(editor, event)
