"""The trace on a real bus: filter, find, color, mark, copy, columns, views, save."""

import can
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QInputDialog

from canmcast_gui.logfile import read_batches
from canmcast_gui.ui.trace.colors import FILTER, ColorsDialog
from canmcast_gui.ui.trace.table.header_menu import menu_of

pytestmark = [pytest.mark.network, pytest.mark.window]


@pytest.fixture
def busy(desk, network, stock_peer):
    """A window with 160 frames of a stock peer, in order of time; the first one is current."""
    port = network.free_port()
    desk.connect("239.74.163.2", port)
    desk.window.actions_.chronological.trigger()
    stock_peer("send", "--port", port, "--count", 160).result()
    desk.wait(lambda: len(desk.trace_lines()) == 160, "160 lines")
    with desk.qtbot.waitActive(desk.window):
        desk.window.activateWindow()
    view = desk.window.panel.chronological
    view.table.setFocus()
    QTest.keyClick(view.table, Qt.Key.Key_Home, Qt.KeyboardModifier.ControlModifier)
    view.table.setCurrentIndex(view.model.index(0, 0))
    return desk


def test_a_filter_from_a_cell_is_saved_by_name_and_its_frames_to_a_file(busy, tmp_path):
    window, path = busy.window, tmp_path / "left.asc"
    menu = window.subjects.view_menu(window.panel.chronological)
    {action.text(): action for action in menu.actions()}["&Only ID 100"].trigger()
    menu.close()
    busy.wait(lambda: len(busy.trace_lines()) == 2, "two lines")
    window.panel.filter_box.saved_filters.ask_name()
    busy.child(QInputDialog).setTextValue("the first id")
    busy.child(QInputDialog).accept()
    busy.choose_file(window.actions_.save_shown, path)
    busy.wait(path.exists, "the saved file")
    assert [id_ for batch in read_batches(path) for id_ in batch.arbitration_id.tolist()] == [0x100] * 2
    window.panel.filter_box.clear()
    busy.wait(lambda: len(busy.trace_lines()) == 160, "all lines")
    assert busy.settings.filters.value == {"the first id": "id == 0x100 and not extended"}
    saved_filters_of_the_menu_bar(busy)


def saved_filters_of_the_menu_bar(busy) -> None:
    """Use a saved filter by keyboard, and delete it with the mouse."""
    window, bar = busy.window, busy.window.menuBar()
    trace = next(action for action in bar.actions() if action.text() == "&Trace").menu()
    bar.setActiveAction(trace.menuAction())
    QTest.keyClicks(trace, "s")
    saved = next(action for action in trace.actions() if action.text() == "&Saved filters").menu()
    busy.wait(saved.isVisible, "the submenu")
    assert saved.actions()[0].text() == "the first id"
    QTest.keyClick(saved, Qt.Key.Key_Return)
    busy.wait(lambda: len(busy.trace_lines()) == 2, "two lines")
    assert window.panel.filter_box.hasFocus()
    QTest.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.actionGeometry(trace.menuAction()).center())
    click_entry(trace, "&Saved filters")
    click_entry(saved, "&Delete")
    delete = next(action for action in saved.actions() if action.text() == "&Delete").menu()
    click_entry(delete, "the first id")
    assert busy.settings.filters.value == {}
    window.panel.filter_box.clear()
    busy.wait(lambda: len(busy.trace_lines()) == 160, "all lines")


def click_entry(menu, text: str) -> None:
    """Click an entry of an open menu."""
    entry = next(action for action in menu.actions() if action.text() == text)
    QTest.mouseMove(menu, menu.actionGeometry(entry).center())
    QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(entry).center())


def test_frames_are_found_marked_and_copied(busy, tmp_path):
    find(busy)
    mark(busy)
    copy(busy, tmp_path / "copied.log")


def find(busy) -> None:
    window = busy.window
    window.actions_.find.trigger()
    bar = window.panel.find_bar
    QTest.keyClicks(bar.text_edit, "id == 0x105")
    rows = []
    for backwards in (False, False, True):
        bar.search(backwards)
        busy.wait(lambda: not bar.searching, "the answer")
        rows.append(window.panel.chronological.current_row())
    assert rows[0] == rows[2] == 5
    assert rows[1] > 5
    assert busy.trace_lines()[rows[1]][5] == "105"


def color(busy) -> None:
    window = busy.window
    before = window.panel.chronological.table.grab().toImage()
    window.actions_.colors.trigger()
    dialog = busy.child(ColorsDialog)
    dialog.add()
    dialog.table.item(0, FILTER).setText("id == 0x102")
    dialog.accept()
    view = window.panel.chronological
    block = view.model.block(*view.table.visible_lines())
    wanted = (block.batch.arbitration_id == 0x102).tolist()
    assert any(wanted)
    assert [rule == 0 for rule in block.rules] == wanted
    after = view.table.grab().toImage()
    line = wanted.index(True)
    y = view.table.viewport().y() + view.table.rowViewportPosition(block.first + line) + 3
    assert after.pixelColor(3, y) != before.pixelColor(3, y)


def mark(busy) -> None:
    window = busy.window
    view = window.panel.chronological
    view.table.select_line(20)
    window.actions_.mark.trigger()
    window.actions_.mark.trigger()
    busy.child(QInputDialog).setTextValue("brake pressed")
    busy.child(QInputDialog).accept()
    view.table.select_line(100)
    window.actions_.previous_mark.trigger()
    assert view.current_row() == 20
    window.docks.docks["marks"].raise_()
    panel = window.docks.marks
    busy.wait(lambda: panel.model.rowCount() == 1, "the mark in the list")
    assert panel.model.index(0, 2).data() == "brake pressed"
    folder = busy.session.document.recording.folder
    assert any("brake pressed" in file.read_text() for file in folder.glob("marks*"))


def copy(busy, path) -> None:
    window = busy.window
    window.panel.chronological.table.selectAll()
    assert window.views.current.selection_text().startswith("160 selected")
    window.actions_.copy_candump.trigger()
    path.write_text(QGuiApplication.clipboard().text())
    ids = [message.arbitration_id for message in can.LogReader(path)]
    assert ids == busy.session.document.recording.rows().arbitration_id.tolist()


def test_frames_are_colored_and_each_view_has_its_own_columns(busy):
    color(busy)
    arrange(busy)


def arrange(busy) -> None:
    window = busy.window
    window.actions_.new_chronological.trigger()
    other = window.views.panes[0].view
    busy.wait(lambda: other.model.rowCount() == 160, "the frames in the second view")
    menu = menu_of(window.panel.chronological.table.header)
    {action.text(): action for action in menu.actions()}["Name"].trigger()
    menu.close()
    names = [
        "name" in [column.key for column in view.table.header.shown_columns()]
        for view in (window.panel.chronological, other)
    ]
    assert names == [False, True]
    window.views.panes[0].filter_box.set_filter_text("id == 0x101")
    busy.wait(lambda: other.model.rowCount() == 2, "two lines in the second view")
    assert len(busy.trace_lines()) == 160
