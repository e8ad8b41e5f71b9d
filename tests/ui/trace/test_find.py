"""The find bar: search by keys in both views, in both directions."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.support.frames import traffic

pytestmark = pytest.mark.window


@pytest.fixture
def bar(qtbot, stage, window):
    stage.receive(traffic(100))
    window.panel.chronological.refresh()
    window.actions_.chronological.trigger()
    with qtbot.waitActive(window):
        window.activateWindow()
    window.panel.chronological.set_following(False)
    window.panel.chronological.table.scrollToTop()
    window.actions_.find.trigger()
    return window.panel.find_bar


def found(qtbot, window, bar) -> int | None:
    qtbot.waitUntil(lambda: not bar.searching)
    return window.views.current.current_row()


def test_return_and_f3_find_the_next_frame_and_with_shift_the_previous_one(qtbot, window, bar):
    QTest.keyClicks(bar.text_edit, "id == 0x101")
    numbers = []
    for modifier in (
        Qt.KeyboardModifier.NoModifier,
        Qt.KeyboardModifier.NoModifier,
        Qt.KeyboardModifier.ShiftModifier,
    ):
        QTest.keyClick(bar.text_edit, Qt.Key.Key_Return, modifier)
        numbers.append(found(qtbot, window, bar))
    QTest.keyClick(bar.text_edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert found(qtbot, window, bar) == 97
    assert numbers == [1, 5, 1]
    qtbot.waitUntil(lambda: bar.result.text() == "25 of 25 · wrapped to the end")
    QTest.keyClick(bar.text_edit, Qt.Key.Key_Escape)
    assert bar.isHidden()
    bar.search(False)
    assert found(qtbot, window, bar) == 1
    qtbot.waitUntil(lambda: bar.result.text() == "1 of 25 · wrapped to the start")
    bar.text_edit.setText("id == 0x7FF")
    bar.search(False)
    qtbot.waitUntil(lambda: bar.result.text() == "No frames match.")


def test_the_count_is_updated_for_new_frames_and_the_filter(qtbot, stage, window, bar):
    bar.text_edit.setText("id == 0x101")
    bar.search(False)
    qtbot.waitUntil(lambda: bar.result.text() == "1 of 25")
    stage.receive(traffic(100, first=100))
    window.panel.chronological.refresh()
    bar.search(False)
    qtbot.waitUntil(lambda: bar.result.text() == "2 of 50")
    window.panel.filter_box.set_filter_text("data[0] >= 50 or data[1] > 0")
    bar.search(False)
    qtbot.waitUntil(lambda: bar.result.text() in ("1 of 37", "2 of 37"))


def test_an_error_is_shown_with_its_position(bar):
    QTest.keyClicks(bar.text_edit, "id == zebra")
    bar.search(False)
    assert "(character 7)" in bar.result.text()
    assert not bar.searching


def test_a_mistyped_name_is_corrected_by_a_second_search(qtbot, bar):
    QTest.keyClicks(bar.text_edit, "lenght > 900")
    QTest.keyClick(bar.text_edit, Qt.Key.Key_Return)
    assert "Did you mean length?" in bar.result.text()
    QTest.keyClick(bar.text_edit, Qt.Key.Key_Return)
    assert bar.text_edit.text() == "length > 900"
    qtbot.waitUntil(lambda: bar.result.text() == "No frames match.")


def test_a_search_can_be_canceled_and_typing_cancels_it(qtbot, window, bar):
    bar.text_edit.setText("id == 0x7FF")
    bar.search(False)
    assert bar.searching
    QTest.keyClick(bar.text_edit, Qt.Key.Key_Escape)
    assert not bar.searching
    assert not bar.isHidden()
    bar.search(False)
    QTest.keyClicks(bar.text_edit, "0")
    assert not bar.searching


def test_ids_are_found_in_the_by_id_view(qtbot, window, bar):
    window.actions_.by_id.trigger()
    view = window.panel.by_id
    view.refresh()
    bar.text_edit.setText("id in 0x101..0x102")
    lines = []
    for backwards in (False, False, False, True):
        bar.search(backwards)
        lines.append(view.table.currentIndex().row())
    assert lines == [1, 2, 1, 2]
    assert bar.result.text() == "2 of 2 · wrapped to the end"
