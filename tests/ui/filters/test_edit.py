"""The field for a filter: proposals by keys and by mouse, which leave all other keys to the text."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLineEdit, QTableWidget, QVBoxLayout

from canmcast_gui.frames.filters import Vocabulary
from canmcast_gui.frames.filters.proposals import Words
from canmcast_gui.frames.filters.vocabulary import MessageName, SignalName
from canmcast_gui.ui.filters.edit import FilterDelegate, FilterEdit

pytestmark = pytest.mark.window

LONG = "TransmissionStatusOfTheSecondGearBox.TemperatureOfTheOilInTheSump"
KEY = Qt.Key


def words() -> Words:
    """Two messages with three signals."""
    names = ("Engine.Speed", "Engine.Gear", LONG)
    signals = tuple(SignalName(name, name.rpartition(".")[2], "rpm", "a comment") for name in names)
    return Words(Vocabulary((MessageName("Engine", 0xC0),), signals), lambda _name: {"Reverse": 1})


@pytest.fixture
def dialog(qtbot) -> QDialog:
    """A dialog with a field, another one, and a default button."""
    dialog = QDialog()
    qtbot.addWidget(dialog)
    layout = QVBoxLayout(dialog)
    layout.addWidget(FilterEdit(words))
    layout.addWidget(QLineEdit())
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok)
    buttons.accepted.connect(dialog.accept)
    layout.addWidget(buttons)
    dialog.resize(260, 120)
    with qtbot.waitActive(dialog):
        dialog.show()
        dialog.activateWindow()
    return dialog


@pytest.fixture
def edit(dialog) -> FilterEdit:
    edit = dialog.findChild(FilterEdit)
    edit.setFocus()
    return edit


def test_tab_takes_the_first_proposal_and_the_next_list_has_its_operators_and_values(dialog, edit):
    QTest.keyClicks(edit, "fd and gea")
    assert edit.list.isVisible()
    assert edit.list.current is None
    QTest.keyClick(edit, KEY.Key_Tab)
    assert edit.text() == "fd and Gear "
    assert [one.text for one in edit.list.proposals][:2] == ["==", "!="]
    QTest.keyClicks(edit, "== ")
    QTest.keyClick(edit, KEY.Key_Tab)
    assert edit.text() == "fd and Gear == Reverse"
    assert not edit.list.isVisible()
    assert edit.hasFocus()
    assert dialog.isVisible()


def test_enter_takes_what_was_selected_and_leaves_other_text_alone(dialog, edit):
    QTest.keyClicks(edit, "eng")
    QTest.keyClick(edit, KEY.Key_Down)
    chosen = edit.list.current
    QTest.keyClick(edit, KEY.Key_Return)
    assert edit.text().strip() == chosen.text
    assert dialog.isVisible()
    edit.clear()
    QTest.keyClicks(edit, "eng")
    assert edit.list.isVisible()
    QTest.keyClick(edit, KEY.Key_Return)
    assert edit.text() == "eng"
    assert not edit.list.isVisible()


def test_esc_closes_the_list_and_then_the_dialog(dialog, edit):
    QTest.keyClicks(edit, "eng")
    QTest.keyClick(edit, KEY.Key_Escape)
    assert not edit.list.isVisible()
    assert dialog.isVisible()
    QTest.keyClick(edit, KEY.Key_Escape)
    assert not dialog.isVisible()


def test_the_list_opens_on_request_and_moves_in_a_circle(edit):
    QTest.keyClick(edit, KEY.Key_Space, Qt.KeyboardModifier.ControlModifier)
    assert edit.list.isVisible()
    assert edit.list.current is edit.list.proposals[0]
    QTest.keyClick(edit, KEY.Key_Up)
    assert edit.list.current is edit.list.proposals[-1]
    QTest.keyClick(edit, KEY.Key_Down)
    QTest.keyClick(edit, KEY.Key_PageDown)
    assert edit.list.current is not edit.list.proposals[0]


def test_a_click_takes_a_proposal_and_undo_restores_the_text(qtbot, edit):
    QTest.keyClicks(edit, "spee")
    index = edit.list.model().index(0, 0)
    qtbot.mouseClick(
        edit.list.viewport(), Qt.MouseButton.LeftButton, pos=edit.list.visualRect(index).center()
    )
    assert edit.text() == "Speed "
    assert edit.hasFocus()
    edit.undo()
    assert edit.text() == "spee"


def test_the_list_is_as_wide_as_its_longest_entry(edit):
    QTest.keyClicks(edit, "temper")
    (one,) = edit.list.proposals
    assert one.detail == f"{LONG.partition('.')[0]} · rpm"
    text = f"{one.shown}{one.detail}{one.comment}"
    assert edit.list.width() > edit.list.fontMetrics().horizontalAdvance(text) > edit.width()
    assert edit.list.grab().toImage().width() == edit.list.width()


def test_the_list_closes_when_the_focus_leaves_and_when_the_window_moves(dialog, edit):
    QTest.keyClicks(edit, "eng")
    dialog.findChildren(QLineEdit)[1].setFocus()
    assert not edit.list.isVisible()
    edit.setFocus()
    QTest.keyClicks(edit, "i")
    assert edit.list.isVisible()
    dialog.resize(dialog.width() + 10, dialog.height())
    assert not edit.list.isVisible()


def test_a_cell_of_a_table_is_completed(qtbot):
    table = QTableWidget(1, 1)
    qtbot.addWidget(table)
    table.setItemDelegateForColumn(0, FilterDelegate(words, table))
    with qtbot.waitActive(table):
        table.show()
        table.activateWindow()
    table.setFocus()
    table.setCurrentCell(0, 0)
    table.edit(table.model().index(0, 0))
    edit = table.viewport().findChild(FilterEdit)
    QTest.keyClicks(edit, "spee")
    QTest.keyClick(edit, KEY.Key_Tab)
    QTest.keyClicks(edit, "> 3")
    QTest.keyClick(edit, KEY.Key_Return)
    qtbot.waitUntil(lambda: table.item(0, 0) is not None and table.item(0, 0).text() == "Speed > 3")
