"""Keys of the window: one that two actions have does nothing at all."""

from collections import defaultdict

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction


def test_no_key_of_the_window_belongs_to_two_actions(window):
    wide, all_of_them = set(), defaultdict(set)
    for action in window.findChildren(QAction):
        for key in action.shortcuts():
            all_of_them[key.toString()].add(action.text())
            if action.shortcutContext() == Qt.ShortcutContext.WindowShortcut:
                wide.add(key.toString())
    assert "Ctrl+." in wide
    assert {key: names for key, names in all_of_them.items() if key in wide and len(names) > 1} == {}
