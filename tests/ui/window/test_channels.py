"""Two open channels in the window: their states, their loads, and which one has a problem."""

import can
import pytest
from PySide6.QtCore import QEvent, QPoint
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QApplication

from canmcast_gui.app.session import SessionState
from canmcast_gui.channels.measurement import Measurement
from canmcast_gui.channels.settings import parse_channels
from canmcast_gui.ui.dialogs.channels import ChannelsDialog
from tests.ui.dialogs.conftest import dialog_of
from tests.ui.live import WAIT_MS

pytestmark = [pytest.mark.network, pytest.mark.window]

GROUP = "239.74.163.2"


@pytest.fixture
def ports(qtbot, window, stage, network):
    """A multicast channel and one of a driver with its own bit rate are open."""
    ports = network.free_port(), network.free_port()
    texts = [
        f"powertrain=multicast:{GROUP},port={ports[0]},hop_limit=0",
        f"body=udp_multicast:{GROUP},port={ports[1]},hop_limit=0",
    ]
    window.bus.connect_to(Measurement.of(parse_channels(texts)))
    qtbot.waitUntil(lambda: stage.session.state is SessionState.LIVE, timeout=WAIT_MS)
    return ports


def send(port: int, count: int) -> None:
    with can.Bus(interface="udp_multicast", channel=GROUP, port=port, hop_limit=0) as bus:
        for number in range(count):
            bus.send(can.Message(arbitration_id=0x100, data=[number], is_extended_id=False))


def entries(window) -> list[str]:
    menu = window.bus.channels
    menu.aboutToShow.emit()
    return [action.text() for action in menu.actions()]


def tip_of(button) -> str:
    QApplication.sendEvent(button, QHelpEvent(QEvent.Type.ToolTip, QPoint(3, 3), QPoint(3, 3)))
    return button.toolTip()


def test_without_a_bus_the_menu_says_so(window):
    assert entries(window) == ["No channel is open"]
    assert not window.bus.channels.actions()[0].isEnabled()


def test_channels_have_states_loads_and_statistics(qtbot, window, stage, ports):
    bus = stage.session.bus
    send(ports[0], 30)
    send(ports[1], 10)
    received = lambda: [state.statistics.received for state in bus.channel_states()]  # noqa: E731
    qtbot.waitUntil(lambda: received() == [30, 10], timeout=WAIT_MS)
    first, second = entries(window)
    assert first.startswith("1  powertrain: open · 30 received, 0 lost")
    assert second.startswith("2  body: open · 10 received, 0 lost")
    tip = tip_of(window.connection)
    assert "1  powertrain: open\n    30 frames received, 0 lost\n    Times: the operating system" in tip
    assert bus.channel_states()[1].statistics.times in tip
    qtbot.waitUntil(lambda: len(stage.session.document.recording) == 40, timeout=WAIT_MS)
    statistics = window.docks.docks["statistics"]
    statistics.bring_forward()
    panel = statistics.widget()
    qtbot.waitUntil(lambda: panel.refresh() or panel.model.has_channels, timeout=WAIT_MS)
    assert panel.model.rowCount() == 2


def test_each_channel_has_its_load(qtbot, window, stage, ports):
    bar = window.statusBar()
    send(ports[1], 40)
    qtbot.waitUntil(lambda: bar.labels["load"].text().endswith("on 2"), timeout=WAIT_MS)
    _title, first, second = bar.labels["load"].toolTip().splitlines()
    assert first.startswith("1  powertrain: 0 % of 500 kbit/s")
    assert second.startswith("2  body: ")


def test_only_the_channel_with_a_problem_is_named(qtbot, window, stage, network):
    texts = [f"good=multicast:{GROUP},port={network.free_port()},hop_limit=0", "bad=slcan:/dev/nothing"]
    window.bus.connect_to(Measurement.of(parse_channels(texts)))
    problem = lambda: window.connection.text().startswith("Reception problem: bad")  # noqa: E731
    qtbot.waitUntil(problem, timeout=WAIT_MS)
    assert "good" not in window.connection.text()
    first, second = entries(window)
    assert first.startswith("1  good: open")
    assert second.startswith("2  bad: problem")
    assert stage.session.bus.problem[1:] in tip_of(window.connection)


def test_a_channel_of_the_menu_opens_its_fields(window, ports):
    entries(window)
    window.bus.channels.actions()[1].trigger()
    dialog = dialog_of(window, ChannelsDialog)
    assert dialog.form.name.text() == "body"
    dialog.reject()
