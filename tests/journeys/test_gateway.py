"""A gateway between two channels of the window: a rule is made, counted, edited; then it is stopped."""

import can
import pytest

from canmcast_gui.app.session import SessionState
from canmcast_gui.channels.measurement import Measurement
from canmcast_gui.channels.settings import ChannelSettings
from canmcast_gui.gateway.rules import Rule
from canmcast_gui.models.gateway import DROPPED, FORWARDED, SEEN
from canmcast_gui.ui.gateway.rule_dialog import RuleDialog
from tests.journeys.hands import Key, Keys, Mouse, button_of, press_key, write

pytestmark = [pytest.mark.network, pytest.mark.window]

GROUP = "239.74.163.2"


@pytest.fixture(params=[Mouse, Keys], ids=["mouse", "keys"])
def hands(request, desk, qtbot):
    desk.window.activateWindow()
    desk.wait(desk.window.isActiveWindow, "the window")
    return request.param(desk)


def frame(number: int) -> can.Message:
    return can.Message(arbitration_id=number, data=[1, 2], is_extended_id=False)


def next_id(bus: can.BusABC) -> int | None:
    found = bus.recv(10)
    return found.arbitration_id if found is not None else None


def rule_dialog(desk) -> RuleDialog:
    """The open dialog, in front."""
    dialog = desk.child(RuleDialog)
    dialog.activateWindow()
    desk.wait(dialog.isActiveWindow, "the dialog in front")
    return dialog


def make_rule(hands, desk, panel) -> None:
    hands.press(button_of(panel, panel.add_action))
    dialog = rule_dialog(desk)
    for key, text in (("filter", "id ==="), ("id", "0x300")):
        hands.go(dialog.fields[key])
        write(text)
    press_key(Key.Key_Return)
    desk.wait(dialog.problems["filter"].isVisible, "the mistake")
    assert dialog.problems["filter"].text().startswith("The filter is not valid")
    hands.go(dialog.fields["filter"])
    press_key(Key.Key_Backspace)
    write(" 0x100")
    press_key(Key.Key_Return)
    hands.back(RuleDialog)


def cell(panel, column: int) -> str:
    return panel.model.index(0, column).data()


def test_a_rule_is_edited_counted_and_stopped(hands, desk, network):
    ports = network.free_port(), network.free_port()
    options = [{"port": port, "hop_limit": 0} for port in ports]
    channels = [ChannelSettings("multicast", GROUP, each) for each in options]
    desk.session.bus.open(Measurement.of(channels))
    desk.wait(lambda: desk.session.state is SessionState.LIVE, "connecting")
    panel, dock = desk.window.docks.gateway, desk.window.docks.docks["gateway"]
    assert dock.isHidden()
    if isinstance(hands, Mouse):
        hands.entry(dock.action)
    else:
        press_key(Key.Key_G, dock.action.shortcut()[0].keyboardModifiers())
    desk.wait(lambda: dock.is_in_front, "the panel")
    assert panel.hint.text().startswith("No rules: all frames are forwarded")
    make_rule(hands, desk, panel)
    assert panel.control.rules.rules == (Rule(filter="id == 0x100", id=0x300),)

    hands.press(button_of(panel, panel.start_action))
    desk.wait(lambda: panel.control.is_running, "the gateway")
    buses = [can.Bus(interface="udp_multicast", channel=GROUP, **each) for each in options]
    with buses[0] as first, buses[1] as second:
        first.send(frame(0x101))  # fits no rule
        first.send(frame(0x100))
        assert next_id(second) == 0x300
        desk.wait(lambda: cell(panel, FORWARDED) == "1", "the count")
        assert "1 frame forwarded, 1 dropped" in panel.status_line.text()

        # the rule drops now: the gateway starts again with it
        hands.go(panel.table)
        panel.table.selectRow(0)
        hands.press(button_of(panel, panel.edit_action))
        dialog = rule_dialog(desk)
        hands.press(dialog.drop)
        hands.press(dialog.buttons.button(dialog.buttons.StandardButton.Ok))
        hands.back(RuleDialog)
        assert panel.control.rules.rules[0].drop
        desk.wait(lambda: panel.control.is_running, "the gateway with the new rule")
        first.send(frame(0x100))
        desk.wait(lambda: cell(panel, DROPPED) == "1", "the count")
        assert (cell(panel, SEEN), cell(panel, FORWARDED)) == ("1", "0")

    hands.press(button_of(panel, panel.stop_action))
    desk.wait(lambda: not panel.control.is_running, "the end")
    desk.wait(lambda: panel.status_line.text().startswith("Stopped: "), "the last counters")
    assert cell(panel, DROPPED) == "1"
    assert desk.messages == []
