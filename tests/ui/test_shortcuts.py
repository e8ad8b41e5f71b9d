"""Keys of the window: one that two actions have does nothing at all."""

from collections import defaultdict

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QShortcut

from canmcast_gui.ui.actions import EVERYWHERE


def test_no_key_of_the_window_belongs_to_two_actions(window):
    wide, all_of_them = set(), defaultdict(set)
    for action in window.findChildren(QAction):
        for key in action.shortcuts():
            all_of_them[key.toString()].add(action.text())
            if action.shortcutContext() in (Qt.ShortcutContext.WindowShortcut, EVERYWHERE):
                wide.add(key.toString())
    for shortcut in window.findChildren(QShortcut):
        all_of_them[shortcut.key().toString()].add(f"shortcut {id(shortcut)}")
    assert {"Ctrl+.", "Alt+1", "F6"} <= wide
    assert {key: names for key, names in all_of_them.items() if key in wide and len(names) > 1} == {}
