"""The frame that ended a fuzz run, and the frames that were sent before it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QColor, QGuiApplication, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.units import NS_PER_MS
from canmcast_gui.models.trace.cells import candump_lines
from canmcast_gui.transmit import FuzzResponse
from canmcast_gui.ui import theme
from canmcast_gui.ui.actions import action_button, new_action
from canmcast_gui.ui.transmit.panel_parts import icon_button

# Lines of the list that are visible at least.
_MIN_LINES = 3


class FuzzResponseView(QWidget):
    """A list of the last sent frames, and below them the received frame that ended the run.

    ``closed`` is emitted when the user closes the list; ``find_requested`` and ``add_requested`` carry
    frames.
    """

    closed = Signal()
    find_requested = Signal(FrameBatch)
    add_requested = Signal(FrameBatch)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._frames = FrameBatch.empty()
        self.title = QLabel(self)
        self.title.setWordWrap(True)
        self.list = QListWidget(self)
        self.list.setFont(theme.fixed_font())
        self.list.setUniformItemSizes(True)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.setMinimumHeight(_MIN_LINES * (self.list.fontMetrics().height() + 4))
        self.list.itemSelectionChanged.connect(self._update_enabled)
        self.list.itemDoubleClicked.connect(lambda _item: self.find_in_trace())
        self.copy_action = new_action(
            self,
            "Copy",
            self.copy,
            icon="copy",
            keys=QKeySequence.StandardKey.Copy,
            tip="Copy the frames as candump lines",
        )
        self.add_action = new_action(
            self,
            "To the transmit list",
            self.add,
            icon="add",
            tip="Add the frames to the transmit list, disarmed",
        )
        self.find_action = new_action(
            self, "Find in the trace", self.find_in_trace, icon="find", tip="Show the frame in the trace"
        )
        self.close_action = new_action(self, "", self.closed.emit, icon="close", tip="Back to the fields")
        self.addActions([self.copy_action, self.add_action, self.find_action, self.close_action])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 2, 8, 4)
        layout.setSpacing(4)
        layout.addWidget(self.title)
        layout.addWidget(self.list, 1)
        layout.addLayout(self._buttons())

    def _buttons(self) -> QHBoxLayout:
        line = QHBoxLayout()
        for action in (self.copy_action, self.add_action, self.find_action):
            line.addWidget(action_button(action, self))
        line.addStretch(1)
        line.addWidget(icon_button(self.close_action, self))
        return line

    # -- showing -----------------------------------------------------------------------------------------

    def show_response(self, response: FuzzResponse | None) -> None:
        """Show a response; None empties the list."""
        if response is None:
            self.list.clear()
            return
        self._frames = FrameBatch.concatenate([response.before, response.frame])
        came_ns = int(response.frame.timestamp_ns[0])
        more = f" {response.after:,} more were sent after it arrived." if response.after else ""
        count = len(response.before)
        cause = "The frame" if count == 1 else f"Any of the last {count:,} frames"
        self.title.setText(f"A response arrived. {cause} before it may have caused it.{more}")
        self.list.clear()
        times = self._frames.timestamp_ns.tolist()
        texts = [line.split(" ")[2] for line in candump_lines(self._frames).splitlines()]
        for time_ns, text in zip(times, texts, strict=True):
            self.list.addItem(QListWidgetItem(f"{(time_ns - came_ns) / NS_PER_MS:>10.3f} ms  {text}"))
        self.list.item(len(times) - 1).setText(f"{'response':>13}  {texts[-1]}")
        self._color_response()
        self.list.setCurrentRow(max(0, len(times) - 2))
        self.list.scrollToBottom()

    def _color_response(self) -> None:
        if self.list.count():
            accent: QColor = theme.colors(self.palette()).accent
            self.list.item(self.list.count() - 1).setForeground(accent)

    def update_colors(self) -> None:
        """Use the colors of the theme."""
        self._color_response()

    def selected(self) -> FrameBatch:
        """The selected frames, oldest first."""
        rows = sorted(index.row() for index in self.list.selectedIndexes())
        return FrameBatch.concatenate([self._frames[row : row + 1] for row in rows])

    def _update_enabled(self) -> None:
        count = len(self.list.selectedIndexes())
        for action in (self.copy_action, self.add_action):
            action.setEnabled(count > 0)
        self.find_action.setEnabled(count == 1)

    # -- actions -----------------------------------------------------------------------------------------

    def copy(self) -> None:
        """Copy the selected frames."""
        QGuiApplication.clipboard().setText(candump_lines(self.selected()))

    def add(self) -> None:
        """Request that the selected frames are added to the transmit list."""
        self.add_requested.emit(self.selected())

    def find_in_trace(self) -> None:
        """Request that the selected frame is shown in the trace."""
        if len(self.list.selectedIndexes()) == 1:
            self.find_requested.emit(self.selected())
