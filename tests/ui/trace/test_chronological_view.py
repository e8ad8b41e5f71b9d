"""The chronological view: auto-scroll, expanding, search, columns, hints."""

import numpy as np
import pytest
from PySide6.QtCore import QItemSelectionModel, QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QScrollBar

from canmcast_gui.frames import FrameBatch
from canmcast_gui.models.columns import DATA
from canmcast_gui.ui.trace.chronological_view import AutoScroll, ChronologicalView
from canmcast_gui.ui.trace.context import ViewContext
from canmcast_gui.ui.trace.table.header_menu import menu_of
from tests.support.frames import mixed, traffic


@pytest.fixture
def view(shown_view):
    return shown_view(ChronologicalView)


def rows_in_view(view) -> tuple[int, int]:
    first, last = view.table.visible_lines()
    return view.model.row_number(first), view.model.row_number(last)


def test_the_newest_frame_stays_visible(qtbot, stage, view):
    for first in (0, 500, 1000):
        stage.receive(traffic(500, first=first))
        qtbot.waitUntil(lambda first=first: rows_in_view(view)[1] == first + 499)
    assert view.auto_scroll.following


def test_scrolling_up_stops_following(qtbot, stage, view):
    stage.receive(traffic(500))
    qtbot.waitUntil(lambda: rows_in_view(view)[1] == 499)
    QTest.keyClick(view.table, Qt.Key.Key_Home, Qt.KeyboardModifier.ControlModifier)
    assert not view.auto_scroll.following
    stage.receive(traffic(500, first=500))
    view.refresh()
    assert rows_in_view(view)[0] == 0
    view.set_following(True)
    qtbot.waitUntil(lambda: rows_in_view(view)[1] == 999)


def test_ctrl_home_scrolls_even_if_the_first_line_is_current(qtbot, stage, view):
    stage.receive(traffic(500))
    view.table.setCurrentIndex(view.model.index(0, 0))
    view.set_following(True)
    qtbot.waitUntil(lambda: rows_in_view(view)[1] == 499)
    view.table.selectionModel().setCurrentIndex(
        view.model.index(0, 0), QItemSelectionModel.SelectionFlag.NoUpdate
    )
    QTest.keyClick(view.table, Qt.Key.Key_Home, Qt.KeyboardModifier.ControlModifier)
    assert rows_in_view(view)[0] == 0


def test_a_hidden_view_is_not_updated(qtbot, stage, view):
    view.hide()
    stage.receive(traffic(10))
    stage.wait_ticks(3)
    assert view.model.rowCount() == 0
    view.show()
    assert view.model.rowCount() == 10


def test_a_paused_view_does_not_change_until_it_continues(stage, view):
    stage.receive(traffic(10))
    view.refresh()
    stage.session.clock.set_paused(True)
    stage.receive(traffic(10, first=10))
    view.refresh()
    assert view.model.rowCount() == 10
    stage.session.clock.set_paused(False)
    view.refresh()
    assert view.model.rowCount() == 20


def test_all_kinds_of_lines_are_drawn(qtbot, stage, view):
    stage.receive(mixed())
    view.refresh()
    view.table.selectRow(1)
    assert view.model.expand(0)
    picture = view.grab().toImage()
    colors = {picture.pixelColor(x, y).name() for x in range(0, 900, 2) for y in range(0, 200, 1)}
    assert len(colors) > 20


def test_rows_are_expanded_by_key_and_by_mouse(qtbot, stage, view):
    stage.receive(traffic(8))
    view.refresh()
    view.table.selectRow(0)
    QTest.keyClick(view.table, Qt.Key.Key_Right)
    assert view.model.rowCount() == 10
    assert not view.auto_scroll.following
    QTest.keyClick(view.table, Qt.Key.Key_Left)
    assert view.model.rowCount() == 8
    height = view.table.rowHeight(0)
    QTest.mouseClick(view.table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(8, height * 4 + 5))
    assert view.model.is_expanded(4)
    QTest.mouseDClick(view.table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(200, height * 4 + 5))
    assert not view.model.is_expanded(4)
    QTest.keyClick(view.table, Qt.Key.Key_Return)
    assert view.model.rowCount() == 10


