"""The main transmit switch in the tool bar: its text, target and safe state."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from canmcast_gui.app.session import SessionState
from canmcast_gui.channels.measurement import Measurement
from canmcast_gui.transport.settings import BusSettings
from canmcast_gui.ui import theme
from canmcast_gui.ui.window.transmit_switch import Detail
from tests.ui.themes import in_both_themes

GROUP = "239.74.163.2"


@pytest.fixture
def connect(qtbot, stage, network):
    """Open a bus on a port of its own."""
    port = network.free_port()

    def run(hop_limit: int) -> None:
        stage.session.bus.open(
            Measurement.of_bus(BusSettings(group=GROUP, port=port, interface="lo", hop_limit=hop_limit))
        )
        qtbot.waitUntil(lambda: stage.session.state is SessionState.LIVE, timeout=15_000)

    yield run
    stage.session.bus.close()


def texts(window) -> list[str]:
    return [window.switch.text(detail) for detail in Detail]


def test_without_a_bus_it_cannot_be_used_and_says_why(window):
    button = window.tool_bar.switch
    assert texts(window) == ["TX", "Transmit", "Transmit"]
    assert not button.isEnabled()
    assert not button.isChecked()
    assert "Connect to a bus first" in button.toolTip()


def test_on_this_computer_it_is_on_at_once(window, connect, stage, qtbot):
    connect(0)
    button = window.tool_bar.switch
    assert texts(window) == ["TX: local", "Transmit on · this computer", "Transmit on · this computer"]
    assert button.isChecked()
    assert GROUP in button.toolTip()
    assert "hop limit 0" in button.toolTip()
    on = button.icon().cacheKey()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert not stage.session.transmit.switch.on
    assert texts(window) == ["TX: off", "Transmit off", "Transmit off"]
    assert not button.isChecked()
    assert button.icon().cacheKey() != on
    with qtbot.waitActive(window):
        window.activateWindow()
    QTest.keyClick(window, Qt.Key.Key_F8)
    assert stage.session.transmit.switch.on


def test_on_the_network_it_is_off_until_it_is_switched_on_for_this_bus(window, connect, stage, network):
    if not network.isolated:
        pytest.skip("frames could leave the computer")
    connect(1)
    switch, button = stage.session.transmit.switch, window.tool_bar.switch
    assert not switch.on
    assert texts(window)[1] == "Transmit off"
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert switch.on
    assert texts(window) == ["TX: network", "Transmit on · network", f"Transmit on · network {GROUP}, lo"]
    assert "local network (hop limit 1)" in button.toolTip()
    background = theme.colors(window.palette()).sending_background.name()
    assert background in button.styleSheet()
    stage.session.bus.close()
    connect(1)
    assert switch.on, "the same bus again"
    stage.session.bus.close()
    connect(2)
    assert not switch.on, "another bus"


def test_its_text_fits_the_window(window, qtbot):
    button = window.tool_bar.switch
    for width, text in ((1024, "TX"), (1280, "Transmit"), (1800, "Transmit")):
        window.resize(width, 700)
        qtbot.waitUntil(lambda text=text: button.text() == text)


def test_themes_change_its_colors(window, connect, stage, qapp):
    connect(0)
    assert len(set(in_both_themes(stage.settings, qapp, window.tool_bar.switch.styleSheet))) == 2
