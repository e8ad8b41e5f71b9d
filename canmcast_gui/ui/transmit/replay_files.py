"""Several files of a replay: how they are put together, and by how much each is moved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QGridLayout, QLabel, QToolButton, QWidget

from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.logfile import ORDERS, LogPart, Order
from canmcast_gui.ui.dialogs.merge import offset_box
from canmcast_gui.ui.icons import icon
from canmcast_gui.ui.labels import ElidedLabel
from canmcast_gui.wording import printable

_WORDS: dict[Order, str] = {
    "times": "By their dates and times",
    "together": "All begin together",
    "in turn": "One after the other",
}


class ReplayFiles(QWidget):
    """One line for each file, hidden while there are not several.

    ``edited`` carries the LogParts and their order after a change by the user.
    """

    edited = Signal(list, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parts: tuple[LogPart, ...] = ()
        self.order = QComboBox(self)
        self.order.addItems([_WORDS[order] for order in ORDERS])
        self.order.setToolTip("How the files are put together; one that is moved begins so much later")
        self.order.setAccessibleName("How the files are put together")
        self.order.activated.connect(lambda _place: self._tell(list(self._parts)))
        self.offsets: list[QDoubleSpinBox] = []
        self.up_buttons: list[QToolButton] = []
        self.remove_buttons: list[QToolButton] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setVerticalSpacing(3)
        self._grid.addWidget(self.order, 0, 0)
        self._grid.addWidget(QLabel("Move by", self), 0, 1)
        self._grid.setColumnStretch(0, 1)
        self.setVisible(False)

    def show_files(self, parts: tuple[LogPart, ...], order: Order) -> None:
        """Show these files; nothing is told about it."""
        with QSignalBlocker(self.order):
            self.order.setCurrentIndex(ORDERS.index(order))
        if parts == self._parts:
            return
        same_files = [one.path for one in parts] == [one.path for one in self._parts]
        self._parts = parts
        self.setVisible(len(parts) > 1)
        if same_files:
            self._show_offsets()
        else:
            self._make_lines()

    def _show_offsets(self) -> None:
        for box, part in zip(self.offsets, self._parts, strict=False):
            with QSignalBlocker(box):
                box.setValue(part.offset_ns / NS_PER_SECOND)

    def _make_lines(self) -> None:
        for line in range(1, self._grid.rowCount()):
            for column in range(self._grid.columnCount()):
                item = self._grid.itemAtPosition(line, column)
                widget = item.widget() if item is not None else None
                if widget is not None:
                    self._grid.removeWidget(widget)
                    widget.hide()
                    widget.deleteLater()
        self.offsets, self.up_buttons, self.remove_buttons = [], [], []
        if len(self._parts) < 2:
            return
        for place, part in enumerate(self._parts):
            self._make_line(place, part)
        self._show_offsets()

    def _make_line(self, place: int, part: LogPart) -> None:
        name = ElidedLabel(printable(part.path.name), self)
        name.mode = Qt.TextElideMode.ElideMiddle
        name.setToolTip(str(part.path))
        box = offset_box()
        box.setFixedWidth(box.fontMetrics().horizontalAdvance("-100,000.000000 s") + 30)
        box.setToolTip(f"By how many seconds {part.path.name} is moved; less than 0: it begins earlier")
        box.setAccessibleName(f"Move {part.path.name} by seconds")
        box.setKeyboardTracking(False)
        box.valueChanged.connect(lambda seconds: self._move_by(place, seconds))
        up = self._button("up", f"Put {part.path.name} before the file above", lambda: self._lift(place))
        up.setEnabled(place > 0)
        remove = self._button("remove", f"Leave {part.path.name} out", lambda: self._remove(place))
        for column, widget in enumerate((name, box, up, remove)):
            self._grid.addWidget(widget, place + 1, column)
        self.offsets.append(box)
        self.up_buttons.append(up)
        self.remove_buttons.append(remove)

    def _button(self, picture: str, tip: str, do: Callable[[], None]) -> QToolButton:
        button = QToolButton(self)
        button.setIcon(icon(picture))
        button.setAutoRaise(True)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.clicked.connect(lambda _checked=False: do())
        return button

    def _move_by(self, place: int, seconds: float) -> None:
        parts = list(self._parts)
        parts[place] = replace(parts[place], offset_ns=round(seconds * NS_PER_SECOND))
        self._tell(parts)

    def _lift(self, place: int) -> None:
        parts = list(self._parts)
        parts[place - 1 : place + 1] = [parts[place], parts[place - 1]]
        self._tell(parts)

    def _remove(self, place: int) -> None:
        parts = list(self._parts)
        del parts[place]
        self._tell(parts)

    def _tell(self, parts: list[LogPart]) -> None:
        self.edited.emit(parts, ORDERS[self.order.currentIndex()])