def test_selected_rows_are_copied_as_they_are_shown(stage, view):
    stage.receive(traffic(8))
    view.refresh()
    view.model.expand(0)
    view.table.header.moveSection(view.table.header.visualIndex(5), 0)
    for line in (0, 1, 4):
        flags = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
        view.table.selectionModel().select(view.model.index(line, 0), flags)
    view.commands.copy()
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[0] == "ID\tTime\tΔt\tName\tType\tDLC\tData\tInfo"
    assert lines[1] == "100\t0.000000\t\tEngine\tS\t8\t00 00 00 00 00 00 00 00\tSpeed 0.00 rpm · Gear Neutral"
    assert lines[2].split("\t")[3] == "Speed"
    assert lines[3].startswith("102\t0.002000\t0.001000")
    assert len(lines) == 4


def keys_of(header) -> list[str]:
    return [column.key for column in header.shown_columns()]


def toggle_column(header, title: str) -> None:
    """Choose a column in the menu of the header."""
    menu = menu_of(header)
    {action.text(): action for action in menu.actions()}[title].trigger()
    menu.close()


def search(qtbot, view, condition, backwards=False) -> int | tuple[int, str] | None:
    """The row where a search leads, None where it finds nothing; with "wrapped" where it came around."""
    answers = []
    view.search(condition, backwards, lambda *answer: answers.append(answer))
    qtbot.waitUntil(lambda: bool(answers))
    found, wrapped = answers[0]
    return None if not found else (view.current_row(), "wrapped") if wrapped else view.current_row()


def test_frames_that_pass_the_filter_are_found_in_both_directions(qtbot, stage, view, filters):
    stage.receive(traffic(100))
    view.refresh()
    condition = filters.compile("id == 0x102")
    found = [search(qtbot, view, condition, backwards) for backwards in (False, False, True, True)]
    assert found == [2, 6, 2, (98, "wrapped")]
    view.show_row(2)
    filters.set_text("data[0] >= 50")  # the current frame is hidden: the next that is shown becomes current
    assert view.current_row() == 50
    assert search(qtbot, view, condition) == 54
    assert search(qtbot, view, filters.compile("id == 0x7FF")) is None
    assert view.current_row() == 54


def test_a_canceled_search_does_not_move(qtbot, stage, view, filters):
    stage.receive(traffic(1000))
    view.refresh()
    task = view.search(filters.compile("id == 0x102"), False, lambda *_: pytest.fail("it was canceled"))
    task.cancel()
    with qtbot.waitSignal(task.ended):
        pass
    assert view.current_row() is None


def test_the_current_frame_stays_current_under_another_filter(stage, view, filters):
    stage.receive(traffic(400))
    view.refresh()
    view.set_following(False)
    view.table.select_line(200)
    filters.set_text("id == 0x100")
    assert view.model.row_number(view.table.currentIndex().row()) == 200
    assert view.shown_frames() == 100


def test_columns_are_restored(qtbot, stage, filters, view):
    header = view.table.header
    toggle_column(header, "Type")
    header.moveSection(header.visualIndex(6), 1)
    header.resizeSection(0, 123)
    again = ChronologicalView(ViewContext(stage.session, stage.settings, stage.session), filters)
    qtbot.addWidget(again)
    assert [c.key for c in again.table.header.shown_columns()] == [c.key for c in header.shown_columns()]
    assert again.table.header.shown_columns()[1].key == "name"
    assert again.table.header.sectionSize(0) == 123
    again.resize(1200, 400)
    again.show()
    again.table.header.reset_columns()
    keys = [column.key for column in again.table.header.shown_columns()]
    assert keys == ["time", "delta", "id", "name", "type", "dlc", "data", "info"]


def test_numbers_and_times_follow_the_settings(stage, view):
    stage.receive(traffic(8))
    view.refresh()
    stage.settings.decimal.set(True)
    stage.settings.time_mode.set("delta_id")
    assert view.model.data(view.model.index(5, 5)) == "257"
    assert view.model.data(view.model.index(5, 0)) == "0.004000"


def test_selecting_all_rows_does_not_query_each_of_them(stage, view):
    stage.receive(traffic(1000))
    view.refresh()
    view.table.selectAll()
    assert view.table.selected_lines() == [(0, 999)]
    assert not view.table.header.selectionModel().hasSelection()


