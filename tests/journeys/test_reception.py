"""The interface of a bus is removed and returns; the window shows it."""

from contextlib import closing

import can
import pytest

from canmcast_gui.app.session import SessionState
from canmcast_gui.channels.measurement import Measurement
from canmcast_gui.frames import FrameBatch
from canmcast_gui.transport.sender import FrameSender
from canmcast_gui.transport.settings import BusSettings

pytestmark = [pytest.mark.network, pytest.mark.window]

FRAME = FrameBatch.from_messages([can.Message(arbitration_id=0x77)])


@pytest.fixture
def live(desk, group, network, spare_interface):
    """A window on a bus on the spare interface."""
    settings = BusSettings(group=group, port=network.free_port(), interface=spare_interface.name, hop_limit=0)
    desk.window.actions_.chronological.trigger()
    desk.window.bus.connect_to(Measurement.of_bus(settings))
    desk.wait(lambda: desk.session.state is SessionState.LIVE, "connecting")
    return desk


def send_until_received(desk) -> None:
    """Send until a frame is in the recording."""
    before = len(desk.session.document.recording)

    def is_received() -> bool:
        with closing(FrameSender(desk.session.bus.settings.multicast)) as sender:
            sender.send_batch(FRAME)
        return len(desk.session.document.recording) > before

    desk.wait(is_received, "a frame")


@pytest.mark.parametrize("fault", ["down", "removed"])
def test_a_lost_interface_is_shown_until_it_returns(fault, live, spare_interface):
    state = live.window.statusBar().labels["state"]
    messages = live.window.panel.messages
    send_until_received(live)
    if fault == "down":
        spare_interface.down()
    else:
        spare_interface.remove()
    live.wait(lambda: live.session.bus.problem, "the problem")
    sentence = f"Reception problem: {live.session.bus.problem}"
    assert "cmspare" in sentence
    assert live.window.connection.text().startswith("Reception problem: ")
    assert state.text().startswith("Reception problem: ")
    assert messages.texts == [sentence]
    reasons = [(gap.count, gap.reason) for gap in live.session.document.recording.gaps]
    assert reasons == [(0, live.session.bus.problem)]
    if fault == "down":
        spare_interface.up()
    else:
        spare_interface.create()
    live.wait(lambda: not live.session.bus.problem, "the end of the problem")
    assert messages.texts == []
    assert state.text().startswith("Live: ")
    send_until_received(live)
    live.wait(lambda: any("cmspare" in " ".join(line) for line in live.trace_lines()), "the gap in the trace")
    assert len(live.session.document.recording.gaps) == 1
