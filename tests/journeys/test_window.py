"""The window on a real bus with stock python-can processes as peers."""

import json

import can
import cantools
import numpy as np
import psutil
import pytest
from PySide6.QtCore import Qt

from canmcast_gui.app.session import Session, SessionState
from canmcast_gui.channels.measurement import Measurement
from canmcast_gui.models.transmit.row_columns import COLUMNS
from canmcast_gui.resources_path import resource
from canmcast_gui.ui.dialogs.channels import ChannelsDialog
from tests.support.messages import assert_same_frames

pytestmark = [pytest.mark.network, pytest.mark.window]

KEYS = [column.key for column in COLUMNS]


def add_row(desk, arbitration_id: str, data: str):
    """Add a transmit row by typing; the panel."""
    panel = desk.window.docks.transmit
    panel.add_row()
    row = panel.model.rowCount() - 1
    desk.type_into(panel.table, row, KEYS.index("id"), arbitration_id)
    desk.type_into(panel.table, row, KEYS.index("data"), data)
    panel.table.selectRow(row)
    return panel


def test_after_connecting_a_frame_of_a_stock_peer_appears(desk, network, group, stock_peer):
    port = network.free_port()
    assert desk.window.panel.is_empty
    desk.connect(group, port)
    desk.window.actions_.chronological.trigger()
    stock_peer("send", "--group", group, "--port", port, "--count", 3).result()
    desk.wait(lambda: len(desk.trace_lines()) == 3, "three lines in the trace")
    for number, line in enumerate(desk.trace_lines()):
        assert "Rx" in line
        assert f"{0x100 + number:03X}" in line
        assert number.to_bytes(8, "big").hex(" ").upper() in line


def test_a_typed_row_reaches_a_stock_peer_and_returns_marked_tx(desk, network, group, stock_peer):
    port = network.free_port()
    desk.connect(group, port)
    panel = add_row(desk, "123", "DE AD BE EF")
    peer = stock_peer("recv", "--group", group, "--port", port, "--count", 1, "--seconds", 10)
    panel.send()
    assert peer.result()["last"] == {"123": "deadbeef"}
    desk.window.actions_.chronological.trigger()
    desk.wait(lambda: len(desk.trace_lines()) == 1, "the own frame in the trace")
    line = desk.trace_lines()[0]
    assert "Tx" in line
    assert "DE AD BE EF" in line


def test_an_armed_row_is_sent_every_10_ms(desk, network, stock_peer):
    port = network.free_port()
    desk.connect("239.74.163.2", port)
    panel = add_row(desk, "321", "01 02")
    desk.type_into(panel.table, 0, KEYS.index("period"), "10")
    peer = stock_peer("recv", "--port", port, "--count", 100, "--seconds", 10)
    panel.table.selectRow(0)
    panel.toggle_armed()
    times = np.array(peer.result()["times"])
    panel.toggle_armed()
    assert len(times) == 100
    assert np.mean(np.diff(times)) == pytest.approx(0.010, rel=0.02)


def test_values_that_are_not_valid_cannot_be_entered(desk):
    panel = add_row(desk, "123", "11 22")
    index = panel.model.index(0, KEYS.index("id"))
    problem = panel.model.problem_of(index, "FFFFFFFF")
    assert problem
    assert not panel.model.setData(index, "FFFFFFFF")
    assert panel.model.rows[0].arbitration_id == 0x123
    assert panel.model.rows[0].data == b"\x11\x22"


@pytest.mark.parametrize("suffix", [".asc", ".blf"])
def test_a_saved_trace_is_read_by_python_can(desk, network, stock_peer, tmp_path, suffix):
    port, path = network.free_port(), tmp_path / f"trace{suffix}"
    desk.connect("239.74.163.2", port)
    stock_peer("send", "--port", port, "--count", 200, "--rate", 5000).result()
    desk.wait(lambda: len(desk.session.document.recording) == 200, "200 frames")
    desk.choose_file(desk.window.actions_.save, path)
    desk.wait(path.exists, "the saved file")
    expected = desk.session.document.recording.rows(0, 200).to_messages()
    found = list(can.LogReader(path))
    if suffix == ".asc":  # times are relative to a start that the header writes in whole seconds
        shift = expected[0].timestamp - found[0].timestamp
        for message in found:
            message.timestamp += shift
    assert_same_frames(found, expected, check_channel=False, timestamp_delta=2e-6)


