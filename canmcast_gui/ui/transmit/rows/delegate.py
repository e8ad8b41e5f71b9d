"""The cells of the transmit table: editors that accept valid values only, and a button that sends."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QAbstractItemModel, QEvent, QObject, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent, QMouseEvent, QPainter, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QComboBox,
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionButton,
    QStyleOptionViewItem,
    QWidget,
)

from canmcast_gui.app.transmit.row import FRAME_TYPES
from canmcast_gui.frames.filters.proposals import Words
from canmcast_gui.models.transmit.row_columns import (
    COLUMNS,
    COMMENT,
    GENERATORS,
    LENGTH,
    PERIOD,
    SEND,
    TRIGGER,
    TYPE,
)
from canmcast_gui.models.transmit.row_model import Index, TransmitModel
from canmcast_gui.ui import theme
from canmcast_gui.ui.content_size import widen
from canmcast_gui.ui.filters.edit import FilterEdit
from canmcast_gui.ui.icons import icon

# Separates a number at the right of its cell from the text of the next cell.
NUMBER_SPACE = "\u00a0"
# Cells that hold expressions, the minimum width of their editors, and the room for further typing, in pixels.
LONG_TEXTS = (TRIGGER, GENERATORS, COMMENT)
LONG_EDITOR, TYPING_ROOM = 320, 60
_ENDING_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab, Qt.Key.Key_Backtab)


class CellCheck(QObject):
    """Checks the text of an editor; ``problem`` says why it cannot be accepted, "" if it can.

    ``filled`` is whether the editor has received its first text.
    """

    def __init__(self, editor: QLineEdit, index: Index, model: TransmitModel) -> None:
        super().__init__(editor)
        self.problem = ""
        self.filled = False
        self._editor = editor
        self._index = index
        self._model = model
        editor.setFrame(False)
        editor.textChanged.connect(self._check)

    def _check(self, text: str) -> None:
        self.problem = self._model.problem_of(self._index, text) or ""
        self._editor.setToolTip(self.problem)
        palette = QApplication.palette(self._editor)
        if self.problem:
            palette.setColor(QPalette.ColorRole.Text, theme.colors(palette).error)
        self._editor.setPalette(palette)


def _check_of(editor: QObject) -> CellCheck | None:
    """The check of an editor with a line of text."""
    return editor.findChild(CellCheck, options=Qt.FindChildOption.FindDirectChildrenOnly)


class TransmitDelegate(QStyledItemDelegate):
    """Draws and edits the cells.

    ``send_clicked`` carries the row whose button was clicked, ``problem`` a message about the text that is
    being typed, "" if it is valid.
    """

    send_clicked = Signal(int)
    problem = Signal(str)

    def __init__(
        self, model: TransmitModel, words: Callable[[], Words], parent: QObject | None = None
    ) -> None:
        """``words`` returns what is proposed in the filter of a trigger."""
        super().__init__(parent)
        self._model = model
        self._words = words
        self._pressed = -1
        self.can_send = False
        self.opens_lists = True  # whether a list opens when its cell is edited
        self.number_font: QFont = theme.fixed_font()

    # -- editing -----------------------------------------------------------------------------------------

    def createEditor(self, parent: QWidget, _option: QStyleOptionViewItem, index: Index) -> QWidget:
        column = COLUMNS[index.column()]
        if column in (TYPE, LENGTH):
            return self._make_list(parent, index)
        editor = FilterEdit(self._words, parent) if column is TRIGGER else QLineEdit(parent)
        check = CellCheck(editor, index, self._model)
        if column.numeric:
            editor.setFont(self.number_font)
        editor.textChanged.connect(lambda _text: self.problem.emit(check.problem))
        return editor

    def _make_list(self, parent: QWidget, index: Index) -> QComboBox:
        row, box = self._model.rows[index.row()], QComboBox(parent)
        if COLUMNS[index.column()] is TYPE:
            for name, flags in FRAME_TYPES:
                box.addItem(name, int(flags))
        else:
            for length in row.lengths:
                box.addItem(str(length), str(length))
        widen(box)
        box.activated.connect(lambda _index: self._take_chosen(box))
        return box

    def _take_chosen(self, box: QComboBox) -> None:
        self.commitData.emit(box)
        self.closeEditor.emit(box)

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        if isinstance(editor, QComboBox):
            row = self._model.rows[index.row()]
            value = row.flags if COLUMNS[index.column()] is TYPE else str(len(row.data))
            editor.setCurrentIndex(editor.findData(value))
            if self.opens_lists:
                editor.showPopup()
        elif isinstance(editor, QLineEdit) and (check := _check_of(editor)) and not check.filled:
            check.filled = True  # updates of the counts would move the cursor
            editor.setText(index.data(Qt.ItemDataRole.EditRole))

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        if isinstance(editor, QComboBox):
            model.setData(index, editor.currentData())
        elif isinstance(editor, QLineEdit):
            model.setData(index, editor.text())

    def accepts(self, editor: QWidget) -> bool:
        """Whether the text of an editor is valid; ``problem`` says why it is not."""
        check = _check_of(editor)
        if check is None or not check.problem:
            return True
        self.problem.emit(check.problem)
        return False

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        """Make editors of expressions wider than their cells."""
        super().updateEditorGeometry(editor, option, index)
        if COLUMNS[index.column()] in LONG_TEXTS and isinstance(editor, QLineEdit):
            parent = editor.parentWidget()
            assert parent is not None
            room = parent.width()
            typed = editor.fontMetrics().horizontalAdvance(editor.text() or " ") + TYPING_ROOM
            width = min(room, max(option.rect.width(), typed, LONG_EDITOR))
            left = max(0, min(option.rect.left(), room - width))
            editor.setGeometry(left, option.rect.top(), width, option.rect.height())

    def eventFilter(self, editor: QObject, event: QEvent) -> bool:
        """Keep the editor open while its text is not valid, and while a list of proposals uses the keys."""
        if not isinstance(event, QKeyEvent):
            return super().eventFilter(editor, event)
        if isinstance(editor, FilterEdit) and editor.list.isVisible():
            return False
        is_ending = event.type() == QEvent.Type.KeyPress and event.key() in _ENDING_KEYS
        if is_ending and isinstance(editor, QWidget) and not self.accepts(editor):
            return True
        if event.key() == Qt.Key.Key_Escape and _check_of(editor) is not None:
            self.problem.emit("")
        return super().eventFilter(editor, event)

    # -- drawing, and the button -------------------------------------------------------------------------

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:  # noqa: N802
        super().initStyleOption(option, index)
        column = COLUMNS[index.column()]
        if column.numeric:
            option.font = self.number_font
        if column.align == "right":
            option.text += NUMBER_SPACE
        if column is PERIOD and self._model.rows[index.row()].trigger:
            muted = theme.colors(option.palette).muted
            option.palette.setColor(QPalette.ColorRole.Text, muted)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        if COLUMNS[index.column()] is not SEND:
            return
        button = QStyleOptionButton()
        button.rect = _button_rect(option.rect)
        button.icon = icon("send")
        button.iconSize = QSize(option.fontMetrics.height(), option.fontMetrics.height())
        button.palette = option.palette
        button.state = QStyle.StateFlag.State_None
        if self.can_send:
            button.state |= QStyle.StateFlag.State_Enabled
            down = self._pressed == index.row()
            button.state |= QStyle.StateFlag.State_Sunken if down else QStyle.StateFlag.State_Raised
            button.state |= option.state & QStyle.StateFlag.State_MouseOver
        else:
            button.palette.setCurrentColorGroup(QPalette.ColorGroup.Disabled)
        QApplication.style().drawControl(QStyle.ControlElement.CE_PushButton, button, painter, option.widget)

    def editorEvent(
        self, event: QEvent, model: QAbstractItemModel, option: QStyleOptionViewItem, index: Index
    ) -> bool:
        if COLUMNS[index.column()] is not SEND:
            return super().editorEvent(event, model, option, index)
        if not isinstance(event, QMouseEvent):
            return False
        inside = _button_rect(option.rect).contains(event.position().toPoint())
        if event.type() in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick):
            self._pressed = index.row() if inside and event.button() == Qt.MouseButton.LeftButton else -1
        elif event.type() == QEvent.Type.MouseButtonRelease:
            pressed, self._pressed = self._pressed, -1
            if inside and pressed == index.row() and self.can_send:
                self.send_clicked.emit(index.row())
        else:
            return False
        view = option.widget
        if isinstance(view, QAbstractItemView):
            view.update(index)
        return True


def _button_rect(cell: QRect) -> QRect:
    return cell.adjusted(3, 2, -3, -2)
