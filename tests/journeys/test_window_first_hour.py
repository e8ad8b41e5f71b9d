"""The first hour with the window, by mouse and by keys: first steps, switch, layouts, diagnosis, help."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QMenu

from canmcast_gui.app.session import SessionState
from canmcast_gui.channels.measurement import Measurement
from canmcast_gui.transport.settings import BusSettings
from canmcast_gui.ui.dialogs.diagnose import DiagnoseDialog
from canmcast_gui.ui.dialogs.preferences import PreferencesDialog
from canmcast_gui.ui.dialogs.shortcuts import ShortcutsDialog
from canmcast_gui.ui.window.help import TOUR_SEEN


class Hands:
    """How a user reaches a command: by the menu with the mouse, or by its key."""

    def __init__(self, desk, by_mouse: bool) -> None:
        self.desk = desk
        self.by_mouse = by_mouse

    def use(self, action: QAction) -> None:
        window = self.desk.window
        if self.by_mouse or action.shortcut().isEmpty():
            menus = [one for one in window.menuBar().findChildren(QMenu) if action in one.actions()]
            menu = menus[0]
            menu.popup(window.mapToGlobal(window.rect().center()))
            self.desk.wait(menu.isVisible, "the menu")
            if self.by_mouse:
                QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center())
            else:
                menu.setActiveAction(action)
                QTest.keyClick(menu, Qt.Key.Key_Return)
        else:
            QTest.keySequence(window, action.shortcut())

    def press(self, button) -> None:
        if self.by_mouse:
            QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        else:
            button.setFocus()
            QTest.keyClick(button, Qt.Key.Key_Space)

    def close(self, dialog: QDialog) -> None:
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
        self.desk.wait(lambda: not self.desk.window.findChildren(type(dialog)), "the end of the dialog")


@pytest.fixture(params=[True, False], ids=["mouse", "keys"])
def hands(request, desk, qtbot) -> Hands:
    with qtbot.waitActive(desk.window):
        desk.window.activateWindow()
    return Hands(desk, request.param)


@pytest.mark.network
@pytest.mark.window
def test_first_hour(hands, desk, network):
    window, session, actions = desk.window, desk.session, desk.window.actions_
    # the first steps start the demonstration, and end for good
    hands.use(actions.tour)
    desk.wait(lambda: session.state is SessionState.LIVE, "the demonstration")
    tour = window.help.tour
    for number in range(5):
        assert tour.number == number
        assert tour.bubble.isVisible()
        hands.press(tour.bubble.next)
    assert tour.bubble.isHidden()
    assert desk.settings.field(TOUR_SEEN).value

    # control units are sources with names; the switch says how far frames go
    desk.wait(lambda: set(window.panel.context.sources.names.values()) >= {"Engine", "Brakes"}, "names")
    assert "this computer" in window.tool_bar.switch.toolTip()
    assert session.transmit.switch.on
    hands.press(window.tool_bar.switch) if hands.by_mouse else hands.use(window.switch.action)
    assert not session.transmit.switch.on
    hands.use(window.switch.action)
    assert session.transmit.switch.on

    # a layout for a task, and back
    docks = window.docks.docks
    hands.use(window.geometry_.actions[3])
    assert docks["transmit"].isHidden() and docks["plot"].isVisible()
    hands.use(window.geometry_.reset)
    assert docks["transmit"].isVisible()

    # the list of keys, and the preferences
    hands.use(actions.shortcuts)
    keys = desk.child(ShortcutsDialog)
    QTest.keyClicks(keys.search, "diagnose")
    assert "Diagnose the bus" in [key.title for key in keys.shown]
    hands.close(keys)
    hands.use(actions.preferences)
    preferences = desk.child(PreferencesDialog)
    hands.press(preferences.defaults)
    hands.close(preferences)

    # after Stop, Start is the demonstration again, not a bus on the network
    first = session.bus.settings
    hands.use(actions.stop)
    desk.wait(lambda: session.state is not SessionState.LIVE, "stopping")
    hands.use(actions.start)
    desk.wait(lambda: session.state is SessionState.LIVE, "the demonstration again")
    assert session.bus.is_demo
    assert not session.bus.settings.leaves_host
    assert (session.bus.settings.multicast.group, session.bus.settings.multicast.local) == (
        first.multicast.group,
        True,
    )


@pytest.mark.network
@pytest.mark.window
def test_a_silent_bus_is_diagnosed(hands, desk, network):
    window, session = desk.window, desk.session
    session.bus.open(Measurement.of_bus(BusSettings.this_computer(port=network.free_port()).validated()))
    desk.wait(lambda: session.state is SessionState.LIVE, "connecting")
    button = window.panel.by_id.diagnose
    desk.wait(button.isVisible, "the offer of a diagnosis")
    if hands.by_mouse:
        hands.press(button)
    else:
        hands.use(window.actions_.diagnose)
    dialog = desk.child(DiagnoseDialog)
    desk.wait(lambda: dialog.again.text() == "Run again", "the diagnosis")
    assert "no other sender was found" in dialog.verdict.text()
    assert dialog.steps.rowCount() >= 6
    hands.close(dialog)
