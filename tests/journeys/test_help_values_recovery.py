"""Live values, the handbook and the recovery of a recording, with the mouse and with the keyboard alone."""

import can
import pytest
from cantools.database import load_file
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton

from canmcast_gui.models.signal_tree import NAME, VALUE
from canmcast_gui.recording import Recording, leftovers
from canmcast_gui.ui.dialogs.recovery import RecoveryDialog
from canmcast_gui.ui.handbook.window import HandbookWindow
from tests.journeys.hands import LEFT, Key, Keys, Mouse, plain, press_key, write
from tests.support.frames import DBC, traffic

pytestmark = [pytest.mark.network, pytest.mark.window]

GROUP = "239.74.163.2"


@pytest.fixture(params=[Mouse, Keys], ids=["mouse", "keys"])
def hands(request, desk, qtbot):
    """A window in front."""
    desk.window.resize(1280, 800)
    with qtbot.waitActive(desk.window):
        desk.window.activateWindow()
    return request.param(desk)


def test_live_values_are_seen_and_one_is_plotted(hands, desk, network, tmp_path):
    port = network.free_port()
    (tmp_path / "engine.dbc").write_text(DBC)
    desk.session.databases.load(tmp_path / "engine.dbc")
    desk.wait(lambda: len(desk.session.databases.loaded) == 1, "the database")
    desk.connect(GROUP, port)
    desk.window.activateWindow()
    panel = desk.window.docks.signals
    tree, model = panel.tree, panel.model
    message = load_file(tmp_path / "engine.dbc").get_message_by_name("Engine")
    with can.Bus(GROUP, "udp_multicast", port=port) as peer:
        for speed in (1000, 2000):
            data = message.encode({"Speed": speed, "Gear": 1})
            peer.send(can.Message(arbitration_id=0x100, is_extended_id=False, data=data))
            first = model.index(0, NAME, model.index(0, NAME))
            value = model.index(0, VALUE, first)
            desk.wait(lambda value=value, speed=speed: value.data() == f"{speed:.2f} rpm", "the value")
    desk.wait(lambda: tree.isExpanded(first), "the message is expanded")
    speed_at = model.index(0, NAME, first)
    if isinstance(hands, Mouse):
        QTest.mouseClick(tree.viewport(), LEFT, pos=tree.visualRect(speed_at).center())
        tops = {plain(top.text()): top.menu() for top in desk.window.menuBar().actions()}
        hands.entry(next(one for one in tops["Plot"].actions() if plain(one.text()) == "Plot"))
    else:
        press_key(Key.Key_1, Qt.KeyboardModifier.AltModifier)
        hands.go(tree)
        for _step in range(4):
            if tree.currentIndex().siblingAtColumn(NAME) != speed_at:
                press_key(Key.Key_Down)
        press_key(Key.Key_Return)
    plot = desk.window.docks.plots.first.panel
    desk.wait(lambda: plot.signals.names == ["Engine.Speed"], "the plotted signal")


def test_the_handbook_is_searched(hands, desk):
    hands.command(desk.window.tool_bar, desk.window.actions_.help)
    book = desk.child(HandbookWindow)
    book.activateWindow()
    desk.wait(book.isActiveWindow, "the handbook")
    if isinstance(hands, Mouse):
        hands.go(book.search)
    else:
        press_key(Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert book.search.hasFocus()
    write("random mask")
    press_key(Key.Key_Return)
    desk.wait(lambda: "Random mask" in book.browser.toPlainText(), "the page about fuzzing")
    press_key(Key.Key_Escape)
    press_key(Key.Key_Escape)


def test_a_recording_of_a_crash_is_opened(hands, desk):
    recording = Recording.create()
    recording.append(traffic(70))
    recording.close()
    hands.entry(desk.window.actions_.recover)
    dialog = desk.child(RecoveryDialog)
    dialog.activateWindow()
    desk.wait(dialog.isActiveWindow, "the dialog")
    buttons = dialog.list.findChildren(QToolButton)
    assert [one.text() for one in buttons] == ["Open", "Save…", "Discard…"]
    hands.press(buttons[0])
    desk.wait(lambda: len(desk.session.document.recording) == 70, "the frames")
    assert leftovers() == []
