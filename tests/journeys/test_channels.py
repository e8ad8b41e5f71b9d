"""Two channels on one time axis: set up in the dialog, one fails and returns, a row is sent on the second."""

import os
import signal

import can
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from canmcast_gui.app.session import SessionState
from canmcast_gui.app.transmit.row import TransmitRow
from canmcast_gui.channels.measurement import Measurement
from canmcast_gui.channels.settings import parse_channels
from canmcast_gui.frames import Flag
from canmcast_gui.models.transmit.row_columns import CHANNEL, COLUMNS
from canmcast_gui.ui.dialogs.channels import ChannelsDialog
from canmcast_gui.ui.transmit.details.panel import FRAME
from tests.journeys.hands import Key, Keys, Mouse, press_key, write
from tests.support.slcan_adapter import SlcanAdapter

pytestmark = [pytest.mark.network, pytest.mark.window]

GROUP = "239.74.163.2"
LEFT = Qt.MouseButton.LeftButton


def set_up(desk, native: int, driver: int) -> None:
    """A native channel and one of python-can, set up with the mouse and the keyboard."""
    desk.window.actions_.connect.trigger()
    dialog = desk.child(ChannelsDialog)
    fields = dialog.form.fields.form
    fields.group.setText(GROUP)
    fields.port.setText(str(native))
    fields.hop_limit.setValue(0)
    QTest.mouseClick(dialog.add_button, LEFT)
    QTest.keyClicks(dialog.form.name, "body")
    kind = dialog.form.kind
    kind.setFocus()
    while kind.currentData() != "udp_multicast":
        row = kind.currentIndex()
        QTest.keyClick(kind, Qt.Key.Key_Down)
        assert kind.currentIndex() > row, "the kind is not in the list"
    driver_fields = dialog.form.fields
    QTest.keyClicks(driver_fields.address, GROUP)
    driver_fields.more.setFocus()
    for line in (f"port={driver}", "hop_limit=0"):
        QTest.keyClicks(driver_fields.more, line)
        QTest.keyClick(driver_fields.more, Qt.Key.Key_Return)
    ok = dialog.buttons.button(dialog.buttons.StandardButton.Ok)
    assert ok.isEnabled(), dialog.form.note.text() + dialog.note.text()
    QTest.mouseClick(ok, LEFT)
    desk.wait(lambda: desk.session.state is SessionState.LIVE, "connecting")


def peer_on(port: int) -> can.BusABC:
    return can.Bus(interface="udp_multicast", channel=GROUP, port=port, hop_limit=0)


def frame(number: int, data: int) -> can.Message:
    return can.Message(arbitration_id=number, data=[data], is_extended_id=False)


def channels_of(desk, number: int) -> list[tuple[int, int]]:
    """Channel and first byte of the received frames with an id."""
    recording = desk.session.document.recording
    batch = recording.rows(0, len(recording))
    of_id = batch[batch.arbitration_id == number]
    return list(zip(of_id.channel.tolist(), of_id.data[:, 0].tolist(), strict=True))


def test_two_channels_on_one_time_axis(desk, network):
    native, driver = network.free_port(), network.free_port()
    set_up(desk, native, driver)
    assert desk.window.connection.text().startswith("Live: ")
    assert "body" in desk.window.connection.text()
    with peer_on(native) as first, peer_on(driver) as second:
        first.send(frame(0x100, 1))
        second.send(frame(0x100, 2))
        desk.wait(lambda: len(channels_of(desk, 0x100)) == 2, "frames of both channels")
        assert channels_of(desk, 0x100) == [(1, 1), (2, 2)]

        # the process of the driver is killed: it is said, the other channel works, and it returns
        capture = desk.session.bus.captures[1]
        pid = capture.pid
        os.kill(pid, signal.SIGKILL)
        desk.wait(lambda: any("body" in text for _level, text in desk.messages), "a message")
        first.send(frame(0x101, 1))
        desk.wait(lambda: len(channels_of(desk, 0x101)) == 1, "a frame of the other channel")
        desk.wait(lambda: capture.is_running and capture.pid != pid, "the new process")
        desk.wait(lambda: desk.session.document.recording.gaps, "the gap")
        second.send(frame(0x102, 2))
        desk.wait(lambda: channels_of(desk, 0x102) == [(2, 2)], "a frame of the channel that has returned")

        # a row is sent on the second channel only
        rows = desk.window.docks.transmit.model.rows
        desk.session.transmit.switch.set(True)
        rows.reset([TransmitRow(arbitration_id=0x200, data=b"\x07", channel=2)])
        desk.session.transmit.jobs.send([0])
        received = second.recv(10)
        while received is not None and received.arbitration_id != 0x200:
            received = second.recv(10)
        assert received is not None
        assert bytes(received.data) == b"\x07"
        desk.wait(lambda: channels_of(desk, 0x200) == [(2, 7)], "the sent frame in the trace")
        found = first.recv(0.2)
        while found is not None:
            assert found.arbitration_id != 0x200
            found = first.recv(0.2)

    # a filter with the name of a channel
    box, model = desk.window.panel.filter_box, desk.window.panel.chronological.model
    QTest.keyClicks(box, "channel == body")
    QTest.keyClick(box, Qt.Key.Key_Return)  # takes the proposal
    QTest.keyClick(box, Qt.Key.Key_Return)
    assert box.text() == "channel == body"
    titles = [model.headerData(number, Qt.Orientation.Horizontal) for number in range(model.columnCount())]
    channel = titles.index("Chn")
    # the line of the gap has no channel
    desk.wait(lambda: {line[channel] for line in desk.trace_lines()} - {""} == {"2"}, "frames of body only")


