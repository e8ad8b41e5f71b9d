"""The frame that ended a fuzz run, and what had left before it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QColor, QGuiApplication, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.units import NS_PER_MS
from canmcast_gui.models.trace.text import candump_lines
from canmcast_gui.transmit import FuzzAnswer
from canmcast_gui.ui import theme
from canmcast_gui.ui.transmit.buttons import action_button, new_action
from canmcast_gui.wording import counted

# Lines of the list that are seen at least.
_LEAST_LINES = 3


class FuzzAnswerView(QWidget):
    """A list of the last frames before the answer, and the answer below them.

    ``closed`` comes when the user has seen enough; ``find_requested`` and ``add_requested`` carry a batch of
    frames.
    """

    closed = Signal()
    find_requested = Signal(object)
    add_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._frames = FrameBatch.empty()
        self.title = QLabel(self)
        self.title.setWordWrap(True)
        self.list = QListWidget(self)
        self.list.setFont(theme.fixed_font())
        self.list.setUniformItemSizes(True)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.setMinimumHeight(_LEAST_LINES * (self.list.fontMetrics().height() + 4))
        self.list.itemSelectionChanged.connect(self._enable)
        self.list.itemDoubleClicked.connect(lambda _item: self.find())
        self.copy_action = self._action("Copy", "copy", "Copy the frames as candump lines", self.copy)
        self.copy_action.setShortcut(QKeySequence.StandardKey.Copy)
        self.copy_action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self.add_action = self._action(
            "To the transmit list", "add", "Add the frames to the transmit list, disarmed", self.add
        )
        self.find_action = self._action("Find in the trace", "find", "Show the frame in the trace", self.find)
        self.close_action = self._action("", "close", "Back to the fields", self.closed.emit)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 2, 8, 4)
        layout.setSpacing(4)
        layout.addWidget(self.title)
        layout.addWidget(self.list, 1)
        layout.addLayout(self._buttons())

    def _action(self, name: str, picture: str, tip: str, slot) -> QAction:
        action = new_action(self, name, picture, tip, slot)
        self.addAction(action)
        return action

    def _buttons(self) -> QHBoxLayout:
        line = QHBoxLayout()
        for action in (self.copy_action, self.add_action, self.find_action):
            line.addWidget(self._button(action))
        line.addStretch(1)
        line.addWidget(self._button(self.close_action))
        return line

    def _button(self, action: QAction) -> QToolButton:
        button = action_button(action, self)
        if not action.text():
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        return button

    # -- showing -----------------------------------------------------------------------------------------

    def show_answer(self, answer: FuzzAnswer | None) -> None:
        """Show it; None empties the list."""
        if answer is None:
            self.list.clear()
            return
        self._frames = FrameBatch.concatenate([answer.before, answer.frame])
        came_ns = int(answer.frame.timestamp_ns[0])
        more = f" {answer.after:,} more left after it came." if answer.after else ""
        self.title.setText(
            f"An answer came. Any of the last {counted(len(answer.before), 'frame')} before it "
            f"may be what it answers.{more}"
        )
        self.list.clear()
        times = self._frames.timestamp_ns.tolist()
        texts = [line.split(" ")[2] for line in candump_lines(self._frames).splitlines()]
        for time_ns, text in zip(times, texts, strict=True):
            self.list.addItem(QListWidgetItem(f"{(time_ns - came_ns) / NS_PER_MS:>10.3f} ms  {text}"))
        self.list.item(len(times) - 1).setText(f"{'answer':>13}  {texts[-1]}")
        self._color_answer()
        self.list.setCurrentRow(max(0, len(times) - 2))
        self.list.scrollToBottom()

    def _color_answer(self) -> None:
        if self.list.count():
            accent: QColor = theme.colors(self.palette()).accent
            self.list.item(self.list.count() - 1).setForeground(accent)

    def repaint_text(self) -> None:
        """Show it in the colours of the theme."""
        self._color_answer()

    def selected(self) -> FrameBatch:
        """The chosen frames, oldest first."""
        rows = sorted(index.row() for index in self.list.selectedIndexes())
        return FrameBatch.concatenate([self._frames[row : row + 1] for row in rows])

    def _enable(self) -> None:
        chosen = len(self.list.selectedIndexes())
        for action in (self.copy_action, self.add_action):
            action.setEnabled(chosen > 0)
        self.find_action.setEnabled(chosen == 1)

    # -- what the buttons do -----------------------------------------------------------------------------

    def copy(self) -> None:
        """Put the frames into the clipboard."""
        QGuiApplication.clipboard().setText(candump_lines(self.selected()))

    def add(self) -> None:
        """Ask for them to be added to the transmit list."""
        self.add_requested.emit(self.selected())

    def find(self) -> None:
        """Ask for the frame to be shown in the trace."""
        if len(self.list.selectedIndexes()) == 1:
            self.find_requested.emit(self.selected())
