"""The field for the channel that frames are sent on."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from canmcast_gui.app.transmit.parsing.channel_text import FIRST, channel_text, parse_channel_number
from canmcast_gui.app.transmit.row import RowError
from canmcast_gui.ui.content_size import widen

TIP = "The channel that frames are sent on: choose an open one, or type its number or name"


class ChannelField(QComboBox):
    """Offers the open channels with number and name; both can be typed. Without a text it is the first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names: Mapping[int, str] = {}
        #: The line that is typed in. One that Qt made would have a wrapper that does not last as long as it.
        self.line = QLineEdit()
        self.setLineEdit(self.line)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        # The completer would make "10" of a typed "1" where channel 1 is not open.
        self.setCompleter(None)  # type: ignore[arg-type]  # None removes it
        widen(self)
        self.setMinimumContentsLength(8)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setToolTip(TIP)
        self.line.setPlaceholderText(FIRST)

    def offer(self, names: Mapping[int, str]) -> None:
        """Offer the open channels; the text stays. ``names`` are their names by number."""
        if dict(names) == self._names and self.count():
            return
        self._names = dict(names)
        text, is_typed = self.currentText(), self.line.isModified()
        blocked = self.blockSignals(True)
        self.clear()
        self.addItems([FIRST, *(channel_text(number, names) for number in names)])
        self.setCurrentIndex(max(self.findText(text), 0))
        self.setEditText(text)
        self.line.setModified(is_typed)
        self.blockSignals(blocked)

    def is_needed(self, number: int) -> bool:
        """Whether there is a choice: several channels are open, or a channel is chosen."""
        return len(self._names) > 1 or number != 0

    def follow(self) -> None:
        """Make the entry that is shown the current one of the list, so that the arrow keys begin there."""
        text = self.currentText()
        index = self.findText(text) if text else 0
        blocked = self.blockSignals(True)
        self.setCurrentIndex(index)
        self.setEditText(text)
        self.blockSignals(blocked)

    @property
    def number(self) -> int:
        """The number of the channel; 0 for the first, or for a text that is not a channel."""
        try:
            return parse_channel_number(self.currentText(), self._names)
        except RowError:
            return 0

    @property
    def problem(self) -> str:
        """Why the text is not a channel; "" if it is."""
        try:
            parse_channel_number(self.currentText(), self._names)
        except RowError as error:
            return str(error)
        return ""

    def show_number(self, number: int) -> None:
        """Show a channel."""
        self.setEditText(channel_text(number, self._names))
        self.follow()