def test_a_tool_tip_shows_a_long_payload(stage, view):
    stage.receive(mixed())
    view.refresh()
    tip = Qt.ItemDataRole.ToolTipRole
    data = view.model.columns.index(DATA)
    assert "00 01 02 03 04 05 06 07 08 09 0A 0B" in view.model.data(view.model.index(5, data), tip)
    assert view.model.data(view.model.index(0, data), tip) is None
    assert view.model.data(view.model.index(0, 6), tip) == "Engine"


def test_an_empty_view_shows_the_reason(stage, view, filters):
    assert view.hint.isVisible()
    stage.receive(traffic(5))
    view.refresh()
    assert not view.hint.isVisible()
    filters.set_text("id == 0x7FF")
    assert view.hint.isVisible()
    assert "filter" in view.hint.text()


def test_a_view_that_is_still_empty_says_that_its_filter_passes_no_frame(qtbot, stage, view, filters):
    filters.set_text("id == 0x7FF")
    assert "No frames" in view.hint.text()
    stage.session.receive(traffic(5))
    qtbot.waitUntil(lambda: view.hint.text() == "No frames match the filter.")


def test_a_narrow_view_shows_the_data_column(qtbot, stage, view):
    stage.receive(traffic(8))
    header = view.table.header
    wide = [column.key for column in header.shown_columns()]
    assert wide[-2:] == ["data", "info"]
    view.resize(500, 400)
    qtbot.waitUntil(lambda: len(header.shown_columns()) < len(wide))
    narrow = [column.key for column in header.shown_columns()]
    assert {"time", "id", "name", "data"} <= set(narrow)
    assert "dlc" not in narrow
    view.resize(900, 400)
    qtbot.waitUntil(lambda: [column.key for column in header.shown_columns()] == wide)
    header.resizeSection(0, 133)  # from now on the columns are the user's
    view.resize(500, 400)
    assert [column.key for column in header.shown_columns()] == wide


def two_channels(count: int = 8):
    """Frames of two ids that are both on channels 1 and 2."""
    numbers = np.arange(count)
    return FrameBatch.from_columns(
        timestamp_ns=numbers * 1_000_000,
        arbitration_id=0x100 + numbers // 2 % 2,
        data=np.zeros((count, 8), np.uint8),
        channel=1 + numbers % 2,
    )


def test_columns_are_shown_when_their_values_differ(qtbot, stage, view):
    view.resize(1500, 400)
    header = view.table.header
    stage.receive(traffic(8))
    stage.wait_ticks(6)
    assert not {"source", "channel", "direction"} & set(keys_of(header))
    stage.receive(two_channels())
    qtbot.waitUntil(lambda: "channel" in keys_of(header))
    stage.receive(mixed())
    qtbot.waitUntil(lambda: "direction" in keys_of(header))
    view.resize(420, 400)
    assert "channel" in keys_of(header)  # the same ids are on two channels
    assert "direction" not in keys_of(header)


def test_columns_that_the_user_has_chosen_stay(qtbot, stage, view, filters):
    header = view.table.header
    toggle_column(header, "Source")
    toggle_column(header, "Info")
    assert "source" in keys_of(header)
    assert "info" not in keys_of(header)
    stage.receive(traffic(8))
    stage.session.clear()
    stage.wait_ticks(6)
    view.resize(500, 400)
    assert "source" in keys_of(header)
    again = ChronologicalView(ViewContext(stage.session, stage.settings, stage.session), filters)
    qtbot.addWidget(again)
    assert "source" in keys_of(again.table.header)
    assert "info" not in keys_of(again.table.header)
    view.resize(900, 400)
    setup = header.setup()
    assert ("info", 0) in setup
    header.reset_columns()
    assert "info" in keys_of(header)
    assert "source" not in keys_of(header)
    header.apply_setup(setup)
    assert "source" in keys_of(header)
    assert "info" not in keys_of(header)


def test_a_moved_column_does_not_end_that_others_appear(qtbot, stage, view):
    view.table.header.resizeSection(0, 133)
    stage.receive(two_channels())
    qtbot.waitUntil(lambda: "channel" in keys_of(view.table.header))
    assert view.table.header.sectionSize(0) == 133


def test_without_a_database_there_is_no_info(stage, view):
    assert "info" in keys_of(view.table.header)
    stage.session.databases.remove(stage.folder / "engine.dbc")
    assert "info" not in keys_of(view.table.header)


