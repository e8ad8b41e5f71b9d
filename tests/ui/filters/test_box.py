"""The filter box: applied while typing; errors have a position and keep the last valid filter."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu, QWidget

from canmcast_gui.app.bus.source_names import SourceNames
from canmcast_gui.frames import Source
from canmcast_gui.ui import theme
from canmcast_gui.ui.filters.box import FilterBox
from canmcast_gui.ui.filters.state import FilterState
from tests.support.frames import traffic


@pytest.fixture
def state(stage):
    return FilterState(stage.session)


@pytest.fixture
def box(qtbot, stage, state):
    box = FilterBox(state, stage.settings)
    qtbot.addWidget(box)
    return box


def test_typed_text_is_applied_after_a_pause(qtbot, state, box):
    with qtbot.waitSignal(state.changed) as changed:
        QTest.keyClicks(box, "id == 0x101")
    assert changed.args[0].mask(traffic(4)).tolist() == [False, True, False, False]


def test_an_error_keeps_the_last_valid_filter_and_has_a_position(qtbot, state, box):
    problem = box.problem
    box.show()
    box.set_filter_text("id == 0x101")
    good = state.filter
    with qtbot.waitSignal(state.failed) as failed:
        box.set_filter_text("id == zebra")
    assert failed.args[1] == 6
    assert state.filter is good
    assert not problem.isHidden()
    assert "(character 7)" in problem.label.text()
    box.set_filter_text("id == 0x102")
    assert problem.isHidden()
    assert state.filter is not good


def test_an_empty_filter_is_applied_immediately(state, box):
    box.set_filter_text("id == 1")
    box.clear()
    assert state.filter.passes_all


def test_names_are_those_of_the_current_databases(stage, state, box):
    box.set_filter_text("name ~ Engine")
    assert not state.filter.mask(traffic(1)).any()
    stage.add_database()
    assert state.filter.mask(traffic(1)).all()


def test_the_filter_in_force_is_updated_for_databases_while_the_text_has_an_error(stage, state, box):
    box.set_filter_text("name ~ Engine")
    box.set_filter_text("name ~ Engine and (")
    assert not state.filter.mask(traffic(1)).any()
    stage.add_database()
    assert state.filter.text == "name ~ Engine"
    assert state.filter.mask(traffic(1)).all()


def test_filters_are_saved_chosen_and_deleted(stage, box):
    box.setText("id == 0x101")
    box.saved_filters.save(" engine ")
    box.setText("error")
    box.saved_filters.save("trouble")
    box.clear()
    menu = box.saved_filters.menu()
    actions = {action.text(): action for action in menu.actions()}
    assert list(actions)[:2] == ["engine", "trouble"]
    assert not actions["&Save this filter…"].isEnabled()
    actions["engine"].trigger()
    assert box.text() == "id == 0x101"
    actions["&Delete"].menu().actions()[0].trigger()
    assert stage.settings.filters.value == {"trouble": "error"}
    menu.close()


def test_a_filter_is_refined_by_a_cell(state, box):
    box.set_filter_text("error or id == 0x101")
    box.refine("dir == rx")
    assert state.filter.text == "(error or id == 0x101) and dir == rx"


def test_an_error_is_underlined_and_does_not_change_the_text(state, box):
    box.set_filter_text("id == zebra")
    box.setCursorPosition(3)
    plain = box.grab().toImage()
    box.set_filter_text("id == 0x1")
    box.set_filter_text("id == zebra")
    box.setCursorPosition(3)
    assert box.text() == "id == zebra"
    assert box.cursorPosition() == 3
    error = theme.colors(box.palette()).error
    colors = {plain.pixelColor(x, y).name() for x in range(plain.width()) for y in range(plain.height())}
    assert error.name() in colors


def test_filters_are_updated_when_senders_get_names(qtbot, stage):
    senders = SourceNames(stage.session.document, stage.session.tasks)
    state = FilterState(stage.session, senders=senders)
    batch = traffic(1)
    batch.records["source"] = stage.session.document.recording.sources.number(Source("10.1.2.3", 7))
    state.set_text("source ~ testbench")
    assert not state.filter.mask(batch).any()
    senders.names[Source("10.1.2.3", 7)] = "testbench"
    with qtbot.waitSignal(state.changed):
        senders.changed.emit()
    assert state.filter.mask(batch).all()


@pytest.fixture
def shown(qtbot, box):
    """The field in a window, where its messages are visible."""
    frame = QWidget()
    qtbot.addWidget(frame)
    frame.resize(700, 300)
    box.setParent(frame)
    box.setGeometry(20, 10, 500, box.sizeHint().height())
    with qtbot.waitActive(frame):
        frame.show()
        frame.activateWindow()
    box.setFocus()
    yield box
    box.hide()
    box.setParent(None)


def test_a_mistake_is_shown_by_enter_and_esc_restores_the_filter_that_applies(qtbot, state, shown):
    shown.set_filter_text("id == 0x101")
    shown.clear()
    shown.set_filter_text("id == 0x102")
    shown.selectAll()
    QTest.keyClicks(shown, "id == zeb")
    assert not shown.problem.isVisible()
    QTest.keyClick(shown, Qt.Key.Key_Return)
    assert shown.problem.isVisible()
    assert shown.problem.parentWidget() is shown.window()
    assert shown.problem.still.text() == "Still showing: id == 0x102"
    QTest.keyClicks(shown, "r")
    assert not shown.problem.isVisible()
    qtbot.waitUntil(shown.problem.isVisible)
    QTest.keyClick(shown, Qt.Key.Key_Escape)
    assert shown.text() == "id == 0x102"
    assert not shown.problem.isVisible()
    assert state.error is None
    assert shown.saved_filters.menu().actions()[2].text() == "&Recent filters"


@pytest.mark.parametrize("by_mouse", [False, True])
def test_a_suggestion_is_taken_by_enter_and_by_a_click(qtbot, stage, state, shown, by_mouse):
    stage.add_database()
    QTest.keyClicks(shown, "fd or Sped > 1")
    QTest.keyClick(shown, Qt.Key.Key_Return)
    assert shown.problem.label.text() == "Unknown field “Sped”. Did you mean Engine.Speed? (character 7)"
    if by_mouse:
        qtbot.mouseClick(shown.problem.take, Qt.MouseButton.LeftButton)
    else:
        QTest.keyClick(shown, Qt.Key.Key_Return)
    assert shown.text() == state.filter.text == "fd or Engine.Speed > 1"
    assert not shown.problem.isVisible()


def test_the_number_of_matches_is_shown_where_there_is_room(qtbot, shown):
    shown.count_with(lambda: (1234, 98765, "frames"))
    assert shown.matches.text() == ""
    shown.set_filter_text("id == 0x101")
    qtbot.waitUntil(lambda: shown.matches.text() == "1,234 of 98,765 frames")
    assert shown.matches.isVisible()
    shown.resize(290, shown.height())
    assert shown.matches.text() == "1,234 of 98,765"
    shown.resize(150, shown.height())
    assert not shown.matches.isVisible()
    shown.resize(500, shown.height())
    shown.clear()
    qtbot.waitUntil(lambda: not shown.matches.isVisible())


def test_the_button_opens_the_saved_filters(qtbot, stage, shown):
    stage.settings.filters.set({"trouble": "error"})
    qtbot.mouseClick(shown.button, Qt.MouseButton.LeftButton)
    (menu,) = [one for one in shown.findChildren(QMenu) if one.isVisible()]
    menu.actions()[0].trigger()
    assert shown.text() == "error"
    menu.close()


def test_an_empty_view_says_why_and_its_button_clears_the_filter(qtbot, stage, window):
    stage.receive(traffic(1000))
    window.actions_.chronological.trigger()
    box, view = window.panel.filter_box, window.panel.chronological
    box.set_filter_text("id == 0x101")
    qtbot.waitUntil(lambda: box.matches.toolTip() == "250 of 1,000 frames match")
    box.set_filter_text("id == 0x7FF")
    qtbot.waitUntil(view.clear_filter.isVisible)
    assert view.hint.text() == "No frames match the filter."
    assert view.hint.geometry().topLeft() == view.table.viewport().rect().topLeft()
    window.actions_.by_id.trigger()
    qtbot.waitUntil(lambda: box.matches.toolTip() == "0 of 4 IDs match")
    qtbot.mouseClick(window.panel.by_id.clear_filter, Qt.MouseButton.LeftButton)
    assert box.text() == ""
    assert not window.panel.by_id.clear_filter.isVisible()
