"""Views in docks: each has its own filter and columns, and is restored."""

import pytest
from PySide6.QtWidgets import QApplication

from canmcast_gui.app.workspace.view_setups import MAX_VIEWS, VIEWS, ViewSetup
from canmcast_gui.ui.window.main_window import MainWindow
from tests.support.frames import traffic
from tests.support.stage import process_deletions

pytestmark = pytest.mark.window


def shown_rows(view) -> list[int]:
    view.refresh()
    return [view.model.row_number(line) for line in range(view.model.rowCount())]


def test_each_view_has_its_own_filter_and_columns(stage, window):
    stage.receive(traffic(40))
    window.actions_.new_chronological.trigger()
    window.actions_.new_by_id.trigger()
    first, second = window.views.panes
    first.filter_box.set_filter_text("id == 0x101")
    first.view.table.header.apply_setup([("data", 200), ("id", 90)])
    assert shown_rows(first.view) == list(range(1, 40, 4))
    second.view.refresh()
    assert second.view.shown_ids() == 4
    window.actions_.chronological.trigger()
    assert len(shown_rows(window.panel.chronological)) == 40
    assert [column.key for column in first.view.table.header.shown_columns()] == ["data", "id"]
    assert len(window.panel.chronological.table.header.shown_columns()) > 5
    assert "id == 0x101" in window.views.docks[first.name].windowTitle()


def test_open_views_are_restored_at_the_next_start(stage, window):
    window.actions_.new_chronological.trigger()
    window.actions_.new_by_id.trigger()
    window.views.panes[0].filter_box.set_filter_text("error")
    window.views.panes[0].view.table.header.apply_setup([("id", 90), ("time", 111)])
    before = [pane.setup() for pane in window.views.panes]
    window.close()
    again = MainWindow(stage.session, stage.settings)
    again.show()
    assert [pane.setup() for pane in again.views.panes] == before
    assert before[0].columns == (("id", 90), ("time", again.views.panes[0].setup().columns[1][1]))
    again.end()
    again.deleteLater()


def test_a_closed_view_is_deleted(qtbot, stage, window):
    window.actions_.new_chronological.trigger()
    dock = window.views.docks["view-2"]
    assert window.views.current is window.views.panes[0].view
    dock.close()
    process_deletions()
    assert window.views.panes == []
    assert window.views.current is window.panel.view
    stage.receive(traffic(5))
    stage.settings.decimal.set(True)
    window.actions_.new_by_id.trigger()
    assert [pane.name for pane in window.views.panes] == ["view-2"]


def test_commands_apply_to_the_current_view(qtbot, stage, window):
    stage.receive(traffic(8))
    window.actions_.new_chronological.trigger()
    pane = window.views.panes[0]
    with qtbot.waitActive(window):
        window.activateWindow()
    pane.filter_box.setFocus()
    assert window.views.current is pane.view
    pane.view.refresh()
    pane.view.table.selectRow(3)
    window.actions_.copy.trigger()
    assert "103" in QApplication.clipboard().text()
    window.panel.view.setFocus()
    assert window.views.current is window.panel.view


def test_a_workspace_restores_views_with_their_filters(stage, window, tmp_path):
    path = tmp_path / "bench.canmcast"
    window.panel.filter_box.set_filter_text("fd")
    window.views.open(ViewSetup("by_id", "view-2", "id == 0x102", (("id", 80), ("count", 70))))
    stage.session.workspace.save(path)
    window.views.close_all()
    window.panel.filter_box.clear()
    window.actions_.new_chronological.trigger()
    stage.session.workspace.open(path)
    texts = [(pane.kind, pane.filters.filter.text) for pane in window.views.panes]
    assert texts == [("by_id", "id == 0x102")]
    assert [column.key for column in window.views.panes[0].view.table.header.shown_columns()] == [
        "id",
        "count",
    ]
    assert window.panel.filters.filter.text == "fd"


def test_the_number_of_views_is_limited_with_a_message(qtbot, stage, window):
    for _ in range(MAX_VIEWS):
        window.views.open(ViewSetup("by_id"))
    with qtbot.waitSignal(stage.session.messages.posted) as message:
        assert window.views.open(ViewSetup("by_id")) is None
    assert "Close one first" in message.args[1]


def test_stored_views_are_opened(stage, window):
    stage.settings.field(VIEWS).set((ViewSetup("by_id"),))
    window.views.restore()
    assert len(window.views.panes) == 1
