"""Two channels on one time axis: set up in the dialog, one fails and returns, a row is sent on the second."""

import os
import signal

import can
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from canmcast_gui.app.session import SessionState
from canmcast_gui.app.transmit.row import TransmitRow
from canmcast_gui.ui.dialogs.channels import ChannelsDialog

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
