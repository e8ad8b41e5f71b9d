"""The list of keys: made from the actions, searched, copied and printed."""

import pytest
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence, QPdfWriter
from PySide6.QtTest import QTest

from canmcast_gui.ui.dialogs.shortcuts import ShortcutsDialog, keys_of


@pytest.fixture
def dialog(window, qtbot):
    window.actions_.shortcuts.trigger()
    return window.findChild(ShortcutsDialog)


def test_every_action_with_keys_is_listed_in_its_menu_or_panel(window):
    keys = keys_of(window)
    listed = {one.keys for one in keys}
    native = QKeySequence.SequenceFormat.NativeText
    for action in window.findChildren(QAction):
        if action.text() and action.shortcuts():
            assert ", ".join(key.toString(native) for key in action.shortcuts()) in listed, action.text()
    groups = {one.title: one.group for one in keys}
    assert groups["Open log file"] == "File"
    assert groups["Transmit on"] == "Transmit"
    assert groups["Measure"] == "Plot"
    assert groups["Monitor layout"] == "Window"


def test_a_search_leaves_what_has_all_words(dialog):
    QTest.keyClicks(dialog.search, "mark ctrl")
    assert {key.title for key in dialog.shown} == {"Mark row", "Remove mark"}
    assert dialog.tree.topLevelItemCount() == 1
    dialog.search.setText("ctrl+f1")
    assert [key.title for key in dialog.shown] == ["Keyboard shortcuts"]
    dialog.search.setText("nothing like it")
    assert dialog.tree.topLevelItemCount() == 0


def test_the_list_is_copied_and_printed(dialog, tmp_path):
    dialog.copy.click()
    text = QGuiApplication.clipboard().text()
    assert "\nMeasurement\nStart\tF5\n" in text
    path = tmp_path / "keys.pdf"
    writer = QPdfWriter(str(path))
    dialog.document().print_(writer)
    del writer
    assert path.read_bytes().startswith(b"%PDF")
    assert "Diagnose the bus" in dialog.document().toPlainText()
