"""A filter for a signal, typed by its first letters: by the keyboard alone, and by the mouse."""

import can
import pytest
from cantools.database import load_file
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.support.frames import DBC

pytestmark = [pytest.mark.network, pytest.mark.window]

KEY = Qt.Key


@pytest.fixture
def bus(desk, network, tmp_path):
    """A window with a database and 60 frames, of which every third has the gear First."""
    path, port = tmp_path / "engine.dbc", network.free_port()
    path.write_text(DBC)
    desk.session.databases.load(path)
    desk.wait(lambda: len(desk.session.databases.loaded) == 1, "the database")
    desk.connect("239.74.163.2", port)
    desk.window.actions_.chronological.trigger()
    engine = load_file(path).get_message_by_name("Engine")
    with can.Bus("239.74.163.2", "udp_multicast", port=port) as peer:
        for number in range(60):
            data = engine.encode({"Speed": 1000 + number, "Gear": int(number % 3 == 0)})
            peer.send(can.Message(arbitration_id=0x100, is_extended_id=False, data=data))
    desk.wait(lambda: len(desk.trace_lines()) == 60, "60 lines")
    desk.window.activateWindow()
    return desk


def test_a_filter_is_typed_corrected_and_searched_with_keys_alone(bus):
    box, panel = bus.window.panel.filter_box, bus.window.panel
    QTest.keyClick(bus.window, KEY.Key_L, Qt.KeyboardModifier.ControlModifier)
    assert box.hasFocus()
    QTest.keyClicks(box, "gea")
    QTest.keyClick(box, KEY.Key_Tab)
    QTest.keyClicks(box, "== ")
    QTest.keyClick(box, KEY.Key_Down)
    QTest.keyClick(box, KEY.Key_Down)
    QTest.keyClick(box, KEY.Key_Return)
    QTest.keyClick(box, KEY.Key_Return)
    assert box.text() == "Gear == First"
    bus.wait(lambda: len(bus.trace_lines()) == 20, "20 lines")
    bus.wait(lambda: box.matches.toolTip() == "20 of 60 frames match", "the number of matches")
    top = panel.chronological.table.mapToGlobal(panel.chronological.table.rect().topLeft())
    QTest.keyClicks(box, " and Sped > 1050")
    QTest.keyClick(box, KEY.Key_Return)
    assert box.problem.isVisible()
    assert panel.chronological.table.mapToGlobal(panel.chronological.table.rect().topLeft()) == top
    assert box.problem.still.text() == "Still showing: Gear == First"
    assert len(bus.trace_lines()) == 20
    QTest.keyClick(box, KEY.Key_Return)
    assert box.text() == "Gear == First and Engine.Speed > 1050"
    bus.wait(lambda: len(bus.trace_lines()) == 3, "3 lines")
    QTest.keyClicks(box, " and")
    QTest.keyClick(box, KEY.Key_Return)
    QTest.keyClick(box, KEY.Key_Escape)
    assert box.text() == "Gear == First and Engine.Speed > 1050"
    find(bus)


def find(bus) -> None:
    """Go to a frame with the find bar, which completes as well."""
    bar = bus.window.panel.find_bar
    bus.window.panel.filter_box.clear()
    bus.wait(lambda: len(bus.trace_lines()) == 60, "60 lines")
    bus.window.actions_.find.trigger()
    QTest.keyClicks(bar.text_edit, "spee")
    QTest.keyClick(bar.text_edit, KEY.Key_Tab)
    QTest.keyClicks(bar.text_edit, ">= 1057")
    QTest.keyClick(bar.text_edit, KEY.Key_Return)
    bus.wait(lambda: bar.result.text().startswith("1 of 3"), "the first match")
    QTest.keyClick(bar.text_edit, KEY.Key_F3)
    bus.wait(lambda: bar.result.text() == "2 of 3", "the second match")
    assert bus.window.panel.chronological.current_row() == 58


def test_a_filter_is_put_together_saved_and_cleared_with_the_mouse(bus, qtbot):
    box, view = bus.window.panel.filter_box, bus.window.panel.chronological
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton)
    QTest.keyClicks(box, "spee")
    click(qtbot, box, 0)
    click(qtbot, box, [one.text for one in box.list.proposals].index(">"))
    QTest.keyClicks(box, "5000")
    bus.wait(view.clear_filter.isVisible, "the button")
    qtbot.mouseClick(box.button, Qt.MouseButton.LeftButton)
    menu = next(one for one in bus.window.findChildren(type(box.saved_filters.menu())) if one.isVisible())
    assert "&Save this filter…" in [action.text() for action in menu.actions()]
    menu.close()
    qtbot.mouseClick(view.clear_filter, Qt.MouseButton.LeftButton)
    bus.wait(lambda: len(bus.trace_lines()) == 60, "all lines")


def click(qtbot, box, row: int) -> None:
    """Take a proposal with the mouse."""
    index = box.list.model().index(row, 0)
    box.list.scrollTo(index)
    qtbot.mouseClick(box.list.viewport(), Qt.MouseButton.LeftButton, pos=box.list.visualRect(index).center())