def open_channels(desk, *texts: str) -> None:
    """Connect to channels that are written as for the command line."""
    desk.window.bus.connect_to(Measurement.of(parse_channels(texts)))
    desk.wait(lambda: desk.session.state is SessionState.LIVE, "connecting")


def tool_tip(widget) -> str:
    QApplication.sendEvent(widget, QHelpEvent(QEvent.Type.ToolTip, QPoint(3, 3), QPoint(3, 3)))
    return widget.toolTip()


def ids_at(peer: can.BusABC, last: int) -> list[int]:
    """The ids that a peer receives, up to the frame with the id ``last``."""
    found: list[int] = []
    while not found or found[-1] != last:
        message = peer.recv(10)
        assert message is not None, f"no frame {last:X} after {found}"
        found.append(message.arbitration_id)
    return found


class Sender:
    """A row with id 200h whose channel a user changes with ``hands``, and peers on two channels."""

    def __init__(self, desk, hands, ports: tuple[int, int]) -> None:
        self.desk, self.hands = desk, hands
        self.peers = [peer_on(port) for port in ports]
        self.panel = desk.window.docks.transmit
        self.form = self.panel.details.frame
        self.rows = self.panel.model.rows

    def type_channel(self, text: str) -> None:
        """Type into the field Channel."""
        field = self.form.channel
        if isinstance(self.hands, Mouse):
            QTest.mouseClick(field.line, LEFT)
            self.desk.wait(lambda: QApplication.focusWidget() is field, "the focus")
        else:
            self.hands.go(field)
        press_key(Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        write(text) if text else press_key(Key.Key_Delete)
        press_key(Key.Key_Return)

    def send_on(self, number: int) -> None:
        """Send the row: the peer of that channel receives it, and the other one does not."""
        self.hands.command(self.panel, self.panel.actions_.send)
        here, other = self.peers[number - 1], self.peers[2 - number]
        assert ids_at(here, 0x200).count(0x200) == 1
        here.send(frame(0x7F0, 0))
        self.peers[1 - self.peers.index(here)].send(frame(0x7F0, 0))
        for peer in self.peers:
            peer.send(frame(0x7FF, number))
        assert 0x200 not in ids_at(other, 0x7FF)
        ids_at(here, 0x7FF)

    def close(self) -> None:
        for peer in self.peers:
            peer.shutdown()


@pytest.fixture(params=[Mouse, Keys], ids=["mouse", "keys"])
def sender(request, desk, qtbot, network):
    ports = network.free_port(), network.free_port()
    desk.window.resize(1400, 950)
    with qtbot.waitActive(desk.window):
        desk.window.activateWindow()
    desk.window.panel.chronological.setFocus()
    press_key(Key.Key_2, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
    rows = desk.window.docks.transmit.model.rows
    rows.reset([TransmitRow(arbitration_id=0x200, data=b"\x07")])
    one = Sender(desk, request.param(desk), ports)
    one.panel.table.select([0])
    one.hands.tab(one.panel.details, FRAME)
    assert not one.form.channel.isVisible()  # there is no choice
    open_channels(
        desk,
        f"powertrain=multicast:{GROUP},port={ports[0]},hop_limit=0",
        f"body=udp_multicast:{GROUP},port={ports[1]},hop_limit=0",
    )
    desk.session.transmit.switch.set(True)
    yield one
    one.close()


def test_the_channel_of_a_row_is_chosen_and_typed(sender):
    desk, hands, form, rows = sender.desk, sender.hands, sender.form, sender.rows
    assert form.channel.isVisible()
    assert [form.channel.itemText(row) for row in range(3)] == ["the first", "1 powertrain", "2 body"]
    hands.choose(form.channel, "2 body")
    assert rows[0].channel == 2
    assert form.channel.currentText() == "2 body"
    index = sender.panel.model.index(0, COLUMNS.index(CHANNEL))
    assert (index.data(), index.data(Qt.ItemDataRole.ToolTipRole)) == ("2", "Channel 2 body")
    sender.send_on(2)
    for text, number in (("powertrain", 1), ("2", 2), ("BODY", 2), ("1 powertrain", 1), ("", 0)):
        sender.type_channel(text)
        assert rows[0].channel == number, text
    sender.send_on(1)
    sender.type_channel("chassis")
    assert "such as 1 powertrain, 2 body" in form.problems["channel"].problem.text()
    assert rows[0].channel == 0

    # a channel that is not open
    sender.type_channel("3")
    assert rows[0].channel == 3
    sent = rows.entry(0).sent
    for action in (sender.panel.actions_.arm, sender.panel.actions_.send):
        sender.panel.status_line.clear_problem()
        hands.command(sender.panel, action)
        assert "Not sent: 200: channel 3 is not open; open channels: 1, 2." in sender.panel.status_line.text()
        assert not rows.is_armed(0)
    assert rows.entry(0).sent == sent
    assert index.data(Qt.ItemDataRole.ToolTipRole) == "Channel 3, which is not open"
    assert desk.messages == []

    # both names in the tool tip of the connection
    tip = tool_tip(desk.window.connection)
    assert "1  powertrain: open" in tip
    assert "2  body: open" in tip


@pytest.fixture
def adapter(tmp_path):
    """An adapter at a pseudo-terminal that is plugged in."""
    pytest.importorskip("serial", reason="the driver for slcan needs pyserial")
    one = SlcanAdapter(tmp_path / "ttyACM0")
    yield one
    if one.path.is_symlink():
        one.unplug()


def test_an_slcan_adapter_is_unplugged_and_plugged_again(adapter, desk):
    open_channels(desk, f"bench=slcan:{adapter.path},bitrate=500000,sleep_after_open=0")
    recording = desk.session.document.recording
    desk.wait(lambda: adapter.lines[-1:] == ["O"], "the adapter is open")
    adapter.say(b"t10011A")
    desk.wait(lambda: len(channels_of(desk, 0x100)) == 1, "a received frame")
    assert channels_of(desk, 0x100) == [(1, 0x1A)]
    rows = desk.window.docks.transmit.model.rows
    desk.session.transmit.switch.set(True)
    rows.reset([TransmitRow(arbitration_id=0x200, data=b"\x07")])
    desk.session.transmit.jobs.send([0])
    desk.wait(lambda: "t200107" in adapter.lines, "the frame at the adapter")
    adapter.say(b"t10111B")
    desk.wait(lambda: len(channels_of(desk, 0x101)) == 1, "the frame after it")
    batch = recording.rows(0, len(recording))
    own = batch[batch.arbitration_id == 0x200]
    assert own.has(Flag.TX).tolist() == [True]
    assert not desk.messages

    adapter.unplug()
    desk.wait(lambda: desk.messages, "a message")
    adapter.plug_in()
    desk.wait(lambda: adapter.lines[-1:] == ["O"], "the adapter is open again")
    desk.wait(lambda: recording.gaps, "the gap")
    adapter.say(b"t10211C")
    desk.wait(lambda: channels_of(desk, 0x102) == [(1, 0x1C)], "a frame after the gap")
    desk.session.transmit.jobs.send([0])
    desk.wait(lambda: "t200107" in adapter.lines, "a sent frame after the gap")
    problems = [text for level, text in desk.messages if "again" not in text]
    assert len(problems) == 1, desk.messages
    assert "bench" in problems[0]
