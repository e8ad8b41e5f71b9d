"""The bar that says whether a view follows the bus, and what holds a view."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from canmcast_gui.app.session import SessionState
from canmcast_gui.ui.trace.by_id_view import ByIdView
from canmcast_gui.ui.trace.chronological_view import ChronologicalView
from canmcast_gui.ui.trace.live_bar import FOLLOWING, NOTHING, PAUSED, SCROLLED
from tests.support.frames import traffic


@pytest.fixture
def live(stage, monkeypatch):
    """A session that is on a bus."""
    monkeypatch.setattr(type(stage.session), "state", SessionState.LIVE)
    return stage


@pytest.fixture
def view(qtbot, live, shown_view):
    view = shown_view(ChronologicalView)
    live.receive(traffic(200))
    view.refresh()
    qtbot.waitUntil(lambda: view.live_bar.state.kind == FOLLOWING)
    qtbot.waitUntil(lambda: view.table.verticalScrollBar().maximum() > 0)
    return view


def top(view):
    """The first visible row of the recording, and where the table begins."""
    return view.model.row_number(view.table.visible_lines()[0]), view.table.mapTo(view, view.table.pos()).y()


def click(view, line):
    y = view.table.rowViewportPosition(line) + view.table.rowHeight(line) // 2
    position = view.table.viewport().rect().topLeft()
    position.setX(200)
    position.setY(y)
    QTest.mouseClick(view.table.viewport(), Qt.MouseButton.LeftButton, pos=position)


def test_a_click_on_a_row_holds_the_view_and_the_button_resumes(qtbot, live, view):
    line = view.table.visible_lines()[1] - 2
    click(view, line)
    before = top(view)
    live.receive(traffic(500, first=200))
    view.refresh()
    assert top(view) == before
    qtbot.waitUntil(lambda: view.live_bar.state.kind == SCROLLED and view.live_bar.state.newer >= 490)
    assert view.live_bar.label.text() == f"Scrolled back – {view.live_bar.state.newer} newer rows"
    QTest.mouseClick(view.live_bar.button, Qt.MouseButton.LeftButton)
    assert view.live_bar.state.kind == FOLLOWING
    live.receive(traffic(100, first=700))
    view.refresh()
    qtbot.waitUntil(lambda: view.table.visible_lines()[1] >= view.model.line_count() - 2)
    assert top(view)[1] == before[1]  # the bar keeps its place


def test_a_selection_by_key_holds_the_view_and_end_resumes(qtbot, live, view):
    click(view, view.table.visible_lines()[1] - 2)
    view.set_following(True)
    QTest.keyClick(view.table, Qt.Key.Key_Up)
    assert not view.following
    QTest.keyClick(view.table, Qt.Key.Key_End)
    assert view.following
    assert view.table.currentIndex().row() == view.model.line_count() - 1
    QTest.keyClick(view.table, Qt.Key.Key_Home)
    assert not view.following
    assert view.table.currentIndex().row() == 0


def test_paused_views_count_newer_frames(qtbot, live, view, filters):
    before = top(view)
    live.session.clock.set_paused(True)
    assert view.live_bar.state.kind == PAUSED
    live.receive(traffic(3_210, first=200))
    qtbot.waitUntil(lambda: view.live_bar.label.text() == "Paused – 3,210 newer frames")
    assert top(view) == before
    QTest.mouseClick(view.live_bar.button, Qt.MouseButton.LeftButton)
    assert not live.session.clock.paused
    assert view.live_bar.state.kind == FOLLOWING
    live.session.clock.set_paused(True)
    assert view.live_bar.state.newer == 0


def test_the_by_id_view_says_that_it_is_paused(qtbot, live, shown_view):
    view = shown_view(ByIdView)
    live.receive(traffic(20))
    qtbot.waitUntil(lambda: view.live_bar.state.kind == FOLLOWING)
    live.session.clock.set_paused(True)
    live.receive(traffic(5, first=20))
    qtbot.waitUntil(lambda: view.live_bar.label.text() == "Paused – 5 newer frames")


def test_without_a_bus_there_is_no_bar(shown_view, stage):
    view = shown_view(ChronologicalView)
    stage.receive(traffic(20))
    view.refresh()
    assert view.live_bar.state.kind == NOTHING
    assert view.live_bar.isHidden()


def test_beside_the_overview_the_bar_has_two_short_lines(qtbot, live, view):
    bar = view.live_bar
    line = bar.height()
    bar.set_beside(True)
    assert bar.label.text() == "Live – newest frames"
    click(view, view.table.visible_lines()[1] - 2)
    size = bar.size()
    live.receive(traffic(1500, first=200))
    view.refresh()
    qtbot.waitUntil(lambda: bar.state.kind == SCROLLED and bar.state.newer >= 1000)
    assert bar.label.text() == f"Scrolled back – {bar.state.newer:,} newer"
    assert bar.label.sizeHint().width() <= bar.label.width()
    assert bar.button.geometry().top() >= bar.label.geometry().bottom()
    assert bar.size() == size
    bar.set_beside(False)
    assert bar.height() == line
    assert bar.label.text() == f"Scrolled back – {bar.state.newer:,} newer rows"
