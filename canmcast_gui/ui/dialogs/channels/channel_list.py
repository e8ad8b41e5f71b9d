"""The list of channels of the dialog."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QToolButton, QVBoxLayout, QWidget

from canmcast_gui.channels.settings import MOST_CHANNELS, ChannelSettings
from canmcast_gui.ui import icons
from canmcast_gui.ui.actions import connect
from canmcast_gui.ui.labels import label_text

LIST_WIDTH = 210


class ChannelList(QWidget):
    """The channels with check boxes; buttons to duplicate, remove and move the current one.

    ``current_changed`` says that another channel is to be shown, ``edited`` that the list has changed.
    """

    current_changed = Signal()
    edited = Signal()

    def __init__(self, channels: tuple[ChannelSettings, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedWidth(LIST_WIDTH)
        self.channels = list(channels)
        self._is_locked = False
        self.list = QListWidget()
        self.list.setAccessibleName("Channels")
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.setSpacing(2)
        self.buttons = {
            "duplicate": self._button("duplicate", "Duplicate", self.duplicate),
            "remove": self._button("remove", "Remove", self.remove),
            "up": self._button("up", "Move up", lambda: self.move_by(-1)),
            "down": self._button("down", "Move down", lambda: self.move_by(1)),
        }
        row = QHBoxLayout()
        for button in self.buttons.values():
            row.addWidget(button)
        row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.list)
        layout.addLayout(row)
        self._fill(0)
        self.list.currentRowChanged.connect(self._on_current)
        self.list.itemChanged.connect(self._on_checked)

    @property
    def current(self) -> int:
        """The row of the current channel."""
        return max(self.list.currentRow(), 0)

    def replace_current(self, channel: ChannelSettings) -> None:
        """Use other settings for the current channel."""
        self.channels[self.current] = replace(channel, enabled=self.channels[self.current].enabled)
        self._show_texts()

    def lock(self, is_locked: bool) -> None:
        """Whether no other channel can become the current one, as that would drop what is being typed."""
        self._is_locked = is_locked
        self.list.setEnabled(not is_locked)
        self._allow()

    def add(self, channel: ChannelSettings) -> None:
        """Add a channel at the end."""
        self.channels.append(channel)
        self._fill(len(self.channels) - 1)

    def duplicate(self) -> None:
        """Add a copy of the current channel below it, without its name."""
        self.channels.insert(self.current + 1, replace(self.channels[self.current], name=""))
        self._fill(self.current + 1)

    def remove(self) -> None:
        """Remove the current channel; the last one stays."""
        row = self.current
        if len(self.channels) > 1:
            del self.channels[row]
            self._fill(min(row, len(self.channels) - 1))

    def move_by(self, steps: int) -> None:
        """Move the current channel up or down."""
        row, to = self.current, self.current + steps
        if 0 <= to < len(self.channels):
            self.channels.insert(to, self.channels.pop(row))
            self._fill(to)

    def _button(self, icon: str, text: str, slot: object) -> QToolButton:
        button = QToolButton()
        button.setIcon(icons.icon(icon))
        button.setToolTip(text)
        button.setAccessibleName(text)
        button.setAutoRaise(True)
        connect(button.clicked, slot)  # type: ignore[arg-type]
        return button

    def _fill(self, current: int) -> None:
        self.list.blockSignals(True)
        self.list.clear()
        for channel in self.channels:
            item = QListWidgetItem()
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked if channel.enabled else Qt.CheckState.Unchecked)
            self.list.addItem(item)
        self._show_texts()
        self.list.setCurrentRow(current)
        self.list.blockSignals(False)
        self._allow()
        self.current_changed.emit()
        self.edited.emit()

    def _show_texts(self) -> None:
        self.list.blockSignals(True)
        for row, channel in enumerate(self.channels):
            item = self.list.item(row)
            item.setText(f"{row + 1}  {label_text(channel.title)}")
            item.setToolTip(channel.to_text())
        self.list.blockSignals(False)

    def _allow(self) -> None:
        row, last = self.current, len(self.channels) - 1
        self.buttons["remove"].setEnabled(last > 0)
        self.buttons["duplicate"].setEnabled(last + 1 < MOST_CHANNELS and not self._is_locked)
        self.buttons["up"].setEnabled(row > 0 and not self._is_locked)
        self.buttons["down"].setEnabled(row < last and not self._is_locked)

    def _on_current(self) -> None:
        self._allow()
        self.current_changed.emit()

    def _on_checked(self, item: QListWidgetItem) -> None:
        row = self.list.row(item)
        enabled = item.checkState() is Qt.CheckState.Checked
        self.channels[row] = replace(self.channels[row], enabled=enabled)
        self.edited.emit()
