"""The filter box: applied while typing; errors have a position and keep the last valid filter."""

import pytest
from PySide6.QtTest import QTest

from canmcast_gui.app.bus.source_names import SourceNames
from canmcast_gui.frames import Source
from canmcast_gui.ui import theme
from canmcast_gui.ui.trace.filter import FilterBox, FilterProblem, FilterState
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
    problem = FilterProblem(state, box)
    qtbot.addWidget(problem)
    box.set_filter_text("id == 0x101")
    good = state.filter
    with qtbot.waitSignal(state.failed) as failed:
        box.set_filter_text("id == zebra")
    assert failed.args[1] == 6
    assert state.filter is good
    assert not problem.isHidden()
    assert "at character 7" in problem.label.text()
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