def test_a_plotted_value_is_equal_to_that_of_cantools(desk, network):
    database = cantools.database.load_file(resource("demo.dbc"))
    desk.choose_file(desk.window.actions_.load_database, resource("demo.dbc"))
    desk.wait(lambda: len(list(desk.session.databases.loaded)) == 1, "the database")
    port = network.free_port()
    desk.connect("239.74.163.2", port)
    speeds = np.linspace(0, 6000, 50)
    status = database.get_message_by_name("EngineStatus")
    base = dict.fromkeys((signal.name for signal in status.signals), 0)
    desk.window.docks.plots.plot_signal("EngineStatus.EngineSpeed")
    payloads = [status.encode(base | {"EngineSpeed": speed}, strict=False) for speed in speeds]
    with can.Bus(interface="udp_multicast", channel="239.74.163.2", port=port, hop_limit=0) as peer:
        for payload in payloads:
            peer.send(can.Message(arbitration_id=status.frame_id, is_extended_id=False, data=payload))
    desk.wait(lambda: len(desk.session.document.recording) == 50, "50 frames")
    expected = [status.decode(payload)["EngineSpeed"] for payload in payloads]
    plot = desk.window.docks.plots.current
    desk.wait(lambda: len(plotted(plot)) == 50, "50 points in the plot")
    assert plotted(plot) == pytest.approx(expected)


def plotted(plot) -> list[float]:
    """The values of the first signal that the plot holds."""
    return plot.signals.values(plot.signals.names[0]).tolist()


def test_a_row_expands_to_its_signals(desk, network):
    desk.session.databases.load(resource("demo.dbc"))
    desk.wait(lambda: len(list(desk.session.databases.loaded)) == 1, "the database")
    database = cantools.database.load_file(resource("demo.dbc"))
    status = database.get_message_by_name("EngineStatus")
    port = network.free_port()
    desk.connect("239.74.163.2", port)
    payload = status.encode(
        dict.fromkeys((s.name for s in status.signals), 0) | {"EngineSpeed": 3000}, strict=False
    )
    with can.Bus(interface="udp_multicast", channel="239.74.163.2", port=port, hop_limit=0) as peer:
        peer.send(can.Message(arbitration_id=status.frame_id, is_extended_id=False, data=payload))
    desk.window.actions_.chronological.trigger()
    desk.wait(lambda: len(desk.trace_lines()) == 1, "a line in the trace")
    assert "EngineStatus" in desk.trace_lines()[0]
    assert desk.window.panel.chronological.model.expand(0)
    texts = [" ".join(line) for line in desk.trace_lines()]
    assert len(texts) == 1 + len(status.signals)
    assert any("EngineSpeed" in text and "3000" in text for text in texts)
    desk.window.panel.filter_box.set_filter_text("EngineStatus.EngineSpeed > 3000")
    desk.wait(lambda: desk.trace_lines() == [], "no line")
    desk.window.panel.filter_box.set_filter_text("EngineStatus.EngineSpeed >= 3000")
    desk.wait(lambda: len(desk.trace_lines()) >= 1, "the line")


def test_a_typed_filter_is_applied_and_one_that_is_not_valid_keeps_the_last(desk, network, stock_peer):
    port = network.free_port()
    desk.connect("239.74.163.2", port)
    desk.window.actions_.chronological.trigger()
    stock_peer("send", "--port", port, "--count", 160).result()
    desk.wait(lambda: len(desk.trace_lines()) == 160, "160 lines")
    desk.window.panel.filter_box.setText("id == 0x101")
    desk.wait(lambda: len(desk.trace_lines()) == 2, "two lines")
    desk.window.panel.filter_box.setText("id == ")
    problem = desk.window.panel.filter_box.problem
    desk.wait(problem.isVisible, "the problem of the filter")
    assert len(desk.trace_lines()) == 2
    desk.window.panel.filter_box.clear()
    desk.wait(lambda: len(desk.trace_lines()) == 160, "all lines")


