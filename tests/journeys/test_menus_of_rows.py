"""The commands for a row on a real bus, by mouse and by keyboard alone."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from canmcast_gui.ui.trace.live_bar import FOLLOWING, PAUSED, SCROLLED
from tests.support.frames import DBC

pytestmark = [pytest.mark.network, pytest.mark.window]


@pytest.fixture
def live(desk, network, stock_peer, tmp_path):
    """A window with a database, and a stock peer that continues to send."""
    port = network.free_port()
    (tmp_path / "engine.dbc").write_text(DBC)
    desk.session.databases.load(tmp_path / "engine.dbc")
    desk.wait(lambda: len(desk.session.databases.loaded) == 1, "the database")
    desk.connect("239.74.163.2", port)
    desk.window.actions_.chronological.trigger()
    stock_peer("send", "--port", port, "--rate", 200, "--ids", 4)
    table = desk.window.panel.chronological.table
    desk.wait(lambda: table.verticalScrollBar().maximum() > 20, "more rows than fit")
    with desk.qtbot.waitActive(desk.window):
        desk.window.activateWindow()
    table.setFocus()
    return desk


def row_of(desk, arbitration_id: int) -> int:
    """A visible line with a frame of an id."""
    view = desk.window.panel.chronological
    first, last = view.table.visible_lines()
    block = view.model.read_block(first, last - 1)
    return first + block.batch.arbitration_id.tolist().index(arbitration_id)


def shown_ids(desk) -> set[int]:
    """The ids of the visible lines."""
    view = desk.window.panel.chronological
    first, last = view.table.visible_lines()
    return set(view.model.read_block(first, last).batch.arbitration_id.tolist()) if last >= first else set()


def open_menu(desk, press) -> QMenu:
    """Open a context menu with real events, and return it when it is open."""
    press()
    desk.wait(lambda: isinstance(QApplication.activePopupWidget(), QMenu), "the menu")
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu


def choose_by_mouse(menu: QMenu, start: str) -> None:
    """Click an entry of an open menu."""
    action = next(one for one in menu.actions() if one.text().replace("&", "").startswith(start))
    QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center())


def choose_by_key(menu: QMenu, start: str) -> None:
    """Go down to an entry of an open menu, and press Enter."""
    for _step in menu.actions():
        current = menu.activeAction()
        if current is not None and current.text().replace("&", "").startswith(start):
            QTest.keyClick(menu, Qt.Key.Key_Return)
            return
        QTest.keyClick(menu, Qt.Key.Key_Down)
    raise AssertionError(f"no entry {start}")


def test_by_mouse(live):
    window, view = live.window, live.window.panel.chronological
    line = row_of(live, 0x100)
    place = QPoint(300, view.table.rowViewportPosition(line) + 5)
    QTest.mouseClick(view.table.viewport(), Qt.MouseButton.LeftButton, pos=place)  # click 1 holds the view
    row, shown = view.current_row(), view.table.visible_lines()
    live.wait(lambda: view.live_bar.state.kind == SCROLLED and view.live_bar.state.newer > 20, "newer rows")
    assert view.current_row() == row
    assert view.table.visible_lines() == shown  # no row has moved

    def press():
        where = view.table.viewport().mapToGlobal(place)
        event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, where)
        QApplication.sendEvent(view.table.viewport(), event)

    choose_by_mouse(open_menu(live, press), "Plot all signals of Engine")
    assert window.docks.plots.plotted() == ["Engine.Speed", "Engine.Gear"]
    choose_by_mouse(open_menu(live, press), "Add to transmit list")
    (sent,) = live.session.transmit.rows
    assert (sent.name, sent.arbitration_id) == ("Engine", 0x100)
    choose_by_mouse(open_menu(live, press), "Mark row")
    assert [mark.row for mark in live.session.document.recording.marks] == [row]
    choose_by_mouse(open_menu(live, press), "Send this frame once")
    live.wait(lambda: live.session.statistics().sent == 1, "the sent frame")
    choose_by_mouse(open_menu(live, press), "Only ID 100")
    live.wait(lambda: shown_ids(live) == {0x100}, "id 100")
    QTest.mouseClick(view.table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(300, 5))
    live.wait(lambda: view.live_bar.state.kind == SCROLLED, "the held view")
    QTest.mouseClick(view.live_bar.button, Qt.MouseButton.LeftButton)
    assert view.live_bar.state.kind == FOLLOWING


def test_by_keyboard_alone(live):
    window, view = live.window, live.window.panel.chronological
    QTest.keyClick(view.table, Qt.Key.Key_Home)
    assert view.live_bar.state.kind == SCROLLED
    QTest.keyClick(view.table, Qt.Key.Key_Space)
    live.wait(lambda: view.live_bar.state.kind == PAUSED and view.live_bar.state.newer > 5, "paused")
    assert window.connection.text().startswith("Paused:")
    QTest.keyClick(view.table, Qt.Key.Key_Space)
    assert view.live_bar.state.kind == SCROLLED
    while view.commands.subject().identity != (0x100, False):
        QTest.keyClick(view.table, Qt.Key.Key_Down)
    QTest.keyClick(view.table, Qt.Key.Key_Right)
    QTest.keyClick(view.table, Qt.Key.Key_Down)
    assert view.commands.subject().signal == "Engine.Speed"

    def press():
        place = view.table.visualRect(view.table.currentIndex()).center()
        where = view.table.viewport().mapToGlobal(place)
        event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, place, where)
        QApplication.sendEvent(view.table.viewport(), event)

    choose_by_key(open_menu(live, press), "Plot Speed")
    assert window.docks.plots.plotted() == ["Engine.Speed"]
    row = view.current_row()
    QTest.keySequence(view.table, QKeySequence("Ctrl+F3"))
    live.wait(lambda: view.current_row() > row, "the next frame of the id")
    QTest.keySequence(view.table, QKeySequence("Ctrl+M"))
    assert [mark.row for mark in live.session.document.recording.marks] == [view.current_row()]
    QTest.keySequence(view.table, QKeySequence("Ctrl+Shift+A"))
    assert [one.name for one in live.session.transmit.rows] == ["Engine"]
    view.table.setFocus()
    QTest.keySequence(view.table, QKeySequence("Ctrl+I"))
    live.wait(lambda: shown_ids(live) == {0x100}, "id 100")
    QTest.keyClick(view.table, Qt.Key.Key_End)
    assert view.live_bar.state.kind == FOLLOWING
