"""Commands for rows: copying few and many rows, dragging, saving visible rows."""

import pytest
from PySide6.QtCore import QItemSelection, QItemSelectionModel, QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from canmcast_gui.frames.filters import compile_filter
from canmcast_gui.logfile import read_batches
from canmcast_gui.models.drag import rows_of_mime
from canmcast_gui.ui.filters.state import FilterState
from canmcast_gui.ui.trace import row_commands
from canmcast_gui.ui.trace.chronological_view import ChronologicalView
from canmcast_gui.ui.trace.context import ViewContext
from tests.support.frames import traffic


@pytest.fixture
def view(qtbot, stage):
    context = ViewContext(stage.session, stage.settings, stage.session)
    view = ChronologicalView(context, FilterState(stage.session))
    qtbot.addWidget(view)
    with qtbot.waitExposed(view):
        view.show()
    return view


def select(view, first: int, last: int) -> None:
    chosen = QItemSelection(view.model.index(first, 0), view.model.index(last, 0))
    flags = QItemSelectionModel.SelectionFlag
    view.table.selectionModel().select(chosen, flags.ClearAndSelect | flags.Rows)


def copied(view, form: str = "text") -> str:
    view.commands.copy(form)
    return QGuiApplication.clipboard().text()


def test_many_rows_are_copied_in_the_background(qtbot, stage, view):
    stage.receive(traffic(100_000))
    view.refresh()
    view.table.selectAll()
    with qtbot.waitSignal(stage.session.tasks.started) as started:
        view.commands.copy("candump")
    assert "100,000 rows" in started.args[0].title
    with qtbot.waitSignal(started.args[0].ended, timeout=20_000):
        pass
    lines = QGuiApplication.clipboard().text().splitlines()
    assert len(lines) == 100_000
    assert lines[-1].split()[2].startswith("103#9F86010000000000")


def test_a_canceled_copy_does_not_change_the_clipboard(qtbot, stage, view):
    stage.receive(traffic(50_000))
    view.refresh()
    QGuiApplication.clipboard().setText("before")
    view.table.selectAll()
    with qtbot.waitSignal(stage.session.tasks.started) as started:
        view.commands.copy()
    started.args[0].cancel()
    with qtbot.waitSignal(started.args[0].ended):
        pass
    assert QGuiApplication.clipboard().text() == "before"


def test_the_number_of_copied_rows_is_limited_with_a_message(qtbot, stage, view, monkeypatch):
    monkeypatch.setattr(row_commands, "MAX_COPIED_ROWS", 15)
    stage.receive(traffic(30))
    view.refresh()
    select(view, 2, 25)
    with qtbot.waitSignal(stage.session.messages.posted) as message:
        assert len(copied(view).splitlines()) == 1 + 15
    assert "first 15 of 24" in message.args[1]


def test_formats_of_a_copy(stage, view):
    stage.receive(traffic(4))
    view.refresh()
    assert view.commands.dragged_text() == ""
    select(view, 1, 2)
    assert copied(view, "csv").splitlines()[0].startswith("Time,")
    assert [line.split()[2].split("#")[0] for line in copied(view, "candump").splitlines()] == ["101", "102"]
    assert view.commands.dragged_text() == copied(view, "candump")
    data = view.commands.dragged_data()
    assert data.text() == view.commands.dragged_text()
    assert [row.arbitration_id for row in rows_of_mime(data)] == [0x101, 0x102]
    stage.settings.time_mode.set("delta_id")
    assert copied(view).splitlines()[0].startswith("Δ same ID\t")


def test_a_click_selects_one_row_and_a_drag_takes_all_selected_ones(qtbot, stage, view):
    stage.receive(traffic(90))
    view.refresh()
    qtbot.waitUntil(lambda: view.table.verticalScrollBar().maximum() > 0)
    view.set_following(False)
    view.table.verticalScrollBar().setValue(0)
    view.table.drag_started.disconnect()  # the real drag waits for the window system to end it
    viewport, position = view.table.viewport(), QPoint(200, view.table.rowHeight(0) * 2 + 5)
    line = view.table.rowAt(position.y())
    select(view, line - 1, line + 2)
    with qtbot.waitSignal(view.table.drag_started):
        QTest.mousePress(viewport, Qt.MouseButton.LeftButton, pos=position)
        none, left = Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton
        there, kind = QPointF(position + QPoint(40, 30)), QMouseEvent.Type.MouseMove
        pull = QMouseEvent(kind, there, there, none, left, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(viewport, pull)
    QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=position)
    assert view.table.selected_lines() == [(line - 1, line + 2)]
    QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=position)
    assert view.table.selected_lines() == [(line, line)]


def test_a_selection_has_a_count_a_time_span_and_a_rate(stage, view):
    stage.receive(traffic(100))
    view.refresh()
    assert view.selection_text() == ""
    select(view, 10, 60)
    assert view.selection_text() == "51 selected · 0.050000 s · 1,000.0/s"
    view.table.selectAll()
    assert view.selection_text().startswith("100 selected · 0.099000 s")


def test_only_the_shown_rows_are_saved(qtbot, stage, view, tmp_path):
    stage.receive(traffic(100))
    condition = compile_filter("id == 0x102")
    path = tmp_path / "shown.asc"
    with qtbot.waitSignal(stage.session.document.save(path, condition=condition).ended):
        pass
    frames = [batch.arbitration_id.tolist() for batch in read_batches(path)]
    assert [number for batch in frames for number in batch] == [0x102] * 25
    assert stage.session.document.unsaved_frames == 100
