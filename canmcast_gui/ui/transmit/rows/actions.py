"""The actions of the transmit panel, and the keys that send rows."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence, QShortcut, QUndoStack
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

from canmcast_gui.ui.actions import EVERYWHERE, allow, new_action
from canmcast_gui.ui.icons import fix_extension_button

NO_ROW = "Select a row first."


class TransmitActions(QObject):
    """One attribute for each action. Their keys work in the panel, those of ``stop`` in the whole window."""

    def __init__(self, panel: QWidget, edits: QUndoStack) -> None:
        super().__init__(panel)
        self._panel = panel
        new = partial(new_action, panel)
        self.add = new("Add row", icon="add", keys="Insert", context=EVERYWHERE, tip="Add a frame")
        self.database = new("Add from database…", icon="database", tip="Add a message of a loaded database")
        self.paste = new(
            "Paste frames",
            icon="import",
            keys="Ctrl+V",
            context=EVERYWHERE,
            tip="Add frames from lines such as 123#DEADBEEF",
        )
        self.duplicate = new(
            "Duplicate", icon="duplicate", keys="Ctrl+J", context=EVERYWHERE, tip="Duplicate the rows"
        )
        self.remove = new("Remove", icon="remove", keys="Del", tip="Remove the rows")
        self.up = new("Move up", icon="up", keys="Alt+Up", tip="Move the rows up")
        self.down = new("Move down", icon="down", keys="Alt+Down", tip="Move the rows down")
        self.send = new("Send", icon="send", keys="Ctrl+Return", tip="Send the selected rows once, now")
        self.arm = new(
            "Start cyclic",
            icon="arm",
            keys="Ctrl+E",
            tip="Start or stop sending the selected rows at their periods, or when their trigger matches",
        )
        self.stop = new(
            "Stop all",
            icon="stop-all",
            keys="Ctrl+.",
            context=EVERYWHERE,
            tip="End all that is sent: rows, replay, sequences and fuzzing",
        )
        self.details = new(
            "Row details", icon="edit", keys="Alt+Return", checkable=True,
            tip="Signals, frame and generated data of the selected rows",
        )  # fmt: skip
        # Not those of the stack: Qt makes them, and Python loses actions of Qt that several menus have.
        self.undo = new("Undo", edits.undo, keys="Ctrl+Z")
        self.redo = new("Redo", edits.redo, keys="Ctrl+Shift+Z")
        for action, can in ((self.undo, edits.canUndoChanged), (self.redo, edits.canRedoChanged)):
            action.setEnabled(False)
            can.connect(action.setEnabled)
        #: The actions for menus.
        self.menu = [
            self.add, self.database, self.paste, self.duplicate, self.remove, self.undo, self.redo,
            self.send, self.arm, self.stop, self.details,
        ]  # fmt: skip
        panel.addActions([*self.menu, self.up, self.down])
        KeyInFields(self.arm, panel)

    def tool_bar(self) -> QToolBar:
        """The bar above the table."""
        bar = QToolBar(self._panel)
        size = self._panel.fontMetrics().height()
        bar.setIconSize(bar.iconSize().scaled(size, size, Qt.AspectRatioMode.KeepAspectRatio))
        for action in (self.send, self.arm, self.stop):
            bar.addAction(action)
            button = bar.widgetForAction(action)
            if isinstance(button, QToolButton):
                button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        bar.addSeparator()
        bar.addWidget(self._add_button(bar))
        bar.addActions([self.duplicate, self.remove, self.up, self.down])
        bar.addSeparator()
        bar.addAction(self.details)
        fix_extension_button(bar)
        return bar

    def _add_button(self, bar: QToolBar) -> QToolButton:
        menu = QMenu(bar)
        menu.addActions([self.add, self.database, self.paste])
        button = QToolButton(bar)
        button.setDefaultAction(self.add)
        button.setMenu(menu)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
        return button

    def update_enabled(self, selected: list[int], row_count: int, obstacle: str, has_databases: bool) -> None:
        """Enable what is possible with the selected rows.

        ``obstacle`` says why nothing can be sent, "" if sending is possible.
        """
        some = bool(selected)
        can_rise = some and (selected[0] > 0 or selected[-1] - selected[0] >= len(selected))
        can_sink = some and (selected[-1] < row_count - 1 or selected[-1] - selected[0] >= len(selected))
        allow(self.duplicate, some, NO_ROW)
        allow(self.remove, some, NO_ROW)
        allow(self.up, can_rise, "There is no row above." if some else NO_ROW)
        allow(self.down, can_sink, "There is no row below." if some else NO_ROW)
        allow(self.database, has_databases, "Load a database first.")
        allow(self.send, some and not obstacle, obstacle or NO_ROW)
        allow(self.arm, some and not obstacle, obstacle or NO_ROW)
        for action, reason in (
            (self.undo, "There is nothing to undo."),
            (self.redo, "There is nothing to redo."),
        ):
            action.setToolTip(action.text() if action.isEnabled() else reason)


class RowKeys(QObject):
    """The keys that send rows, wherever in a window the focus is, whether or not the table is visible.

    ``pressed`` carries a key, unless the user types in an edit field.
    """

    pressed = Signal(str)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._shortcuts: dict[str, QShortcut] = {}

    @property
    def keys(self) -> list[str]:
        """The keys that send rows, sorted."""
        return sorted(self._shortcuts)

    def set_window(self, window: QWidget) -> None:
        """Have the keys in another window."""
        keys = self.keys
        self.set_keys([])
        self._window = window
        self.set_keys(keys)

    def set_keys(self, keys: list[str]) -> None:
        """Replace all keys; those that the window uses itself are ignored."""
        wanted = {key for key in set(keys) - {""} if key in self._shortcuts or not self.use_of(key)}
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

    def use_of(self, key: str) -> str:
        """What the window does at a key; "" if the key is free."""
        wanted = QKeySequence(key)
        for action in self._window.findChildren(QAction):
            if wanted in action.shortcuts():
                return action.text().replace("&", "").rstrip("…")
        return ""

    def _on_key(self, key: str) -> None:
        if not is_typing():
            self.pressed.emit(key)


class KeyInFields(QObject):
    """Lets the keys of an action of a panel work while a field of the panel has the focus that uses them.

    Line edits use Ctrl+E on some systems, to go to the end of the text.
    """

    def __init__(self, action: QAction, panel: QWidget) -> None:
        super().__init__(panel)
        self._action = action
        self._panel = panel
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._on_focus)

    def _on_focus(self, _old: QWidget | None, now: QWidget | None) -> None:
        if now is not None and self._panel.isAncestorOf(now):
            now.installEventFilter(self)

    def eventFilter(self, _field: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
            return False
        is_key = QKeySequence(event.keyCombination()) in self._action.shortcuts()
        if is_key:
            event.ignore()
        return is_key


def is_typing() -> bool:
    """Whether the focus is in a field that takes keys."""
    widget = QApplication.focusWidget()
    if isinstance(widget, QComboBox):
        return widget.isEditable()
    if isinstance(widget, QLineEdit | QTextEdit | QPlainTextEdit | QAbstractSpinBox):
        return not widget.isReadOnly()
    return False