def test_a_paused_view_does_not_change_while_frames_arrive(desk, network, stock_peer):
    port = network.free_port()
    desk.connect("239.74.163.2", port)
    desk.window.actions_.chronological.trigger()
    stock_peer("send", "--port", port, "--count", 10).result()
    desk.wait(lambda: len(desk.trace_lines()) == 10, "ten lines")
    desk.window.actions_.pause.trigger()
    stock_peer("send", "--port", port, "--count", 10).result()
    desk.wait(lambda: len(desk.session.document.recording) == 20, "20 frames")
    ticks: list[int] = []
    desk.session.clock.tick.connect(lambda: ticks.append(1))
    desk.wait(lambda: len(ticks) >= 3, "ticks of the display")
    assert len(desk.trace_lines()) == 10
    desk.window.actions_.pause.trigger()
    desk.wait(lambda: len(desk.trace_lines()) == 20, "twenty lines")


def test_opening_a_saved_trace_shows_the_same_lines(desk, qtbot, network, stock_peer, tmp_path):
    port, path = network.free_port(), tmp_path / "trace.blf"
    desk.connect("239.74.163.2", port)
    desk.window.actions_.chronological.trigger()
    stock_peer("send", "--port", port, "--count", 30).result()
    desk.wait(lambda: len(desk.trace_lines()) == 30, "30 lines")
    data = [line[-1] for line in desk.trace_lines()]
    with qtbot.waitSignal(desk.session.document.save(path).ended):
        pass
    desk.choose_file(desk.window.actions_.open, path)
    desk.wait(lambda: desk.session.state is SessionState.FILE, "the opened file")
    desk.wait(lambda: len(desk.trace_lines()) == 30, "30 lines again")
    assert [line[-1] for line in desk.trace_lines()] == data
    assert path.name in desk.window.windowTitle()


def test_bus_settings_that_are_not_valid_cannot_be_chosen(desk):
    desk.window.actions_.connect.trigger()
    from canmcast_gui.ui.dialogs.channels import ChannelsDialog

    dialog = desk.child(ChannelsDialog)
    dialog.form.fields.form.group.setText("10.0.0.1")
    ok = dialog.buttons.button(dialog.buttons.StandardButton.Ok)
    assert not ok.isEnabled()
    assert "multicast" in dialog.form.problem
    desk.qtbot.keyClick(dialog, Qt.Key.Key_Escape)


def test_a_missing_interface_is_reported_in_the_window(desk):
    from canmcast_gui.transport.settings import BusSettings

    desk.window.bus.connect_to(Measurement.of_bus(BusSettings(interface="nosuch0", hop_limit=0)))
    desk.wait(lambda: desk.messages, "a message")
    assert desk.messages[0][0] == "error"
    assert "nosuch0" in desk.messages[0][1]
    assert desk.session.state is SessionState.OFFLINE


def test_two_windows_do_not_disturb_each_other(desk, network, stock_peer):
    other = Session()
    port = network.free_port()
    desk.connect("239.74.163.2", port)
    stock_peer("send", "--port", port, "--count", 5).result()
    desk.wait(lambda: len(desk.session.document.recording) == 5, "five frames")
    assert len(other.document.recording) == 0
    other.shutdown()
    assert len(desk.session.document.recording.rows(0, 5)) == 5


def test_start_after_the_demonstration_starts_it_again(desk):
    desk.window.bus.start_demo()
    desk.wait(lambda: len(desk.session.document.recording) > 10, "frames of the demonstration")
    desk.window.actions_.stop.trigger()
    desk.window.files.keep_unsaved(desk.session.clear)
    assert len(desk.session.document.recording) == 0, "the question about unsaved frames was asked"
    desk.window.actions_.start.trigger()
    assert desk.window.findChildren(ChannelsDialog) == []
    desk.wait(lambda: len(desk.session.document.recording) > 10, "frames of the demonstration again")
    assert desk.session.bus.is_demo


def test_start_does_not_open_the_bus_of_a_demonstration_that_has_ended(desk, tmp_path):
    desk.window.bus.start_demo()
    desk.wait(lambda: len(desk.session.document.recording) > 10, "frames of the demonstration")
    for child in psutil.Process().children():
        if "canmcast_gui.demo" in child.cmdline():
            child.kill()
    desk.wait(lambda: not desk.session.bus.is_demo, "the end of the demonstration")
    assert desk.messages[-1] == ("warning", "The demonstration was ended by SIGKILL.")
    assert desk.session.workspace.save(tmp_path / "setup.canmcast")
    assert "bus" not in json.loads((tmp_path / "setup.canmcast").read_text())
