"""The keys and entries of the menu Transmit while the focus is elsewhere, and why nothing can be played."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from canmcast_gui.app.transmit.replay_control import NO_SOURCE
from canmcast_gui.app.transmit.transmit_link import NO_BUS
from tests.support.frames import traffic

pytestmark = [pytest.mark.network, pytest.mark.window]
KEY, CONTROL = Qt.Key, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def table(desk):
    """The trace with some frames and the focus, the panel Replay in front of Transmit."""
    with desk.qtbot.waitActive(desk.window):
        desk.window.activateWindow()
    desk.session.document.append(traffic(20))
    desk.window.docks.docks["replay"].bring_forward()
    desk.window.actions_.chronological.trigger()
    table = desk.window.panel.chronological.table
    table.setFocus()
    desk.wait(lambda: table.hasFocus() and table.model().rowCount() > 2, "the frames and the focus")
    return table


def in_front(desk) -> bool:
    return desk.window.docks.docks["transmit"].is_in_front


def ids(desk) -> list[int]:
    return [row.arbitration_id for row in desk.session.transmit.rows]


def test_rows_are_added_from_the_trace_by_keyboard(desk, table):
    clipboard, panel = QGuiApplication.clipboard(), desk.window.docks.transmit
    clipboard.setText("only words")
    QTest.keyClick(table, KEY.Key_V, CONTROL)
    assert (ids(desk), in_front(desk)) == ([], False)
    assert desk.messages[-1][1].startswith("Nothing was pasted. Line 1 is not a frame")
    clipboard.setText("123#DEADBEEF")
    QTest.keyClick(table, KEY.Key_V, CONTROL)
    desk.wait(lambda: in_front(desk), "the panel")
    assert ids(desk) == [0x123]
    table.setFocus()
    QTest.keyClick(table, KEY.Key_J, CONTROL)
    assert ids(desk) == [0x123, 0x123]
    desk.window.docks.docks["replay"].bring_forward()
    table.setFocus()
    QTest.keyClick(table, KEY.Key_Insert)
    assert in_front(desk)
    assert len(ids(desk)) == 3
    assert panel.table.viewport().isAncestorOf(desk.window.focusWidget())  # the id is typed next
    box = desk.window.panel.filter_box
    box.setFocus()
    QTest.keyClick(box, KEY.Key_V, CONTROL)
    assert (box.text(), len(ids(desk))) == ("123#DEADBEEF", 3)  # a field pastes its own text


def test_frames_copied_in_the_trace_are_pasted_by_mouse(desk, table):
    clipboard = QGuiApplication.clipboard()
    clipboard.clear()
    table.select_line(2)
    desk.window.actions_.copy.trigger()
    desk.wait(clipboard.text, "the copied row")
    bar = desk.window.menuBar()
    entry = next(one for one in bar.actions() if one.text().replace("&", "") == "Transmit")
    QTest.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.actionGeometry(entry).center())
    actions, menu = desk.window.docks.transmit.actions_, entry.menu()
    desk.wait(menu.isVisible, "the menu")
    assert actions.duplicate.toolTip().endswith("Select a row first.")
    QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(actions.paste).center())
    desk.wait(lambda: in_front(desk), "the panel")
    frame = desk.session.document.recording.rows(2, 3)
    row = desk.session.transmit.rows[0]
    assert ids(desk) == [int(frame.arbitration_id[0])]
    assert row.data == frame.payload(0)


def test_play_says_why_it_is_gray(desk, network, table):
    replay = desk.window.docks.replay
    play = replay.run_actions.start
    assert not play.isEnabled()
    assert play.toolTip().endswith(NO_SOURCE)
    replay.choose_trace()
    assert play.toolTip().endswith(NO_BUS)
    assert replay.sending_bar.isVisible()
    desk.connect("239.74.163.2", network.free_port())
    replay.choose_trace()
    desk.wait(play.isEnabled, "a replay that can be played")
    assert not play.toolTip().endswith(".")
    assert not replay.run_actions.stop.isEnabled()
    assert replay.run_actions.stop.toolTip().endswith("It does not run.")
