"""What can be done with the transmit table: actions for its bar, its menus and the window's menu."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QTextEdit,
    QToolBar,
    QToolButton,
    QWidget,
)

from canmcast_gui.ui.actions import EVERYWHERE, allow
from canmcast_gui.ui.icons import mend_extension
from canmcast_gui.ui.transmit.buttons import new_action

SEND_TIP = "Send the selected rows once, now (Ctrl+Return)"
NO_ROW = "Select a row first."
ARM_TIP = "Send the selected rows periodically, or when their trigger comes (Ctrl+E)"


class TransmitActions(QObject):
    """One attribute for each action; their keys work in the panel, that of ``stop`` in the whole window."""

    def __init__(self, panel: QWidget, undo: QAction, redo: QAction) -> None:
        super().__init__(panel)
        self._panel = panel
        make = self._make
        self.add = make("Add row", "add", "Add a frame", "Insert")
        self.database = make("Add from database…", "database", "Add a message of a loaded database")
        self.paste = make("Paste frames", "import", "Add frames from lines such as 123#DEADBEEF", "Ctrl+V")
        self.duplicate = make("Duplicate", "duplicate", "Duplicate the rows", "Ctrl+J")
        self.remove = make("Remove", "remove", "Remove the rows", "Del")
        self.up = make("Move up", "up", "Move the rows up", "Alt+Up")
        self.down = make("Move down", "down", "Move the rows down", "Alt+Down")
        self.send = make("Send", "send", SEND_TIP)
        self.arm = make("Arm", "arm", ARM_TIP)
        self._give_keys(self.send, "Ctrl+Return")
        self._give_keys(self.arm, "Ctrl+E")
        self.stop = make(
            "Stop all", "stop-all", "End all that is sent: rows, replays, sequences, fuzzing", "Ctrl+."
        )
        self.stop.setShortcutContext(EVERYWHERE)
        self.switch = make("Transmit", "power", "The main switch: while it is off, nothing is sent")
        self.switch.setCheckable(True)
        self.undo = self._give_keys(undo, "Ctrl+Z")
        self.redo = self._give_keys(redo, "Ctrl+Shift+Z")
        panel.addActions([undo, redo])
        #: Those that a menu can offer as well.
        self.menu = [
            self.add, self.database, self.paste, self.duplicate, self.remove, self.undo, self.redo,
            self.send, self.arm, self.stop, self.switch,
        ]  # fmt: skip

    def _make(self, name: str, picture: str, tip: str, keys: str = "") -> QAction:
        action = new_action(self._panel, name, picture, f"{tip} ({keys})" if keys else tip)
        if keys:
            self._give_keys(action, keys)
        self._panel.addAction(action)
        return action

    @staticmethod
    def _give_keys(action: QAction, keys: str) -> QAction:
        action.setShortcut(QKeySequence(keys))
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        return action

    def connect_to(self, slots: dict[QAction, Callable[[], object]]) -> None:
        """What each of them does."""
        for action, slot in slots.items():
            action.triggered.connect(lambda _checked=False, slot=slot: slot())

    def tool_bar(self) -> QToolBar:
        """The bar above the table."""
        bar = QToolBar(self._panel)
        size = self._panel.fontMetrics().height()
        bar.setIconSize(bar.iconSize().scaled(size, size, Qt.AspectRatioMode.KeepAspectRatio))
        for action in (self.switch, self.send, self.arm, self.stop):
            bar.addAction(action)
            bar.widgetForAction(action).setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        bar.addSeparator()
        bar.addWidget(self._add_button(bar))
        bar.addActions([self.duplicate, self.remove, self.up, self.down])
        mend_extension(bar)
        return bar

    def _add_button(self, bar: QToolBar) -> QToolButton:
        menu = QMenu(bar)
        menu.addActions([self.add, self.database, self.paste])
        button = QToolButton(bar)
        button.setDefaultAction(self.add)
        button.setMenu(menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
        return button

    def show_possible(self, numbers: list[int], rows: int, in_the_way: str, databases: bool) -> None:
        """Enable what is possible with these selected rows out of so many.

        ``in_the_way`` says why nothing can be sent, "" where it can.
        """
        some = bool(numbers)
        above = some and (numbers[0] > 0 or numbers[-1] - numbers[0] >= len(numbers))
        below = some and (numbers[-1] < rows - 1 or numbers[-1] - numbers[0] >= len(numbers))
        allow(self.duplicate, some, NO_ROW)
        allow(self.remove, some, NO_ROW)
        allow(self.up, above, "There is no row above." if some else NO_ROW)
        allow(self.down, below, "There is no row below." if some else NO_ROW)
        allow(self.database, databases, "Load a database first.")
        for action, reason in (
            (self.undo, "There is nothing to undo."),
            (self.redo, "There is nothing to redo."),
        ):
            action.setToolTip(action.text() if action.isEnabled() else reason)
        for action, tip in ((self.send, SEND_TIP), (self.arm, ARM_TIP)):
            action.setEnabled(some and not in_the_way)
            action.setToolTip(in_the_way or (tip if some else NO_ROW))


class RowKeys(QObject):
    """``pressed`` carries the key of one or several rows, while nobody types in an edit field.

    The keys belong to a window, and work whether or not the table is in sight.
    """

    pressed = Signal(str)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._shortcuts: dict[str, QShortcut] = {}

    @property
    def keys(self) -> list[str]:
        """The keys that send something, in their order."""
        return sorted(self._shortcuts)

    def use_window(self, window: QWidget) -> None:
        """Work in another window from now on."""
        keys = self.keys
        self.use([])
        self._window = window
        self.use(keys)

    def use(self, keys: list[str]) -> None:
        """Have just these keys; those that the window uses itself are left to it."""
        wanted = {key for key in set(keys) - {""} if key in self._shortcuts or not self.taken_by(key)}
        for key in set(self._shortcuts) - wanted:
            shortcut = self._shortcuts.pop(key)
            shortcut.setEnabled(False)
            shortcut.deleteLater()
        for key in wanted - set(self._shortcuts):
            shortcut = QShortcut(QKeySequence(key), self._window)
            shortcut.setContext(EVERYWHERE)
            shortcut.setAutoRepeat(False)
            shortcut.activated.connect(partial(self._on_key, key))
            self._shortcuts[key] = shortcut

    def taken_by(self, key: str) -> str:
        """What the window does at that key; "" where it is free."""
        wanted = QKeySequence(key)
        for action in self._window.findChildren(QAction):
            if wanted in action.shortcuts():
                return action.text().replace("&", "").rstrip("…")
        return ""

    def _on_key(self, key: str) -> None:
        if not is_typing():
            self.pressed.emit(key)


def is_typing() -> bool:
    """Whether keys go into an edit field just now."""
    widget = QApplication.focusWidget()
    if isinstance(widget, QComboBox):
        return widget.isEditable()
    if isinstance(widget, QLineEdit | QTextEdit | QPlainTextEdit | QAbstractSpinBox):
        return not widget.isReadOnly()
    return False
