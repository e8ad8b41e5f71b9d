"""Several files of a replay: their order, and the offsets of their times."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QGridLayout, QLabel, QToolButton, QWidget

from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.logfile import ORDERS, LogPart, Order
from canmcast_gui.ui.actions import connect
from canmcast_gui.ui.dialogs.merge import offset_box
from canmcast_gui.ui.icons import icon
from canmcast_gui.ui.labels import ElidedLabel
from canmcast_gui.wording import printable

_ORDER_TEXTS: dict[Order, str] = {
    "times": "By their dates and times",
    "together": "All begin together",
    "in turn": "One after the other",
}


class ReplayFiles(QWidget):
    """One line for each file; hidden unless there are several.

    ``edited`` carries the LogParts and their order after an edit of the user.
    """

    edited = Signal(list, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parts: tuple[LogPart, ...] = ()
        self.order = QComboBox(self)
        self.order.addItems([_ORDER_TEXTS[order] for order in ORDERS])
        self.order.setToolTip("How the files are combined; the offset of a file is added to its times")
        self.order.setAccessibleName("How the files are combined")
        self.order.activated.connect(lambda _index: self._report(list(self._parts)))
        self.offsets: list[QDoubleSpinBox] = []
        self.up_buttons: list[QToolButton] = []
        self.remove_buttons: list[QToolButton] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setVerticalSpacing(3)
        self._grid.addWidget(self.order, 0, 0)
        self._grid.addWidget(QLabel("Offset", self), 0, 1)
        self._grid.setColumnStretch(0, 1)
        self.setVisible(False)

    def show_files(self, parts: tuple[LogPart, ...], order: Order) -> None:
        """Show these files; ``edited`` is not emitted."""
        with QSignalBlocker(self.order):
            self.order.setCurrentIndex(ORDERS.index(order))
        if parts == self._parts:
            return
        same_files = [part.path for part in parts] == [part.path for part in self._parts]
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
        for index, part in enumerate(self._parts):
            self._make_line(index, part)
        self._show_offsets()

    def _make_line(self, index: int, part: LogPart) -> None:
        name = ElidedLabel(printable(part.path.name), self)
        name.mode = Qt.TextElideMode.ElideMiddle
        name.setToolTip(str(part.path))
        box = offset_box()
        box.setFixedWidth(box.fontMetrics().horizontalAdvance("-100,000.000000 s") + 30)
        box.setToolTip(f"Seconds that are added to the times of {part.path.name}")
        box.setAccessibleName(f"Offset of {part.path.name} in seconds")
        box.setKeyboardTracking(False)
        box.valueChanged.connect(lambda seconds: self._set_offset(index, seconds))
        up = self._button("up", f"Move {part.path.name} before the file above", lambda: self._raise(index))
        up.setEnabled(index > 0)
        remove = self._button("remove", f"Remove {part.path.name}", lambda: self._remove(index))
        for column, widget in enumerate((name, box, up, remove)):
            self._grid.addWidget(widget, index + 1, column)
        self.offsets.append(box)
        self.up_buttons.append(up)
        self.remove_buttons.append(remove)

    def _button(self, icon_name: str, tip: str, slot: Callable[[], None]) -> QToolButton:
        button = QToolButton(self)
        button.setIcon(icon(icon_name))
        button.setAutoRaise(True)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        connect(button.clicked, slot)
        return button

    def _set_offset(self, index: int, seconds: float) -> None:
        parts = list(self._parts)
        parts[index] = replace(parts[index], offset_ns=round(seconds * NS_PER_SECOND))
        self._report(parts)

    def _raise(self, index: int) -> None:
        parts = list(self._parts)
        parts[index - 1 : index + 1] = [parts[index], parts[index - 1]]
        self._report(parts)

    def _remove(self, index: int) -> None:
        parts = list(self._parts)
        del parts[index]
        self._report(parts)

    def _report(self, parts: list[LogPart]) -> None:
        self.edited.emit(parts, ORDERS[self.order.currentIndex()])