def test_columns_are_moved_without_a_mouse(view):
    menu = menu_of(view.table.header)
    moves = {action.text(): action.menu() for action in menu.actions() if action.menu()}
    {action.text(): action for action in moves["Move to the &left"].actions()}["Data"].trigger()
    keys = [column.key for column in view.table.header.shown_columns()]
    assert keys.index("data") == len(keys) - 3
    menu.close()


def test_a_search_starts_at_visible_lines(qtbot, stage, view, filters):
    stage.receive(traffic(2000))
    view.refresh()
    view.set_following(False)
    qtbot.waitUntil(lambda: view.table.verticalScrollBar().maximum() > 1000)
    view.table.verticalScrollBar().setValue(1000)
    first, last = (view.model.row_number(line) for line in view.table.visible_lines())
    assert 900 < first < last < 1100
    assert view.current_row() is None
    assert search(qtbot, view, filters.compile("id == 0x102")) == first + (2 - first) % 4
    view.show_row(3)
    view.table.verticalScrollBar().setValue(1000)
    assert search(qtbot, view, filters.compile("id == 0x101")) == first + (1 - first) % 4
    view.table.clearSelection()
    view.table.setCurrentIndex(view.model.index(-1, -1))
    view.table.verticalScrollBar().setValue(1000)
    assert search(qtbot, view, filters.compile("id == 0x103"), True) == last - (last - 3) % 4


def test_a_search_while_paused_finds_visible_rows(qtbot, stage, view, filters):
    stage.receive(traffic(100))
    view.refresh()
    stage.session.clock.set_paused(True)
    stage.receive(traffic(100, first=100))
    assert search(qtbot, view, filters.compile("id == 0x102"), True) in range(100)
    view.show_row(99)
    assert search(qtbot, view, filters.compile("id == 0x102")) == (2, "wrapped")


@pytest.mark.parametrize("chosen", [False, True], ids=["", "after the user chose widths"])
def test_numbers_are_not_truncated(qtbot, stage, view, chosen):
    batch = traffic(4)
    batch.records["timestamp_ns"][2:] += 987_654_321 * 1_000_000_000
    keys = [column.key for column in view.model.columns]
    if chosen:
        view.table.header.resizeSection(keys.index("time"), 40)
    stage.receive(batch)
    view.refresh()
    digit = view.table.line_painter().digit
    text = view.model.index(3, keys.index("time")).data()
    assert len(text) > 12
    qtbot.waitUntil(lambda: view.table.header.sectionSize(keys.index("time")) >= len(text) * digit)
    view.table.viewport().grab()
    assert view.table.line_painter().cut == {}


@pytest.fixture
def bar(qtbot):
    bar = QScrollBar()
    qtbot.addWidget(bar)
    bar.setRange(0, 100)
    return bar


def test_auto_scroll_stays_at_the_end(bar):
    auto_scroll = AutoScroll(bar)
    for maximum in (150, 1000):
        bar.setMaximum(maximum)
        assert bar.value() == maximum
    assert auto_scroll.following


def test_scrolling_up_stops_auto_scroll_and_scrolling_to_the_end_starts_it(bar, qtbot):
    auto_scroll = AutoScroll(bar)
    auto_scroll.set_following(True)
    with qtbot.waitSignal(auto_scroll.changed) as changed:
        bar.setValue(60)
    assert changed.args == [False]
    bar.setMaximum(200)
    assert bar.value() == 60
    with qtbot.waitSignal(auto_scroll.changed) as changed:
        bar.setValue(200)
    assert changed.args == [True]
    bar.setMaximum(300)
    assert bar.value() == 300


def test_visible_rows_stay_when_rows_above_are_evicted(bar):
    auto_scroll = AutoScroll(bar)
    bar.setValue(60)
    auto_scroll.rows_evicted(25)
    assert bar.value() == 35
    auto_scroll.rows_evicted(100)
    assert bar.value() == 0
    assert not auto_scroll.following


def test_turning_auto_scroll_on_scrolls_to_the_end(bar, qtbot):
    auto_scroll = AutoScroll(bar)
    auto_scroll.set_following(False)
    bar.setValue(10)
    with qtbot.waitSignal(auto_scroll.changed):
        auto_scroll.set_following(True)
    assert bar.value() == 100
