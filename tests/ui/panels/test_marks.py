"""Marks: set, listed, edited, removed, drawn in their rows; the trace goes to them."""

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QInputDialog, QMessageBox

from canmcast_gui.app.document.matching_marks import mark_matching
from canmcast_gui.frames.filters import compile_filter
from canmcast_gui.frames.marks import Mark
from tests.support.frames import START_NS, traffic
from tests.support.stage import process_deletions
from tests.ui.tab_order import activate

pytestmark = pytest.mark.window


@pytest.fixture
def trace(stage, window):
    """The chronological view with a hundred frames, without auto-scroll."""
    stage.receive(traffic(100))
    window.actions_.chronological.trigger()
    view = window.panel.chronological
    view.refresh()
    view.set_following(False)
    view.table.setCurrentIndex(QModelIndex())
    return view


def answer(window, text: str) -> str:
    """Type a text into the open dialog; returns the text that it had before."""
    dialog = window.findChild(QInputDialog)
    before = dialog.textValue()
    dialog.setTextValue(text)
    dialog.accept()
    process_deletions()
    return before


def test_a_mark_is_set_by_key_edited_and_removed(stage, window, trace):
    marks = stage.session.document.recording.marks
    window.actions_.mark.trigger()
    assert window.findChild(QInputDialog) is None  # there is no current row
    trace.table.select_line(30)
    window.actions_.mark.trigger()
    assert [mark.text for mark in marks] == [""]  # at once; the second time its note is edited
    window.actions_.mark.trigger()
    assert answer(window, " ignition on ") == ""
    assert list(marks) == [Mark(30, START_NS + 30_000_000, "ignition on")]
    window.actions_.mark.trigger()
    assert answer(window, "engine on") == "ignition on"
    assert marks.at(30).text == "engine on"
    window.actions_.unmark.trigger()
    assert len(marks) == 0


def test_the_trace_goes_to_the_next_and_previous_mark(stage, window, trace):
    for row in (10, 50, 90):
        stage.session.document.recording.marks.add(row)
    rows = []
    for action in ("next_mark", "next_mark", "next_mark", "next_mark", "previous_mark", "previous_mark"):
        getattr(window.actions_, action).trigger()
        rows.append(trace.current_row())
    assert rows == [10, 50, 90, 90, 50, 10]


def test_the_list_jumps_edits_and_removes(qtbot, stage, window, trace):
    marks = stage.session.document.recording.marks
    marks.add(10, "first")
    marks.add(60, "second")
    panel = window.docks.marks
    window.docks.docks["marks"].raise_()
    panel.refresh()
    cells = [[panel.model.index(row, column).data() for column in range(3)] for row in range(2)]
    assert cells == [["0.010000", "10", "first"], ["0.060000", "60", "second"]]
    panel.table.setCurrentIndex(panel.model.index(1, 0))
    QTest.keyClick(panel.table, Qt.Key.Key_Return)
    assert trace.current_row() == 60
    assert panel.model.setData(panel.model.index(0, 2), "renamed")
    assert marks.at(10).text == "renamed"
    panel.table.setCurrentIndex(panel.model.index(0, 0))
    activate(window)
    panel.table.setFocus()
    QTest.keyClick(panel.table, Qt.Key.Key_Delete)
    assert [note.row for note in marks] == [60]
    assert panel.remove_action.isEnabled() or not panel.table.currentIndex().isValid()


def test_the_trace_goes_to_the_next_visible_row_of_a_hidden_mark(stage, window, trace):
    stage.session.document.recording.marks.add(10, "here")
    window.panel.filter_box.set_filter_text("id == 0x101")
    trace.refresh()
    window.trace_commands.marks.jump(10)
    assert trace.current_row() == 13


def test_times_count_from_a_row_in_all_views(qtbot, stage, window, trace):
    window.actions_.new_chronological.trigger()
    trace.table.select_line(40)
    with qtbot.waitActive(window):
        window.activateWindow()
    trace.table.setFocus()
    qtbot.waitUntil(lambda: window.views.current is trace)
    window.actions_.reference.trigger()
    other = window.views.panes[0].view
    other.refresh()
    assert trace.model.index(41, 0).data() == other.model.index(41, 0).data() == "0.001000"
    window.actions_.no_reference.trigger()
    assert trace.model.index(41, 0).data() == "0.041000"


def test_marks_of_the_by_id_view_are_at_the_newest_frame(stage, window, trace):
    window.actions_.by_id.trigger()
    window.panel.by_id.refresh()
    window.panel.by_id.table.selectRow(1)
    window.actions_.mark.trigger()
    assert [mark.row for mark in stage.session.document.recording.marks] == [97]


def test_all_frames_that_match_the_filter_are_marked(qtbot, stage, window, trace):
    said = []
    stage.session.messages.posted.connect(lambda _level, text: said.append(text))
    window.actions_.mark_matching.trigger()
    assert said == ["Type a filter first: all frames that match it are marked."]
    window.panel.filter_box.set_filter_text("id == 0x102")
    matching = [row for row in range(100) if row % 4 == 2]
    marks = stage.session.document.recording.marks
    marks.add(2, "mine")
    window.actions_.mark_matching.trigger()
    qtbot.waitUntil(lambda: [mark.row for mark in marks] == matching)
    assert {mark.text for mark in marks} == {"mine", "id == 0x102"}
    qtbot.waitUntil(lambda: len(said) == 2)
    assert said[1].startswith("25 frames match the filter; 24 marks were added")
    panel = window.docks.marks
    panel.refresh()
    panel.table.selectAll()
    panel.remove_action.trigger()
    assert len(marks) == 0


def test_the_number_of_marks_is_limited(stage):
    stage.receive(traffic(100))
    recording = stage.session.document.recording
    result = mark_matching(recording, compile_filter("id == 0x102"), limit=10)
    assert result == (25, 10)
    assert [mark.row for mark in recording.marks][-1] == 38


def test_all_marks_are_removed_after_a_question(stage, window, trace):
    marks = stage.session.document.recording.marks
    marks.add(3)
    window.actions_.unmark_all.trigger()
    box = window.findChild(QMessageBox)
    assert box.text() == "Remove 1 mark with the notes?"
    box.button(QMessageBox.StandardButton.Yes).click()
    assert len(marks) == 0


def test_the_filter_of_a_view_is_opened_in_a_new_one(window, trace):
    window.panel.filter_box.set_filter_text("id == 0x102")
    window.actions_.filter_view.trigger()
    (pane,) = window.views.panes
    assert (pane.kind, pane.filter_box.text()) == ("chronological", "id == 0x102")
