"""The gateway of a session, between real channels: one native, one with a driver that only one may open."""

import can
import pytest

from canmcast_gui.app.gateway.control import ENDED_BY_SWITCH, NO_BUS, ONE_CHANNEL
from canmcast_gui.app.session import SessionState
from canmcast_gui.app.workspace.workspace import Workspace, load_workspace, save_workspace
from canmcast_gui.channels.measurement import Measurement
from canmcast_gui.channels.settings import ChannelSettings
from canmcast_gui.gateway.rules import Rule, RuleSet

pytestmark = pytest.mark.network

WAIT_MS = 15_000
GROUP = "239.74.163.2"


@pytest.fixture
def ports(network) -> tuple[int, int]:
    return network.free_port(), network.free_port()


def go_live(qtbot, session, *channels: ChannelSettings) -> None:
    session.bus.open(Measurement.of(channels))
    qtbot.waitUntil(lambda: session.state is SessionState.LIVE, timeout=WAIT_MS)
    session.transmit.switch.set(True)


def native(port: int, name: str = "") -> ChannelSettings:
    return ChannelSettings("multicast", GROUP, {"port": port, "hop_limit": 0}, name)


def driver(port: int, name: str = "") -> ChannelSettings:
    return ChannelSettings("udp_multicast", GROUP, {"port": port, "hop_limit": 0}, name)


def peer(port: int) -> can.BusABC:
    return can.Bus(interface="udp_multicast", channel=GROUP, port=port, hop_limit=0)


def frame(number: int) -> can.Message:
    return can.Message(arbitration_id=number, data=[1, 2], is_extended_id=False)


def received(bus: can.BusABC, number: int) -> can.Message | None:
    found = bus.recv(10)
    while found is not None and found.arbitration_id != number:
        found = bus.recv(10)
    return found


def start(qtbot, session) -> None:
    session.gateway.start()
    assert session.gateway.is_starting
    qtbot.waitUntil(lambda: session.gateway.is_running, timeout=WAIT_MS)


def test_it_says_what_is_missing(qtbot, stage, ports):
    gateway, link = stage.session.gateway, stage.session.transmit.link
    gateway.start()
    assert stage.messages == [("warning", NO_BUS)]
    go_live(qtbot, stage.session, native(ports[0]))
    assert gateway.obstacle == ONE_CHANNEL
    stage.session.bus.close()
    assert gateway.obstacle == NO_BUS
    assert link.client is None


def test_it_forwards_through_the_driver_of_the_session(qtbot, stage, ports):
    session, gateway = stage.session, stage.session.gateway
    go_live(qtbot, session, native(ports[0], "a"), driver(ports[1], "b"))
    drivers = [capture.pid for capture in session.bus.captures]
    start(qtbot, session)
    with peer(ports[0]) as first, peer(ports[1]) as second:
        first.send(frame(0x101))
        assert received(second, 0x101) is not None
        second.send(frame(0x102))
        assert received(first, 0x102) is not None
        qtbot.waitUntil(lambda: gateway.report.forwarded == {(1, 2): 1, (2, 1): 1}, timeout=WAIT_MS)

        # with other rules it counts again
        gateway.set_rules(RuleSet((Rule("one way", "b", "a", id=0x300),)))
        assert gateway.is_starting
        qtbot.waitUntil(lambda: gateway.is_running, timeout=WAIT_MS)
        second.send(frame(0x103))
        assert received(first, 0x300) is not None
        qtbot.waitUntil(lambda: sum(gateway.report.forwarded.values()) == 1, timeout=WAIT_MS)
        assert gateway.report.rules[0].name == "one way"
    assert [capture.pid for capture in session.bus.captures] == drivers
    gateway.stop()
    assert not gateway.is_running
    qtbot.waitUntil(lambda: gateway.report.rules[0].forwarded == 1, timeout=WAIT_MS)
    assert gateway.report.lost == 0


def test_it_ends_with_the_main_switch_and_with_the_bus(qtbot, stage, ports):
    session, gateway = stage.session, stage.session.gateway
    go_live(qtbot, session, native(ports[0]), native(ports[1]))
    start(qtbot, session)
    session.transmit.switch.set(False)
    assert not gateway.is_running
    assert stage.messages[-1] == ("warning", ENDED_BY_SWITCH)
    assert "Transmit is off" in gateway.obstacle
    session.transmit.switch.set(True)
    start(qtbot, session)
    session.bus.close()
    assert not gateway.is_running
    assert gateway.obstacle == NO_BUS


def test_rules_that_the_channels_do_not_allow_are_reported(qtbot, stage, ports):
    session, gateway = stage.session, stage.session.gateway
    gateway.set_rules(RuleSet((Rule(source="chassis"),)))
    go_live(qtbot, session, native(ports[0], "a"), native(ports[1], "b"))
    gateway.start()
    qtbot.waitUntil(lambda: not gateway.is_starting, timeout=WAIT_MS)
    assert not gateway.is_running
    level, text = stage.messages[-1]
    assert level == "error"
    assert text.startswith("The gateway cannot be started: there is no channel 'chassis'")


def test_rules_are_ordered_stored_and_read(stage, tmp_path):
    gateway = stage.session.gateway
    for position, name in enumerate("abc"):
        gateway.insert_rule(position, Rule(name))
    gateway.move_rule(2, -1)
    gateway.move_rule(0, -1)
    assert [rule.name for rule in gateway.rules.rules] == ["a", "c", "b"]
    gateway.remove_rule(0)
    gateway.replace_rule(0, Rule("d", drop=True))
    path = tmp_path / "rules.toml"
    gateway.save(path)
    stored = gateway.rules
    gateway.reset(RuleSet())
    gateway.load(path)
    assert gateway.rules == stored
    path.write_text('[[rule]]\nname = "x"\ndelay_ms = -1\n')
    gateway.load(path)
    assert gateway.rules == stored
    assert stage.messages[-1][0] == "error"
    assert "rules.toml, line 3: " in stage.messages[-1][1]
    gateway.save(tmp_path / "missing" / "rules.toml")
    assert stage.messages[-1][1].startswith("The rules were not saved: ")


def test_a_workspace_keeps_the_rules(tmp_path):
    path = tmp_path / "bench.canmcast"
    rules = RuleSet((Rule("a", "1", "2", 'name == "x"', id_table={1: 2}), Rule()), loop_detection=False)
    workspace = Workspace(gateway=rules)
    assert not workspace.is_empty
    save_workspace(path, workspace)
    loaded, problems = load_workspace(path)
    assert loaded.gateway == rules
    assert problems == []
    path.write_text('{"canmcast_workspace": 1, "gateway": "[[rule]]\\nid = -1"}')
    loaded, problems = load_workspace(path)
    assert loaded.gateway == RuleSet()
    assert [problem.where for problem in problems] == ["gateway"]
    assert "line 2" in problems[0].text
