"""The filter field of forms: when a mistake appears, and what was probably meant."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from canmcast_gui.frames.filters import compile_filter
from canmcast_gui.ui.filters.field import FilterField
from tests.ui.filters.test_edit import words

pytestmark = pytest.mark.window


@pytest.fixture
def form(qtbot):
    """A form with a field, and another one below."""
    form = QWidget()
    qtbot.addWidget(form)
    form.field = FilterField(
        words,
        lambda text: compile_filter(text, signals=lambda _: None, vocabulary=lambda: words().vocabulary),
    )
    form.other = QLineEdit()
    layout = QVBoxLayout(form)
    layout.addWidget(form.field)
    layout.addWidget(form.other)
    with qtbot.waitActive(form):
        form.show()
        form.activateWindow()
    form.field.setFocus()
    return form


def test_enter_shows_the_mistake_and_then_takes_the_suggestion(form):
    edit, field = form.field.edit, form.field
    assert edit.hasFocus()
    QTest.keyClicks(edit, "length > 4 and lenght > 2")
    assert not field.note.isVisible()
    QTest.keyClick(edit, Qt.Key.Key_Return)
    assert field.note.text().startswith("Unknown field")
    assert field.note.text().endswith("(character 16)")
    assert field.take.text() == "Use length"
    QTest.keyClick(edit, Qt.Key.Key_Return)
    assert edit.text() == "length > 4 and length > 2"
    assert not field.note.isVisible()
    assert not field.take.isVisible()


def test_the_button_takes_the_suggestion_and_typing_hides_the_mistake(qtbot, form):
    edit, field = form.field.edit, form.field
    QTest.keyClicks(edit, "lenght > 2")
    form.other.setFocus()
    assert field.note.isVisible()
    qtbot.mouseClick(field.take, Qt.MouseButton.LeftButton)
    assert edit.text() == "length > 2"
    assert edit.hasFocus()
    QTest.keyClicks(edit, " and")
    assert not field.note.isVisible()
    qtbot.waitUntil(field.note.isVisible)


def test_a_text_that_is_set_is_checked_at_once_and_an_empty_one_is_right(form):
    field = form.field
    field.edit.setText("id ==")
    assert field.note.isVisible()
    assert not field.take.isVisible()
    field.edit.setText("")
    assert not field.note.isVisible()
    assert field.check() is None
